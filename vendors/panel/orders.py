"""Orders of the stall: read, accept, pack, send, and know that they arrived."""

from collections import Counter
from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.jalali import tehran_date
from shop.orders.errors import OrderError
from shop.orders.models import ShipmentLine, StallOrder
from shop.orders.services.fulfil import (
    accept_stall_order,
    deliver_stall_order,
    pack_stall_order,
    take_back_stall_order,
)
from shop.orders.services.send import READY, Part, correct_tracking_code, send_stall_order
from shop.orders.shares import left_of, unsent
from vendors.panel.forms import CodeForm, ParcelForm, PartForm
from vendors.panel.queries import PAGE, piles_of, shown_orders
from vendors.panel.seat import PanelView, Seat, note_deed, seated

State = StallOrder.State


def _pile(name: str, states: tuple[str, ...], *, is_waiting: bool) -> PanelView:
    """A page of the orders in some states: what waits by its day of sending, what is done by its newest."""

    @require_safe
    @seated
    def pile(request: HttpRequest, seat: Seat) -> HttpResponse:
        now = timezone.now()
        found = seat.orders.filter(state__in=states)
        last = found.filter(number=request.GET.get("after", "")).first()
        if is_waiting:
            orders = (found.to_send_after(last) if last else found).order_by("send_by", "pk")
        else:
            orders = found.before(last) if last else found
        orders = orders.marked_late(today=tehran_date(now)).with_due_at_door()
        page = list(orders.select_related("order__shipping_address")[: PAGE + 1])
        context = {
            "seat": seat,
            "pile": name,
            "orders": shown_orders(page[:PAGE], stall=seat.stall, now=now),
            "has_more": len(page) > PAGE,
            "is_waiting": is_waiting,
            "piles": piles_of(seat),
        }
        return render(request, "panel/orders.html", context)

    return pile


new = _pile("new", (State.NEW,), is_waiting=True)
to_send = _pile("to_send", READY, is_waiting=True)
sent = _pile("sent", (State.SENT,), is_waiting=False)
done = _pile("done", StallOrder.ARRIVED, is_waiting=False)
cancelled = _pile("ended", StallOrder.ENDED, is_waiting=False)


def own_order(seat: Seat, number: str) -> StallOrder:
    today = tehran_date(timezone.now())
    orders = seat.orders.marked_late(today=today).with_due_at_door()
    unread = Count("messages", filter=Q(messages__author=None, messages__read_at=None))
    found = orders.annotate(n_unread=unread).select_related(
        "order__shipping_address", "pickup_point"
    )
    found = found.prefetch_related("refunds")
    return get_object_or_404(found, number=number)


@require_safe
@seated
def detail(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    if stall_order.state == State.SENT:
        form: CodeForm = CodeForm(initial={"tracking_code": stall_order.tracking_code})
    else:
        form = ParcelForm.for_order(stall_order)
    return _page(request, seat, stall_order, form)


def _page(
    request: HttpRequest, seat: Seat, stall_order: StallOrder, form: CodeForm
) -> HttpResponse:
    (shown,) = shown_orders([stall_order], stall=seat.stall, now=timezone.now())
    left = left_of(stall_order)
    lines = Prefetch("lines", ShipmentLine.objects.select_related("order_line"))
    shipments = list(stall_order.shipments.prefetch_related(lines))
    shipped: Counter[int] = Counter()
    for line in (line for shipment in shipments for line in shipment.lines.all()):
        shipped[line.order_line_id] += line.quantity
    n_unsent = sum(unsent(left, shipped).values()) if stall_order.state in READY else 0
    context = {
        "seat": seat,
        "shown": shown,
        "stall_order": stall_order,
        "form": form,
        "left": left,
        "refunds": stall_order.refunds.all(),
        "shipments": shipments,
        "may_send_a_part": n_unsent > 1 and stall_order.due_at_door is None,
    }
    return render(request, "panel/order.html", context)


@require_POST
@seated
def accept(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    return moved(
        request,
        stall_order,
        lambda: accept_stall_order(stall_order=stall_order, now=timezone.now()),
        _("Accepted. Here is where it goes."),
    )


@require_POST
@seated
def pack(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    return moved(
        request,
        stall_order,
        lambda: pack_stall_order(stall_order=stall_order, now=timezone.now()),
        _("Packed. Now it only has to be sent."),
    )


@require_POST
@seated
def send(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    form = ParcelForm(request.POST)
    if not form.is_valid():
        return _page(request, seat, stall_order, form)
    return moved(
        request,
        stall_order,
        lambda: send_stall_order(stall_order=stall_order, now=timezone.now(), **form.cleaned_data),
        _("Well done! We have told the buyer."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def send_part(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    """Some of it goes now, the rest later."""
    stall_order = own_order(seat, number)
    if stall_order.state not in READY:
        note_deed(request, is_done=False)
        return redirect("panel:order", number=number)
    form = PartForm(request.POST or None, stall_order=stall_order)
    if request.method == "POST" and form.is_valid():
        part = Part(pieces=form.pieces(), number=form.cleaned_data["part_number"])
        try:
            send_stall_order(
                stall_order=stall_order,
                carrier=form.cleaned_data["carrier"],
                tracking_code=form.cleaned_data["tracking_code"],
                now=timezone.now(),
                part=part,
            )
        except OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Well done! We have told the buyer."))
            return redirect("panel:order", number=number)
    context = {"seat": seat, "stall_order": stall_order, "form": form}
    return render(request, "panel/send_part.html", context)


@require_POST
@seated
def correct_code(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    """Whoever may send a parcel may put its code right."""
    stall_order = own_order(seat, number)
    form = CodeForm(request.POST)
    if not form.is_valid() and stall_order.state == State.SENT:
        return _page(request, seat, stall_order, form)
    return moved(
        request,
        stall_order,
        lambda: correct_tracking_code(
            stall_order=stall_order,
            tracking_code=form.cleaned_data.get("tracking_code", ""),
            now=timezone.now(),
        ),
        _("Well done! The buyer gets the right code."),
    )


@require_POST
@seated
def deliver(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    return moved(
        request,
        stall_order,
        lambda: deliver_stall_order(stall_order=stall_order, now=timezone.now()),
        _("It has arrived. The money is now counted as yours."),
    )


@require_POST
@seated
def take_back(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    """The buyer did not take it at the door: it stands with what was cancelled."""
    stall_order = own_order(seat, number)
    try:
        take_back_stall_order(stall_order=stall_order, now=timezone.now())
    except OrderError as error:
        messages.error(request, str(error))
        return redirect("panel:order", number=stall_order.number)
    messages.success(request, _("Not taken. The goods are on your shelf again."))
    return redirect("panel:orders_sent")


def moved(
    request: HttpRequest, stall_order: StallOrder, step: Callable[[], object], said: str
) -> HttpResponse:
    """Take one step and show the order as it then stands, whoever took the step first."""
    try:
        step()
    except OrderError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("panel:order", number=stall_order.number)
