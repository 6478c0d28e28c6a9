"""Whose a paid rial is: each order line's share, what refunds left of it, and the postings that say so.

A stall's share of a line is its goods less our commission; the buyer paid the goods less the voucher's part, which the
shop bears. All are fixed at placement, and a refund takes back its part of what is left, so that any series of refunds
ends at exactly nothing (the remaining shares are the weights: see `shop.money.split`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Sum, Value, When

from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.services import Leg
from shop.money import Rial, share_bp, split
from shop.orders.models import RefundLine, ShipmentLine, StallOrder

Kind = Posting.Kind


@dataclass(frozen=True)
class LineShare:
    """So many of one order line; rial. The buyer's money is `paid`, the stall's `net`, ours `commission`."""

    order_line_id: int
    quantity: int
    goods: Rial
    discount: Rial
    commission: Rial

    @property
    def paid(self) -> Rial:
        return self.goods - self.discount

    @property
    def net(self) -> Rial:
        return self.goods - self.commission

    def part(self, quantity: int) -> "LineShare":
        """The share of `quantity` of these pieces; the whole when it is all of them. Raises ValueError beyond."""
        weights = [quantity, self.quantity - quantity]
        return LineShare(
            self.order_line_id,
            quantity,
            split(self.goods, weights)[0],
            split(self.discount, weights)[0],
            split(self.commission, weights)[0],
        )


@dataclass(frozen=True)
class Left:
    """What refunds have left of a stall order: its lines, those with nothing left too, and the sending. Rial."""

    lines: tuple[LineShare, ...]
    shipping: Rial

    @property
    def goods(self) -> Rial:
        return sum((line.goods for line in self.lines), Rial(0))

    @property
    def commission(self) -> Rial:
        return sum((line.commission for line in self.lines), Rial(0))

    @property
    def net_of_goods(self) -> Rial:
        """What the stall earns: the sending goes to the carrier."""
        return self.goods - self.commission

    @property
    def paid(self) -> Rial:
        """What the buyer has paid, or pays at the door, for what is left."""
        return sum((line.paid for line in self.lines), self.shipping)

    @property
    def net(self) -> Rial:
        """What the stall has coming for what is left, the sending included."""
        return sum((line.net for line in self.lines), self.shipping)

    @property
    def is_empty(self) -> bool:
        return not any(line.quantity for line in self.lines)


def placed_share(line: Any, *, of: StallOrder) -> LineShare:
    """The share of a whole order line (from `StallOrder.lines`) as it was placed, at its own commission if any."""
    own = getattr(line, "commission", None)
    commission_bp = of.commission_bp if own is None else own.commission_bp
    goods = Rial.from_decimal(line.line_price_before_discounts_incl_tax)
    return LineShare(
        order_line_id=line.pk,
        quantity=line.quantity,
        goods=goods,
        discount=goods - Rial.from_decimal(line.line_price_incl_tax),
        # Rounded once a line, as at placement.
        commission=share_bp(goods, commission_bp),
    )


def left_of(stall_order: StallOrder) -> Left:
    """What is left of a stall order after the refunds decided so far. Two statements beside the order's lines."""
    refunded = {
        row["order_line_id"]: row
        for row in RefundLine.objects.filter(refund__stall_order=stall_order)
        .values("order_line_id")
        .annotate(
            n=Sum("quantity"), goods=Sum("goods"), off=Sum("discount"), kept=Sum("commission")
        )
    }
    shipping = sum((refund.shipping for refund in stall_order.refunds.all()), Rial(0))
    lines = []
    for line in sorted(stall_order.lines, key=lambda line: line.pk):
        share = placed_share(line, of=stall_order)
        gone = refunded.get(line.pk)
        if gone:
            share = LineShare(
                share.order_line_id,
                share.quantity - gone["n"],
                share.goods - Rial(gone["goods"]),
                share.discount - Rial(gone["off"]),
                share.commission - Rial(gone["kept"]),
            )
        lines.append(share)
    return Left(tuple(lines), stall_order.shipping - shipping)


def share_legs(
    stall_order: StallOrder,
    *,
    account: str,
    lines: Sequence[LineShare],
    shipping: Rial,
    is_taken_back: bool = False,
) -> list[Leg]:
    """Give a stall its share on one of its accounts, piece by piece; or take it back.

    The stall gets goods and sending and leaves the commission; the shop bears the voucher. These legs sum to minus
    what the buyer paid (plus when it is taken back).
    """
    sign = -1 if is_taken_back else 1
    partner_id = stall_order.partner_id
    legs = []
    for line in lines:
        for code, amount, kind in (
            (account, -line.goods, Kind.GOODS),
            (accounts.EXPENSE_PROMOTION, line.discount, Kind.PROMOTION),
            (account, line.commission, Kind.COMMISSION),
            (accounts.INCOME_COMMISSION, -line.commission, Kind.COMMISSION),
        ):
            legs.append(
                Leg(code, sign * amount, kind, partner_id, stall_order.pk, line.order_line_id)
            )
    legs.append(Leg(account, -sign * shipping, Kind.SHIPPING, partner_id, stall_order.pk))
    return legs


def shipped_of(stall_order: StallOrder) -> dict[int, int]:
    """Order line → pieces of it that have left the stall in shipments; a line of which none left is missing."""
    rows = ShipmentLine.objects.filter(shipment__stall_order=stall_order).values_list(
        "order_line_id"
    )
    return dict(rows.annotate(n=Sum("quantity")))


def unsent_of(stall_order: StallOrder) -> dict[int, int]:
    """Order line → pieces that have still to leave the stall. What was given back counts as not sent first."""
    return unsent(left_of(stall_order), shipped_of(stall_order))


def unsent(left: Left, shipped: Mapping[int, int]) -> dict[int, int]:
    """What `unsent_of` says, of what is left and what was shipped."""
    return {
        line.order_line_id: max(line.quantity - shipped.get(line.order_line_id, 0), 0)
        for line in left.lines
    }


def account_of(stall_order: StallOrder) -> str:
    """Where a stall order's money stands now: pending, delivered or available."""
    if stall_order.released_at is not None:
        return accounts.stall_available(stall_order.partner_id)
    if stall_order.delivered_at is not None:
        return accounts.stall_delivered(stall_order.partner_id)
    return accounts.stall_pending(stall_order.partner_id)


def move_legs(stall_order: StallOrder, *, source: str, target: str) -> list[Leg]:
    """All that stands on `source` for this stall order, moved to `target` piece by piece.

    Pieces of one kind and line move as two, what came in and what was taken back, so that a statement shows both.
    """
    is_credit = Case(
        When(amount__lt=0, then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    pieces = (
        Posting.objects.filter(stall_order_id=stall_order.pk, account__code=source)
        .annotate(is_credit=is_credit)
        .values("kind", "order_line_id", "is_credit")
        .annotate(total=Sum("amount"))
        .order_by("order_line_id", "kind", "is_credit")
    )
    legs = []
    for piece in pieces:
        for code, amount in ((source, -piece["total"]), (target, piece["total"])):
            legs.append(
                Leg(
                    code,
                    int(amount),
                    Kind(piece["kind"]),
                    stall_order.partner_id,
                    stall_order.pk,
                    piece["order_line_id"],
                )
            )
    return legs


def parts_of(left: Left, quantities: Mapping[int, int]) -> list[LineShare]:
    """The shares of these many of these order lines. Raises KeyError for a foreign line, ValueError for too many."""
    by_line = {line.order_line_id: line for line in left.lines}
    return [by_line[line_id].part(quantity) for line_id, quantity in sorted(quantities.items())]
