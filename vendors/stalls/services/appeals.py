"""A stall holder's word against a pause, and the answer of somebody else than who paused."""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from shop.accounts.models import User
from shop.jobs import publish
from vendors.stalls.errors import AnotherPersonNeeded, ReasonMissing, StepRefused
from vendors.stalls.events import AppealAnswered
from vendors.stalls.models import Appeal, Stall, StallDecision
from vendors.stalls.services.opening import open_stall

log = logging.getLogger(__name__)


def pause_to_answer(stall: Stall) -> StallDecision | None:
    """The decision that paused this stall, while it is paused; its `appeal` may be there already."""
    if stall.state != Stall.State.PAUSED:
        return None
    pauses = stall.decisions.filter(to_state=Stall.State.PAUSED)
    return pauses.select_related("appeal").first()


def appeal_against_pause(*, stall: Stall, text: str, by_user: User, now: datetime) -> Appeal:
    """Ask for another look; once for each pause, and the same words again are the same appeal.

    Raises ReasonMissing, and StepRefused when something else was said or nothing is paused.
    """
    if not text.strip():
        raise ReasonMissing
    pause = pause_to_answer(stall)
    if pause is None:
        raise StepRefused
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                decision=pause, text=text.strip(), by_user=by_user, at=now
            )
    except IntegrityError as taken:
        made = Appeal.objects.get(decision=pause)
        if made.text == text.strip():
            return made
        raise StepRefused from taken
    log.info("appeal.made appeal=%s", appeal.pk)
    return appeal


def answer_appeal(
    *, appeal: Appeal, is_granted: bool, answer: str, by_user: User, now: datetime
) -> None:
    """Say yes, which opens the stall again, or no, with the reason the stall holder is told.

    Raises AnotherPersonNeeded for who paused it, ReasonMissing, and StepRefused when it was answered before.
    """
    if appeal.decision.by_user_id == by_user.pk:
        raise AnotherPersonNeeded
    if not answer.strip():
        raise ReasonMissing
    state = Appeal.State.GRANTED if is_granted else Appeal.State.REFUSED
    with transaction.atomic():
        answered = Appeal.objects.filter(pk=appeal.pk, state=Appeal.State.OPEN).update(
            state=state, answer=answer.strip(), answered_by=by_user, answered_at=now
        )
        if answered != 1:
            raise StepRefused
        stall = appeal.decision.stall
        if is_granted and stall.state == Stall.State.PAUSED:
            open_stall(stall=stall, by_user=by_user, now=now)
        publish(AppealAnswered(appeal.pk))
    log.info("appeal.answered appeal=%s granted=%s", appeal.pk, is_granted)
