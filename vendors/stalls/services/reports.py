"""Reports: somebody says that something should not stand there, and staff look at it."""

import logging
import uuid
from datetime import datetime

from vendors.stalls.models import Listing, Question, Report, Review

log = logging.getLogger(__name__)


def report(
    *,
    about: Review | Question | Listing,
    reason: str,
    form_id: uuid.UUID,
    now: datetime,
    is_of_answer: bool = False,
) -> Report:
    """Note that somebody finds it wrong; the form sent twice reports once. Nobody is named."""
    kind = {Review: "review", Question: "question", Listing: "listing"}[type(about)]
    found, is_new = Report.objects.get_or_create(
        form_id=form_id,
        defaults={
            kind: about,
            "is_of_answer": is_of_answer,
            "reason": reason,
            "created_at": now,
        },
    )
    if is_new:
        log.info("report.made report=%s about=%s", found.pk, kind)
    return found


def settle_report(*, report: Report, by_user_id: int, now: datetime) -> bool:
    """It was looked at, and what had to be done was done. False when somebody said so before."""
    moved = Report.objects.filter(pk=report.pk, settled_at=None).update(
        settled_at=now, settled_by_id=by_user_id
    )
    return moved == 1
