"""Questions about goods: anybody asks, the stall answers, staff look at both, and then the page shows them."""

import logging
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from shop.jobs import publish
from shop.orders.masking import mask
from vendors.stalls.errors import AnsweredAlready, DecidedMeanwhile, NoReasonGiven
from vendors.stalls.events import QuestionAsked, QuestionRefused, QuestionShown
from vendors.stalls.models import Listing, Question, Shown

log = logging.getLogger(__name__)


def ask_question(
    *, listing: Listing, text: str, phone: str, form_id: uuid.UUID, now: datetime
) -> Question:
    """Ask the stall about its goods; the form sent twice asks once. The phone (E.164) is for the answer alone."""
    with transaction.atomic():
        question, is_new = Question.objects.get_or_create(
            form_id=form_id,
            defaults={"listing": listing, "text": text, "phone": phone, "created_at": now},
        )
        if is_new:
            publish(QuestionAsked(question.pk))
    if is_new:
        log.info("question.asked question=%s", question.pk)
    return question


def answer_question(*, question: Question, answer: str, now: datetime) -> None:
    """The stall's answer, with numbers in it hidden; it may be written anew until it is on the page.

    Raises AnsweredAlready after that. The same words again change nothing.
    """
    text = mask(answer).text
    same = Question.objects.filter(pk=question.pk, answer=text).exclude(state=Shown.REFUSED)
    if same.exists():
        return
    moved = (
        Question.objects.filter(pk=question.pk)
        .exclude(state=Shown.SHOWN)
        .update(
            answer=text,
            answered_at=now,
            state=Shown.WAITING,
            reason="",
            version=F("version") + 1,
        )
    )
    if moved != 1:
        raise AnsweredAlready
    log.info("question.answered question=%s", question.pk)


def show_question(*, question: Question, seen: int, by_user_id: int, now: datetime) -> None:
    """Put question and answer as they were seen on the page. Raises DecidedMeanwhile, also without an answer."""
    with transaction.atomic():
        moved = (
            Question.objects.filter(pk=question.pk, version=seen, answered_at__isnull=False)
            .exclude(state=Shown.SHOWN)
            .update(state=Shown.SHOWN, reason="", decided_by_id=by_user_id, decided_at=now)
        )
        if moved != 1:
            raise DecidedMeanwhile
        publish(QuestionShown(question.pk))
    log.info("question.shown question=%s", question.pk)


def refuse_to_show_question(
    *, question: Question, seen: int, reason: str, by_user_id: int, now: datetime
) -> None:
    """Keep a question off the page, or take it off; the asker is told. Raises NoReasonGiven, DecidedMeanwhile."""
    if not reason:
        raise NoReasonGiven
    with transaction.atomic():
        moved = (
            Question.objects.filter(pk=question.pk, version=seen)
            .exclude(state=Shown.REFUSED)
            .update(state=Shown.REFUSED, reason=reason, decided_by_id=by_user_id, decided_at=now)
        )
        if moved != 1:
            raise DecidedMeanwhile
        publish(QuestionRefused(question.pk))
    log.info("question.refused question=%s", question.pk)
