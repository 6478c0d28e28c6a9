"""Addresses of the storefront door: shoppers and the stall holders' panel.

English pages stand under /en/; Persian ones have no prefix. What machines call stands outside both.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve

from shop.accounts.urls import login_by_phone, newcomers
from shop.payments.views import stripe_webhook
from shop.storefront.views.pages import robots

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments/stripe/webhook/", stripe_webhook, name="stripe_webhook"),
    path("robots.txt", robots, name="robots"),
    path("", include("vendors.stalls.machine_urls")),
]
urlpatterns += i18n_patterns(
    *login_by_phone,
    *newcomers,
    path("panel/", include("vendors.panel.urls")),
    path("", include("vendors.panel.link_urls")),
    path("", include("vendors.stalls.urls")),
    path("", include("shop.storefront.urls")),
    path("", include("search.urls")),
    prefix_default_language=False,
)
if settings.DEMO:  # elsewhere a file server or object storage answers here
    urlpatterns.append(
        re_path(r"^media/(?P<path>.{1,200})$", serve, {"document_root": settings.MEDIA_ROOT})
    )
