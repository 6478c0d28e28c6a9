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
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.catalogue.models import Product

from shop.accounts.models import User
from shop.jobs import publish
from shop.notices.services import send_sms
from shop.orders.events import ProductsChanged
from vendors.stalls.errors import ChangedMeanwhile, ListingNotWhole, NobodyToAsk
from vendors.stalls.links import listing_token
from vendors.stalls.models import Listing, Stall, StallMember
from vendors.stalls.queries.words import mark_of, missing_of

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


# What a stall may throw away: it was never in the shop, so no order knows it.
NEVER_SHOWN: Final = (State.DRAFT, State.SENT_BACK)
# Links in messages lead to the storefront, at whichever door they are written.
PANEL_URLS: Final = "shop.urls.storefront"
NEWS: Final = {
    "goods-shown": gettext_lazy("“%(goods)s” is in the shop now. %(url)s"),
    "goods-sent-back": gettext_lazy(
        "“%(goods)s” needs a little more before it is shown. %(reason)s %(url)s"
    ),
    "new-words-shown": gettext_lazy("Your new words for “%(goods)s” are in the shop. %(url)s"),
    "new-words-sent-back": gettext_lazy(
        "Your new words for “%(goods)s” are not shown yet; the old ones stay. %(reason)s %(url)s"
    ),
}


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

    A facilitator's go to the stall holder first. A trusted stall's are in the shop at once, others are looked at.
    Raises ListingNotWhole, NobodyToAsk. What was sent already stays where it is.
    """
    _require_whole(listing)
    with transaction.atomic():
        if is_facilitator:
            if _take(Steps.ASK_HOLDER, listing, {"entered_by": by_user, "confirmed_at": None}):
                _ask_holders(listing, now)
        else:
            _onwards(listing, {"entered_by": by_user, "confirmed_at": None})
    listing.refresh_from_db(fields=["state", "entered_by", "reason"])
    return listing.state


def _require_whole(listing: Listing) -> None:
    if missing := missing_of(listing):
        raise ListingNotWhole(missing)


def _onwards(listing: Listing, fields: Mapping[str, Any]) -> bool:
    is_trusted = Stall.objects.filter(pk=listing.stall_id, trust=Stall.Trust.TRUSTED).exists()
    return _take(Steps.SHOW if is_trusted else Steps.ASK_STAFF, listing, fields)


def confirm_listing(*, listing: Listing, seen: str, now: datetime) -> bool:
    """The stall holder's yes to what a facilitator entered; False when it was answered already.

    Raises ChangedMeanwhile when the goods are no longer what was seen, ListingNotWhole when they lack something now.
    """
    if listing.state != State.CONFIRM:
        return False
    if seen != mark_of(listing):
        raise ChangedMeanwhile
    _require_whole(listing)
    with transaction.atomic():
        return _onwards(listing, {"confirmed_at": now})


def decline_listing(*, listing: Listing, note: str) -> bool:
    """The stall holder's no, with a note for the facilitator; False when it was answered already."""
    with transaction.atomic():
        return _take(Steps.DECLINE, listing, {"reason": note})


def approve_listing(*, listing: Listing, seen: str, by_user: User, now: datetime) -> bool:
    """Show goods that were looked at; False when somebody else has decided meanwhile.

    Raises ChangedMeanwhile when they are no longer what was seen, ListingNotWhole when they lack something now.
    """
    if listing.state != State.REVIEW:
        return False
    if seen != mark_of(listing):
        raise ChangedMeanwhile
    _require_whole(listing)
    with transaction.atomic():
        moved = _take(Steps.APPROVE, listing)
        if moved:
            tell_stall(listing, "goods-shown", now=now)
            logger.info("listing.approved listing=%s by=%s", listing.pk, by_user.pk)
    return moved


def send_listing_back(*, listing: Listing, reason: str, by_user: User, now: datetime) -> bool:
    """Give goods back to their stall with a reason; False when somebody else has decided meanwhile."""
    with transaction.atomic():
        moved = _take(Steps.SEND_BACK, listing, {"reason": reason})
        if moved:
            tell_stall(listing, "goods-sent-back", now=now, reason=reason)
            logger.info("listing.sent_back listing=%s by=%s", listing.pk, by_user.pk)
    return moved


def take_out(*, listing: Listing) -> bool:
    """Take goods out of the shop; orders that are placed stay. False when they were not in it."""
    with transaction.atomic():
        return _take(Steps.TAKE_OUT, listing)


def show_again(*, listing: Listing) -> bool:
    """Put goods back that were in the shop before. Raises ListingNotWhole when they lack something now."""
    _require_whole(listing)
    with transaction.atomic():
        return _take(Steps.SHOW_AGAIN, listing)


def tell_stall(listing: Listing, news: str, *, now: datetime, reason: str = "") -> None:
    """A message in Persian to each holder and helper of the stall, of one of NEWS; once for each decision."""
    keepers = User.objects.filter(
        stall_memberships__stall=listing.stall_id,
        stall_memberships__role__in=(StallMember.Role.OWNER, StallMember.Role.HELPER),
        is_active=True,
    )
    path = reverse("panel:listing", PANEL_URLS, args=[listing.product_id])
    words = {
        "goods": listing.product.title,
        "reason": reason,
        "url": f"{settings.STOREFRONT_URL}{path}",
    }
    with translation.override(settings.LANGUAGE_CODE):
        text = str(NEWS[news]) % words
    for user in keepers.distinct().order_by("pk"):
        key = f"{news}:{listing.pk}:{user.pk}:{now.timestamp():.0f}"
        send_sms(key=key, phone=user.phone, text=text, now=now)


def _ask_holders(listing: Listing, now: datetime) -> None:
    holders = User.objects.filter(
        stall_memberships__stall=listing.stall_id,
        stall_memberships__role=StallMember.Role.OWNER,
        is_active=True,
    ).order_by("pk")
    if not holders:
        raise NobodyToAsk
    with translation.override(settings.LANGUAGE_CODE):
        for user in holders:
            token = listing_token(listing_id=listing.pk, user_id=user.pk)
            path = reverse("confirm_listing", PANEL_URLS, args=[token])
            text = _("Shall “%(goods)s” be sold at your stall? Look and say yes or no: %(url)s")
            words = {"goods": listing.product.title, "url": f"{settings.STOREFRONT_URL}{path}"}
            key = f"listing-asked:{listing.pk}:{user.pk}:{now.timestamp():.0f}"
            send_sms(key=key, phone=user.phone, text=text % words, now=now)
