"""The stall holder's answer to goods that a facilitator has entered: no login, the link of the SMS alone."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.forms import clean_text
from vendors.panel.listing_queries import sizes_of
from vendors.stalls.errors import StallError
from vendors.stalls.models import Listing
from vendors.stalls.queries.asked import asked_listing
from vendors.stalls.queries.words import mark_of
from vendors.stalls.services.listing_states import confirm_listing, decline_listing

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
    photo = listing.photos.first()
    context = {
        "listing": listing,
        "photo": photo.key if photo else "",
        "record": listing.product.stockrecords.first(),
        "sizes": sizes_of(listing),
        "waits": listing.state == Listing.State.CONFIRM,
        "seen": mark_of(listing),
        "error": error,
    }
    return render(request, "panel/confirm.html", context)


def _answer(request: HttpRequest, listing: Listing) -> None:
    if request.POST.get("answer") == "yes":
        confirm_listing(listing=listing, seen=request.POST.get("seen", ""), now=timezone.now())
    elif request.POST.get("answer") == "no":
        note = clean_text(request.POST.get("note", ""))[:LONGEST_NOTE]
        decline_listing(listing=listing, note=note or _("The stall holder said no."))
