"""What buyers say, visitors ask and people report: staff read it before it is shown, and when somebody objects."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.models import User
from shop.forms import PlainForm, PlainTextField
from vendors.desk.care import for_stall_staff
from vendors.desk.voices import (
    open_reports,
    questions_to_read,
    reviews_to_read,
    said_question,
    said_review,
    to_read,
)
from vendors.stalls.errors import DecidedMeanwhile, NoReasonGiven, StallError
from vendors.stalls.models import Question, Report, Review
from vendors.stalls.services.questions import refuse_to_show_question, show_question
from vendors.stalls.services.reports import settle_report
from vendors.stalls.services.reviews import refuse_to_show_review, show_review, take_answer_off

ON_ONE_PAGE = 30
ANSWER_OFF = "answer-off"


class DecisionForm(PlainForm):
    """Shown or not, or without the stall's answer, of the words that were seen; all but a yes says why."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    decision = forms.ChoiceField(choices=[(each, each) for each in ("show", "refuse", ANSWER_OFF)])
    reason = PlainTextField(
        label=gettext_lazy("Why not?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, said: Review | Question, **kwargs: Any) -> None:
        super().__init__(*args, initial={"seen": said.version}, **kwargs)
        self.fields["reason"].help_text = _who_reads_why(said)


def _who_reads_why(said: Review | Question) -> str:
    if isinstance(said, Question):
        return _(
            "In plain, kind words: the stall reads this. Whoever asked is told that it is not shown."
        )
    if said.answer:
        return _(
            "In plain, kind words: the buyer reads this; of an answer that is taken off, the stall."
        )
    return _("In plain, kind words: whoever wrote it reads this.")


@for_stall_staff
@require_safe
def reviews(request: HttpRequest, user: User) -> HttpResponse:
    return _queue(request, "desk/reviews.html", reviews_to_read())


@for_stall_staff
@require_safe
def questions(request: HttpRequest, user: User) -> HttpResponse:
    return _queue(request, "desk/questions.html", questions_to_read())


@for_stall_staff
@require_safe
def reports(request: HttpRequest, user: User) -> HttpResponse:
    return _queue(request, "desk/reports.html", open_reports())


def _queue(request: HttpRequest, template: str, rows: Any) -> HttpResponse:
    page = Paginator(rows, ON_ONE_PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"page": page, "to_read": to_read()})


@for_stall_staff
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, user: User, review_id: int) -> HttpResponse:
    """One review, whatever its state: to be shown, refused, or taken off the page again."""
    said = get_object_or_404(said_review(), pk=review_id)
    return _decide(request, user, said)


@for_stall_staff
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, user: User, question_id: int) -> HttpResponse:
    said = get_object_or_404(said_question(), pk=question_id)
    return _decide(request, user, said)


def _decide(request: HttpRequest, user: User, said: Review | Question) -> HttpResponse:
    is_review = isinstance(said, Review)
    form = DecisionForm(request.POST or None, said=said)
    if form.is_valid():
        try:
            _step(said, form, by_user_id=user.pk)
        except NoReasonGiven as missing:
            form.add_error("reason", str(missing))
        except StallError as error:
            messages.error(request, str(error))
            return redirect(request.path)
        else:
            messages.success(request, _done(form.cleaned_data["decision"]))
            return redirect("desk:reviews" if is_review else "desk:questions")
    context = {
        "said": said,
        "form": form,
        "is_review": is_review,
        "reports": said.reports.filter(settled_at=None),
    }
    return render(request, "desk/said.html", context)


def _done(decision: str) -> str:
    if decision == ANSWER_OFF:
        return _("The answer is off the page, and the stall is told why.")
    return _("It stands on the page.") if decision == "show" else _("It is not shown.")


def _step(said: Review | Question, form: DecisionForm, *, by_user_id: int) -> None:
    """Raises StallError."""
    seen, now = form.cleaned_data["seen"], timezone.now()
    by = {"seen": seen, "by_user_id": by_user_id, "now": now}
    if form.cleaned_data["decision"] == "show":
        if isinstance(said, Review):
            show_review(review=said, **by)
        else:
            show_question(question=said, **by)
        return
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["decision"] == ANSWER_OFF:
        if not isinstance(said, Review):
            raise DecidedMeanwhile  # a question is shown with its answer or not at all
        take_answer_off(review=said, reason=reason, **by)
    elif isinstance(said, Review):
        refuse_to_show_review(review=said, reason=reason, **by)
    else:
        refuse_to_show_question(question=said, reason=reason, **by)


@for_stall_staff
@require_POST
def settle(request: HttpRequest, user: User, report_id: int) -> HttpResponse:
    """A report was looked at; a second press finds it settled, which is just as well."""
    found = get_object_or_404(Report, pk=report_id)
    settle_report(report=found, by_user_id=user.pk, now=timezone.now())
    messages.success(request, _("Done. It has left the list."))
    return redirect("desk:reports")
