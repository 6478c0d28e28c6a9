"""Commission rules and pick-up points at the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from search.building import build_documents
from shop.jalali import tehran_date
from shop.orders.models import CommissionRule, PickupPoint, ShippingRate
from tests.makers import a_product, a_staff_member, a_stall, log_in_at_office
from vendors.settlements.access import let_settle
from vendors.stalls.access import let_look_after

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]


@pytest.fixture
def desk(client: Client) -> Client:
    user = a_staff_member()
    let_settle(user)
    let_look_after(user)
    log_in_at_office(client, user)
    return client


@pytest.mark.parametrize(
    ("typed", "kept"), [("۷٫۵", 750), ("7.5", 750), ("٪۱۲", 1_200), ("0", 0), ("100", 10_000)]
)
def test_a_rule_is_written_in_percent(desk: Client, typed: str, kept: int) -> None:
    desk.post("/commissions/", {"commission_bp": typed, "note": "<b>نوروز</b>"})
    rule = CommissionRule.objects.get()
    assert (rule.commission_bp, rule.note) == (kept, "نوروز")
    assert rule.valid_from == tehran_date(timezone.now())
    assert (rule.partner, rule.category, rule.valid_until) == (None, None, None)


@pytest.mark.parametrize("typed", ["", "-1", "NaN", "101", "1e2", "پنج", "5.555"])
def test_what_is_no_percentage_is_said_beside_its_box_and_stays(desk: Client, typed: str) -> None:
    page = desk.post("/commissions/", {"commission_bp": typed, "note": "عید"}).content.decode()
    assert 'id="id_commission_bp_error"' in page
    assert 'value="عید"' in page
    assert not CommissionRule.objects.exists()


def test_two_rules_of_the_same_goods_do_not_overlap(desk: Client) -> None:
    stall = a_stall()
    rule = {"commission_bp": "5", "partner": stall.partner_id}
    desk.post("/commissions/", rule)
    page = desk.post("/commissions/", rule).content.decode()
    assert (
        "در بعضی از این روزها قاعدهٔ دیگری برای همین کالاها برقرار است. اول آن را تمام کنید." in page
    )
    desk.post("/commissions/", {"commission_bp": "6"})
    assert CommissionRule.objects.count() == 2


def test_a_rule_does_not_begin_in_the_past(desk: Client) -> None:
    page = desk.post("/commissions/", {"commission_bp": "5", "valid_from": "1400/01/01"})
    assert "قاعده از امروز یا دیرتر آغاز می‌شود" in page.content.decode()
    assert not CommissionRule.objects.exists()


def test_a_rule_that_is_ended_holds_today_for_the_last_time(desk: Client) -> None:
    today = tehran_date(timezone.now())
    fields: dict[str, Any] = {"commission_bp": 500, "created_at": timezone.now()}
    running = CommissionRule.objects.create(valid_from=today - timedelta(days=9), **fields)
    planned = CommissionRule.objects.create(
        valid_from=today + timedelta(days=9), partner=a_stall().partner, **fields
    )
    for rule in (running, planned):
        desk.post(f"/commissions/{rule.pk}/end/")
    [left] = CommissionRule.objects.all()
    assert (left.pk, left.valid_until) == (running.pk, today)


def test_a_mistyped_rule_is_put_right_on_the_same_day(desk: Client) -> None:
    desk.post("/commissions/", {"commission_bp": "50"})
    mistyped = CommissionRule.objects.get()
    assert "پس گرفتن" in desk.get("/commissions/").content.decode()
    page = desk.post(f"/commissions/{mistyped.pk}/end/", follow=True).content.decode()
    assert "پس گرفته شد و دیگر برقرار نیست. سفارش‌های ثبت‌شده نرخ خودشان را دارند." in page
    desk.post("/commissions/", {"commission_bp": "5"})
    assert [rule.commission_bp for rule in CommissionRule.objects.all()] == [500]


def test_a_pick_up_point_is_made_and_changed(desk: Client) -> None:
    point = {"name": "دفتر", "city": "اسلامشهر", "address": "خیابان امام", "hours": "۹ تا ۱۷"}
    for _twice in range(2):
        desk.post("/pick-up/", {**point, "is_active": "on"})
    made = PickupPoint.objects.get()
    desk.post(f"/pick-up/{made.pk}/", {**point, "hours": "۹ تا ۱۳"})
    made.refresh_from_db()
    assert (made.hours, made.is_active) == ("۹ تا ۱۳", False)
    page = desk.post("/pick-up/", {**point, "address": ""}).content.decode()
    assert "این را پر کنید." in page or 'id="id_address_error"' in page
    assert 'value="دفتر"' in page


def test_closing_a_point_tells_the_search_of_the_goods_that_are_fetched_there(desk: Client) -> None:
    point = {"name": "دفتر", "city": "اسلامشهر", "address": "خیابان امام", "hours": "۹ تا ۱۷"}
    desk.post("/pick-up/", {**point, "is_active": "on"})
    made = PickupPoint.objects.get()
    stall = a_stall()
    product = a_product(stall)
    a_product(a_stall("دیگر"))
    ShippingRate.objects.create(partner=stall.partner, method="pickup_office", pickup_point=made)
    desk.post(f"/pick-up/{made.pk}/", point)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args -> 'product_ids' ->> 0 FROM procrastinate_jobs"
            " WHERE task_name = 'search.jobs.refresh_products'"
        )
        assert cursor.fetchall() == [(str(product.pk),)]
    assert build_documents([product.pk])[product.pk]["ships"] == ["city_courier"]
