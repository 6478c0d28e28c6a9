"""The stall holder's answer to goods that a facilitator has entered: by the link of the SMS alone, or in the panel."""

from typing import Any

from django.contrib import messages
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop.forms import clean_text
from vendors.panel.listing import of_seat
from vendors.panel.listing_queries import sizes_of
from vendors.panel.seat import Seat, for_facilitator, for_owner, seated
from vendors.stalls.errors import StallError
from vendors.stalls.models import Listing
from vendors.stalls.queries.asked import asked_listing
from vendors.stalls.queries.words import mark_of
from vendors.stalls.services.listing_states import (
    ask_holder_again,
    confirm_listing,
    decline_listing,
)

LONGEST_NOTE = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        listing = asked_listing(token)
    except (BadSignature, Listing.DoesNotExist):
        raise Http404 from None
    error = ""
    if request.method == "POST":
        try:
            _answer(request, listing)
            return redirect("confirm_listing", token=token)
        except StallError as refused:
            error = str(refused)
    return render(request, "panel/confirm.html", {**_question(listing), "error": error})


def _question(listing: Listing) -> dict[str, Any]:
    """The goods as the holder is asked about them."""
    photo = listing.photos.first()
    return {
        "listing": listing,
        "photo": photo.key if photo else "",
        "record": listing.product.stockrecords.first(),
        "sizes": sizes_of(listing) if listing.product.is_parent else [],
        "waits": listing.state == Listing.State.CONFIRM,
        "seen": mark_of(listing),
    }


def _answer(request: HttpRequest, listing: Listing) -> bool:
    """Whether an answer was given that was not there before. Raises StallError."""
    now = timezone.now()
    if request.POST.get("answer") == "yes":
        return confirm_listing(listing=listing, seen=request.POST.get("seen", ""), now=now)
    if request.POST.get("answer") == "no":
        note = clean_text(request.POST.get("note", ""))[:LONGEST_NOTE]
        return decline_listing(listing=listing, note=note, now=now)
    return False


@require_http_methods(["GET", "HEAD", "POST"])
@seated
@for_owner
def answer(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    """The same question to a holder who is logged in: the link may be lost or too old."""
    listing = of_seat(seat, product_id)
    if request.method == "POST":
        try:
            if _answer(request, listing):
                messages.success(request, _("Thank you. You have answered."))
        except StallError as refused:
            messages.error(request, str(refused))
            return redirect("panel:answer_listing", product_id=product_id)
    elif listing.state == Listing.State.CONFIRM:
        return render(request, "panel/answer_listing.html", {"seat": seat, **_question(listing)})
    return redirect("panel:listing", product_id=product_id)


@require_POST
@seated
@for_facilitator
def ask_again(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    try:
        if ask_holder_again(listing=of_seat(seat, product_id), now=timezone.now()):
            messages.success(request, _("We have asked the stall holder by SMS once more."))
        else:
            messages.warning(
                request, _("The stall holder was asked within a day, or has answered.")
            )
    except StallError as refused:
        messages.error(request, str(refused))
    return redirect("panel:listing", product_id=product_id)
