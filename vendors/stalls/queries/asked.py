"""The goods that a stall holder was asked about by a link."""

from vendors.stalls.links import read_listing_token
from vendors.stalls.models import Listing, StallMember


def asked_listing(token: str) -> Listing:
    """The goods of a link, for somebody who holds their stall still.

    Raises django.core.signing.BadSignature for a link we did not make, Listing.DoesNotExist when there is nothing to
    answer for this person.
    """
    asked = read_listing_token(token)
    holders = StallMember.objects.filter(user_id=asked.user_id, role=StallMember.Role.OWNER)
    listings = Listing.objects.select_related("product__fulfilment", "stall", "entered_by")
    return listings.get(pk=asked.listing_id, stall__in=holders.values("stall"))
