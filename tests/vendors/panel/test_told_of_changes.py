"""A facilitator changes goods that are in the shop: their holder hears of it once a day, with the old and new price."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shop.money import Rial
from shop.notices.models import Notice
from tests.makers import NOON, a_category, a_member, a_product, a_product_with_variants, a_user
from vendors.stalls.models import Listing, Sheet, Stall, StallMember
from vendors.stalls.services.goods import change_goods, change_price
from vendors.stalls.services.listing_words import Offer, write_offer, write_words
from vendors.stalls.services.sheets import apply_sheet

pytestmark = pytest.mark.django_db
State, Role = Listing.State, StallMember.Role


@pytest.fixture
def facilitator(stall):
    user = a_user(name="نرگس عباسی")
    a_member(stall, user, Role.FACILITATOR)
    return user


@pytest.fixture
def listing(stall):
    return Listing.objects.get(product=a_product(stall, category=a_category("ترشی")))


def texts_to(user) -> list[str]:
    return list(
        Notice.objects.filter(phone=user.phone).order_by("pk").values_list("text", flat=True)
    )


def url_of(listing) -> str:
    return reverse("panel:listing", args=[listing.product_id])


def test_a_new_price_is_told_with_the_old_one_once_a_day(keeper, listing, facilitator):
    record = listing.product.stockrecords.get()
    for hours, price in ((0, 1_800_000), (1, 900_000), (24, 950_000)):
        now = NOON + timedelta(hours=hours)
        change_goods(record=record, price=Rial(price), count=None, by_user=facilitator, now=now)
    first, second = texts_to(keeper)
    assert first.startswith(
        "نرگس عباسی قیمت «ترشی لیته» را از ۱۶۵٬۰۰۰ به ۱۸۰٬۰۰۰ تومان تغییر داد. http"
    )
    assert first.endswith(url_of(listing))
    assert "از ۹۰٬۰۰۰ به ۹۵٬۰۰۰ تومان" in second


@pytest.mark.parametrize("trust", [Stall.Trust.NEW, Stall.Trust.TRUSTED])
def test_new_words_are_told_where_something_differs(keeper, stall, listing, facilitator, trust):
    Stall.objects.update(trust=trust)
    writes = {"listing": listing, "by_user": facilitator, "now": NOON}
    write_words(words={"title": "ترشی لیته"}, **writes)
    assert texts_to(keeper) == []
    write_words(words={"title": "ترشی تازه"}, **writes)
    [text] = texts_to(keeper)
    assert text.startswith("نرگس عباسی نوشته‌های «ترشی لیته» را تغییر داد. http")
    assert text.endswith(url_of(listing))


def test_the_price_of_a_form_comes_first(client, keeper, listing, facilitator):
    client.force_login(facilitator)
    typed = {"title": "ترشی تازه", "price": "170000", "kind": "stock", "count": "10"}
    category = listing.product.categories.get().pk
    client.post(url_of(listing), typed | {"category": category, "weight_g": "700", "do": "keep"})
    [text] = texts_to(keeper)
    assert "از ۱۶۵٬۰۰۰ به ۱۷۰٬۰۰۰ تومان" in text


def test_the_same_price_again_is_no_news(keeper, listing, facilitator):
    offer = Offer(price=Rial(1_650_000), count=3, made_days=None, weight_g=None)
    write_offer(listing=listing, offer=offer, by_user=facilitator, now=NOON)
    assert texts_to(keeper) == []


def test_a_sizes_price_and_a_table_of_goods_are_told_too(keeper, stall, facilitator):
    dress = a_product_with_variants(stall, variants={"پیراهن گلدار، ۲ سال": 3})
    record = dress.children.get().stockrecords.get()
    sheet = Sheet.objects.create(
        stall=stall,
        rows=[[2, {"code": record.partner_sku, "price": "600000"}]],
        by_user=facilitator,
        created_at=NOON,
    )
    assert apply_sheet(sheet=sheet, by_user=facilitator, now=NOON) == 1
    [text] = texts_to(keeper)
    assert text.startswith(
        "نرگس عباسی قیمت «پیراهن گلدار» را از ۵۲۰٬۰۰۰ به ۶۰۰٬۰۰۰ تومان تغییر داد."
    )


@pytest.mark.parametrize("state", [State.DRAFT, State.CONFIRM, State.REVIEW])
def test_goods_that_no_buyer_sees_are_not_told_of(keeper, listing, facilitator, state):
    Listing.objects.update(state=state)
    change_price(
        record=listing.product.stockrecords.get(), price=Rial(1), by_user=facilitator, now=NOON
    )
    write_words(listing=listing, words={"title": "نو"}, by_user=facilitator, now=NOON)
    assert texts_to(keeper) == []


def test_what_the_stalls_own_people_change_is_not_told(keeper, stall, listing):
    helper = a_user()
    a_member(stall, helper, Role.HELPER)
    for n, person in enumerate((keeper, helper), start=1):
        record = listing.product.stockrecords.get()
        change_price(record=record, price=Rial(n), by_user=person, now=NOON)
        write_words(listing=listing, words={"title": f"نام {n}"}, by_user=person, now=NOON)
    assert Notice.objects.count() == 0
