"""The stall's account: what it sold, what went off it, what it is paid and when; every figure is a sum of postings."""

import random
import re
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.jalali import Month, tehran_date
from shop.ledger.accounts import (
    stall_available,
    stall_cash,
    stall_delivered,
    stall_held,
    stall_pending,
)
from shop.ledger.models import Posting
from shop.ledger.queries import balance
from shop.money import Rial
from shop.orders.models import BazaarSale, StallOrder
from shop.orders.services.bazaar import SoldGoods, sell_in_person
from shop.orders.services.dispute import Claim, lose_dispute, open_dispute, win_dispute
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.release import release_delivered
from shop.orders.services.send import send_stall_order
from shop.orders.shares import left_of
from tests.makers import NOON, a_paid_order, a_product, an_arrived_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(stall):
    return a_product(stall, price=2_000_000, stock=90)


def delivered(product, quantity, *, at):
    (order,) = a_paid_order((product, quantity))
    accept_stall_order(stall_order=order, now=at)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=at)
    deliver_stall_order(stall_order=order, now=at)
    return order


def page(client, year=1405, month=9, **query):
    return client.get(f"/panel/money/{year}/{month}/", query)


def sales(client, year=1405, month=9):
    return page(client, year, month).context["sales"]


def lines(client, year=1405, month=9, **query):
    return [
        (row.stall_order and row.stall_order.pk, int(row.line.sales.net), row.line.is_given_back)
        for row in page(client, year, month, **query).context["lines"].lines
    ]


def rows(moneys):
    return [(each.stall_order.pk, int(each.amount)) for each in moneys.orders]


def give_back(order, pieces, *, at):
    [line] = order.lines
    refund_lines(
        stall_order=order,
        quantities={line.pk: pieces},
        with_shipping=False,
        refund_id=uuid4(),
        reason="damaged",
        by_user_id=None,
        now=at,
    )


def as_booked(stall, kind, *, credit):
    """The ledger's own sum of one kind on what the stall has earned, without what only moved on."""
    found = Posting.objects.filter(
        account__code__in=(stall_delivered(stall.partner_id), stall_available(stall.partner_id)),
        kind=kind,
        **{"amount__lt" if credit else "amount__gt": 0},
    ).exclude(transaction__event_type="stall_order.released")
    return sum(posting.amount for posting in found)


def test_a_month_sums_what_arrived_in_it(client, product):
    first = delivered(product, 1, at=NOON)
    second = delivered(product, 2, at=NOON + timedelta(minutes=5))
    month = sales(client)
    assert (month.sold, month.commission, month.given_back) == (6_000_000, 600_000, 0)
    assert (month.net, month.sending) == (5_400_000, 1_300_000)
    assert lines(client) == [(second.pk, 3_600_000, False), (first.pk, 1_800_000, False)]


def test_what_was_given_back_stands_in_lines_of_its_own(client, stall, product):
    order = delivered(product, 3, at=NOON)
    give_back(order, 1, at=NOON + timedelta(hours=1))
    give_back(order, 1, at=NOON + timedelta(hours=2))
    month = sales(client)
    assert (month.sold, month.commission, month.given_back) == (6_000_000, 600_000, 3_600_000)
    assert month.net == 1_800_000
    assert lines(client) == [
        (order.pk, -1_800_000, True),
        (order.pk, -1_800_000, True),
        (order.pk, 5_400_000, False),
    ]
    kinds = Posting.Kind
    assert month.sold == -as_booked(stall, kinds.GOODS, credit=True)
    assert month.commission == as_booked(stall, kinds.COMMISSION, credit=False)
    assert month.given_back == as_booked(stall, kinds.GOODS, credit=False) + as_booked(
        stall, kinds.COMMISSION, credit=True
    )
    text = page(client).content.decode()
    assert "−۳۶۰٬۰۰۰" in text
    assert f"/panel/orders/{order.number}/" in text


def test_what_was_given_back_before_it_arrived_is_seen_too(client, product):
    (order,) = a_paid_order((product, 2))
    accept_stall_order(stall_order=order, now=NOON)
    give_back(order, 1, at=NOON)
    order.refresh_from_db()
    send_stall_order(stall_order=order, carrier="", tracking_code="", now=NOON)
    deliver_stall_order(stall_order=order, now=NOON)
    month = sales(client)
    assert (month.sold, month.commission, month.given_back) == (4_000_000, 400_000, 1_800_000)
    assert sorted(lines(client), key=str) == sorted(
        [(order.pk, 3_600_000, False), (order.pk, -1_800_000, True)], key=str
    )


def test_a_release_is_no_second_sale(client, product):
    delivered(product, 1, at=NOON)
    before = sales(client)
    assert release_delivered(now=NOON + timedelta(days=8)) == 1
    assert sales(client) == before
    assert len(lines(client)) == 1


def test_a_month_begins_at_midnight_in_tehran(client, product):
    begins = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # 1 Azar 1405, 00:00
    before = delivered(product, 1, at=begins - timedelta(seconds=1))
    after = delivered(product, 2, at=begins)
    assert lines(client, month=8) == [(before.pk, 1_800_000, False)]
    assert lines(client, month=9) == [(after.pk, 3_600_000, False)]


def test_twelve_months_are_drawn_and_told(client, product):
    delivered(product, 1, at=NOON)
    delivered(product, 2, at=NOON - timedelta(days=35))  # Mehr
    delivered(product, 4, at=NOON - timedelta(days=400))  # before the year that is drawn
    shown = page(client)
    rows = shown.context["chart"].rows
    assert [row.month for row in rows][::11] == [Month(1404, 10), Month(1405, 9)]
    assert {row.month: row.amount for row in rows if row.amount} == {
        Month(1405, 7): 3_600_000,
        Month(1405, 9): 1_800_000,
    }
    widths = {row.month: float(row.width) for row in rows}
    assert widths[Month(1405, 7)] == 2 * widths[Month(1405, 9)]
    assert {row.kind for row in rows} == {"b", "b2", "none"}
    text = shown.content.decode()
    assert text.count("<tr>") == 13  # a head, and the same months as a table
    assert "سهم شما در هر یک از دوازده ماه" in text


def test_bars_begin_where_the_language_begins(client, product):
    delivered(product, 1, at=NOON)
    persian = page(client).context["chart"].rows[-1]
    english = client.get("/en/panel/money/1405/9/").context["chart"].rows[-1]
    assert float(persian.x) + float(persian.width) == 320 - 76
    assert float(english.x) == 76
    assert (persian.name, english.name) == ("آذر", "Azar")


def test_what_is_paid_and_not_there_yet_is_on_its_way(client, product):
    (order,) = a_paid_order((product, 3))
    coming = client.get("/panel/money/").context["to_come"]
    assert rows(coming.awaited) == [(order.pk, 5_400_000 + 650_000)]
    accept_stall_order(stall_order=order, now=NOON)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
    deliver_stall_order(stall_order=order, now=NOON)
    coming = client.get("/panel/money/").context["to_come"]
    assert (coming.awaited.total, coming.awaited.orders) == (0, ())


def test_a_row_on_its_way_is_without_what_was_given_back(client, stall, product):
    (order,) = a_paid_order((product, 3))
    give_back(order, 2, at=NOON)
    awaited = client.get("/panel/money/").context["to_come"].awaited
    assert rows(awaited) == [(order.pk, 1_800_000 + 650_000)]
    assert awaited.total == -balance(stall_pending(stall.partner_id))


def disputed(order):
    attempt = order.order.payment_attempts.get()
    amount = int(left_of(order).paid)
    claim = Claim(gateway_id=f"dp_{order.pk}", charge_amount=amount)
    return open_dispute(attempt=attempt, claim=claim, now=NOON)


def test_what_a_buyers_bank_asks_back_is_held_and_said_with_its_order(client, stall, product):
    order = delivered(product, 1, at=timezone.now())
    dispute = disputed(order)
    shown = client.get("/panel/money/")
    held = shown.context["to_come"].held
    assert rows(held) == [(order.pk, 1_800_000 + 650_000)]
    assert held.total == -balance(stall_held(stall.partner_id))
    assert shown.context["to_come"].dues == ()
    text = shown.content.decode()
    assert "نگه داشته شده: بانک خریدار پس خواسته" in text
    assert f'href="/panel/orders/{order.number}/"' in text
    win_dispute(dispute=dispute, now=NOON)
    coming = client.get("/panel/money/").context["to_come"]
    assert (coming.held.orders, [int(due.amount) for due in coming.dues]) == ((), [2_450_000])


def test_a_long_list_says_how_many_there_are_and_where(client, product):
    for _ in range(21):
        a_paid_order((product, 1))
    text = client.get("/panel/money/").content.decode()
    assert "۲۰ سفارش اول از ۲۱ سفارش را می‌بینید." in text
    assert '<a href="/panel/orders/">' in text
    assert text.count("در انتظار") <= 20


@pytest.mark.parametrize("seed", range(3))
def test_every_heading_is_a_balance_and_the_sum_of_its_rows(client, stall, product, seed):
    """Orders, refunds of some pieces, arrivals, ends of return windows and banks' disputes, in any order."""
    chance, orders, disputes = random.Random(seed), [], []
    for _step in range(14):
        deed = chance.choice(["order", "order", "refund", "arrive", "release", "dispute", "decide"])
        order = StallOrder.objects.get(pk=chance.choice(orders)) if orders else None
        is_open = order is not None and not disputes and not left_of(order).is_empty
        if deed == "order":
            orders.append(a_paid_order((product, chance.randint(1, 3)))[0].pk)
        elif deed == "release":
            release_delivered(now=NOON + timedelta(days=chance.choice([0, 8])))
        elif deed == "refund" and is_open:
            give_back(order, 1, at=NOON)
        elif deed == "arrive" and order is not None and order.state == StallOrder.State.NEW:
            accept_stall_order(stall_order=order, now=NOON)
            send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
            deliver_stall_order(stall_order=order, now=NOON)
        elif deed == "dispute" and is_open:
            disputes.append(disputed(order))
        elif deed == "decide" and disputes:
            chance.choice([win_dispute, lose_dispute])(dispute=disputes.pop(), now=NOON)
        coming = client.get("/panel/money/").context["to_come"]
        booked = {
            account: -balance(account(stall.partner_id))
            for account in (stall_pending, stall_held, stall_available, stall_delivered, stall_cash)
        }
        assert coming.awaited.total == booked[stall_pending]
        assert coming.held.total == booked[stall_held]
        assert all(row.stall_order and row.amount > 0 for row in coming.awaited.orders)
        assert all(row.stall_order and row.amount > 0 for row in coming.held.orders)
        assert coming.cash == -booked[stall_cash]
        assert sum(due.amount for due in coming.dues) == sum(
            booked[account] for account in (stall_available, stall_delivered, stall_cash)
        )


def test_it_says_what_is_paid_and_when(client, stall, product):
    """Arrived 26 Aban: free on 3 Azar. On 27 Azar: free on 4 Dey, so settled a month later."""
    azar_20 = NOON + timedelta(days=16)
    with patch("django.utils.timezone.now", return_value=azar_20):
        delivered(product, 1, at=NOON - timedelta(days=8))
        release_delivered(now=NOON)
        delivered(product, 2, at=azar_20 - timedelta(days=10))
        delivered(product, 4, at=azar_20 + timedelta(days=7))
        shown = client.get("/panel/money/")
    dues = shown.context["to_come"].dues
    sending = 650_000
    assert [(due.month, int(due.amount)) for due in dues] == [
        (Month(1405, 9), 1_800_000 + 3_600_000 + 2 * sending),
        (Month(1405, 10), 7_200_000 + sending),
    ]
    in_books = (stall_available, stall_delivered, stall_cash)
    booked = sum(balance(account(stall.partner_id)) for account in in_books)
    assert sum(due.amount for due in dues) == -booked
    assert "پس از ۱ دی واریز می‌شود" in shown.content.decode()


def test_what_was_free_before_the_month_is_settled_with_the_last_one(client, product):
    delivered(product, 1, at=NOON - timedelta(days=25))
    release_delivered(now=NOON)
    with patch("django.utils.timezone.now", return_value=NOON):
        shown = client.get("/panel/money/")
    [due] = shown.context["to_come"].dues
    assert (due.month, due.amount, due.is_now) == (Month(1405, 8), 2_450_000, True)
    assert "در روزهای آینده، با تسویهٔ آبان ۱۴۰۵" in shown.content.decode()


def test_the_neighbours_money_is_not_counted(client, stall, neighbour):
    delivered(a_product(neighbour, price=9_000_000), 1, at=NOON)
    assert (sales(client).net, lines(client)) == (0, [])
    assert client.get("/panel/money/").context["to_come"].awaited.orders == ()


def test_lines_come_thirty_a_page(client, product):
    orders = [delivered(product, 1, at=NOON + timedelta(minutes=n)) for n in range(32)]
    first, second = lines(client), lines(client, page=2)
    assert [row[0] for row in first + second] == [order.pk for order in reversed(orders)]
    assert (len(first), len(second)) == (30, 2)
    text = page(client).content.decode()
    assert "?page=2#lines" in text


@pytest.mark.parametrize("typed", ["0", "-1", "x", "۲", "999999", "1e9"])
def test_a_page_that_is_none_is_the_first(client, product, typed):
    order = delivered(product, 1, at=NOON)
    assert lines(client, page=typed) == [(order.pk, 1_800_000, False)]


@pytest.mark.parametrize("n_orders", [1, 25])
def test_the_page_costs_the_same_whatever_was_sold(client, product, n_orders):
    for _ in range(n_orders):
        an_arrived_order((product, 1), now=timezone.now())
    a_paid_order((product, 1))
    client.get("/panel/money/")
    with CaptureQueriesContext(connection) as statements:
        client.get("/panel/money/")
    assert len(statements) == 11


@pytest.mark.parametrize("path", ["1405/13", "1405/0", "1300/1", "9999/1", "99999999999/1"])
def test_a_month_that_is_none_is_not_there(client, stall, path):
    assert client.get(f"/panel/money/{path}/").status_code == 404


def test_there_is_no_way_into_the_future(client, stall):
    now = client.get("/panel/money/")
    assert now.context["next"] is None
    last = now.context["previous"]
    assert client.get(f"/panel/money/{last.year}/{last.month}/").context["next"] is not None
    later = Month.of(tehran_date(timezone.now())).next()
    assert client.get(f"/panel/money/{later.year}/{later.month}/").status_code == 404
    assert re.search(r'class="round round--off"', now.content.decode())


def test_a_sale_in_person_is_sold_and_is_not_paid_once_more(client, stall, keeper, product):
    record = product.stockrecords.get()
    sold = SoldGoods(record=record, title=product.title, quantity=2, price=Rial(2_000_000))
    with patch("django.utils.timezone.now", return_value=NOON):
        sell_in_person(
            sale_id=uuid4(),
            partner_id=stall.partner_id,
            goods=[sold],
            note="",
            by_user_id=keeper.pk,
            now=NOON,
        )
        shown = client.get("/panel/money/")
    assert (sales(client).sold, lines(client)) == (4_000_000, [(None, 4_000_000, False)])
    assert shown.context["to_come"].dues == ()
    sale = BazaarSale.objects.get()
    assert f'<a href="/panel/in-person/{sale.pk}/"' in shown.content.decode()
