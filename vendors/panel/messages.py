"""The stall and its buyer write to each other; neither sees the other's number."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.orders.errors import OrderError
from shop.orders.forms import MASKED, MessageForm
from shop.orders.privacy import buyer_seen
from shop.orders.services.messages import is_open, mark_read, write_message
from vendors.panel.orders import own_order
from vendors.panel.seat import Seat, seated


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def thread(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
    stall_order, now = own_order(seat, number), timezone.now()
    buyer = buyer_seen(stall_order, now=now)
    if buyer.is_forgotten:  # what they wrote may say who they are
        raise Http404
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            written = write_message(
                stall_order=stall_order,
                author_id=seat.user.pk,
                text=form.cleaned_data["text"],
                now=now,
            )
        except OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent. The buyer gets a message about it."))
            if written.was_masked:
                messages.warning(request, str(MASKED))
            return redirect("panel:messages", number=number)
    if seat.errand is None:  # what staff have read, the stall has not
        mark_read(stall_order=stall_order, by_buyer=False, now=now)
    context = {
        "seat": seat,
        "stall_order": stall_order,
        "buyer": buyer,
        "thread": seat.messages.filter(stall_order=stall_order),
        "form": form,
        "is_open": is_open(stall_order, now=now),
    }
    return render(request, "panel/messages.html", context)
