"""What buyers say and visitors ask of the stall's goods, and the stall's answers."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from shop.forms import PlainForm, PlainTextField
from vendors.panel.seat import PanelView, Seat, seated
from vendors.panel.voices import questions_to, reviews_for, voices_waiting
from vendors.stalls.errors import StallError
from vendors.stalls.models import Question, Review
from vendors.stalls.services.questions import answer_question as answer_to_question
from vendors.stalls.services.reviews import answer_review as answer_to_review

ON_ONE_PAGE = 20


class AnswerForm(PlainForm):
    answer = PlainTextField(
        label=gettext_lazy("Your answer"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


def _list(of: Callable[[Any], Any], kind: str) -> PanelView:
    @require_safe
    @seated
    def page(request: HttpRequest, seat: Seat) -> HttpResponse:
        shown = Paginator(of(seat), ON_ONE_PAGE).get_page(request.GET.get("page"))
        waiting = voices_waiting(seat)
        context = {"seat": seat, "page": shown, "kind": kind, "waiting": waiting}
        return render(request, "panel/voices.html", context)

    return page


questions = _list(questions_to, "questions")
reviews = _list(reviews_for, "reviews")


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def answer_question(request: HttpRequest, seat: Seat, question_id: int) -> HttpResponse:
    question = get_object_or_404(questions_to(seat), pk=question_id)
    return _answer(request, seat, question, "panel:questions")


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def answer_review(request: HttpRequest, seat: Seat, review_id: int) -> HttpResponse:
    review = get_object_or_404(reviews_for(seat), pk=review_id)
    return _answer(request, seat, review, "panel:reviews")


def _answer(request: HttpRequest, seat: Seat, said: Question | Review, back: str) -> HttpResponse:
    """The one screen of an answer; after it, the list it came from."""
    form = AnswerForm(request.POST or None, initial={"answer": said.answer})
    if form.is_valid():
        answer, now = form.cleaned_data["answer"], timezone.now()
        try:
            if isinstance(said, Question):
                answer_to_question(question=said, answer=answer, now=now)
                done = _(
                    "Thank you. We read it, then it stands with the goods, and the asker is told."
                )
            else:
                answer_to_review(review=said, answer=answer, now=now)
                done = _("Your answer stands under the review.")
        except StallError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
        return redirect(back)
    context = {"seat": seat, "said": said, "form": form, "is_review": isinstance(said, Review)}
    return render(request, "panel/answer.html", context)
