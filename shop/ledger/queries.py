"""Reading the books: every balance shown anywhere is a sum of postings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, Sum

from shop.ledger.accounts import stall_available, stall_delivered, stall_pending
from shop.ledger.models import Posting
from shop.money import Rial

EARNED_KINDS = (Posting.Kind.GOODS, Posting.Kind.COMMISSION, Posting.Kind.SHIPPING)
# What was delivered is earned, and a refund takes it back from wherever it stands.
STALL_EARNED = r"^stall:\d+:(delivered|available)$"
# What only moves on to the next account is not earned again.
RELEASED = "stall_order.released"


@dataclass(frozen=True)
class EarnedPosting:
    """A piece of what a stall earned; rial, positive when it earned, negative when it was taken back."""

    posting_id: int
    partner_id: int
    kind: str
    amount: Rial
    occurred_at: datetime
    posted_at: datetime
    order_line_id: int | None


def balance(account: str) -> Rial:
    """Sum of the postings of one account, debit positive; zero when it has none."""
    total = Posting.objects.filter(account__code=account).aggregate(total=Sum("amount"))["total"]
    return Rial(total or 0)


@dataclass(frozen=True)
class OrderEarning:
    """What one stall order brought, rial: goods, and the commission kept from them (positive).

    What the buyer paid for sending is apart: the stall gives it to the carrier.
    """

    stall_order_id: int
    goods: Rial
    shipping: Rial
    commission: Rial

    @property
    def net(self) -> Rial:
        return self.goods - self.commission


def awaited(*, partner_id: int) -> Rial:
    """What a stall earns when all that is paid has arrived: goods without commission, rial; zero for none."""
    total = Posting.objects.filter(
        account__code=stall_pending(partner_id),
        kind__in=(Posting.Kind.GOODS, Posting.Kind.COMMISSION),
    ).aggregate(total=Sum("amount"))["total"]
    return -Rial(total or 0)


def earnings_by_order(*, partner_id: int, since: datetime, until: datetime) -> list[OrderEarning]:
    """What a stall earned by delivering, order by order, from `since` (included) to `until` (not); latest first.

    Rial, sums of postings; what was refunded in that time counts against it. Empty when nothing moved. One statement.
    """
    kinds = Posting.Kind
    rows = (
        Posting.objects.filter(
            account__code__in=(stall_delivered(partner_id), stall_available(partner_id)),
            kind__in=EARNED_KINDS,
            stall_order_id__isnull=False,
            transaction__occurred_at__gte=since,
            transaction__occurred_at__lt=until,
        )
        .exclude(transaction__event_type=RELEASED)
        .values("stall_order_id")
        .annotate(
            goods=Sum("amount", filter=Q(kind=kinds.GOODS)),
            shipping=Sum("amount", filter=Q(kind=kinds.SHIPPING)),
            commission=Sum("amount", filter=Q(kind=kinds.COMMISSION)),
            last=Max("transaction__occurred_at"),
        )
        .order_by("-last", "-stall_order_id")
    )
    return [
        OrderEarning(
            stall_order_id=int(row["stall_order_id"] or 0),
            goods=-Rial(row["goods"] or 0),
            shipping=-Rial(row["shipping"] or 0),
            commission=Rial(row["commission"] or 0),
        )
        for row in rows
    ]


def earned_postings_since(*, posted_after: datetime) -> Iterator[EarnedPosting]:
    """What stalls earned and what was taken back, oldest first, from `posted_after` on (included).

    A reader that overlaps (asks again from a little earlier) and keys its rows by `posting_id` misses nothing and
    doubles nothing, whatever order the writers committed in.
    """
    rows = (
        Posting.objects.filter(
            kind__in=EARNED_KINDS, account__code__regex=STALL_EARNED, posted_at__gte=posted_after
        )
        .exclude(transaction__event_type=RELEASED)
        .select_related("transaction")
        .order_by("posted_at", "pk")
    )
    for row in rows.iterator():
        if row.partner_id is None:
            continue
        yield EarnedPosting(
            posting_id=row.pk,
            partner_id=row.partner_id,
            kind=row.kind,
            amount=-row.amount,
            occurred_at=row.transaction.occurred_at,
            posted_at=row.posted_at,
            order_line_id=row.order_line_id,
        )
