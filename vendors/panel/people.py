"""Who works for a stall, and what others than its own people did there."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.models import User
from shop.templatetags.bazarche import digits
from vendors.panel.questions import QUESTIONS
from vendors.panel.seat import Seat, for_owner, seated
from vendors.panel.stall_forms import MemberForm
from vendors.stalls.errors import StallError
from vendors.stalls.models import ActedFor, StallMember
from vendors.stalls.services.joining import add_member, remove_member

ACTS_SHOWN = 50
STAFF = ActedFor.Capacity.STAFF


@dataclass(frozen=True)
class Entry:
    """One thing that another than the stall's own people did there."""

    at: datetime
    words: str
    subject: str
    user: User
    capacity: str


@require_http_methods(["GET", "HEAD", "POST"])
@seated
@for_owner
def people(request: HttpRequest, seat: Seat) -> HttpResponse:
    form = MemberForm(request.POST or None)
    if form.is_valid():
        try:
            add_member(
                stall=seat.stall,
                phone=form.cleaned_data["phone"],
                name=form.cleaned_data["name"],
                role=StallMember.Role(form.cleaned_data["role"]),
                now=timezone.now(),
            )
        except StallError as error:
            form.add_error("phone", str(error))
        else:
            messages.success(request, _("Added. We have told them by SMS."))
            return redirect("panel:people")
    members = seat.stall.members.select_related("user").order_by("pk")
    return render(request, "panel/people.html", {"seat": seat, "members": members, "form": form})


@require_POST
@seated
@for_owner
def remove(request: HttpRequest, seat: Seat, member_id: int) -> HttpResponse:
    get_object_or_404(seat.stall.members, pk=member_id)
    try:
        remove_member(stall=seat.stall, member_id=member_id, now=timezone.now())
    except StallError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("They no longer work for your stall."))
    return redirect("panel:people")


@require_safe
@seated
def acts(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What facilitators and staff did in this stall, and when staff came in, even to look: the newest first."""
    if not (seat.is_owner or seat.is_guest):
        raise Http404
    acts = [
        Entry(act.at, act.words, _subject(act), act.user, act.get_capacity_display())
        for act in seat.stall.acts.select_related("user")[:ACTS_SHOWN]
    ]
    errands = [
        Entry(errand.began_at, _("Came in to help"), errand.reason, errand.user, str(STAFF.label))
        for errand in seat.stall.errands.select_related("user")[:ACTS_SHOWN]
    ]
    shown = sorted(acts + errands, key=lambda entry: entry.at, reverse=True)
    return render(request, "panel/acts.html", {"seat": seat, "entries": shown})


def _subject(act: ActedFor) -> str:
    """What it was about: a question in its own words, else the number that stood in the address."""
    asked = QUESTIONS.get(act.subject) if act.deed == "panel:ask" else None
    return str(asked.heading) if asked else digits(act.subject)
