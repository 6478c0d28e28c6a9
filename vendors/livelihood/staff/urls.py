from django.urls import path

from vendors.livelihood.staff import views

app_name = "livelihood"
urlpatterns = [
    path("", views.home, name="home"),
    path("incomes/", views.incomes, name="incomes"),
    path("plans/<uuid:plan_id>/", views.plan, name="plan"),
    path("plans/<uuid:plan_id>/<int:year>-<int:month>/", views.entries, name="entries"),
]
