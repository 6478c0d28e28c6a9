"""The life of a stall: one table of the steps it may take, and one way to take them.

A stall's state hides or shows its goods; a product's own state is never touched here, so that goods which
were taken out or are being looked at stay so when their stall opens again.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from shop.accounts.models import User
from shop.jalali import tehran_date
from shop.jobs import publish
from shop.orders.events import ProductsChanged
from shop.orders.models import SellerTerms
from vendors.stalls.errors import NotReady, ReasonMissing, StepRefused, WrongHoliday
from vendors.stalls.events import StallMoved
from vendors.stalls.models import Stall, StallDecision
from vendors.stalls.queries.readiness import missing_of

log = logging.getLogger(__name__)
State = Stall.State

# From each state, the ones that may follow. A holiday may follow a holiday: its dates were changed.
STEPS: Mapping[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.REVIEW, State.CLOSED}),
    State.REVIEW: frozenset({State.OPEN, State.DRAFT, State.CLOSED}),
    State.OPEN: frozenset({State.ON_HOLIDAY, State.PAUSED, State.CLOSED}),
    State.ON_HOLIDAY: frozenset({State.OPEN, State.ON_HOLIDAY, State.PAUSED, State.CLOSED}),
    State.PAUSED: frozenset({State.OPEN, State.CLOSED}),
    State.CLOSED: frozenset({State.OPEN}),
}
LONGEST_HOLIDAY = timedelta(days=183)
NO_HOLIDAY = {"holiday_until": None, "holiday_note": "", "takes_preorders": False}


def send_for_review(*, stall: Stall, by_user: User, now: datetime) -> StallDecision:
    """Put a stall that is ready before the staff. Raises NotReady and StepRefused."""
    missing = missing_of(stall)
    if missing:
        raise NotReady(missing)
    return _step(stall, State.REVIEW, by_user=by_user, now=now, came_from={State.DRAFT})


def take_back_from_review(*, stall: Stall, by_user: User, now: datetime) -> StallDecision:
    """The stall holder wants to change something first. Raises StepRefused."""
    return _step(stall, State.DRAFT, by_user=by_user, now=now, came_from={State.REVIEW})


def open_stall(*, stall: Stall, by_user: User, now: datetime, reason: str = "") -> StallDecision:
    """Let buyers in: after the review, after a pause, or once more. Raises StepRefused."""
    came_from = {State.REVIEW, State.PAUSED, State.CLOSED}
    changes: dict[str, Any] = dict(NO_HOLIDAY)
    if stall.opened_on is None:
        changes["opened_on"] = tehran_date(now)
    return _step(
        stall,
        State.OPEN,
        by_user=by_user,
        now=now,
        came_from=came_from,
        reason=reason,
        changes=changes,
    )


def send_back(*, stall: Stall, by_user: User, reason: str, now: datetime) -> StallDecision:
    """Not yet: the stall holder is told what to change. Raises ReasonMissing and StepRefused."""
    return _step(
        stall, State.DRAFT, by_user=by_user, now=now, came_from={State.REVIEW}, reason=_said(reason)
    )


def pause_stall(*, stall: Stall, by_user: User, reason: str, now: datetime) -> StallDecision:
    """Hide a stall and its goods; its open orders go on. Raises ReasonMissing and StepRefused."""
    came_from = {State.OPEN, State.ON_HOLIDAY}
    return _step(
        stall,
        State.PAUSED,
        by_user=by_user,
        now=now,
        came_from=came_from,
        reason=_said(reason),
        changes=NO_HOLIDAY,
    )


def close_stall(*, stall: Stall, by_user: User, reason: str, now: datetime) -> StallDecision:
    """End a stall; its open orders go on, and staff may open it again. Raises ReasonMissing and StepRefused."""
    return _step(
        stall, State.CLOSED, by_user=by_user, now=now, reason=_said(reason), changes=NO_HOLIDAY
    )


def begin_holiday(
    *,
    stall: Stall,
    until: date,
    note: str,
    takes_preorders: bool,
    by_user: User,
    now: datetime,
) -> StallDecision:
    """Be away until a day, or change that day.

    The goods are hidden and cannot be bought, unless orders are taken for later. Raises WrongHoliday and StepRefused.
    """
    today = tehran_date(now)
    if not today < until <= today + LONGEST_HOLIDAY:
        raise WrongHoliday
    changes = {"holiday_until": until, "holiday_note": note, "takes_preorders": takes_preorders}
    return _step(stall, State.ON_HOLIDAY, by_user=by_user, now=now, changes=changes)


def end_holiday(*, stall: Stall, by_user: User | None, now: datetime) -> StallDecision:
    """Back at work. Raises StepRefused when the stall is on no holiday."""
    return _step(
        stall,
        State.OPEN,
        by_user=by_user,
        now=now,
        came_from={State.ON_HOLIDAY},
        changes=NO_HOLIDAY,
    )


def end_holiday_when_over(*, stall: Stall, now: datetime) -> bool:
    """Open a stall whose day has come, should a visitor be there before the job; whether it was so."""
    if not stall.holiday_is_over(today=tehran_date(now)):
        return False
    try:
        end_holiday(stall=stall, by_user=None, now=now)
    except StepRefused:
        log.info("holiday.ended_already stall=%s", stall.pk)
    return True


def end_holidays(*, now: datetime) -> int:
    """Open every stall whose day has come; returns how many."""
    away = Stall.objects.filter(state=State.ON_HOLIDAY, holiday_until__lte=tehran_date(now))
    return sum(end_holiday_when_over(stall=stall, now=now) for stall in away.order_by("pk"))


def _said(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()


def _step(
    stall: Stall,
    to: State,
    *,
    by_user: User | None,
    now: datetime,
    came_from: set[State] | None = None,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> StallDecision:
    """Take one step of STEPS from the state the caller saw, with its row of history, and refresh what search knows."""
    before = State(stall.state)
    if to not in STEPS[before] or (came_from is not None and before not in came_from):
        raise StepRefused
    written = {"state": to, **(changes or {})}
    with transaction.atomic():
        moved = Stall.objects.filter(pk=stall.pk, state=before).update(**written)
        if moved != 1:  # another was first
            raise StepRefused
        for field, value in written.items():
            setattr(stall, field, value)
        SellerTerms.objects.filter(partner_id=stall.partner_id).update(
            takes_orders=stall.shows_goods, back_on=stall.holiday_until
        )
        decision = StallDecision.objects.create(
            stall=stall, from_state=before, to_state=to, reason=reason, by_user=by_user, at=now
        )
        publish(ProductsChanged(list(stall.listings.values_list("product_id", flat=True))))
        publish(StallMoved(decision.pk))
    log.info("stall.moved stall=%s from=%s to=%s", stall.pk, before, to)
    return decision
