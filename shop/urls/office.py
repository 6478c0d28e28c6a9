"""Addresses of the office door: the staff desk and the livelihood record. No shopper comes here."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve

from shop.accounts.urls import login_by_phone, second_factor_of_staff

dashboard: Any = apps.get_app_config("dashboard")  # Oscar's config, which brings its addresses
urlpatterns: list[URLPattern | URLResolver] = []
urlpatterns += i18n_patterns(
    *login_by_phone,
    *second_factor_of_staff,
    path("", include("vendors.desk.urls")),
    path("panel/", include("vendors.panel.urls")),  # staff at work in a stall, on an errand
    path("livelihood/", include("vendors.livelihood.staff.urls")),
    path("dashboard/in-shop/", include("shop.oscar_apps.dashboard.in_shop_urls")),
    path("dashboard/", dashboard.urls),
    prefix_default_language=False,
)
if settings.DEMO:
    urlpatterns.append(
        re_path(r"^media/(?P<path>.{1,200})$", serve, {"document_root": settings.MEDIA_ROOT})
    )
