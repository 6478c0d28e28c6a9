"""Addresses of the office door: the staff desk and the livelihood record. No shopper comes here."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, re_path
from django.views.static import serve

from shop.accounts.urls import login_by_phone, second_factor_of_staff

urlpatterns: list[URLPattern | URLResolver] = []
urlpatterns += i18n_patterns(
    *login_by_phone, *second_factor_of_staff, prefix_default_language=False
)
if settings.DEMO:
    urlpatterns.append(
        re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT})
    )
