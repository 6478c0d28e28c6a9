"""What buyers have said of the demo's goods, what visitors ask, and what the stalls answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from oscar.apps.order.models import Line

from demo import files
from shop.accounts.models import User
from shop.orders.models import StallOrder
from vendors.stalls.models import Listing, Question, Review, Shown

READ_AFTER, ANSWERED_AFTER = timedelta(hours=20), timedelta(hours=30)


def write_voices(*, now: datetime, reader: User) -> None:
    """Reviews of lines that have arrived, the latest first, and questions of these days; `reader` has read them."""
    voices = files.read("voices")
    listings = {
        listing.product.stockrecords.all()[0].partner_sku: listing
        for listing in Listing.objects.prefetch_related("product__stockrecords")
        if listing.product.stockrecords.all()
    }
    _write_reviews(voices["reviews"], listings, now=now, reader=reader)
    Question.objects.bulk_create(
        _question(
            row,
            listings[row["goods"]],
            phone=f"{voices['phones_begin']}{place:04}",
            asked=now - timedelta(days=2 + place, hours=3),
            reader=reader,
        )
        for place, row in enumerate(voices["questions"])
    )


def _write_reviews(
    rows: Sequence[Mapping[str, Any]],
    listings: Mapping[str, Listing],
    *,
    now: datetime,
    reader: User,
) -> None:
    """Each of the latest line of its goods that nobody has written of; what was sold too seldom stays unsaid."""
    lines = _arrived_lines({row["goods"] for row in rows})
    reviews = []
    for row in rows:
        if not lines.get(row["goods"]):
            continue
        line, arrived = lines[row["goods"]].pop(0)
        written = min(arrived + timedelta(days=2), now - timedelta(hours=2))
        is_read = not row.get("waits")
        answer = row.get("answer", "")
        reviews.append(
            Review(
                listing=listings[row["goods"]],
                order_line=line,
                stars=row["stars"],
                text=row["text"],
                name=row["name"],
                state=Shown.SHOWN if is_read else Shown.WAITING,
                answer=answer,
                answered_at=min(written + ANSWERED_AFTER, now) if answer else None,
                created_at=written,
                decided_by=reader if is_read else None,
                decided_at=min(written + READ_AFTER, now) if is_read else None,
            )
        )
    Review.objects.bulk_create(reviews)


def _arrived_lines(goods: set[str]) -> dict[str, list[tuple[Line, datetime]]]:
    """By goods: the lines that are with their buyers and when they came, the latest first."""
    arrived = {
        (order.order_id, order.partner_id): order.delivered_at
        for order in StallOrder.objects.filter(state__in=StallOrder.ARRIVED)
        if order.delivered_at
    }
    lines: dict[str, list[tuple[Line, datetime]]] = {}
    for line in Line.objects.filter(partner_sku__in=goods):
        came = arrived.get((line.order_id, line.partner_id))
        if came:
            lines.setdefault(line.partner_sku, []).append((line, came))
    return {
        sku: sorted(found, key=lambda each: each[1], reverse=True) for sku, found in lines.items()
    }


def _question(
    row: Mapping[str, Any], listing: Listing, *, phone: str, asked: datetime, reader: User
) -> Question:
    is_read = not row.get("waits")
    return Question(
        listing=listing,
        text=row["text"],
        phone=phone,
        state=Shown.SHOWN if is_read else Shown.WAITING,
        answer=row.get("answer", ""),
        answered_at=asked + ANSWERED_AFTER if is_read else None,
        created_at=asked,
        decided_by=reader if is_read else None,
        decided_at=asked + ANSWERED_AFTER if is_read else None,
    )
