"""The buyer says that a parcel has arrived: the same deed as the stall's own word, and the stall hears of it."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from shop.ledger.accounts import stall_delivered, stall_pending
from shop.ledger.models import Transaction
from shop.ledger.queries import balance
from shop.notices.models import Notice
from shop.orders.links import order_token
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.send import send_stall_order
from tests.makers import NOON, a_member, a_paid_order, a_product, a_stall, a_user
from tests.shop.orders.test_cash_at_the_door import a_cash_stall, parcels, placed
from vendors.stalls.jobs import tell_stall_of_receipt
from vendors.stalls.models import StallMember

pytestmark = pytest.mark.django_db
State = StallOrder.State
THANKS = "ممنون! غرفه خبردار شد که بسته به دستتان رسیده است."


@pytest.fixture
def order() -> StallOrder:
    stall = a_stall("ترشی سبزینه", keeper=a_user())
    a_member(stall, a_user(), role=StallMember.Role.HELPER)
    (order,) = a_paid_order((a_product(stall, "ترشی لیته", stock=10), 2))
    return order


def sent(order: StallOrder) -> StallOrder:
    accept_stall_order(stall_order=order, now=NOON)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="1", now=NOON)
    return order


def link(order: StallOrder, name: str = "order") -> str:
    token = order_token(order.order.number)
    return reverse(name, args=[token] if name == "order" else [token, order.number])


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_buyer_says_it_is_there_and_the_stall_has_earned_it(client, order):
    button = link(sent(order), "received")
    assert button in client.get(link(order)).content.decode()
    answer = client.post(button)
    assert (answer.url, said(answer)) == (link(order), [THANKS])
    order.refresh_from_db()
    assert order.state == State.DELIVERED
    assert balance(stall_pending(order.partner_id)) == 0
    assert balance(stall_delivered(order.partner_id)) == -(2 * 1_650_000 * 95 // 100 + 650_000)
    assert button not in client.get(link(order)).content.decode()


def test_pressed_twice_or_after_the_stall_it_is_once_and_thanked_for(client, order):
    deliver_stall_order(stall_order=sent(order), now=NOON)
    for _ in range(2):
        assert said(client.post(link(order, "received")))[-1] == THANKS
    order.refresh_from_db()
    assert order.delivered_at == NOON
    assert Transaction.objects.filter(event_type="stall_order.delivered").count() == 1


def test_everybody_of_the_stall_is_told_once_and_of_its_own_word_nobody(client, order):
    client.post(link(sent(order), "received"))
    Notice.objects.all().delete()
    for _ in range(2):
        tell_stall_of_receipt(order.pk)
    texts = set(Notice.objects.values_list("text", flat=True))
    assert (Notice.objects.count(), len(texts)) == (2, 1)
    assert f"خریدار سفارش {order.number} از ترشی سبزینه را گرفته است" in texts.pop()


@pytest.mark.parametrize("state", ["new", "accepted", "packed", "cancelled", "returned"])
def test_what_was_not_sent_is_answered_kindly_and_stays(client, order, state):
    StallOrder.objects.filter(pk=order.pk).update(state=state)
    assert link(order, "received") not in client.get(link(order)).content.decode()
    answer = client.post(link(order, "received"))
    assert (answer.url, said(answer)) == (
        link(order),
        ["این سفارش در این میان تغییر کرده است. وضع تازه‌اش این است."],
    )
    order.refresh_from_db()
    assert (order.state, order.delivered_at) == (state, None)


def test_it_is_a_button_and_a_parcel_of_another_order_is_not_received_by_this_link(client, order):
    assert client.get(link(sent(order), "received")).status_code == 405
    (other,) = a_paid_order((a_product(a_stall("دیگر"), stock=5), 1))
    path = reverse("received", args=[order_token(other.order.number), order.number])
    assert client.post(path).status_code == 404
    order.refresh_from_db()
    assert order.state == State.SENT


def test_what_is_paid_at_the_door_arrives_by_the_word_of_its_stall_alone(client, settings):
    settings.GATEWAYS = {"cash": {}}
    (parcel,) = parcels(placed((a_product(a_cash_stall()), 1)))
    assert link(sent(parcel), "received") not in client.get(link(parcel)).content.decode()
    answer = client.post(link(parcel, "received"))
    assert said(answer) == ["پول این بسته دم در داده می‌شود؛ برای همین غرفه رسیدنش را خبر می‌دهد."]
    parcel.refresh_from_db()
    assert parcel.state == State.SENT
    assert not Transaction.objects.filter(event_type="cash.collected").exists()
