"""A buyer and a stall write to each other; no number gets through, and nobody is told too often."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shop.notices.models import Notice
from shop.orders import jobs
from shop.orders.errors import ThreadClosed, TooManyMessages
from shop.orders.links import order_token
from shop.orders.models import Message, StallOrder
from shop.orders.services.messages import MOST_IN_AN_HOUR, write_message
from tests.makers import BUYER, NOON, a_paid_order, a_product, a_stall, a_user
from vendors.stalls.jobs import tell_stall_of_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> StallOrder:
    (order,) = a_paid_order((a_product(a_stall(keeper=a_user()), stock=10), 1))
    return order


def write(order, text="سلام", *, by=None, now=NOON) -> Message:
    return write_message(stall_order=order, author_id=by and by.pk, text=text, now=now)


def keeper_of(order):
    return order.partner.stall.members.get().user


def told(prefix: str) -> int:
    return Notice.objects.filter(key__startswith=f"message:{prefix}").count()


def test_a_number_in_a_message_is_never_stored(order):
    message = write(order, "زنگ بزنید ۰۹۱۲ ۳۴۵ ۶۷ ۸۹")
    assert (message.text, message.was_masked) == ("زنگ بزنید •••", True)


def test_the_same_words_pressed_twice_are_one_message(order):
    assert write(order) == write(order, now=NOON + timedelta(minutes=1))
    assert Message.objects.count() == 1
    write(order, by=keeper_of(order))
    write(order, now=NOON + timedelta(minutes=11))
    assert Message.objects.count() == 3


def test_one_side_writes_so_many_in_an_hour(order):
    for n in range(MOST_IN_AN_HOUR):
        write(order, f"پیام {n}")
    with pytest.raises(TooManyMessages):
        write(order, "یکی دیگر")
    write(order, "جواب", by=keeper_of(order))
    write(order, "یکی دیگر", now=NOON + timedelta(minutes=61))


def test_the_thread_closes_with_the_address(order):
    StallOrder.objects.filter(pk=order.pk).update(state="closed", delivered_at=NOON)
    write(order, now=NOON + timedelta(days=29))
    with pytest.raises(ThreadClosed):
        write(order, now=NOON + timedelta(days=30))


def test_each_side_is_told_once_an_hour_at_most(order):
    for text in ("یک", "دو"):
        tell_stall_of_message(write(order, text).pk)
        jobs.tell_buyer_of_message(write(order, text, by=keeper_of(order)).pk)
    assert (told(f"{order.pk}:stall"), told(f"{order.pk}:buyer")) == (1, 1)
    Notice.objects.update(created_at=NOON - timedelta(days=1))
    tell_stall_of_message(write(order, "سه").pk)
    assert told(f"{order.pk}:stall") == 2


def test_nobody_is_told_of_their_own_words(order):
    jobs.tell_buyer_of_message(write(order).pk)
    tell_stall_of_message(write(order, by=keeper_of(order)).pk)
    assert told(f"{order.pk}") == 0


def test_both_write_from_their_own_page_and_are_told_why_something_is_hidden(client, order):
    thread = reverse("messages", args=[order_token(order.order.number), order.number])
    said = client.post(thread, {"text": "<b>کی</b> می‌رسد؟ 09123456789"}, follow=True)
    page = said.content.decode()
    assert "یک شماره یا نشانی را در آن پنهان کردیم" in page
    assert Message.objects.get().text == "کی می‌رسد؟ •••"
    client.force_login(keeper_of(order))
    panel = reverse("panel:messages", args=[order.number])
    assert (
        '<span class="count">۱</span>'
        in client.get(reverse("panel:order", args=[order.number])).content.decode()
    )
    seen = client.get(panel).content.decode()
    assert "کی می‌رسد؟ •••" in seen
    assert Message.objects.get().read_at is not None
    for private in (BUYER.phone[3:], "۰۹۱۲۰۰۰۰۰۰۱", BUYER.name):
        assert private not in seen
    client.post(panel, {"text": "فردا"})
    assert "فردا" in client.get(thread).content.decode()


@pytest.mark.parametrize("text", ["", "   ", "ا" * 1_001])
def test_nothing_or_too_much_is_no_message(client, order, text):
    thread = reverse("messages", args=[order_token(order.order.number), order.number])
    page = client.post(thread, {"text": text})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["text"])
    assert Message.objects.count() == 0


def test_another_orders_link_opens_no_thread_of_this_one(client, order):
    (other,) = a_paid_order((a_product(a_stall("دیگر"), stock=5), 1))
    thread = reverse("messages", args=[order_token(other.order.number), order.number])
    assert client.get(thread).status_code == 404
    assert client.post(thread, {"text": "سلام"}).status_code == 404


def test_what_was_written_is_gone_from_the_panel_with_the_address(client, order):
    write(order, "کوچهٔ سوم، زنگ دوم")
    StallOrder.objects.filter(pk=order.pk).update(
        state="closed", delivered_at=NOON - timedelta(days=31)
    )
    client.force_login(keeper_of(order))
    assert client.get(reverse("panel:messages", args=[order.number])).status_code == 404
