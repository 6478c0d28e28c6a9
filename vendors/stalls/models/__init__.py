"""What the shop keeps of stalls, one file a subject."""

from vendors.stalls.models.listings import (
    CategoryClass,
    Listing,
    ListingChange,
    ListingDecision,
    ListingQuerySet,
    Photo,
    PriceChange,
    Sheet,
)
from vendors.stalls.models.opening import (
    ActedFor,
    Appeal,
    Errand,
    StallDecision,
    Terms,
    TermsAcceptance,
)
from vendors.stalls.models.reviews import Question, Report, Review, ReviewPhoto, Shown
from vendors.stalls.models.stalls import (
    Stall,
    StallMember,
    StallQuerySet,
    random_slug,
    showing_goods,
)

__all__ = [
    "ActedFor",
    "Appeal",
    "CategoryClass",
    "Errand",
    "Listing",
    "ListingChange",
    "ListingDecision",
    "ListingQuerySet",
    "Photo",
    "PriceChange",
    "Question",
    "Report",
    "Review",
    "ReviewPhoto",
    "Sheet",
    "Shown",
    "Stall",
    "StallDecision",
    "StallMember",
    "StallQuerySet",
    "Terms",
    "TermsAcceptance",
    "random_slug",
    "showing_goods",
]
