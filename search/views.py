"""The pages that list products: search, category, and the suggestions under the search field."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from search.categories import Branch, category_tree
from search.choices import choices_of
from search.forms import WishForm
from search.queries import search_products, suggest


@require_safe
def search_view(request: HttpRequest) -> HttpResponse:
    form = WishForm(request.GET, tree=category_tree())
    return _list(request, form, "search/results.html")


@require_safe
def category_view(request: HttpRequest, slug: str) -> HttpResponse:
    tree = category_tree()
    category = tree.named(slug)
    if category is None:
        raise Http404
    form = WishForm(request.GET, tree=tree, category=category)
    return _list(request, form, "search/category.html", category=category)


# Goods of a stall that closes must not be offered for long.
@require_safe
@cache_control(public=True, max_age=5)
def suggest_view(request: HttpRequest) -> HttpResponse:
    cards = suggest(request.GET.get("q", ""))
    return render(request, "search/_suggestions.html", {"cards": cards})


def _list(
    request: HttpRequest, form: WishForm, template: str, *, category: Branch | None = None
) -> HttpResponse:
    page = search_products(form.wish)
    context = {
        "form": form,
        "page": page,
        "choices": choices_of(form=form, page=page),
        "query": page.wish.query.text,
        "category": category,
        "lineage": form.tree.lineage(category.path) if category else [],
    }
    is_part = request.headers.get("HX-Target") == "found"
    response = render(request, "search/_found.html" if is_part else template, context)
    patch_vary_headers(response, ["HX-Target"])
    return response
