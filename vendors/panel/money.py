"""What one stall sold, month by month, and what it is paid and when: sums of postings, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings

from shop.jalali import TEHRAN, Month, tehran_date
from shop.ledger.queries import (
    Coming,
    Sales,
    SalesLine,
    Standing,
    coming,
    sales_by_day,
    sales_lines,
    standings,
)
from shop.money import Rial
from shop.orders.models import StallOrder
from vendors.panel.seat import Seat

MONTHS_OF_A_YEAR = 12
LINES_ON_A_PAGE = 30
ORDERS_SHOWN = 20


def net_of_month(seat: Seat, month: Month) -> Rial:
    """What the stall keeps of what arrived in this month, rial. One statement."""
    days = sales_by_day(partner_id=seat.stall.partner_id, since=_begin(month), until=_end(month))
    return _sum(days.values()).net


def year_of_sales(seat: Seat, last: Month) -> dict[Month, Sales]:
    """The twelve months up to `last`, in order; months without sales are zero. One statement."""
    months = [last]
    while len(months) < MONTHS_OF_A_YEAR:
        months.append(months[-1].previous())
    year = {month: Sales() for month in reversed(months)}
    days = sales_by_day(
        partner_id=seat.stall.partner_id, since=_begin(months[-1]), until=_end(last)
    )
    for day, sales in days.items():
        year[Month.of(day)] += sales
    return year


@dataclass(frozen=True)
class MoneyLine:
    """One event with its order; a sale that is of no order has none."""

    line: SalesLine
    stall_order: StallOrder | None


@dataclass(frozen=True)
class LinesOfMonth:
    """A page of a month's events, the latest first."""

    lines: tuple[MoneyLine, ...]
    page: int
    has_more: bool


def lines_of_month(seat: Seat, month: Month, *, page: int) -> LinesOfMonth:
    """The events behind a month's figures, thirty a page, from page 1 on. Two statements."""
    found = sales_lines(
        partner_id=seat.stall.partner_id,
        since=_begin(month),
        until=_end(month),
        skip=(page - 1) * LINES_ON_A_PAGE,
        most=LINES_ON_A_PAGE + 1,
    )
    orders = seat.orders.in_bulk({line.stall_order_id for line in found if line.stall_order_id})
    return LinesOfMonth(
        lines=tuple(
            MoneyLine(line, orders.get(line.stall_order_id or 0))
            for line in found[:LINES_ON_A_PAGE]
        ),
        page=page,
        has_more=len(found) > LINES_ON_A_PAGE,
    )


@dataclass(frozen=True)
class Due:
    """What is settled with one month, on the day after it ends; rial, below zero when more went back than came."""

    month: Month
    amount: Rial
    is_now: bool  # its month is over: it is being counted

    @property
    def day(self) -> date:
        return self.month.next().start

    @property
    def is_little(self) -> bool:
        """Too little for a payment by itself: it waits for the month after."""
        return int(self.amount) < int(settings.MIN_PAYOUT_RIAL)


@dataclass(frozen=True)
class OrderMoney:
    """What one order adds to a sum; rial. Without an order it is one that its seat can't open."""

    stall_order: StallOrder | None
    amount: Rial


@dataclass(frozen=True)
class OrderMoneys:
    """A sum with the orders it is made of."""

    orders: tuple[OrderMoney, ...] = ()

    @property
    def total(self) -> Rial:
        return sum((each.amount for each in self.orders), Rial(0))

    @property
    def shown(self) -> tuple[OrderMoney, ...]:
        return self.orders[:ORDERS_SHOWN]

    @property
    def is_more(self) -> bool:
        return len(self.orders) > ORDERS_SHOWN


@dataclass(frozen=True)
class ToCome:
    """What the stall is paid and when; what buyers have paid that has not arrived, and what they asked back at their
    banks, each with its orders; and the cash it holds.
    """

    dues: tuple[Due, ...]
    awaited: OrderMoneys
    held: OrderMoneys
    cash: Rial

    @property
    def first(self) -> Due | None:
        return self.dues[0] if self.dues else None


def to_come(seat: Seat, *, now: datetime) -> ToCome:
    """What is payable and what will be when the return windows of arrived orders are over, by month of settlement.

    The dues are minus the balances of what is available, delivered and in the stall's hands, together; what is awaited
    and held are minus those accounts' balances. Three statements.
    """
    this_month = Month.of(tehran_date(now))
    sums = coming(partner_id=seat.stall.partner_id, since=_begin(this_month))
    standing = standings(partner_id=seat.stall.partner_id)
    orders = {order.pk: order for order in seat.orders.filter(pk__in=list(standing))}
    return ToCome(
        dues=_dues(this_month, sums, standing, orders),
        awaited=_moneys({pk: each.pending for pk, each in standing.items()}, orders),
        held=_moneys({pk: each.held for pk, each in standing.items()}, orders),
        cash=sums.cash,
    )


def _moneys(amounts: dict[int, Rial], orders: dict[int, StallOrder]) -> OrderMoneys:
    """What is to be sent first comes first."""
    found = [OrderMoney(orders.get(pk), amount) for pk, amount in sorted(amounts.items()) if amount]
    found.sort(key=lambda each: each.stall_order.send_by if each.stall_order else date.max)
    return OrderMoneys(tuple(found))


def _dues(
    this_month: Month,
    sums: Coming,
    standing: dict[int, Standing],
    orders: dict[int, StallOrder],
) -> tuple[Due, ...]:
    by_month = {this_month.previous(): sums.payable_before, this_month: sums.payable_since}
    for pk, order in orders.items():
        if order.delivered_at is None or order.released_at is not None:
            continue
        over = order.delivered_at + timedelta(days=settings.RETURN_DAYS)
        month = max(Month.of(tehran_date(over)), this_month)
        by_month[month] = by_month.get(month, Rial(0)) + standing[pk].delivered - standing[pk].cash
    return tuple(
        Due(month, amount, is_now=month < this_month)
        for month, amount in sorted(by_month.items())
        if amount
    )


@dataclass(frozen=True)
class DoorMoney:
    """What is still to be taken at these orders' doors, rial."""

    orders: tuple[StallOrder, ...]

    @property
    def due(self) -> Rial:
        return sum((order.due_at_door or Rial(0) for order in self.orders), Rial(0))


def door_money(seat: Seat) -> DoorMoney:
    """What waits at doors; nothing for a stall that takes no cash."""
    return DoorMoney(
        orders=tuple(seat.orders.paid_at_door().with_due_at_door().order_by("send_by", "pk"))
    )


def _sum(sales: Iterable[Sales]) -> Sales:
    return sum(sales, Sales())


def _begin(month: Month) -> datetime:
    return datetime.combine(month.start, time.min, TEHRAN)


def _end(month: Month) -> datetime:
    return _begin(month.next())
