"""The storefront with Oscar's own order pages for partners beside it: what the matrix must light up on."""

from django.apps import apps
from django.urls import include, path
from oscar.apps.dashboard.orders import views

from shop.urls import storefront

orders = [
    path("", views.OrderListView.as_view(), name="order-list"),
    path("statistics/", views.OrderStatsView.as_view(), name="order-stats"),
    path("<str:number>/", views.OrderDetailView.as_view(), name="order-detail"),
    path(
        "<str:number>/notes/<int:note_id>/",
        views.OrderDetailView.as_view(),
        name="order-detail-note",
    ),
    path(
        "<str:number>/lines/<int:line_id>/",
        views.LineDetailView.as_view(),
        name="order-line-detail",
    ),
    path(
        "<str:number>/shipping-address/",
        views.ShippingAddressUpdateView.as_view(),
        name="order-shipping-address",
    ),
]
# What these pages link beside orders; nobody goes there.
linked = [
    path(f"{name}/<int:pk>/", views.OrderStatsView.as_view(), name=name)
    for name in ("catalogue-product", "partner-manage", "user-detail")
]
# The frame of these pages links our desk and what is left of the dashboard.
urlpatterns = [
    path(
        "panel/stock/",
        include(
            (
                [
                    path("orders/", include(orders)),
                    *linked,
                    *apps.get_app_config("dashboard").get_urls(),
                ],
                "dashboard",
            )
        ),
    ),
    *storefront.urlpatterns,
    path("desk/", include("vendors.desk.urls")),
    path("desk/in-shop/", include("shop.oscar_apps.dashboard.in_shop_urls")),
]
