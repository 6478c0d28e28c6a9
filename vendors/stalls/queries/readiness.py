"""What a stall that is being prepared has said already, and what buyers would still miss."""

from shop.orders.models import ShippingRate
from vendors.stalls.models import Listing, Stall, StallDecision, Terms

# The questions whose answers no stall can open without, in the order they are asked.
NEEDED = ("name", "goods_kind", "city", "story", "picture", "sending", "terms", "goods")

# Goods that are shown, or will be without another step of the stall's own; drafts and those sent back are not.
SENT = (Listing.State.CONFIRM, Listing.State.REVIEW, Listing.State.LIVE)


def current_terms() -> Terms | None:
    """The newest published terms of selling; None while the shop has written none."""
    return Terms.objects.filter(published_at__isnull=False).order_by("-published_at", "-pk").first()


def terms_to_accept(stall: Stall) -> Terms | None:
    """The terms that hold now, while this stall has not agreed to them; else None."""
    terms = current_terms()
    if terms is None or terms.acceptances.filter(stall=stall).exists():
        return None
    return terms


def missing_of(stall: Stall) -> list[str]:
    """The names of the NEEDED questions without an answer; empty for a stall that can be looked at."""
    has_answer = {
        "name": bool(stall.name),
        "goods_kind": stall.main_category_id is not None,
        "city": bool(stall.city),
        "story": bool(stall.story),
        "picture": bool(stall.cover or stall.logo),
        "sending": ShippingRate.objects.filter(partner=stall.partner_id).offered().exists(),
        "terms": terms_to_accept(stall) is None,
        "goods": stall.listings.filter(state__in=SENT).exists(),
    }
    return [question for question in NEEDED if not has_answer[question]]


def last_step(stall: Stall) -> StallDecision | None:
    """The last step of a stall that is not open, with the reason its holder was told; None while it is open."""
    return None if stall.state == Stall.State.OPEN else stall.decisions.first()
