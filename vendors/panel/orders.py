"""Orders of the stall: read, accept, send, and know that they arrived."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shop.jalali import tehran_date
from shop.orders.errors import OrderError
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import (
    accept_stall_order,
    deliver_stall_order,
    take_back_stall_order,
)
from shop.orders.services.send import send_stall_order
from shop.orders.shares import left_of
from vendors.panel.forms import ParcelForm
from vendors.panel.queries import PAGE, counts_by_state, shown_orders
from vendors.panel.seat import PanelView, Seat, seated

State = StallOrder.State


def _pile(state: StallOrder.State, *, is_waiting: bool) -> PanelView:
    """The page of the orders in one state: what waits by its day of sending, what is done by its newest."""

    @require_safe
    @seated
    def pile(request: HttpRequest, seat: Seat) -> HttpResponse:
        today = tehran_date(timezone.now())
        orders = seat.orders.filter(state=state).marked_late(today=today)
        orders = orders.with_due_at_door()
        if is_waiting:
            orders = orders.order_by("send_by", "pk")
        elif before := orders.filter(number=request.GET.get("before", "")).first():
            orders = orders.before(before)
        page = list(orders.select_related("order__shipping_address")[: PAGE + 1])
        context = {
            "seat": seat,
            "state": state,
            "orders": shown_orders(page[:PAGE], stall=seat.stall),
            "has_more": len(page) > PAGE,
            "is_waiting": is_waiting,
            "counts": counts_by_state(seat),
        }
        return render(request, "panel/orders.html", context)

    return pile


new = _pile(State.NEW, is_waiting=True)
to_send = _pile(State.ACCEPTED, is_waiting=True)
sent = _pile(State.SENT, is_waiting=False)
done = _pile(State.DELIVERED, is_waiting=False)
cancelled = _pile(State.CANCELLED, is_waiting=False)


def own_order(seat: Seat, number: str) -> StallOrder:
    today = tehran_date(timezone.now())
    orders = seat.orders.marked_late(today=today).with_due_at_door()
    return get_object_or_404(orders.select_related("order__shipping_address"), number=number)


@require_safe
@seated
def detail(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    return _page(request, seat, stall_order, ParcelForm.for_order(stall_order))


def _page(
    request: HttpRequest, seat: Seat, stall_order: StallOrder, form: ParcelForm
) -> HttpResponse:
    (shown,) = shown_orders([stall_order], stall=seat.stall)
    context = {
        "seat": seat,
        "shown": shown,
        "stall_order": stall_order,
        "form": form,
        "left": left_of(stall_order),
        "refunds": stall_order.refunds.all(),
    }
    return render(request, "panel/order.html", context)


@require_POST
@seated
def accept(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    return _moved(
        request,
        stall_order,
        lambda: accept_stall_order(stall_order=stall_order, now=timezone.now()),
        _("Accepted. Here is where it goes."),
    )


@require_POST
@seated
def send(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    form = ParcelForm(request.POST)
    if not form.is_valid():
        return _page(request, seat, stall_order, form)
    return _moved(
        request,
        stall_order,
        lambda: send_stall_order(
            stall_order=stall_order,
            carrier=form.cleaned_data["carrier"],
            tracking_code=form.cleaned_data["tracking_code"],
            now=timezone.now(),
        ),
        _("Well done! We have told the buyer."),
    )


@require_POST
@seated
def deliver(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order = own_order(seat, number)
    return _moved(
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


def _moved(
    request: HttpRequest, stall_order: StallOrder, step: Callable[[], None], said: str
) -> HttpResponse:
    """Take one step and show the order as it then stands, whoever took the step first."""
    try:
        step()
    except OrderError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("panel:order", number=stall_order.number)
