from typing import Any

from django.urls import include, path
from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig


class DashboardConfig(OscarDashboardConfig):
    """Oscar's dashboard, cut down to what repairs the catalogue and reads orders; mounted at the office door alone.

    Left out is what would change orders or money, or what pages of ours do: partners, offers, vouchers, users.
    """

    name = "shop.oscar_apps.dashboard"

    def get_urls(self) -> list[Any]:
        urls = [
            path("", self.index_view.as_view(), name="index"),
            path("catalogue/", include(self.catalogue_app.urls[0])),
            path("orders/", include(self.orders_app.urls[0])),
        ]
        return self.post_process_urls(urls)
