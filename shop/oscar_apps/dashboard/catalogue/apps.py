from typing import Any

from oscar.apps.dashboard.catalogue.apps import (
    CatalogueDashboardConfig as OscarCatalogueDashboardConfig,
)

MOUNTED = ("catalogue-class-", "catalogue-attribute-option-group-")


class CatalogueDashboardConfig(OscarCatalogueDashboardConfig):
    """What is asked of the goods of a category: types of products and their choices.

    Goods, prices and stock are a stall's own: they change in its panel, where staff come on an errand and each change
    leaves its trace. Categories stand on the desk.
    """

    name = "shop.oscar_apps.dashboard.catalogue"

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if url.name.startswith(MOUNTED)]
