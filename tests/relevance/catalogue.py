"""The demo's goods as rows, without their pictures: what the judged queries are asked of."""

import json
from pathlib import Path
from typing import Any

from oscar.apps.catalogue.models import Category

from shop.money import RIALS_IN_TOMAN, Rial
from tests.makers import a_product, a_stall

DATA = Path(__file__).resolve().parents[2] / "demo" / "data"


def the_demo_catalogue() -> None:
    """Stalls, categories and goods. A product's slug is its sku, by which it is judged."""
    categories: dict[str, Category] = {}
    for row in _read("catalogue")["categories"]:
        fields = {"name": row["name"], "slug": row["slug"]}
        above = row["parent"] and Category.objects.get(slug=row["parent"])
        categories[row["slug"]] = (
            Category.objects.add_child(above, fields)
            if above
            else Category.objects.add_root(fields)
        )
    for row in _read("stalls")["stalls"]:
        stall = a_stall(row["name"], slug=row["key"])
        for goods in row["products"]:
            a_product(
                stall,
                goods["title"],
                slug=goods["sku"],
                description=goods["description"],
                category=categories[goods["category"]],
                price=Rial(goods["toman"] * RIALS_IN_TOMAN),
                stock=goods["stock"],
                made_days=goods["made_days"],
            )


def judged(name: str) -> list[dict[str, Any]]:
    """Queries with the grades of their answers by sku; one without grades is a trap."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))


def _read(name: str) -> dict[str, list[dict[str, object]]]:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))
