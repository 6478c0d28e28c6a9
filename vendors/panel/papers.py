"""Papers of an order: what goes into the parcel, and what goes on it. Nothing on them tells whose goods they are."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from shop.orders.models import StallOrder
from shop.orders.privacy import buyer_seen
from shop.orders.services.send import READY
from shop.orders.shares import left_of, unsent_of
from shop.papers import pdf_response
from vendors.panel.orders import own_order
from vendors.panel.queries import shown_orders
from vendors.panel.seat import Seat, seated


def _with_address_or_404(seat: Seat, number: str) -> StallOrder:
    """The order, if its stall may see where it goes: it has said yes, and the time is not over."""
    stall_order = own_order(seat, number)
    if not buyer_seen(stall_order, now=timezone.now()).has_address:
        raise Http404
    return stall_order


def _in_parcel(stall_order: StallOrder) -> dict[int, int]:
    """Order line → pieces in the parcel of today: what has still to go, or what went last once all has gone."""
    if stall_order.state in READY:
        return unsent_of(stall_order)
    last = stall_order.shipments.order_by("sent_at", "pk").last()
    if last is None:
        return {line.order_line_id: line.quantity for line in left_of(stall_order).lines}
    return {line.order_line_id: line.quantity for line in last.lines.all()}


@require_safe
@seated
def label(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    """A6, to be stuck on the parcel. The one place where the buyer's phone number stands: the carrier calls it."""
    stall_order = _with_address_or_404(seat, number)
    context = {
        "stall_order": stall_order,
        "address": stall_order.order.shipping_address,
        "return_address": settings.RETURN_ADDRESS,
    }
    page = render_to_string("panel/paper_label.html", context)
    return pdf_response(page, name=f"label-{number}.pdf")


@require_safe
@seated
def slip(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    """A6, to be put into the parcel: what is in it, without prices; of an order in parts, its next or last part."""
    stall_order = _with_address_or_404(seat, number)
    (shown,) = shown_orders([stall_order], stall=seat.stall, now=timezone.now())
    pieces = _in_parcel(stall_order)
    lines = [(line, pieces.get(line.order_line_id, 0)) for line in shown.lines]
    context = {"stall_order": stall_order, "shown": shown, "lines": lines}
    page = render_to_string("panel/paper_slip.html", context)
    return pdf_response(page, name=f"slip-{number}.pdf")
