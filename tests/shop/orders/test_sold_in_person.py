"""Sold in person for cash: earned and in the stall's hands, so that nothing more is owed to it."""

import uuid
from datetime import timedelta

import pytest
from django.test import override_settings

from shop.jalali import Month, tehran_date
from shop.ledger.accounts import INCOME_COMMISSION, stall_available
from shop.ledger.models import Transaction
from shop.ledger.queries import balance, earned_postings_since
from shop.money import Rial
from shop.orders.errors import NothingSold, NotTakenBackToday, OutOfStock
from shop.orders.models import BazaarSale
from shop.orders.services.bazaar import SoldGoods, sell_in_person, take_back_sale
from tests.makers import NOON, a_paid_order, a_product, a_stall, a_user
from vendors.settlements.invariants import (
    Circumstances,
    books_balance,
    shares_add_up,
    stock_is_held_by_orders,
)
from vendors.settlements.services.prepare import prepare_settlements

pytestmark = pytest.mark.django_db


def sell(*goods, sale_id=None, partner_id=None, now=NOON) -> BazaarSale:
    rows = [
        SoldGoods(product.stockrecords.get(), product.title, n, Rial(price))
        for product, n, price in goods
    ]
    return sell_in_person(
        sale_id=sale_id or uuid.uuid4(),
        partner_id=partner_id or rows[0].record.partner_id,
        goods=rows,
        note="نمایشگاه",
        by_user_id=a_user().pk,
        now=now,
    )


def earned() -> int:
    return sum(row.amount for row in earned_postings_since(posted_after=NOON - timedelta(days=999)))


def breaches() -> list[str]:
    at = Circumstances(now=NOON)
    checks = (books_balance, shares_add_up, stock_is_held_by_orders)
    return [breach for check in checks for breach in check(at)]


def stock(product) -> int | None:
    return product.stockrecords.get().num_in_stock


def test_what_is_sold_in_person_is_earned_and_not_owed() -> None:
    product = a_product(a_stall(), stock=10)
    sale = sell((product, 3, 1_500_000))
    assert (sale.total, sale.commission, stock(product)) == (4_500_000, 0, 7)
    assert earned() == 4_500_000
    assert balance(stall_available(sale.partner_id)) == 0
    assert breaches() == []


def test_a_commission_is_owed_by_the_stall() -> None:
    product = a_product(a_stall(), stock=10)
    with override_settings(BAZAAR_COMMISSION_BP=300):
        sale = sell((product, 1, 1_000_000))
    assert (sale.commission, earned()) == (30_000, 970_000)
    assert balance(stall_available(sale.partner_id)) == 30_000
    assert balance(INCOME_COMMISSION) == -30_000
    assert breaches() == []


def test_the_same_sale_twice_is_one() -> None:
    product, key = a_product(a_stall(), stock=10), uuid.uuid4()
    assert sell((product, 2, 1_000), sale_id=key) == sell((product, 2, 1_000), sale_id=key)
    assert (stock(product), Transaction.objects.count()) == (8, 1)


def test_what_is_promised_to_orders_is_not_sold_away() -> None:
    product, other = a_product(a_stall(), stock=5), a_product(a_stall(), "دیگر", stock=5)
    a_paid_order((product, 4))
    with pytest.raises(OutOfStock) as short:
        sell((other, 1, 1_000), (product, 2, 1_000))
    assert short.value.titles == [product.title]
    assert (stock(product), stock(other), BazaarSale.objects.count()) == (5, 5, 0)
    sell((product, 1, 1_000))
    assert stock(product) == 4


def test_made_to_order_goods_have_no_count() -> None:
    product = a_product(a_stall(), stock=None, made_days=5)
    sell((product, 2, 1_000))
    assert stock(product) is None
    assert breaches() == []


def test_nothing_sold_writes_nothing() -> None:
    with pytest.raises(NothingSold):
        sell(partner_id=a_stall().partner_id)
    assert BazaarSale.objects.count() == 0


def test_a_sale_taken_back_on_its_day_is_undone_once() -> None:
    product = a_product(a_stall(), stock=10)
    with override_settings(BAZAAR_COMMISSION_BP=300):
        sale = sell((product, 3, 1_000_000))
    assert [take_back_sale(sale=sale, now=NOON) for _ in range(2)] == [True, False]
    assert (stock(product), earned(), balance(stall_available(sale.partner_id))) == (10, 0, 0)
    assert breaches() == []


def test_a_sale_of_yesterday_stays() -> None:
    sale = sell((a_product(a_stall(), stock=10), 1, 1_000))
    with pytest.raises(NotTakenBackToday):
        take_back_sale(sale=sale, now=NOON + timedelta(days=1))
    assert earned() == 1_000


def test_a_statement_counts_it_and_pays_nothing_for_it() -> None:
    stall = a_stall()
    sell((a_product(stall, stock=10), 2, 50_000_000))
    month = Month.of(tehran_date(NOON))
    [draft] = prepare_settlements(month=month, by_user_id=None, now=NOON + timedelta(days=40))
    assert (draft.sold, draft.cash, draft.net, draft.payable) == (100_000_000, -100_000_000, 0, 0)
    assert breaches() == []


@pytest.mark.parametrize("changed", [{"total": 9_999}, {"commission": 7}])
def test_a_sale_that_the_books_do_not_know_is_noticed(changed: dict[str, int]) -> None:
    """The control of the invariant."""
    sale = sell((a_product(a_stall(), stock=10), 2, 1_000))
    BazaarSale.objects.filter(pk=sale.pk).update(**changed)
    assert breaches() != []
