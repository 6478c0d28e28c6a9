"""What a stall may do with an order beside sending it whole: say no, pack, send in parts, take back what returned."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from shop.orders.models import Refund, StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.send import send_stall_order
from tests.makers import NOON, a_member, a_paid_order, a_product, a_user
from vendors.stalls.models import StallMember

pytestmark = pytest.mark.django_db
State = StallOrder.State


@pytest.fixture
def order(stall):
    (order,) = a_paid_order((a_product(stall, "کلاه تابستانی", price=2_000_000, stock=9), 3))
    return order


def url(step, order) -> str:
    return reverse(f"panel:{step}", args=[order.number])


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_saying_no_asks_why_first(client, order):
    assert url("decline", order) in client.get(url("order", order)).content.decode()
    page = client.get(url("decline", order)).content.decode()
    assert "۶۶۵٬۰۰۰" in page  # three hats and their sending
    page = client.post(url("decline", order), {"reason": "", "words": ""})
    assert list(page.context["form"].errors) == ["reason"]
    page = client.post(url("decline", order), {"reason": "other", "words": " "})
    assert list(page.context["form"].errors) == ["words"]
    order.refresh_from_db()
    assert order.state == State.NEW


def test_a_stall_says_no_and_the_order_stands_with_what_was_not_sold(client, order):
    typed = {"reason": "sold_out", "words": "زنگ بزنید 09123456789"}
    assert said(client.post(url("decline", order), typed)) == ["انجام شد. به خریدار خبر دادیم."]
    order.refresh_from_db()
    assert (order.state, order.reason) == (State.DECLINED, "دیگر ندارمش: زنگ بزنید •••")
    assert client.post(url("decline", order), typed).url == url("order", order)
    assert Refund.objects.count() == 1
    shown = client.get("/panel/orders/cancelled/").context["orders"]
    assert [row.stall_order.pk for row in shown] == [order.pk]
    assert "مهسا رضایی" not in client.get(url("order", order)).content.decode()


def test_a_packed_order_still_waits_to_be_sent(client, order):
    client.post(url("accept", order))
    client.post(url("pack", order))
    order.refresh_from_db()
    assert order.state == State.PACKED
    page = client.get("/panel/orders/to-send/")
    assert [row.stall_order.pk for row in page.context["orders"]] == [order.pk]
    assert (page.context["piles"].to_send, page.context["piles"].new) == (1, 0)
    client.post(url("send", order), {"carrier": "پست", "tracking_code": "۱۲"})
    order.refresh_from_db()
    assert (order.state, order.tracking_code) == (State.SENT, "12")


def test_a_part_goes_now_and_the_rest_later(client, order):
    client.post(url("accept", order))
    form = client.get(url("send_part", order)).context["form"]
    line = order.order.lines.get().pk
    typed = {
        "part_number": form["part_number"].value(),
        f"line_{line}": "2",
        "carrier": "پست",
        "tracking_code": "۱۱",
    }
    for _ in range(2):  # pressed twice
        client.post(url("send_part", order), typed)
    order.refresh_from_db()
    assert (order.state, order.shipments.count()) == (State.ACCEPTED, 1)
    page = client.get(url("order", order)).content.decode()
    assert "۲ × <bdi>کلاه تابستانی</bdi>" in page
    assert url("decline", order) not in page
    client.post(url("send", order), {"carrier": "تیپاکس", "tracking_code": "22"})
    order.refresh_from_db()
    assert (order.state, order.shipments.count()) == (State.SENT, 2)


def test_no_piece_is_no_part(client, order):
    client.post(url("accept", order))
    line = order.order.lines.get().pk
    typed = {"part_number": "1", f"line_{line}": "0", "carrier": "پست"}
    page = client.post(url("send_part", order), typed)
    assert page.status_code == 200
    assert len(page.context["form"].non_field_errors()) == 1
    assert order.shipments.count() == 0


def test_what_came_back_whole_is_returned_by_the_stall_holder_alone(client, stall, order):
    accept_stall_order(stall_order=order, now=NOON)
    send_stall_order(stall_order=order, carrier="", tracking_code="", now=NOON)
    deliver_stall_order(stall_order=order, now=NOON)
    helper = a_user()
    a_member(stall, helper, role=StallMember.Role.HELPER)
    keeper = stall.members.get(role=StallMember.Role.OWNER).user
    client.force_login(helper)
    assert client.post(url("came_back", order), {"reason": "not_liked"}).status_code == 404
    client.force_login(keeper)
    client.post(url("came_back", order), {"reason": "not_liked"})
    order.refresh_from_db()
    assert (order.state, order.reason) == (State.RETURNED, "خریدار آن را نپسندید")
    assert Refund.objects.get().amount == 6_650_000


@pytest.mark.parametrize("path", ["", "to-send/", "sent/", "done/", "cancelled/"])
def test_every_pile_goes_on_where_it_stopped(client, stall, path):
    states = {"": "new", "to-send/": "packed", "sent/": "sent", "done/": "closed"}
    product = a_product(stall, stock=90)
    for _ in range(23):
        a_paid_order((product, 1))
    StallOrder.objects.update(
        state=states.get(path, "returned"), sent_at=NOON, delivered_at=NOON, released_at=NOON
    )
    first = client.get(f"/panel/orders/{path}")
    last = first.context["orders"][-1].stall_order.number
    assert f"?after={last}" in first.content.decode()
    second = client.get(f"/panel/orders/{path}?after={last}")
    seen = [row.stall_order.pk for page in (first, second) for row in page.context["orders"]]
    assert (len(seen), len(set(seen)), second.context["has_more"]) == (23, 23, False)


def test_an_order_named_in_after_that_is_anothers_changes_nothing(client, stall, order):
    page = client.get("/panel/orders/?after=99999999-1")
    assert [row.stall_order.pk for row in page.context["orders"]] == [order.pk]
