from typing import Any

from django.urls import path
from oscar.apps.dashboard.orders.apps import OrdersDashboardConfig as OscarOrdersDashboardConfig


class OrdersDashboardConfig(OscarOrdersDashboardConfig):
    """Orders are read here, never changed: payment and the stalls move them (shop.orders.services)."""

    name = "shop.oscar_apps.dashboard.orders"

    def ready(self) -> None:
        pass

    def get_urls(self) -> list[Any]:
        from shop.oscar_apps.dashboard.orders.views import order_detail, order_list

        return [
            path("", order_list, name="order-list"),
            path("<str:number>/", order_detail, name="order-detail"),
        ]
