"""What the stalls sold since they opened, decided by a seeded chance: the same shop every time.

The six stalls that somebody can log in to also have work waiting.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from oscar.apps.partner.models import StockRecord
from stdnum import luhn

from demo.days import moment
from shop.jalali import Month
from shop.money import RIALS_IN_TOMAN, Rial
from shop.orders.models import StallOrder
from vendors.stalls.models import Stall

HIGHEST_QUANTITY = 10
KINDS_IN_A_PARCEL = 3
# Placed so many days ago, and how far each has come.
WAITING = ((1, StallOrder.State.NEW), (3, StallOrder.State.SENT))


@dataclass(frozen=True, kw_only=True)
class Sale:
    """One order of one stall, decided and not yet written. `number` is the order's."""

    stall: Stall
    goods: Mapping[StockRecord, int]
    placed_at: datetime
    state: StallOrder.State
    delivered_at: datetime | None
    number: str
    buyer: str
    street: str
    phone: str
    is_paid_at_door: bool

    @property
    def total(self) -> Rial:
        """Goods without shipping, rial."""
        prices = (Rial.from_decimal(record.price) * many for record, many in self.goods.items())
        return sum(prices, Rial(0))


def decide_sales(
    row: Mapping[str, Any],
    *,
    stall: Stall,
    buyers: Mapping[str, Any],
    has_keeper: bool,
    today: date,
) -> list[Sale]:
    """Every sale of a stall from its opening to yesterday; none when it opened today."""
    chance = random.Random(row["key"])  # noqa: S311 - the same demo every time, and no secret
    records = list(
        StockRecord.objects.filter(partner=stall.partner).select_related("product").order_by("pk")
    )
    sales = list(_delivered(row, stall, records, buyers, today, chance))
    if has_keeper:
        takes_cash = row.get("takes_cash", False)
        sales += _waiting(stall, records, buyers, today, chance, takes_cash=takes_cash)
    return sales


def _delivered(
    row: Mapping[str, Any],
    stall: Stall,
    records: Sequence[StockRecord],
    buyers: Mapping[str, Any],
    today: date,
    chance: random.Random,
) -> Iterator[Sale]:
    """Month by month: some more, some less than the stall's usual month, in three to six orders."""
    yesterday, opened = today - timedelta(days=1), stall.opened_on or today
    month = Month.of(opened)
    while max(month.start, opened) <= yesterday:
        first, last = max(month.start, opened), min(month.end, yesterday)
        days = (last - first).days + 1
        usual = row["monthly_sales_toman"] * RIALS_IN_TOMAN
        budget = usual * chance.randint(60, 145) // 100 * days // 30
        orders = max(1, chance.randint(3, 6) * days // 30)
        for place in range(orders):
            placed_on = first + timedelta(days=days * place // orders)
            delivered_on = min(placed_on + timedelta(days=chance.randint(1, 4)), yesterday)
            yield Sale(
                stall=stall,
                goods=_some_goods(records, budget // orders, chance),
                placed_at=moment(placed_on, 10, chance.randint(0, 59)),
                state=StallOrder.State.DELIVERED,
                delivered_at=moment(delivered_on, 18, chance.randint(0, 59)),
                is_paid_at_door=False,
                **_buyer(buyers, chance),
            )
        month = month.next()


def _waiting(
    stall: Stall,
    records: Sequence[StockRecord],
    buyers: Mapping[str, Any],
    today: date,
    chance: random.Random,
    *,
    takes_cash: bool,
) -> Iterator[Sale]:
    """A new order and one on its way, of goods that are there; the latter in cash where the stall takes it."""
    in_stock = [record for record in records if (record.num_in_stock or 0) > 2]
    for days_ago, state in WAITING:
        placed_on = today - timedelta(days=days_ago)
        if placed_on >= (stall.opened_on or today):
            yield Sale(
                stall=stall,
                goods={chance.choice(in_stock): 1},
                placed_at=moment(placed_on, 11, chance.randint(0, 59)),
                state=state,
                delivered_at=None,
                is_paid_at_door=takes_cash and state == StallOrder.State.SENT,
                **_buyer(buyers, chance),
            )


def _some_goods(
    records: Sequence[StockRecord], budget: int, chance: random.Random
) -> dict[StockRecord, int]:
    """One to three kinds of goods for about this many rials; the cheapest when it buys none."""
    affordable = [record for record in records if record.price <= budget]
    if not affordable:
        return {min(records, key=lambda record: record.price): 1}
    kinds = min(chance.randint(1, KINDS_IN_A_PARCEL), len(affordable))
    return {
        record: min(max(int(budget // kinds // record.price), 1), HIGHEST_QUANTITY)
        for record in chance.sample(affordable, kinds)
    }


def _buyer(buyers: Mapping[str, Any], chance: random.Random) -> dict[str, str]:
    body = str(chance.randrange(10**6, 10**7))
    return {
        "number": body + luhn.calc_check_digit(body),
        "buyer": f"{chance.choice(buyers['first_names'])} {chance.choice(buyers['last_names'])}",
        "street": chance.choice(buyers["streets"]),
        "phone": f"{buyers['phones_begin']}{chance.randrange(10**4):04d}",
    }
