"""A code that was mistyped is put right, and the buyer gets the right one once."""

import json

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from shop.notices.models import Notice
from shop.orders.errors import StateMoved
from shop.orders.jobs import tell_buyer_of_code
from shop.orders.links import order_token
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.send import Part, send_stall_order
from tests.makers import BUYER, NOON, a_member, a_paid_order, a_product, a_user
from vendors.stalls.models import StallMember

pytestmark = pytest.mark.django_db
State, Role = StallOrder.State, StallMember.Role


@pytest.fixture
def order(stall):
    (order,) = a_paid_order((a_product(stall, "کلاه تابستانی", stock=9), 3))
    accept_stall_order(stall_order=order, now=NOON)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="111", now=NOON)
    return order


def deferred() -> list[dict[str, object]]:
    """What each waiting job for the buyer's message was given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id",
            ["shop.orders.jobs.tell_buyer_of_code"],
        )
        return [json.loads(args) for (args,) in cursor.fetchall()]


def correct(client, order, code: str):
    return client.post(reverse("panel:correct_code", args=[order.number]), {"tracking_code": code})


def codes(order) -> tuple[str, list[str]]:
    order.refresh_from_db()
    return order.tracking_code, list(order.shipments.values_list("tracking_code", flat=True))


def test_the_right_code_stands_everywhere_and_is_told_once_however_often_it_is_pressed(
    client, order
):
    page = client.get(reverse("panel:order", args=[order.number])).content.decode()
    assert ('value="111"' in page, "درست کردن کد" in page) == (True, True)
    for _ in range(2):
        assert correct(client, order, "۲۱۰۴ ۴۰۱۵").url == f"/panel/orders/{order.number}/"
    assert codes(order) == ("21044015", ["21044015"])
    [told] = deferred()
    for _ in range(2):
        tell_buyer_of_code(**told)
    [notice] = Notice.objects.filter(key__startswith="code-corrected:")
    assert (notice.phone, "21044015" in notice.text) == (BUYER.phone, True)
    buyers = client.get(reverse("order", args=[order_token(order.order.number)])).content.decode()
    assert ("۲۱۰۴۴۰۱۵" in buyers, "۱۱۱" in buyers) == (True, False)


def test_a_second_correction_is_told_too_though_it_names_an_earlier_code(client, order):
    for code in ("222", "111", "222"):
        correct(client, order, code)
    assert len(deferred()) == 3


def test_of_a_parcel_in_parts_the_last_parts_code_is_put_right(client, stall):
    (order,) = a_paid_order((a_product(stall, stock=9), 3))
    accept_stall_order(stall_order=order, now=NOON)
    [line] = order.lines
    first = Part({line.pk: 1}, 1)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="111", now=NOON, part=first)
    send_stall_order(stall_order=order, carrier="پست", tracking_code="222", now=NOON)
    correct(client, order, "333")
    assert codes(order) == ("333", ["111", "333"])


def test_without_a_code_nothing_changes_and_the_field_says_so(client, order):
    answer = correct(client, order, " ")
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["tracking_code"])
    assert (codes(order), deferred()) == (("111", ["111"]), [])


def test_markup_does_not_reach_the_buyer_even_when_its_spaces_go(client, order):
    correct(client, order, "4<b>5</b> 6< b>7")
    assert codes(order)[0] == "4567"


@pytest.mark.parametrize("state", ["new", "accepted", "delivered", "cancelled"])
def test_only_what_is_on_its_way_has_its_code_put_right(client, order, state):
    StallOrder.objects.filter(pk=order.pk).update(state=state)
    page = client.get(reverse("panel:order", args=[order.number])).content.decode()
    assert "/code/" not in page
    for code in ("222", ""):
        answer = correct(client, order, code)
        assert [str(said) for said in get_messages(answer.wsgi_request)][-1] == str(StateMoved())
    assert (codes(order)[0], deferred()) == ("111", [])


@pytest.mark.parametrize(("role", "is_allowed"), [(Role.HELPER, True), (None, False)])
def test_a_helper_may_and_another_stall_finds_nothing(client, order, neighbour, role, is_allowed):
    user = a_user() if role else neighbour.members.get().user
    if role:
        a_member(order.partner.stall, user, role=role)
    client.force_login(user)
    answer = correct(client, order, "222")
    assert answer.status_code == (302 if is_allowed else 404)
    assert codes(order)[0] == ("222" if is_allowed else "111")
