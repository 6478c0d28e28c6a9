"""Goods at the desk: new ones, and new words for those that are in the shop, looked at one by one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.models import User
from vendors.desk.care import for_stall_staff
from vendors.desk.goods_queries import (
    changes_to_look_at,
    differences_of,
    listings_to_look_at,
    photos_and_sizes_to_look_at,
    record_of,
)
from vendors.desk.reasons import GoodsReasonForm
from vendors.stalls.errors import StallError
from vendors.stalls.models import Listing, ListingChange
from vendors.stalls.queries.product import attributes_shown
from vendors.stalls.queries.words import mark_of, records_of
from vendors.stalls.services.listing_states import (
    approve_listing,
    send_listing_back,
    take_down,
)
from vendors.stalls.services.listing_words import decide_change
from vendors.stalls.services.second_looks import SHOWN_BEFORE, change_seen, last_change
from vendors.stalls.services.trust import trust_stall

ON_ONE_PAGE = 30
GET_OR_POST = ["GET", "HEAD", "POST"]


@for_stall_staff
@require_safe
def goods(request: HttpRequest, user: User) -> HttpResponse:
    page = Paginator(listings_to_look_at(), ON_ONE_PAGE).get_page(request.GET.get("page"))
    changes = changes_to_look_at()[:ON_ONE_PAGE]
    changed = photos_and_sizes_to_look_at()[:ON_ONE_PAGE]
    context = {"page": page, "changes": changes, "changed": changed}
    return render(request, "desk/goods.html", context)


@for_stall_staff
@require_http_methods(GET_OR_POST)
def item(request: HttpRequest, user: User, listing_id: int) -> HttpResponse:
    """One listing: as its stall sent it to be shown or sent back, or in the shop to be taken down; with a reason."""
    listings = Listing.objects.select_related("product__fulfilment", "stall", "entered_by")
    listing = get_object_or_404(listings, pk=listing_id)
    may_take_down = listing.state in SHOWN_BEFORE
    form = GoodsReasonForm(
        request.POST if request.POST.get("decision") in ("back", "down") else None,
        about="taken-down" if may_take_down else "goods",
    )
    if request.method == "POST" and (answer := _decided(request, user, listing, form)):
        return answer
    context = {
        "listing": listing,
        "photos": listing.photos.all(),
        "records": records_of(listing).select_related("product").order_by("pk"),
        "categories": listing.product.categories.all(),
        "attributes": attributes_shown(listing.product),
        "record": record_of(listing.stall),
        "seen": mark_of(listing),
        "waits": listing.state == Listing.State.REVIEW,
        "may_take_down": may_take_down,
        "last_change": last_change(listing),
        "reports": listing.reports.filter(settled_at=None),
        "decisions": listing.decisions.select_related("by_user"),
        "form": form,
    }
    return render(request, "desk/goods_item.html", context)


def _decided(
    request: HttpRequest, user: User, listing: Listing, form: GoodsReasonForm
) -> HttpResponse | None:
    now, decision = timezone.now(), request.POST.get("decision")
    try:
        if decision == "show":
            seen = request.POST.get("seen", "")
            if approve_listing(listing=listing, seen=seen, by_user=user, now=now):
                messages.success(request, _("It is in the shop; the stall is told."))
            return redirect("desk:goods")
        if decision == "back" and form.is_valid():
            reason = form.reason()
            if send_listing_back(listing=listing, reason=reason, by_user=user, now=now):
                messages.success(request, _("Sent back; the stall is told why."))
            return redirect("desk:goods")
        if decision == "seen":
            seen = request.POST.get("seen", "")
            if change_seen(listing=listing, seen=seen, by_user=user, now=now):
                messages.success(request, _("Done. It has left the list."))
            return redirect("desk:goods")
        if decision == "down" and form.is_valid():
            if take_down(listing=listing, reason=form.reason(), by_user=user, now=now):
                messages.success(request, _("It is out of the shop; the stall is told why."))
            return redirect("desk:goods_item", listing_id=listing.pk)
    except StallError as error:
        messages.error(request, str(error))
        return redirect("desk:goods_item", listing_id=listing.pk)
    return None


@for_stall_staff
@require_http_methods(GET_OR_POST)
def change(request: HttpRequest, user: User, change_id: int) -> HttpResponse:
    """New words beside the old ones, which stay in the shop until somebody says yes."""
    changes = ListingChange.objects.select_related("listing__product", "listing__stall", "by_user")
    proposed = get_object_or_404(changes, pk=change_id)
    form = GoodsReasonForm(request.POST if request.POST.get("decision") == "back" else None)
    if request.method == "POST" and (answer := _change_decided(request, user, proposed, form)):
        return answer
    context = {
        "change": proposed,
        "listing": proposed.listing,
        "photos": proposed.listing.photos.all(),
        "differences": differences_of(proposed),
        "record": record_of(proposed.listing.stall),
        "waits": proposed.state == ListingChange.State.WAITING,
        "form": form,
    }
    return render(request, "desk/goods_change.html", context)


def _change_decided(
    request: HttpRequest, user: User, change: ListingChange, form: GoodsReasonForm
) -> HttpResponse | None:
    is_granted = request.POST.get("decision") == "show"
    if not is_granted and not (request.POST.get("decision") == "back" and form.is_valid()):
        return None
    try:
        done = decide_change(
            change=change,
            is_granted=is_granted,
            reason="" if is_granted else form.reason(),
            by_user=user,
            now=timezone.now(),
        )
    except StallError as error:
        messages.error(request, str(error))
        return redirect("desk:goods_change", change_id=change.pk)
    if done:
        said = _("The new words are in the shop.") if is_granted else _("Sent back.")
        messages.success(request, said)
    return redirect("desk:goods")


@for_stall_staff
@require_POST
def trust(request: HttpRequest, user: User, listing_id: int) -> HttpResponse:
    """Whether the stall of these goods shows its goods at once from now on."""
    listing = get_object_or_404(Listing.objects.select_related("stall"), pk=listing_id)
    is_trusted = request.POST.get("trust") == "1"
    if trust_stall(stall=listing.stall, is_trusted=is_trusted, by_user=user):
        said = (
            _("From now on its goods are shown at once.")
            if is_trusted
            else _("From now on its goods are looked at first.")
        )
        messages.success(request, said)
    return redirect("desk:goods_item", listing_id=listing_id)
