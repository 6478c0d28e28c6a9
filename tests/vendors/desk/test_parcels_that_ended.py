"""The desk's lists of what ended before its time and of what no stall answers, and what was written."""

from datetime import timedelta

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.orders.models import Message, StallOrder
from tests.makers import a_paid_order, a_product, a_staff_member, a_stall, log_in_at_office
from vendors.settlements.access import let_settle
from vendors.stalls.access import let_look_after

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]


@pytest.fixture
def staff(client):
    carer = a_staff_member()
    let_look_after(carer)
    log_in_at_office(client, carer)
    return client


@pytest.mark.parametrize("ending", ["declined", "cancelled", "returned"])
def test_what_ended_before_its_time_has_its_list_with_the_reason(staff, ending):
    (parcel,) = a_paid_order((a_product(a_stall(), stock=5), 1))
    (unpaid,) = a_paid_order((a_product(a_stall("دیگر"), stock=5), 1))
    StallOrder.objects.filter(pk=parcel.pk).update(state=ending, reason="بیمارم")
    StallOrder.objects.filter(pk=unpaid.pk).update(state="cancelled")
    Order.objects.filter(pk=unpaid.order_id).update(status="expired")
    page = staff.get(f"/parcels/{ending}/")
    assert [found.pk for found in page.context["page"].parcels] == [parcel.pk]
    assert "بیمارم" in page.content.decode()


def test_what_no_stall_has_answered_for_two_days_is_unanswered(staff):
    product = a_product(a_stall(), stock=5)
    (old,) = a_paid_order((product, 1))
    (young,) = a_paid_order((product, 1))
    now = timezone.now()
    StallOrder.objects.filter(pk=old.pk).update(created_at=now - timedelta(hours=48, minutes=1))
    StallOrder.objects.filter(pk=young.pk).update(created_at=now - timedelta(hours=47))
    page = staff.get("/parcels/unanswered/")
    assert [found.pk for found in page.context["page"].parcels] == [old.pk]
    assert page.context["counts"].n_unanswered == 1


def test_what_was_sent_long_ago_without_a_word_has_its_list_the_oldest_first(staff):
    product = a_product(a_stall(), stock=9)
    older, old, young, arrived = (a_paid_order((product, 1))[0] for _ in range(4))
    now = timezone.now()
    for parcel, days, state in (
        (old, 8, "sent"),
        (older, 9, "sent"),
        (young, 7, "sent"),
        (arrived, 30, "delivered"),
    ):
        sent_at = now - timedelta(days=days, minutes=1)
        StallOrder.objects.filter(pk=parcel.pk).update(state=state, sent_at=sent_at)
    page = staff.get("/parcels/sent-long-ago/")
    assert [found.pk for found in page.context["page"].parcels] == [older.pk, old.pk]
    assert page.context["counts"].n_silent == 2
    assert "/parcels/sent-long-ago/" in staff.get("/").content.decode()


def test_who_looks_after_stalls_is_led_from_the_list_to_the_stalls_number(staff):
    stall = a_stall()
    a_paid_order((a_product(stall), 1))
    path = f"/stall/{stall.slug}/"
    assert path in staff.get("/parcels/").content.decode()
    settler = a_staff_member()
    let_settle(settler)
    log_in_at_office(staff, settler)
    page = staff.get("/parcels/").content.decode()
    assert stall.name in page
    assert path not in page


def test_staff_who_read_what_was_written_are_in_the_log(staff, caplog):
    (parcel,) = a_paid_order((a_product(a_stall(), stock=5), 1))
    Message.objects.create(stall_order=parcel, text="کی می‌رسد؟", at=timezone.now())
    with caplog.at_level("INFO", logger="vendors.desk.refunds"):
        page = staff.get(f"/parcel/{parcel.number}/").content.decode()
    assert "کی می‌رسد؟" in page
    assert f"messages.read stall_order={parcel.pk} by_user=" in caplog.text
    assert "کی می‌رسد" not in caplog.text
