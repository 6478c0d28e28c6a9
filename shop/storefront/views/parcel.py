"""What a buyer does with one parcel of an order; the order's signed link is the key."""

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop.orders.errors import OrderError
from shop.orders.forms import CANCEL_REASONS, MASKED, EndingForm, MessageForm
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import receive_stall_order
from shop.orders.services.messages import is_open, mark_read, write_message
from shop.orders.services.say_no import cancel_stall_order
from shop.storefront.queries.order import OrderParcel
from shop.storefront.views.order import page_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The buyer thinks better of it, while the stall has not said yes."""
    parcel = parcel_or_404(token, number)
    if parcel.stall_order.state != StallOrder.State.NEW:
        return redirect(
            "order", token
        )  # pressed twice, or the stall was quicker: the page says how it stands
    form = EndingForm(request.POST or None, reasons=CANCEL_REASONS)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_stall_order(
                stall_order=parcel.stall_order, reason=form.said_reason(), now=timezone.now()
            )
        except OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Cancelled. We have told the stall."))
            return redirect("order", token)
    context = {"token": token, "parcel": parcel, "form": form}
    return render(request, "storefront/cancel_parcel.html", context)


@require_POST
@never_cache
def received(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The buyer has it in their hands. Pressed twice, or after the stall said so, it is thanked for all the same."""
    stall_order = parcel_or_404(token, number).stall_order
    try:
        receive_stall_order(stall_order=stall_order, now=timezone.now())
    except OrderError as error:
        stall_order.refresh_from_db()
        if stall_order.state not in StallOrder.ARRIVED:
            messages.error(request, str(error))
            return redirect("order", token)
    messages.success(request, _("Thank you! The stall knows that you have it."))
    return redirect("order", token)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def thread(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The buyer and the stall write to each other; neither sees the other's number."""
    parcel, now = parcel_or_404(token, number), timezone.now()
    stall_order = parcel.stall_order
    form = MessageForm(request.POST or None)
    if request.method == "POST":
        limited: HttpResponse | None = consume_or_429(request, action="write_message")
        if limited is not None:
            return limited
        if form.is_valid() and _written(request, stall_order, form):
            return redirect("messages", token, number)
    mark_read(stall_order=stall_order, by_buyer=True, now=now)
    context = {
        "token": token,
        "parcel": parcel,
        "thread": stall_order.messages.all(),
        "form": form,
        "is_open": is_open(stall_order, now=now),
    }
    return render(request, "storefront/messages.html", context)


def _written(request: HttpRequest, stall_order: StallOrder, form: MessageForm) -> bool:
    try:
        written = write_message(
            stall_order=stall_order,
            author_id=None,
            text=form.cleaned_data["text"],
            now=timezone.now(),
        )
    except OrderError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Sent. The stall gets a message about it."))
    if written.was_masked:
        messages.warning(request, str(MASKED))
    return True


def parcel_or_404(token: str, number: str) -> OrderParcel:
    """The parcel with this number, if it is one of the order that the link opens."""
    for parcel in page_or_404(token).parcels:
        if parcel.stall_order.number == number:
            return parcel
    raise Http404
