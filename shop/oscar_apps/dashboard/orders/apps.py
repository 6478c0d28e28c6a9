from typing import Any

from django.urls import path
from oscar.apps.dashboard.orders.apps import OrdersDashboardConfig as OscarOrdersDashboardConfig


class OrdersDashboardConfig(OscarOrdersDashboardConfig):
    """Orders are read here, never changed: payment and the stalls move them (shop.orders.services)."""

    name = "shop.oscar_apps.dashboard.orders"

    def ready(self) -> None:
        self.configure_permissions()

    def get_urls(self) -> list[Any]:
        from shop.oscar_apps.dashboard.orders.views import order_detail, order_list

        urls = [
            path("", order_list, name="order-list"),
            path("<str:number>/", order_detail, name="order-detail"),
        ]
        return self.post_process_urls(urls)
