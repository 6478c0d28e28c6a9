from django.apps import apps
from django.urls import include, path

from tests.bench.stock.views import CategoryFromRows

urlpatterns = [
    path("bench/category/<int:pk>/", CategoryFromRows.as_view()),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
