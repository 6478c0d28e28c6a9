"""One photo of goods: what must stay in its square, its place among the others, and its end."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from vendors.panel.listing import GET_OR_POST, of_seat
from vendors.panel.seat import Seat, seated
from vendors.stalls.errors import StallError
from vendors.stalls.models import Listing, Photo
from vendors.stalls.services.photos import delete_photo, focus_photo, move_photo_forward

# Nine places of a photo, in hundredths from the top left.
STEPS = (0, 50, 100)
NAMES = (
    gettext_lazy("top left"),
    gettext_lazy("top"),
    gettext_lazy("top right"),
    gettext_lazy("left"),
    gettext_lazy("the middle"),
    gettext_lazy("right"),
    gettext_lazy("bottom left"),
    gettext_lazy("bottom"),
    gettext_lazy("bottom right"),
)
PLACES = {f"{x}-{y}": (x, y) for y in STEPS for x in STEPS}


@dataclass(frozen=True)
class Place:
    value: str
    name: str
    is_chosen: bool


@require_http_methods(GET_OR_POST)
@seated
def photo(request: HttpRequest, seat: Seat, product_id: int, photo_id: int) -> HttpResponse:
    listing = of_seat(seat, product_id)
    shown = get_object_or_404(listing.photos, pk=photo_id)
    error = ""
    if request.method == "POST":
        try:
            return _changed(request, listing, shown)
        except StallError as refused:
            error = str(refused)
    first = listing.photos.first()
    context = {
        "seat": seat,
        "listing": listing,
        "photo": shown,
        "is_first": first is not None and first.pk == shown.pk,
        "places": [
            Place(value, str(name), place == (shown.focus_x, shown.focus_y))
            for (value, place), name in zip(PLACES.items(), NAMES, strict=True)
        ],
        "error": error,
    }
    return render(request, "panel/photo.html", context)


def _changed(request: HttpRequest, listing: Listing, shown: Photo) -> HttpResponse:
    deed = request.POST.get("do")
    here = redirect("panel:photo", product_id=listing.product_id, photo_id=shown.pk)
    album = redirect("panel:photos", product_id=listing.product_id)
    if deed == "delete":
        if delete_photo(listing=listing, photo_id=shown.pk):
            messages.success(request, _("Deleted."))
        return album
    if deed == "forward":
        move_photo_forward(listing=listing, photo_id=shown.pk)
        return album
    x, y = PLACES.get(request.POST.get("focus", ""), (shown.focus_x, shown.focus_y))
    if focus_photo(listing=listing, photo_id=shown.pk, focus_x=x, focus_y=y):
        messages.success(request, _("Saved."))
    return here
