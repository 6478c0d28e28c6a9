"""Signed links to a stall holder's phone: whoever holds one answers for that listing, and for nothing else."""

from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner

LISTING = TimestampSigner(salt="listing", sep=".")
VALID_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True)
class Asked:
    """Who was asked about which goods."""

    listing_id: int
    user_id: int


def listing_token(*, listing_id: int, user_id: int) -> str:
    return LISTING.sign(f"{listing_id}-{user_id}")


def read_listing_token(token: str) -> Asked:
    """Raises django.core.signing.BadSignature for a token that we did not make, or made over 14 days ago."""
    try:
        listing_id, user_id = LISTING.unsign(token, max_age=VALID_SECONDS).split("-")
        return Asked(int(listing_id), int(user_id))
    except ValueError as error:
        raise BadSignature from error
