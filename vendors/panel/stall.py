"""«My stall»: what it says of itself, its steps from draft to open, its holiday, and its word against a pause."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.jalali import tehran_date
from vendors.panel.questions import QUESTIONS
from vendors.panel.seat import Seat, for_owner, seated
from vendors.panel.stall_forms import AppealForm, CloseForm, HolidayForm
from vendors.settlements.queries import accounts_of
from vendors.stalls.errors import StallError
from vendors.stalls.models import Stall
from vendors.stalls.queries.readiness import NEEDED, last_step, missing_of, terms_to_accept
from vendors.stalls.services.appeals import appeal_against_pause, pause_to_answer
from vendors.stalls.services.joining import accept_terms
from vendors.stalls.services.opening import (
    begin_holiday,
    close_stall,
    end_holiday,
    send_for_review,
    take_back_from_review,
)

# What is answered on a page of its own.
SCREENS = {"sending": "panel:sending", "terms": "panel:terms", "goods": "panel:products"}
PREPARING = (Stall.State.DRAFT, Stall.State.REVIEW)


@require_safe
@seated
def stall(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Every question with its answer; while the stall is prepared, what is missing and the way to send it in."""
    missing = missing_of(seat.stall)
    rows = [
        (slug, question.heading, question.icon, question.answer(seat.stall), slug in missing)
        for slug, question in QUESTIONS.items()
        if seat.is_owner or not question.is_holders_alone
    ]
    context = {
        "seat": seat,
        "rows": rows,
        "missing": missing,
        "n_done": len(NEEDED) - len(missing),
        "n_needed": len(NEEDED),
        "is_preparing": seat.stall.state in PREPARING,
        "last_step": last_step(seat.stall),
        "pause": pause_to_answer(seat.stall),
        "terms": terms_to_accept(seat.stall),
        "accounts": accounts_of(seat.stall) if seat.is_owner else None,
        "now": timezone.now(),
    }
    return render(request, "panel/stall.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def ask(request: HttpRequest, seat: Seat, question: str) -> HttpResponse:
    """One question; the next one that is missing follows while the stall is prepared."""
    asked = QUESTIONS.get(question)
    if asked is None or (asked.is_holders_alone and not seat.is_owner):
        raise Http404
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = asked(*sent, stall=seat.stall)
    if form.is_valid():
        try:
            form.keep()
        except StallError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return _onward(seat, question)
    context = {"seat": seat, "form": form, "question": question, "progress": _progress(seat.stall)}
    return render(request, "panel/question.html", context)


def _onward(seat: Seat, answered: str) -> HttpResponse:
    """To the next question without an answer, while the stall is prepared; else back to the list."""
    if seat.stall.state == Stall.State.DRAFT:
        for missing in missing_of(seat.stall):
            if missing in QUESTIONS and missing != answered:
                return redirect("panel:ask", missing)
            if missing in SCREENS:
                return redirect(SCREENS[missing])
    return redirect("panel:stall")


def _progress(stall: Stall) -> tuple[int, int] | None:
    """How many of the needed answers are there, while the stall is prepared."""
    if stall.state != Stall.State.DRAFT:
        return None
    return len(NEEDED) - len(missing_of(stall)), len(NEEDED)


@require_POST
@seated
def send_in(request: HttpRequest, seat: Seat) -> HttpResponse:
    try:
        send_for_review(stall=seat.stall, by_user=seat.user, now=timezone.now())
    except StallError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you! We look at it within two working days."))
    return redirect("panel:stall")


@require_POST
@seated
def take_back_draft(request: HttpRequest, seat: Seat) -> HttpResponse:
    try:
        take_back_from_review(stall=seat.stall, by_user=seat.user, now=timezone.now())
    except StallError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You can change it now. Send it in again when it is ready."))
    return redirect("panel:stall")


@require_safe
@seated
def terms(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The terms that hold, to read or to hear."""
    waiting = terms_to_accept(seat.stall)
    accepted = seat.stall.acceptances.select_related("terms").order_by("-at").first()
    shown = waiting or (accepted.terms if accepted else None)
    context = {"seat": seat, "terms": shown, "is_new": waiting is not None, "accepted": accepted}
    return render(request, "panel/terms.html", context)


@require_POST
@seated
@for_owner
def agree(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The holder of the stall says yes to the terms that were on the screen."""
    seen = request.POST.get("terms", "")
    try:
        accept_terms(
            stall=seat.stall,
            terms_id=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0,
            user=seat.user,
            now=timezone.now(),
        )
    except StallError as error:
        messages.error(request, str(error))
        return redirect("panel:terms")
    messages.success(request, _("Thank you. Your yes is kept with its date."))
    return redirect("panel:stall")


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def holiday(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Until when is the stall away, and may buyers order for later?"""
    today = tehran_date(timezone.now())
    form = HolidayForm(request.POST or None, stall=seat.stall, today=today)
    if form.is_valid():
        try:
            begin_holiday(
                stall=seat.stall,
                until=form.day(),
                note=form.cleaned_data["note"],
                takes_preorders=form.cleaned_data["takes_preorders"],
                by_user=seat.user,
                now=timezone.now(),
            )
        except StallError as error:
            form.add_error("until", str(error))
        else:
            messages.success(request, _("Have a good rest! Your stall opens again by itself."))
            return redirect("panel:home")
    return render(request, "panel/holiday.html", {"seat": seat, "form": form})


@require_POST
@seated
def holiday_over(request: HttpRequest, seat: Seat) -> HttpResponse:
    try:
        end_holiday(stall=seat.stall, by_user=seat.user, now=timezone.now())
    except StallError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Welcome back! Buyers see your goods again."))
    return redirect("panel:home")


@require_http_methods(["GET", "HEAD", "POST"])
@seated
@for_owner
def close(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Ending the stall: asked once more, and open orders go on."""
    form = CloseForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"] or _("The stall holder wished so.")
        try:
            close_stall(stall=seat.stall, by_user=seat.user, reason=reason, now=timezone.now())
        except StallError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your stall is closed. Thank you for your work here."))
            return redirect("panel:home")
    return render(request, "panel/close.html", {"seat": seat, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def appeal(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The stall's own people say what they think of a pause."""
    pause = pause_to_answer(seat.stall)
    if seat.errand or pause is None:
        raise Http404
    form = AppealForm(request.POST or None)
    if form.is_valid():
        try:
            appeal_against_pause(
                stall=seat.stall,
                text=form.cleaned_data["text"],
                by_user=seat.user,
                now=timezone.now(),
            )
        except StallError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("Thank you. Another person than the one who paused it looks.")
            )
        return redirect("panel:stall")
    return render(request, "panel/appeal.html", {"seat": seat, "form": form, "pause": pause})
