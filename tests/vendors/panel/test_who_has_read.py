"""What a buyer wrote is read once somebody of the stall has opened it; staff who look in on an errand are not of it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from shop.orders.models import Message
from tests.makers import (
    a_member,
    a_paid_order,
    a_product,
    a_staff_member,
    a_stall,
    a_user,
    log_in_at_office,
)
from vendors.stalls.access import let_look_after
from vendors.stalls.models import StallMember
from vendors.stalls.services.errands import begin_errand

pytestmark = pytest.mark.django_db(databases=["default", "livelihood"])


@pytest.fixture
def message() -> Message:
    (order,) = a_paid_order((a_product(a_stall(keeper=a_user())), 1))
    return Message.objects.create(stall_order=order, text="کی می‌رسد؟", at=timezone.now())


def read(client, message: Message) -> bool:
    page = client.get(reverse("panel:messages", args=[message.stall_order.number]))
    assert message.text in page.content.decode()
    message.refresh_from_db()
    return message.read_at is not None


@pytest.mark.urls("shop.urls.office")
def test_staff_on_an_errand_leave_it_unread_for_the_stall(client, message):
    staff = a_staff_member()
    let_look_after(staff)
    log_in_at_office(client, staff)
    stall = message.stall_order.partner.stall
    begin_errand(stall=stall, user=staff, reason="کمک", now=timezone.now())
    assert read(client, message) is False


@pytest.mark.parametrize("role", list(StallMember.Role))
def test_whoever_works_for_the_stall_has_read_it(client, message, role):
    user = a_user()
    a_member(message.stall_order.partner.stall, user, role=role)
    client.force_login(user)
    assert read(client, message) is True
