"""The category page in working order.

As it ships, with Haystack's simple engine, the category filter of Oscar 4.2.1 becomes a text match on the
category's number and the page says "No products found". Here its own template is given the category's rows,
as Oscar did before.
"""

from dataclasses import dataclass
from typing import Any

from django.views.generic import ListView
from oscar.apps.catalogue.models import Category, Product


@dataclass(frozen=True)
class Found:
    """What Haystack would have found: the template draws its `object`."""

    object: Product


class CategoryFromRows(ListView):
    template_name = "oscar/catalogue/category.html"
    context_object_name = "products"
    paginate_by = 24

    def get_queryset(self) -> Any:
        self.category = Category.objects.get(pk=self.kwargs["pk"])
        categories = self.category.get_descendants_and_self()
        return (
            Product.objects.browsable().base_queryset().filter(categories__in=categories).distinct()
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["products"] = [Found(product) for product in context["products"]]
        return {**context, "category": self.category, "summary": self.category.name}
