"""What stands in the shop after `load_demo`."""

from datetime import date

import pytest
from django.db import connections
from django.db.models import Count, Min, Q, Sum
from oscar.apps.catalogue.models import Category, Product
from oscar.apps.partner.models import StockRecord

from shop.accounts.models import User
from shop.jalali import tehran_date
from shop.ledger.models import Posting
from shop.ledger.queries import RELEASED
from shop.orders.models import StallOrder
from tests.demo.conftest import MID_YEAR, load
from vendors.livelihood.income.models import MonthlyIncome
from vendors.settlements.models import Payout, PayoutAccount, Settlement
from vendors.stalls.models import Listing, Photo, Question, Review, Stall, StallMember
from vendors.stalls.queries.reviews import Score, said_of, score_of_stall

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.usefixtures("demo_on"),
]

TOMAN = 10


def checksums() -> dict[str, str]:
    """Of the content of every table in both databases; sequences may move."""
    sums = {}
    for alias in ("default", "livelihood"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(
                    f"SELECT md5(coalesce(string_agg(row::text, '' ORDER BY row::text), ''))"
                    f' FROM "{table}" AS row'
                )
                sums[f"{alias}.{table}"] = cursor.fetchone()[0]
    return sums


@pytest.mark.parametrize("again_on", [MID_YEAR, date(2026, 12, 30)])
def test_a_second_run_changes_nothing(again_on):
    before = checksums()
    assert len(before) > 100

    load(again_on)

    assert checksums() == before


def test_the_shop_has_its_stalls_categories_and_goods():
    assert Stall.objects.public().count() == 16
    assert Category.objects.count() == 18
    assert [root.slug for root in Category.objects.filter(depth=1).order_by("path")] == [
        "food",
        "textile",
        "craft",
    ]
    goods = Product.objects.exclude(structure=Product.CHILD)
    assert goods.count() == Listing.objects.count() == 95
    assert not goods.filter(Q(categories=None) | Q(product_class=None)).exists()
    assert Photo.objects.filter(is_illustration=True).count() == 190
    assert set(Listing.objects.annotate(n=Count("photos")).values_list("n", flat=True)) == {2}
    assert not Stall.objects.filter(
        Q(story="") | Q(cover="") | Q(keeper_name="") | Q(tagline="")
    ).exists()


def test_every_size_is_a_product_with_its_share_of_the_stock():
    dress = Product.objects.get(upc="parastoo-dress")
    sizes = dress.children.all()
    assert [child.title for child in sizes] == [
        "پیراهن دخترانهٔ گلدار، ۲ سال",
        "پیراهن دخترانهٔ گلدار، ۴ سال",
        "پیراهن دخترانهٔ گلدار، ۶ سال",
        "پیراهن دخترانهٔ گلدار، ۸ سال",
    ]
    stock = [child.stockrecords.get().num_in_stock for child in sizes]
    assert stock == [3, 3, 3, 2]
    assert not dress.stockrecords.exists()


def test_what_is_made_to_order_counts_no_stock():
    made = StockRecord.objects.filter(num_in_stock=None)
    assert made.exists()
    for record in made.select_related("product__parent__fulfilment"):
        assert (record.product.parent or record.product).fulfilment.made_days > 0
    assert StockRecord.objects.get(partner_sku="kohan-bag").price == 3_450_000 * TOMAN


def test_one_stall_is_on_holiday_and_takes_orders_for_later():
    away = Stall.objects.get(state=Stall.State.ON_HOLIDAY)
    assert away.slug == "mahtab"
    assert away.holiday_until == away.partner.terms.back_on == date(2026, 12, 4)
    assert away.partner.terms.takes_orders


def test_six_keepers_two_facilitators_and_five_of_the_staff_can_log_in():
    members = StallMember.objects.values_list("role").annotate(n=Count("user", distinct=True))
    assert dict(members) == {"owner": 6, "facilitator": 2}
    staff = User.objects.filter(is_staff=True)
    assert staff.count() == staff.filter(authenticator__type="totp").count() == 5
    assert not User.objects.exclude(phone__startswith="+98970").exists()


def test_each_month_that_is_over_is_settled_and_the_last_waits_for_approval():
    months = Settlement.objects.values_list("jmonth", "state").distinct().order_by("jmonth")
    assert list(months) == [*((month, "approved") for month in range(1, 8)), (8, "draft")]
    assert Settlement.objects.filter(jmonth=8).count() == 16
    states = Payout.objects.values_list("state").annotate(n=Count("pk"))
    assert dict(states) == {"confirmed": 93, "returned": 1}
    returned = Payout.objects.get(state="returned")
    last = Settlement.objects.get(stall=returned.settlement.stall, jmonth=8)
    assert last.returned == returned.amount
    assert PayoutAccount.objects.filter(state="proposed").count() == 1
    assert all(iban.startswith("IR") and "000000" in iban for iban in _ibans())


def _ibans() -> list[str]:
    return list(PayoutAccount.objects.values_list("iban", flat=True))


def test_some_buyers_have_written_and_some_visitors_have_asked():
    states = Review.objects.values_list("state").annotate(n=Count("pk"))
    assert dict(states) == {"shown": 16, "waiting": 2}
    for review in Review.objects.select_related("order_line__product"):
        line = review.order_line
        parcel = line.order.stall_orders.get(partner=line.partner)
        assert parcel.state in StallOrder.ARRIVED
        assert line.product_id == review.listing.product_id
        assert parcel.delivered_at < review.created_at
    states = Question.objects.values_list("state").annotate(n=Count("pk"))
    assert dict(states) == {"shown": 5, "waiting": 2}
    liteh = Listing.objects.get(product__stockrecords__partner_sku="sabzineh-liteh")
    assert said_of(liteh).score == Score(n=4, stars=18)
    assert score_of_stall(liteh.stall) == Score(n=6, stars=26)


def test_every_stall_has_earned_something_each_month_since_it_opened():
    earned = Posting.objects.filter(account__code__regex=r"^stall:\d+:delivered$").exclude(
        transaction__event_type=RELEASED  # moved on to be paid out
    )
    for stall in Stall.objects.all():
        of_stall = earned.filter(partner_id=stall.partner_id)
        assert -of_stall.aggregate(total=Sum("amount"))["total"] > 5_000_000 * TOMAN
        first = of_stall.aggregate(at=Min("transaction__occurred_at"))["at"]
        assert stall.opened_on <= tehran_date(first)
    months = MonthlyIncome.objects.values("plan").annotate(n=Count("pk"), net=Sum("net"))
    assert len(months) == 16
    assert all(each["n"] >= 5 and each["net"] > 0 for each in months)
    booked = earned.exclude(kind="shipping").aggregate(total=Sum("amount"))["total"]
    assert sum(each["net"] for each in months) == -booked
    states = set(StallOrder.objects.values_list("state", flat=True))
    assert states == {"delivered", "closed", "new", "sent"}
