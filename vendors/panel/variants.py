"""Sizes and colours of goods: added one by one, taken away one by one. Prices and counts are changed in the list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vendors.panel.listing import GET_OR_POST, of_seat
from vendors.panel.listing_forms import VariantForm
from vendors.panel.listing_queries import sizes_of
from vendors.panel.seat import Seat, seated
from vendors.stalls.errors import StallError
from vendors.stalls.models import Listing
from vendors.stalls.services.listing_words import COMMA
from vendors.stalls.services.variants import add_variant, take_variant_away

MOST_VARIANTS = 40


@require_http_methods(GET_OR_POST)
@seated
def variants(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    listing = of_seat(seat, product_id)
    sizes = sizes_of(listing)
    fulfilment = getattr(listing.product, "fulfilment", None)
    is_counted = fulfilment is None or fulfilment.made_days is None
    # Most sizes cost the same: the next one begins with the last one's price.
    last = (
        sizes[-1].price if sizes else getattr(listing.product.stockrecords.first(), "price", None)
    )
    form = VariantForm(
        request.POST or None,
        is_counted=is_counted,
        initial={"price": None if last is None else int(last)},
    )
    if request.method == "POST" and form.is_valid():
        if not listing.product.title:
            form.add_error(None, _("Write what it is called first."))
        elif len(sizes) >= MOST_VARIANTS:
            form.add_error(None, _("So many sizes are too many for one thing. Make a copy of it."))
        elif _add(seat, listing, form):
            messages.success(request, _("Added."))
            return redirect("panel:variants", product_id=product_id)
    context = {"seat": seat, "listing": listing, "sizes": sizes, "form": form}
    return render(request, "panel/variants.html", context)


def _add(seat: Seat, listing: Listing, form: VariantForm) -> bool:
    names = (form.cleaned_data["size"], form.cleaned_data["colour"])
    try:
        add_variant(
            listing=listing,
            name=COMMA.join(name for name in names if name),
            price=form.cleaned_data["price"],
            count=form.cleaned_data.get("count"),
            by_user=seat.user,
            now=timezone.now(),
        )
    except StallError as error:
        form.add_error("size", str(error))
        return False
    return True


@require_POST
@seated
def take_away(request: HttpRequest, seat: Seat, product_id: int, variant_id: int) -> HttpResponse:
    if take_variant_away(listing=of_seat(seat, product_id), product_id=variant_id):
        messages.success(request, _("Taken away. Orders of it stay."))
    return redirect("panel:variants", product_id=product_id)
