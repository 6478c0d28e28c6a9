"""Goods from their first photo to the shop: one screen, then a few more things. Anything written is kept as a draft."""

import re
import secrets
from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.orders.models import Fulfilment
from shop.templatetags.bazarche import number
from vendors.panel.listing_forms import IN_STOCK, MADE, ListingForm, MoreForm
from vendors.panel.listing_queries import category_tiles, listing_screen, price_history
from vendors.panel.seat import Seat, note_deed, seated
from vendors.stalls.errors import (
    CategoryGone,
    ListingNotWhole,
    PhotoThereAlready,
    StallError,
    TooManyPhotos,
)
from vendors.stalls.models import Listing
from vendors.stalls.queries.words import asked_attributes, class_of, words_of
from vendors.stalls.services.copying import copy_listing
from vendors.stalls.services.listing_states import (
    WITH_STALL,
    send_listing,
    show_again,
    take_out,
)
from vendors.stalls.services.listing_words import (
    start_listing,
    throw_away,
    write_conditions,
    write_goods,
    write_words,
)
from vendors.stalls.services.photos import MOST_PHOTOS, add_photo

SEND, KEEP = "send", "keep"
_KEY = re.compile(r"[0-9a-f]{16}")
GET_OR_POST: Final = ["GET", "HEAD", "POST"]


def of_seat(seat: Seat, product_id: int) -> Listing:
    """Goods of the seat's own stall; 404 for another's."""
    listings = seat.listings.select_related("product__fulfilment", "stall")
    return get_object_or_404(listings, product_id=product_id)


def form_key(request: HttpRequest) -> str:
    """The key of the form on screen: the same form sent twice starts one draft."""
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else secrets.token_hex(8)


@require_http_methods(GET_OR_POST)
@seated
def new(request: HttpRequest, seat: Seat) -> HttpResponse:
    key = form_key(request)
    if request.method == "POST":
        return _write(request, seat, None, key)
    return _screen(request, seat, None, _form(None), key)


@require_http_methods(GET_OR_POST)
@seated
def edit(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    listing = of_seat(seat, product_id)
    if request.method == "POST":
        return _write(request, seat, listing, "")
    return _screen(request, seat, listing, _form(listing), "")


def _form(listing: Listing | None, request: HttpRequest | None = None) -> ListingForm:
    """The form of these goods, filled with what is said of them; bound when it was sent."""
    is_shown = listing is not None and listing.state not in WITH_STALL
    # The empty form names what will be asked for when it is sent; a draft may lack all of it.
    is_whole = is_shown or request is None or request.POST.get("do") == SEND
    return ListingForm(
        request.POST if request else None,
        request.FILES if request else None,
        initial=_said(listing) if listing else {},
        tiles=category_tiles(),
        has_variants=listing is not None and listing.product.is_parent,
        is_whole=is_whole,
    )


def _said(listing: Listing) -> dict[str, Any]:
    product = listing.product
    waiting = listing.changes.filter(state="waiting").first()
    words = words_of(listing) | (waiting.changes if waiting else {})
    fulfilment = getattr(product, "fulfilment", None) or Fulfilment()
    record = product.stockrecords.first()
    said = {
        "title": words["title"],
        "category": words["category"],
        "made_days": fulfilment.made_days,
        "weight_g": fulfilment.weight_g,
    }
    if fulfilment.made_days is not None:
        said["kind"] = MADE
    elif record is None or record.num_in_stock is not None:
        said["kind"] = IN_STOCK
    if record is not None:
        said["price"] = None if record.price is None else int(record.price)
        said["count"] = record.num_in_stock
    return said


def _screen(
    request: HttpRequest, seat: Seat, listing: Listing | None, form: ListingForm, key: str
) -> HttpResponse:
    context = {
        "seat": seat,
        "form": form,
        "key": key,
        "tiles": form.tiles,
        "chosen": str(form["category"].value() or ""),
        "kind": form["kind"].value(),
        "most_photos": MOST_PHOTOS,
        "copy_key": secrets.token_hex(8),
        **listing_screen(listing),
    }
    return render(request, "panel/listing.html", context)


def _write(request: HttpRequest, seat: Seat, listing: Listing | None, key: str) -> HttpResponse:
    """Keep what was sent. Photos are kept even when a word is wrong: a browser cannot give them back."""
    form = _form(listing, request)
    is_right = form.is_valid()
    photos = request.FILES.getlist("photos")
    if listing is None and not photos and not any(form.cleaned_data.values()):
        form.add_error(None, _("Take a photo first, or write what it is called."))
        return _screen(request, seat, None, form, key)
    if listing is None and (is_right or photos):
        listing = start_listing(stall=seat.stall, key=key, by_user=seat.user)
        note_deed(request, is_done=True)
    if listing is not None:
        if _keep_photos(listing, photos, form):
            note_deed(request, is_done=True)  # the page may still ask for a word
        if form.is_valid():
            _say(seat, listing, form)
        if form.is_valid():
            _tell_of_counts(request, listing, form)
            note_deed(request, is_done=True)  # kept, also when it cannot be sent yet
            return _onwards(request, seat, listing)
    return _screen(request, seat, listing, form, key)


def _keep_photos(listing: Listing, photos: "Sequence[File[Any]]", form: ListingForm) -> bool:
    """Keep each photo that can be; of several, each that is refused is named by its place among them.

    Whether one at least is new and kept.
    """
    is_any_kept = False
    for place, photo in enumerate(photos, start=1):
        try:
            add_photo(listing=listing, upload=photo)
        except PhotoThereAlready:
            continue  # the form was sent twice
        except TooManyPhotos as error:
            form.add_error("photos", str(error))
            break
        except StallError as error:
            said = str(error)
            if len(photos) > 1:
                said = _("Photo %(number)s: %(problem)s") % {
                    "number": number(place),
                    "problem": said,
                }
            form.add_error("photos", said)
        else:
            is_any_kept = True
    return is_any_kept


def _say(seat: Seat, listing: Listing, form: ListingForm) -> None:
    now = timezone.now()
    try:
        write_goods(
            listing=listing, offer=form.offer(), words=form.words(), by_user=seat.user, now=now
        )
    except CategoryGone as error:
        form.add_error("category", str(error))
    except StallError as error:
        form.add_error("count" if "count" in form.fields else None, str(error))


def _tell_of_counts(request: HttpRequest, listing: Listing, form: ListingForm) -> None:
    """Sizes that were made to order until now begin with none left: their counts stand in the list."""
    before = getattr(listing.product, "fulfilment", None)  # read before anything was written
    was_made = before is not None and before.made_days is not None
    if listing.product.is_parent and was_made and form.offer().made_days is None:
        messages.warning(
            request, _("Now write in the list of your goods how many you have of each size.")
        )


def _onwards(request: HttpRequest, seat: Seat, listing: Listing) -> HttpResponse:
    """Where a form that was kept leads: into the shop, to what is still missing, or back to its goods."""
    if request.POST.get("do") != SEND:
        _say_kept(request, listing)
        return redirect("panel:listing", product_id=listing.product_id)
    try:
        state = send_listing(
            listing=listing,
            is_facilitator=seat.is_facilitator,
            by_user=seat.user,
            now=timezone.now(),
        )
    except ListingNotWhole as error:
        messages.warning(request, str(error))
        return redirect("panel:more", product_id=listing.product_id)
    except StallError as error:
        messages.error(request, str(error))
        return redirect("panel:listing", product_id=listing.product_id)
    said = {
        Listing.State.LIVE: _("It is in the shop now."),
        Listing.State.REVIEW: _("We look at it and tell you by SMS, mostly by tomorrow."),
        Listing.State.CONFIRM: _("We have asked the stall holder by SMS. A yes sends it on."),
    }
    messages.success(request, said.get(Listing.State(state), _("Saved.")))
    return redirect("panel:products")


def _say_kept(request: HttpRequest, listing: Listing) -> None:
    listing.refresh_from_db(fields=["state"])
    if listing.state in WITH_STALL:
        messages.success(request, _("Kept. Nobody sees it until you send it."))
    elif listing.changes.filter(state="waiting").exists():
        messages.success(request, _("Saved. We look at your new words first; the old ones stay."))
    else:
        messages.success(request, _("Saved."))


@require_http_methods(GET_OR_POST)
@seated
def more(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    """A few more things: what is asked of this kind of goods, and on which terms they are sold."""
    listing = of_seat(seat, product_id)
    form = _more_form(listing, request if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _say_more(seat, listing, form)
        if form.is_valid():
            note_deed(request, is_done=True)
            return _onwards(request, seat, listing)
    context = {"seat": seat, "form": form, **listing_screen(listing)}
    return render(request, "panel/more.html", context)


def _more_form(listing: Listing, request: HttpRequest | None) -> MoreForm:
    waiting = listing.changes.filter(state="waiting").first()
    words = words_of(listing) | (waiting.changes if waiting else {})
    category = listing.product.categories.model.objects.filter(pk=words["category"]).first()
    record = listing.product.stockrecords.first()
    initial = {
        "unit": listing.unit,
        "returnable": listing.returnable,
        "description": words["description"],
        "code": record.partner_sku if record else "",
        "has_code": record is not None,
        **{f"a_{code}": value for code, value in words["attributes"].items()},
    }
    is_whole = listing.state not in WITH_STALL or (
        request is not None and request.POST.get("do") == SEND
    )
    return MoreForm(
        request.POST if request else None,
        initial=initial,
        asked=asked_attributes(class_of(category)),
        is_whole=is_whole,
    )


def _say_more(seat: Seat, listing: Listing, form: MoreForm) -> None:
    now = timezone.now()
    try:
        write_conditions(
            listing=listing,
            unit=form.cleaned_data["unit"],
            returnable=form.cleaned_data["returnable"],
            code=form.cleaned_data.get("code", ""),
            now=now,
        )
        write_words(listing=listing, words=form.words(), by_user=seat.user, now=now)
    except StallError as error:
        form.add_error("code" if "code" in form.fields else None, str(error))


@require_POST
@seated
def copy(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    made = copy_listing(
        listing=of_seat(seat, product_id),
        key=form_key(request),
        by_user=seat.user,
        now=timezone.now(),
    )
    messages.success(request, _("This is the copy. Give it photos of its own, and how many."))
    return redirect("panel:listing", product_id=made.product_id)


@require_POST
@seated
def hide(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    if take_out(listing=of_seat(seat, product_id)):
        messages.success(request, _("Buyers do not see it any more. Orders of it stay."))
    return redirect("panel:listing", product_id=product_id)


@require_POST
@seated
def show(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    try:
        if show_again(listing=of_seat(seat, product_id)):
            messages.success(request, _("It is in the shop again."))
    except StallError as error:
        messages.error(request, str(error))
    return redirect("panel:listing", product_id=product_id)


@require_http_methods(GET_OR_POST)
@seated
def delete(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    """Throw a draft away, after one question."""
    listing = of_seat(seat, product_id)
    if request.method == "POST":
        if throw_away(listing=listing):
            messages.success(request, _("Thrown away."))
            return redirect("panel:products")
        messages.error(request, _("It was in the shop already: it can be taken out, not deleted."))
        return redirect("panel:listing", product_id=product_id)
    return render(request, "panel/throw_away.html", {"seat": seat, **listing_screen(listing)})


@require_safe
@seated
def prices(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    listing = of_seat(seat, product_id)
    context = {"seat": seat, "listing": listing, "steps": price_history(listing)}
    return render(request, "panel/prices.html", context)
