"""The public pages of stalls and their goods."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shop.jalali import tehran_date
from vendors.stalls.models import Listing
from vendors.stalls.queries.cards import cards_of
from vendors.stalls.queries.home import category_streets, home_page
from vendors.stalls.queries.listings import (
    days_off_of,
    public_stalls,
    sendings_of,
    shown_listings,
    stall_on_holiday_of,
)
from vendors.stalls.queries.product import product_page
from vendors.stalls.queries.reviews import score_of_stall
from vendors.stalls.services.opening import end_holiday_when_over


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    page = home_page(today=tehran_date(timezone.now()))
    return render(request, "stalls/home.html", {"page": page})


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    return render(request, "stalls/categories.html", {"streets": category_streets()})


@require_safe
def stall(request: HttpRequest, slug: str) -> HttpResponse:
    stall = get_object_or_404(public_stalls(), slug=slug)
    if end_holiday_when_over(stall=stall, now=timezone.now()):
        return redirect("stall", slug)
    listings = shown_listings().filter(stall=stall).order_by("-pk").values_list("pk", flat=True)
    context = {
        "stall": stall,
        # What can be had first; among equals the newest first, as they come.
        "cards": sorted(cards_of(list(listings)), key=lambda card: card.is_sold_out),
        "sendings": sendings_of(partner_id=stall.partner_id, weight_g=0),
        "days_off": days_off_of(stall),
        "score": score_of_stall(stall),
    }
    return render(request, "stalls/stall.html", context)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        page = product_page(slug=slug, today=tehran_date(timezone.now()))
    except Listing.DoesNotExist:
        return _at_the_stall(slug)
    return render(request, "stalls/product.html", {"page": page})


def _at_the_stall(slug: str) -> HttpResponse:
    """To the stall of goods that are away with it: its page says when it is back. Else there is nothing here."""
    stall = stall_on_holiday_of(slug)
    if stall is None:
        raise Http404
    if end_holiday_when_over(stall=stall, now=timezone.now()):
        return redirect("product", slug)
    return redirect(stall)
