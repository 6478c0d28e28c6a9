"""Staff at work in a stall, and the list of what others than its own people did there."""

import logging
from datetime import datetime, timedelta

from shop.accounts.models import User
from vendors.stalls.errors import ReasonMissing
from vendors.stalls.models import ActedFor, Errand, Stall

log = logging.getLogger(__name__)

LONGEST_ERRAND = timedelta(minutes=60)


def begin_errand(*, stall: Stall, user: User, reason: str, now: datetime) -> Errand:
    """Let a member of staff work in a stall's panel for an hour. Their errand elsewhere ends. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    end_errand(user=user, now=now)
    errand = Errand.objects.create(
        stall=stall, user=user, reason=reason.strip(), began_at=now, until=now + LONGEST_ERRAND
    )
    log.info("errand.began errand=%s stall=%s", errand.pk, stall.pk)
    return errand


def end_errand(*, user: User, now: datetime) -> None:
    """Leave the stall; nothing happens to who is in none."""
    Errand.objects.filter(user=user, until__gt=now).update(until=now)


def running_errand(*, user: User, now: datetime) -> Errand | None:
    """The errand this person is on at this moment, with its stall."""
    return (
        Errand.objects.filter(user=user, began_at__lte=now, until__gt=now)
        .select_related("stall__partner")
        .first()
    )


def write_down(
    *,
    stall: Stall,
    user: User,
    capacity: ActedFor.Capacity,
    deed: str,
    subject: str,
    now: datetime,
) -> None:
    """Note what somebody does in another's stall: the name of the page, and the key in its address."""
    longest = ActedFor._meta.get_field("subject").max_length
    ActedFor.objects.create(
        stall=stall, user=user, capacity=capacity, deed=deed, subject=subject[:longest], at=now
    )
