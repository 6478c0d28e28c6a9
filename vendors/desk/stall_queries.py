"""What the desk shows of stalls."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from shop.accounts.models import User
from shop.jalali import tehran_date
from shop.orders.commissions import rate_of, rules_on
from shop.orders.models import StallOrder
from vendors.stalls.models import (
    ActedFor,
    Appeal,
    Listing,
    Stall,
    StallDecision,
    StallMember,
    StallQuerySet,
    TermsAcceptance,
)
from vendors.stalls.queries.readiness import missing_of

State = Stall.State
ACTS_SHOWN = 20
APPEALED = Q(decisions__appeal__state=Appeal.State.OPEN)
# The lists a reader may ask for, by what they hold. What waits for staff comes first.
LISTS: dict[str, Q] = {
    "waiting": Q(state=State.REVIEW) | APPEALED,
    "draft": Q(state=State.DRAFT),
    "open": Q(state=State.OPEN),
    "on_holiday": Q(state=State.ON_HOLIDAY),
    "paused": Q(state=State.PAUSED),
    "closed": Q(state=State.CLOSED),
}


def stalls_of(which: str) -> QuerySet[Stall]:
    """The stalls of one of LISTS with category, goods counted and the last step; who waits longest stands first."""
    return (
        _of_list(which)
        .select_related("main_category", "partner__terms")
        .annotate(n_goods=Count("listings", distinct=True), since=Max("decisions__at"))
        .order_by("since", "name", "pk")
    )


def _of_list(which: str) -> StallQuerySet:
    return Stall.objects.filter(pk__in=Stall.objects.filter(LISTS[which]).values("pk"))


def counted_lists() -> dict[str, int]:
    """How many stalls each of LISTS holds; one statement."""
    counted: dict[str, int] = Stall.objects.aggregate(
        **{which: Count("pk", filter=held, distinct=True) for which, held in LISTS.items()}
    )
    return counted


@dataclass(frozen=True, kw_only=True)
class StallPage:
    """One stall as its staff see it."""

    members: list[StallMember]
    history: list[StallDecision]
    acts: list[ActedFor]
    appeal: Appeal | None
    may_answer: bool
    acceptances: list[TermsAcceptance]
    missing: list[str]
    listings: list[Listing]
    n_open_orders: int
    commission: str  # percent


def stall_page(stall: Stall, *, user: User) -> StallPage:
    """Who keeps it, what was decided and done, and what it shows; `user` is who looks at it."""
    appeal = (
        Appeal.objects.filter(decision__stall=stall, state=Appeal.State.OPEN)
        .select_related("decision", "by_user")
        .first()
    )
    open_orders = StallOrder.objects.filter(
        partner_id=stall.partner_id, state__in=StallOrder.ON_ITS_WAY
    )
    return StallPage(
        members=list(stall.members.select_related("user").order_by("role", "pk")),
        history=list(stall.decisions.select_related("by_user")),
        acts=list(stall.acts.select_related("user")[:ACTS_SHOWN]),
        appeal=appeal,
        may_answer=appeal is not None and appeal.decision.by_user_id != user.pk,
        acceptances=list(stall.acceptances.select_related("terms", "user").order_by("-at")),
        missing=missing_of(stall),
        listings=list(stall.listings.select_related("product").order_by("-pk")[:ACTS_SHOWN]),
        n_open_orders=open_orders.count(),
        commission=f"{_commission_of(stall) / 100:g}",
    )


def _commission_of(stall: Stall) -> int:
    """Basis points that the shop keeps of what this stall sells today, where no category says otherwise."""
    partner_id, today = stall.partner_id, tehran_date(timezone.now())
    return rate_of(
        rules_on(today, partner_ids=[partner_id]),
        partner_id=partner_id,
        paths=(),
        otherwise=stall.partner.terms.commission_bp,
    )
