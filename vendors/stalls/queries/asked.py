"""The goods that a stall holder was asked about by a link."""

from datetime import datetime, timedelta

from shop.notices.models import Notice
from vendors.stalls.links import read_listing_token
from vendors.stalls.models import Listing, StallMember

ONCE_IN = timedelta(hours=24)


def asked_listing(token: str) -> Listing:
    """The goods of a link, for somebody who holds their stall still.

    Raises django.core.signing.BadSignature for a link we did not make, Listing.DoesNotExist when there is nothing to
    answer for this person.
    """
    asked = read_listing_token(token)
    holders = StallMember.objects.filter(user_id=asked.user_id, role=StallMember.Role.OWNER)
    listings = Listing.objects.select_related("product__fulfilment", "stall", "entered_by")
    return listings.get(pk=asked.listing_id, stall__in=holders.values("stall"))


def may_ask_again(listing: Listing, *, now: datetime) -> bool:
    """Whether the last message that asked for a yes to these goods is a day old."""
    return not Notice.objects.filter(
        key__startswith=f"listing-asked:{listing.pk}:", created_at__gt=now - ONCE_IN
    ).exists()
