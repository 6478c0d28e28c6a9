"""Photos and sizes that a stall which is not trusted changed on approved goods: shown, and looked at once more.

Words wait beside the old ones; a photo does not, as it would need a second album. Staff see what changed in their queue
and can take the goods down.
"""

import logging
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models.functions import Now

from shop.accounts.models import User
from vendors.stalls.errors import ChangedMeanwhile
from vendors.stalls.models import Listing, ListingDecision, Stall

logger = logging.getLogger(__name__)
# Seen by shoppers before: what changes of them is looked at in a stall that is not trusted yet.
SHOWN_BEFORE = (Listing.State.LIVE, Listing.State.HIDDEN)
Changed = Literal["photos_changed_at", "sizes_changed_at"]


def note_change(listing: Listing, changed: Changed) -> None:
    """Put goods that shoppers have seen into the staff's queue, if their stall is not trusted."""
    Listing.objects.filter(
        pk=listing.pk, state__in=SHOWN_BEFORE, stall__trust=Stall.Trust.NEW
    ).update(**{changed: Now()})


def change_seen(*, listing: Listing, seen: str, by_user: User, now: datetime) -> bool:
    """The photos and sizes were looked at and may stay; False when somebody else has said so.

    `seen` is `last_change` of the listing that was looked at. Raises ChangedMeanwhile when something changed since.
    """
    with transaction.atomic():
        held = Listing.objects.select_for_update().get(pk=listing.pk)
        if not last_change(held):
            return False
        if last_change(held) != seen:
            raise ChangedMeanwhile
        Listing.objects.filter(pk=held.pk).update(photos_changed_at=None, sizes_changed_at=None)
        ListingDecision.objects.create(
            listing=held, from_state=held.state, to_state=held.state, by_user=by_user, at=now
        )
    logger.info("listing.change_seen listing=%s by=%s", held.pk, by_user.pk)
    return True


def last_change(listing: Listing) -> str:
    """When photos or sizes were last changed unseen, as text for a form; empty when nothing was."""
    marks = filter(None, (listing.photos_changed_at, listing.sizes_changed_at))
    return max((mark.isoformat() for mark in marks), default="")
