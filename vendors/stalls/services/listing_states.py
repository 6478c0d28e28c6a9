"""How goods come into the shop and leave it: every step of a listing's life, and nothing else changes its state.

The product's `is_public` is true in the state LIVE alone. Each step is a conditional update, so a second press finds
nothing to do; each tells the readers of ProductsChanged.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from oscar.apps.catalogue.models import Product

from shop.accounts.models import User
from shop.jobs import publish
from shop.orders.events import ProductsChanged
from vendors.stalls.errors import ChangedMeanwhile, ListingNotWhole
from vendors.stalls.models import Listing, ListingDecision, Stall
from vendors.stalls.queries.asked import may_ask_again
from vendors.stalls.queries.words import mark_of, missing_of
from vendors.stalls.services.listing_news import ask_holders, tell_facilitator, tell_stall

logger = logging.getLogger(__name__)
State = Listing.State


@dataclass(frozen=True)
class Step:
    before: tuple[str, ...]
    after: str


class Steps(Enum):
    """The one table of a listing's moves."""

    ASK_HOLDER = Step((State.DRAFT, State.SENT_BACK), State.CONFIRM)
    ASK_STAFF = Step((State.DRAFT, State.SENT_BACK, State.CONFIRM), State.REVIEW)
    SHOW = Step((State.DRAFT, State.SENT_BACK, State.CONFIRM), State.LIVE)
    APPROVE = Step((State.REVIEW,), State.LIVE)
    SEND_BACK = Step((State.REVIEW,), State.SENT_BACK)
    DECLINE = Step((State.CONFIRM,), State.DRAFT)
    TAKE_OUT = Step((State.LIVE,), State.HIDDEN)
    SHOW_AGAIN = Step((State.HIDDEN,), State.LIVE)
    TAKE_DOWN = Step((State.LIVE, State.HIDDEN), State.SENT_BACK)


# Still with the stall: a draft, or sent back to it. What staff took down is among these, and was in the shop.
WITH_STALL: Final = (State.DRAFT, State.SENT_BACK)
ALL_SEEN: Final = {"photos_changed_at": None, "sizes_changed_at": None}


def _hold(listing: Listing) -> Listing:
    """The listing as it stands, held until the transaction ends: what is checked is what the step is taken with.

    Its product is read after the lock is there: read together, it would be as old as the beginning of the wait.
    """
    return Listing.objects.select_for_update().get(pk=listing.pk)


def _take(step: Steps, listing: Listing, fields: Mapping[str, Any] | None = None) -> bool:
    """Move the listing if it stands where the step begins; whether it did. In the caller's transaction."""
    move = step.value
    moved = Listing.objects.filter(pk=listing.pk, state__in=move.before).update(
        state=move.after, **{"reason": "", **(fields or {})}
    )
    if not moved:
        return False
    Product.objects.filter(pk=listing.product_id).update(is_public=move.after == State.LIVE)
    publish(ProductsChanged([listing.product_id]))
    logger.info("listing.moved listing=%s step=%s", listing.pk, step.name.lower())
    return True


def send_listing(*, listing: Listing, is_facilitator: bool, by_user: User, now: datetime) -> str:
    """Send goods on their way into the shop; returns the state in which they are then.

    A facilitator's go to the stall holder first. A trusted stall's are in the shop at once, others, and what staff took
    down, are looked at. Raises ListingNotWhole, NobodyToAsk. What was sent already stays where it is.
    """
    with transaction.atomic():
        held = _hold(listing)
        _require_whole(held)
        if is_facilitator:
            if _take(Steps.ASK_HOLDER, held, {"entered_by": by_user, "confirmed_at": None}):
                ask_holders(held, now=now)
        else:
            _onwards(held, {"entered_by": by_user, "confirmed_at": None}, now)
    listing.refresh_from_db(fields=["state", "entered_by", "reason"])
    return listing.state


def _require_whole(listing: Listing) -> None:
    if missing := missing_of(listing):
        raise ListingNotWhole(missing)


def _onwards(held: Listing, fields: Mapping[str, Any], now: datetime) -> bool:
    is_trusted = Stall.objects.filter(pk=held.stall_id, trust=Stall.Trust.TRUSTED).exists()
    if is_trusted and held.taken_down_at is None:
        return _take(Steps.SHOW, held, fields)
    return _take(Steps.ASK_STAFF, held, {**fields, "sent_at": now})


def confirm_listing(*, listing: Listing, seen: str, now: datetime) -> bool:
    """The stall holder's yes to what a facilitator entered; False when it was answered already.

    Raises ChangedMeanwhile when the goods are no longer what was seen, ListingNotWhole when they lack something now.
    """
    with transaction.atomic():
        held = _hold(listing)
        if held.state != State.CONFIRM:
            return False
        if seen != mark_of(held):
            raise ChangedMeanwhile
        _require_whole(held)
        return _onwards(held, {"confirmed_at": now}, now)


def decline_listing(*, listing: Listing, note: str, now: datetime) -> bool:
    """The stall holder's no; the facilitator is told, with the note. False when it was answered already."""
    with translation.override(settings.LANGUAGE_CODE):
        reason = note or _("The stall holder said no.")
    with transaction.atomic():
        moved = _take(Steps.DECLINE, listing, {"reason": reason})
        if moved:
            tell_facilitator(listing, "goods-declined", now=now, reason=note)
    return moved


def ask_holder_again(*, listing: Listing, now: datetime) -> bool:
    """Send the holder a new link to goods that wait for their yes, once a day at most; whether it was sent.

    Raises NobodyToAsk.
    """
    with transaction.atomic():
        held = _hold(listing)
        if held.state != State.CONFIRM or not may_ask_again(held, now=now):
            return False
        ask_holders(held, now=now)
    return True


def approve_listing(*, listing: Listing, seen: str, by_user: User, now: datetime) -> bool:
    """Show goods that were looked at; False when somebody else has decided meanwhile.

    Raises ChangedMeanwhile when they are no longer what was seen, ListingNotWhole when they lack something now.
    """
    with transaction.atomic():
        held = _hold(listing)
        if held.state != State.REVIEW:
            return False
        if seen != mark_of(held):
            raise ChangedMeanwhile
        _require_whole(held)
        _take(Steps.APPROVE, held, {"taken_down_at": None, **ALL_SEEN})
        _write_down(held, State.LIVE, by_user=by_user, now=now)
        tell_stall(held, "goods-shown", now=now)
    return True


def send_listing_back(*, listing: Listing, reason: str, by_user: User, now: datetime) -> bool:
    """Give goods back to their stall with a reason; False when somebody else has decided meanwhile."""
    return _give_back(Steps.SEND_BACK, listing, reason=reason, by_user=by_user, now=now)


def take_down(*, listing: Listing, reason: str, by_user: User, now: datetime) -> bool:
    """Take goods out of the shop against their stall's will; False when they were not in it.

    Orders that are placed stay. The stall is told why; before it may show them again they are looked at.
    """
    marks = {"taken_down_at": now, **ALL_SEEN}
    return _give_back(Steps.TAKE_DOWN, listing, marks, reason=reason, by_user=by_user, now=now)


def _give_back(
    step: Steps,
    listing: Listing,
    marks: Mapping[str, Any] | None = None,
    *,
    reason: str,
    by_user: User,
    now: datetime,
) -> bool:
    news = "goods-taken-down" if step is Steps.TAKE_DOWN else "goods-sent-back"
    with transaction.atomic():
        held = _hold(listing)
        moved = _take(step, held, {"reason": reason, **(marks or {})})
        if moved:
            _write_down(held, step.value.after, by_user=by_user, now=now, reason=reason)
            tell_stall(held, news, now=now, reason=reason)
            tell_facilitator(held, news, now=now, reason=reason)
    return moved


def _write_down(
    held: Listing, to_state: str, *, by_user: User, now: datetime, reason: str = ""
) -> None:
    ListingDecision.objects.create(
        listing=held,
        from_state=held.state,
        to_state=to_state,
        reason=reason,
        by_user=by_user,
        at=now,
    )
    logger.info("listing.decided listing=%s to=%s by=%s", held.pk, to_state, by_user.pk)


def take_out(*, listing: Listing) -> bool:
    """Take goods out of the shop; orders that are placed stay. False when they were not in it."""
    with transaction.atomic():
        return _take(Steps.TAKE_OUT, listing)


def show_again(*, listing: Listing) -> bool:
    """Put goods back that were in the shop before. Raises ListingNotWhole when they lack something now."""
    _require_whole(listing)
    with transaction.atomic():
        return _take(Steps.SHOW_AGAIN, listing)
