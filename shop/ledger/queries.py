"""Reading the books: every balance shown anywhere is a sum of postings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from shop.jalali import TEHRAN
from shop.ledger.accounts import (
    stall_available,
    stall_cash,
    stall_delivered,
    stall_held,
    stall_pending,
)
from shop.ledger.models import Posting
from shop.money import Rial

EARNED_KINDS = (Posting.Kind.GOODS, Posting.Kind.COMMISSION, Posting.Kind.SHIPPING)
# What was delivered is earned, and a refund takes it back from wherever it stands.
STALL_EARNED = r"^stall:\d+:(delivered|available)$"
STALL_HELD = r"^stall:\d+:held$"
# What only moves on to the next account is not earned again.
RELEASED = "stall_order.released"
SOLD_IN_PERSON, SALE_TAKEN_BACK = DECLARED = ("bazaar.sold", "bazaar.taken_back")
NOTHING = Rial(0)


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
    # Its stall wrote it down itself: a sale in person, of which no buyer and no bank knows.
    is_declared: bool = False


def balance(account: str) -> Rial:
    """Sum of the postings of one account, debit positive; zero when it has none."""
    total = Posting.objects.filter(account__code=account).aggregate(total=Sum("amount"))["total"]
    return Rial(total or 0)


@dataclass(frozen=True)
class Sales:
    """What a stall sold, and what went off it; rial, each positive when it is as it usually is.

    `given_back` is what refunds took from the stall: goods, less the commission that was given back with them. What
    buyers paid for sending is apart: the stall gives it to the carrier.
    """

    sold: Rial = NOTHING
    commission: Rial = NOTHING
    given_back: Rial = NOTHING
    sending: Rial = NOTHING

    @property
    def net(self) -> Rial:
        """What the stall keeps."""
        return self.sold - self.commission - self.given_back

    def __add__(self, other: "Sales") -> "Sales":
        return Sales(
            self.sold + other.sold,
            self.commission + other.commission,
            self.given_back + other.given_back,
            self.sending + other.sending,
        )


@dataclass(frozen=True)
class SalesLine:
    """One event: a parcel's arrival, something given back, or a sale that is of no order (None)."""

    stall_order_id: int | None
    event_id: str
    occurred_at: datetime
    is_given_back: bool
    sales: Sales


def sales_by_day(*, partner_id: int, since: datetime, until: datetime) -> dict[date, Sales]:
    """What a stall sold on each day of Tehran, from `since` (included) to `until` (not), counted when it arrived.

    Sums of postings; days on which nothing moved are missing. One statement.
    """
    rows = (
        _earned_by(partner_id, since, until)
        .annotate(day=TruncDate("transaction__occurred_at", tzinfo=TEHRAN))
        .values("day")
        .annotate(**_PARTS)
    )
    return {row["day"]: _sales(row) for row in rows}


def sales_lines(
    *, partner_id: int, since: datetime, until: datetime, skip: int = 0, most: int
) -> list[SalesLine]:
    """The events behind `sales_by_day`, the latest first: what arrived, and each time that something was given back.

    At most `most` of them after the first `skip`. Sums of postings. One statement.
    """
    rows = (
        _earned_by(partner_id, since, until)
        .annotate(is_given_back=_IS_GIVEN_BACK)
        .values(
            *("transaction__occurred_at", "transaction__event_id", "transaction_id"),
            *("stall_order_id", "is_given_back"),
        )
        .annotate(**_PARTS)
        .order_by("-transaction__occurred_at", "-transaction_id", "stall_order_id", "is_given_back")
    )
    return [
        SalesLine(
            stall_order_id=row["stall_order_id"],
            event_id=row["transaction__event_id"],
            occurred_at=row["transaction__occurred_at"],
            is_given_back=row["is_given_back"],
            sales=_sales(row),
        )
        for row in rows[skip : skip + most]
    ]


def _earned_by(partner_id: int, since: datetime, until: datetime) -> "QuerySet[Posting]":
    return Posting.objects.filter(
        account__code__in=(stall_delivered(partner_id), stall_available(partner_id)),
        kind__in=EARNED_KINDS,
        transaction__occurred_at__gte=since,
        transaction__occurred_at__lt=until,
    ).exclude(transaction__event_type=RELEASED)


_Kind = Posting.Kind
# Against the usual direction: goods and sending that a stall has no more, commission that it gets back.
_IS_GIVEN_BACK = ExpressionWrapper(
    Q(kind__in=(_Kind.GOODS, _Kind.SHIPPING), amount__gt=0)
    | Q(kind=_Kind.COMMISSION, amount__lt=0),
    output_field=BooleanField(),
)
_PARTS = {
    "sold": Sum("amount", filter=Q(kind=_Kind.GOODS, amount__lt=0)),
    "kept": Sum("amount", filter=Q(kind=_Kind.COMMISSION, amount__gt=0)),
    "back": Sum(
        "amount",
        filter=Q(kind=_Kind.GOODS, amount__gt=0) | Q(kind=_Kind.COMMISSION, amount__lt=0),
    ),
    "sending": Sum("amount", filter=Q(kind=_Kind.SHIPPING)),
}


def _sales(row: Mapping[str, Any]) -> Sales:
    return Sales(
        sold=-Rial(row["sold"] or 0),
        commission=Rial(row["kept"] or 0),
        given_back=Rial(row["back"] or 0),
        sending=-Rial(row["sending"] or 0),
    )


@dataclass(frozen=True)
class Coming:
    """What is payable to a stall, rial: since before a moment, and since then. `cash` it holds is netted against it."""

    payable_before: Rial
    payable_since: Rial
    cash: Rial


def coming(*, partner_id: int, since: datetime) -> Coming:
    """Sums of postings; zeros for a stall that never sold. One statement."""
    available = Q(account__code=stall_available(partner_id))
    sums = Posting.objects.filter(
        account__code__in=(stall_available(partner_id), stall_cash(partner_id))
    ).aggregate(
        before=Sum("amount", filter=available & Q(transaction__occurred_at__lt=since)),
        later=Sum("amount", filter=available & Q(transaction__occurred_at__gte=since)),
        cash=Sum("amount", filter=Q(account__code=stall_cash(partner_id))),
    )
    return Coming(
        payable_before=-Rial(sums["before"] or 0),
        payable_since=-Rial(sums["later"] or 0),
        cash=Rial(sums["cash"] or 0),
    )


@dataclass(frozen=True)
class Standing:
    """Where the money of one stall order stands before it is payable, rial; the cash its stall has of it already."""

    pending: Rial
    delivered: Rial
    held: Rial
    cash: Rial


def standings(*, partner_id: int) -> dict[int, Standing]:
    """By stall order; those of which nothing stands there any more are missing. Sums of postings. One statement."""
    codes = {
        "pending": stall_pending(partner_id),
        "delivered": stall_delivered(partner_id),
        "held": stall_held(partner_id),
        "cash": stall_cash(partner_id),
    }
    of_order = Posting.objects.filter(
        account__code__in=codes.values(), stall_order_id__isnull=False
    )
    sums = {
        name: Coalesce(Sum("amount", filter=Q(account__code=code)), 0)
        for name, code in codes.items()
    }
    rows: Any = (
        of_order.values("stall_order_id").annotate(**sums).exclude(**dict.fromkeys(codes, 0))
    )
    return {
        row["stall_order_id"]: Standing(
            pending=-Rial(row["pending"]),
            delivered=-Rial(row["delivered"]),
            held=-Rial(row["held"]),
            cash=Rial(row["cash"]),
        )
        for row in rows
    }


def held_by_dispute(dispute_id: int) -> dict[int, Rial]:
    """What a dispute holds, or held, of each stall order, rial; empty for one that is not in the books."""
    rows = Posting.objects.filter(
        transaction__event_type="dispute.opened",
        transaction__event_id=str(dispute_id),
        account__code__regex=STALL_HELD,
        stall_order_id__isnull=False,
    )
    return {row.stall_order_id: -row.amount for row in rows if row.stall_order_id is not None}


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
            is_declared=row.transaction.event_type in DECLARED,
        )
