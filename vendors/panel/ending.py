"""Orders that end whole: the stall says no, or the goods have come back."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.orders.errors import OrderError
from shop.orders.forms import DECLINE_REASONS, RETURN_REASONS, EndingForm
from shop.orders.models import StallOrder
from shop.orders.services.say_no import decline_stall_order, return_stall_order
from shop.orders.shares import left_of
from vendors.panel.orders import own_order
from vendors.panel.seat import PanelView, Seat, for_owner, note_deed, seated

State = StallOrder.State


def _ending(
    *,
    template: str,
    reasons: Mapping[str, Any],
    states: tuple[State, ...],
    end: Callable[..., object],
    is_owners: bool = False,
) -> PanelView:
    """The page that asks why, and then ends the order; `is_owners`: the stall holder's alone."""

    def ending(request: HttpRequest, seat: Seat, number: str) -> HttpResponse:
        stall_order = own_order(seat, number)
        if stall_order.state not in states:
            note_deed(request, is_done=False)
            return redirect("panel:order", number=number)  # pressed twice, or moved on
        form = EndingForm(request.POST or None, reasons=reasons)
        if request.method == "POST" and form.is_valid():
            try:
                end(
                    stall_order=stall_order,
                    reason=form.said_reason(),
                    by_user_id=seat.user.pk,
                    now=timezone.now(),
                )
            except OrderError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Done. We have told the buyer."))
                return redirect("panel:order", number=number)
        context = {
            "seat": seat,
            "stall_order": stall_order,
            "form": form,
            "left": left_of(stall_order),
        }
        return render(request, template, context)

    asked = seated(for_owner(ending) if is_owners else ending)
    return require_http_methods(["GET", "HEAD", "POST"])(asked)


decline = _ending(
    template="panel/decline.html",
    reasons=DECLINE_REASONS,
    states=(State.NEW, State.ACCEPTED, State.PACKED),
    end=decline_stall_order,
)
came_back = _ending(
    template="panel/came_back.html",
    reasons=RETURN_REASONS,
    states=(State.DELIVERED, State.CLOSED),
    end=return_stall_order,
    is_owners=True,
)
