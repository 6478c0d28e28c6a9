"""A stall holder gives back a piece: sees what it means first, says yes once, and only of their own orders."""

import re
from typing import Any

import pytest
from django.test import Client

from shop.ledger.accounts import BUYER_REFUND_DUE
from shop.ledger.queries import balance
from shop.orders.models import Refund, StallOrder
from tests.makers import a_paid_order, a_product, a_stall, a_user
from vendors.stalls.models import Stall

pytestmark = pytest.mark.django_db
PRICE, SENDING = 1_650_000, 650_000


@pytest.fixture
def stall(client: Client) -> Stall:
    keeper = a_user()
    client.force_login(keeper)
    return a_stall(keeper=keeper)


@pytest.fixture
def stall_order(stall: Stall) -> StallOrder:
    (made,) = a_paid_order((a_product(stall), 2))
    return made


def address(stall_order: StallOrder) -> str:
    return f"/panel/orders/{stall_order.number}/give-back/"


def filled(client: Client, stall_order: StallOrder, pieces: int, **changed: str) -> dict[str, str]:
    page = client.get(address(stall_order)).content.decode()
    found = re.search(r'name="refund_id" value="([^"]+)"', page)
    assert found is not None
    line = stall_order.order.lines.get(partner_id=stall_order.partner_id)
    return {
        "refund_id": found[1],
        f"line_{line.pk}": str(pieces),
        "reason": "sold_out",
        "words": "",
        **changed,
    }


def test_the_sums_are_seen_before_anything_happens(client: Client, stall_order: StallOrder) -> None:
    page = client.post(address(stall_order), filled(client, stall_order, 1)).content.decode()
    assert "۱۶۵٬۰۰۰" in page  # to the buyer
    assert "۱۵۶٬۷۵۰" in page  # from the stall's share
    assert Refund.objects.count() == 0


def test_yes_gives_it_back_once_however_often_it_is_pressed(
    client: Client, stall_order: StallOrder
) -> None:
    sent = filled(client, stall_order, 1, yes=str(PRICE), words="آخری شکست")
    for _ in range(2):
        answer = client.post(address(stall_order), sent)
        assert answer.headers["Location"] == f"/panel/orders/{stall_order.number}/"
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason) == (PRICE, "دیگر ندارمش: آخری شکست")
    assert balance(BUYER_REFUND_DUE) == -PRICE
    page = client.get(answer.headers["Location"]).content.decode()
    assert "پس‌داده‌شده" in page
    assert "<b>۱ تا</b>" in page


def test_a_yes_to_other_sums_than_were_seen_shows_the_new_ones(
    client: Client, stall_order: StallOrder
) -> None:
    first = filled(client, stall_order, 1, yes=str(PRICE))
    second = filled(client, stall_order, 1, yes=str(PRICE))
    client.post(address(stall_order), first)
    page = client.post(address(stall_order), second).content.decode()
    assert "بله، بسته را لغو کن" in page  # it is the last piece by now
    assert Refund.objects.count() == 1


def test_all_of_it_cancels_the_parcel_which_is_still_found(
    client: Client, stall_order: StallOrder
) -> None:
    sent = filled(client, stall_order, 2)
    page = client.post(address(stall_order), sent).content.decode()
    assert "بله، بسته را لغو کن" in page
    client.post(address(stall_order), {**sent, "yes": str(2 * PRICE + SENDING)})
    assert Refund.objects.get().amount == 2 * PRICE + SENDING
    assert stall_order.number in client.get("/panel/orders/cancelled/").content.decode()
    shown = client.get(f"/panel/orders/{stall_order.number}/").content.decode()
    assert "خیابان نمونه" not in shown  # nothing is sent there any more
    assert "پس دادن پول" not in shown


@pytest.mark.parametrize("pieces", ["3", "-1", "NaN", "۱e9", ""])
def test_a_number_that_is_none_is_said_beside_its_field(
    client: Client, stall_order: StallOrder, pieces: str
) -> None:
    line = stall_order.order.lines.get()
    sent = filled(client, stall_order, 1, words="می‌ماند")
    page = client.post(address(stall_order), {**sent, f"line_{line.pk}": pieces, "yes": "1"})
    shown = page.content.decode()
    assert "field__error" in shown
    assert "می‌ماند" in shown
    assert Refund.objects.count() == 0


def test_nothing_chosen_is_said_in_words(client: Client, stall_order: StallOrder) -> None:
    sent = filled(client, stall_order, 0, yes="1")
    page = client.post(address(stall_order), sent).content.decode()
    assert "دست‌کم یک کالا را برای برگرداندن انتخاب کنید." in page


def test_the_line_of_another_stall_in_the_body_changes_nothing(
    client: Client, stall: Stall
) -> None:
    mine, other = a_paid_order((a_product(stall), 1), (a_product(a_stall("دیگر")), 1))
    foreign = other.order.lines.get(partner_id=other.partner_id)
    whole = str(PRICE + SENDING)  # its last piece
    sent = filled(client, mine, 1, yes=whole) | {f"line_{foreign.pk}": "1"}
    client.post(address(mine), sent)
    assert [line.order_line_id for line in Refund.objects.get().lines.all()] != [foreign.pk]
    assert Refund.objects.filter(stall_order=other).count() == 0


def test_the_order_of_another_stall_is_not_there(client: Client, stall: Stall) -> None:
    (other,) = a_paid_order((a_product(a_stall("دیگر")), 1))
    assert client.get(address(other)).status_code == 404
    assert client.post(address(other), {"yes": "1"}).status_code == 404


def test_an_order_that_was_never_paid_is_not_there(client: Client, stall_order: Any) -> None:
    StallOrder.objects.filter(pk=stall_order.pk).update(state=StallOrder.State.CANCELLED)
    type(stall_order.order).objects.filter(pk=stall_order.order_id).update(status="expired")
    assert client.get(address(stall_order)).status_code == 404
    assert stall_order.number not in client.get("/panel/orders/cancelled/").content.decode()
