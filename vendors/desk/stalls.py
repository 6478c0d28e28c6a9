"""The stalls at the desk: which wait for us, one stall with its history, and the steps staff take with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shop.accounts.models import User
from vendors.desk.care import for_stall_staff
from vendors.desk.reasons import AnswerForm, ErrandForm, ReasonForm
from vendors.desk.stall_queries import LISTS, counted_lists, stall_page, stalls_of
from vendors.stalls.errors import StallError
from vendors.stalls.models import Appeal, Stall
from vendors.stalls.services.appeals import answer_appeal
from vendors.stalls.services.opening import close_stall, open_stall, pause_stall, send_back

# Step in the address → what does it, and what is said when it is done.
STEPS: dict[str, tuple[Callable[..., Any], Any]] = {
    "open": (open_stall, gettext_lazy("Open. Buyers see it now, and its holder is told.")),
    "send-back": (send_back, gettext_lazy("Sent back. Its holder is told why.")),
    "pause": (pause_stall, gettext_lazy("Paused. Its holder is told why, and may answer.")),
    "close": (close_stall, gettext_lazy("Closed. Its holder is told why.")),
}


@for_stall_staff
@require_safe
def stalls(request: HttpRequest, user: User, which: str = "waiting") -> HttpResponse:
    if which not in LISTS:
        raise Http404
    context = {"which": which, "stalls": stalls_of(which), "lists": counted_lists()}
    return render(request, "desk/stalls.html", context)


@for_stall_staff
@require_safe
def stall(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    return draw_stall(request, user, stall_of(slug))


def draw_stall(
    request: HttpRequest,
    user: User,
    stall: Stall,
    *,
    tried: tuple[str, ReasonForm] | None = None,
    appeal: Appeal | None = None,
    answer: AnswerForm | None = None,
    errand: ErrandForm | None = None,
) -> HttpResponse:
    """The stall with its forms; what was typed stays in the one that was refused, even when its appeal is answered."""
    page = stall_page(stall, user=user)
    forms = {step: ReasonForm(about=step, auto_id=f"id_{step}_%s") for step in STEPS}
    if tried:
        forms[tried[0]] = tried[1]
    context = {
        "stall": stall,
        "page": page,
        "forms": {step.replace("-", "_"): form for step, form in forms.items()},
        "appeal": page.appeal or appeal,
        "answer": answer or AnswerForm(auto_id="id_appeal_%s"),
        "errand": errand or ErrandForm(auto_id="id_errand_%s"),
    }
    return render(request, "desk/stall.html", context)


@for_stall_staff
@require_POST
def step(request: HttpRequest, user: User, slug: str, step: str) -> HttpResponse:
    """Take one step with a stall, as it stood on the screen."""
    stall = stall_of(slug)
    if step not in STEPS:
        raise Http404
    form = ReasonForm(request.POST, about=step, auto_id=f"id_{step}_%s")
    if not form.is_valid():
        return draw_stall(request, user, stall, tried=(step, form))
    take, done = STEPS[step]
    try:
        take(stall=stall, by_user=user, reason=form.reason(), now=timezone.now())
    except StallError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("desk:stall", slug)


@for_stall_staff
@require_POST
def appeal(request: HttpRequest, user: User, appeal_id: int) -> HttpResponse:
    """Answer what a stall holder said to being paused; never by who paused."""
    found = get_object_or_404(Appeal.objects.select_related("decision__stall"), pk=appeal_id)
    slug = found.decision.stall.slug
    form = AnswerForm(request.POST, auto_id="id_appeal_%s")
    if form.is_valid():
        try:
            answer_appeal(
                appeal=found,
                is_granted=request.POST.get("granted") == "1",
                answer=form.cleaned_data["answer"],
                by_user=user,
                now=timezone.now(),
            )
        except StallError as error:
            form.add_error("answer", str(error))
        else:
            messages.success(request, _("Answered. The stall holder is told."))
            return redirect("desk:stall", slug)
    return draw_stall(request, user, stall_of(slug), appeal=found, answer=form)


def stall_of(slug: str) -> Stall:
    stalls = Stall.objects.select_related("partner__terms", "main_category")
    return get_object_or_404(stalls, slug=slug)
