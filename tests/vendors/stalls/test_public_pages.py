"""The first page, categories, a stall and a product as a stranger sees them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.orders.models import SellerTerms
from shop.storefront.cards import Readiness
from tests.makers import a_category, a_product, a_product_with_variants, a_stall
from vendors.stalls.models import Listing, Photo, Stall
from vendors.stalls.queries.cards import cards_of
from vendors.stalls.queries.home import home_page
from vendors.stalls.queries.listings import card_of, public_listings
from vendors.stalls.queries.product import product_page

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


def with_pictures(product: Any, *, drawn: bool = True) -> Any:
    for position in (0, 1):
        Photo.objects.create(
            listing=product.listing,
            key=f"p{product.pk}-{position}",
            position=position,
            is_illustration=drawn,
        )
    return product


def a_bazaar(stalls: int, goods: int) -> list[Stall]:
    category = a_category("نان محلی", slug="bread")
    made = []
    for number in range(stalls):
        stall = a_stall(f"غرفهٔ {number}", slug=f"s{number}", main_category=category)
        for place in range(goods):
            product = a_product(stall, f"کالای {number}-{place}", category=category)
            with_pictures(product)
        a_product(stall, f"سفارشی {number}", stock=None, made_days=7, category=category)
        made.append(stall)
    return made


def cards_in(page: str) -> int:
    return page.count('<li class="card')


@pytest.mark.parametrize(("stalls", "goods"), [(2, 2), (6, 5)])
def test_the_first_page_asks_as_much_of_a_large_bazaar_as_of_a_small_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, stalls: int, goods: int
) -> None:
    a_bazaar(stalls, goods)
    with django_assert_num_queries(5):
        answer = client.get("/")
    page = answer.content.decode()
    assert cards_in(page) == min(stalls * goods, 8) + min(stalls, 4)
    assert "دست‌سازه‌ای که سازنده‌اش را می‌شناسید" in page
    assert answer.cookies == {}
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_first_page_mixes_the_stalls_and_turns_by_day() -> None:
    a_bazaar(4, 4)
    today, tomorrow = home_page(today=TODAY), home_page(today=date(2026, 11, 26))
    assert len({card.stall_name for card in today.ready[:4]}) == 4
    assert [card.slug for card in today.ready] != [card.slug for card in tomorrow.ready]


def test_an_empty_bazaar_says_so(client: Client) -> None:
    assert "بازارچه به‌زودی باز می‌شود" in client.get("/").content.decode()
    assert "بازارچه به‌زودی باز می‌شود" in client.get("/c/").content.decode()


def test_categories_with_goods_are_shown_by_picture(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    root = a_category("خوراکی", slug="food")
    bread = root.add_child(name="نان محلی", slug="bread")
    root.add_child(name="خالی", slug="empty")
    with_pictures(a_product(a_stall(), category=bread))
    with django_assert_num_queries(2):
        page = client.get("/c/").content.decode()
    assert "نان محلی" in page
    assert "خالی" not in page


def test_a_stall_shows_its_goods_and_how_it_sends(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stall = a_bazaar(1, 5)[0]
    Stall.objects.update(story="نان را خودم می‌پزم.", keeper_name="زهرا", tagline="نان تازه")
    SellerTerms.objects.update(days_off=[4], preparation_days=2)
    with django_assert_num_queries(6):  # the last: the stars of all its goods
        page = client.get("/s/s0/").content.decode()
    assert cards_in(page) == 6
    assert "«نان را خودم می‌پزم.»" in page
    assert "کالای آماده ۲ روزه فرستاده می‌شود. روزهای تعطیل: جمعه." in page
    assert "پیک درون‌شهری: ۶۵٬۰۰۰ تومان" in page
    english = client.get("/en/s/s0/").content.decode()
    assert "Goods that are ready are sent within 2 days." in english
    assert stall.name in english


def test_what_is_sold_out_stands_last_in_its_stall(client: Client) -> None:
    stall = a_stall(slug="s")
    for title, stock in (("کهنه", 5), ("تازه", 5), ("تمام", 0)):
        a_product(stall, title, stock=stock)
    page = client.get("/s/s/").content.decode()
    places = [page.index(f">{title}</a>") for title in ("تازه", "کهنه", "تمام")]
    assert places == sorted(places)


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_stall_that_is_not_public_is_404_with_all_its_goods(client: Client, state: str) -> None:
    stall = a_stall(slug="s", state=state)
    product = a_product(stall, slug="p")
    assert client.get("/s/s/").status_code == 404
    assert client.get(f"/p/{product.slug}/").status_code == 404
    assert cards_in(client.get("/").content.decode()) == 0


def test_a_product_shows_all_a_shopper_asks(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stall = a_stall("کهن‌نقش", slug="k", city="اسلامشهر")
    for number in range(6):
        with_pictures(a_product(stall, f"دیگر {number}"))
    product = with_pictures(
        a_product(stall, "کیف دوشی", slug="bag", price=34_500_000, description="چرم بزی")
    )
    Listing.objects.filter(product=product).update(returnable="7_working_days")
    with django_assert_num_queries(
        12
    ):  # the last two: how many reviews, and the questions  # nine, and the marks of the rows behind them
        answer = client.get("/p/bag/")
    page = answer.content.decode()
    assert "۳٬۴۵۰٬۰۰۰" in page
    assert "چرم بزی" in page
    assert "تا هفت روز کاری" in page
    assert 'alt="نقاشی نمایشی: کیف دوشی"' in page
    assert page.count("تصویرها نقاشی نمایشی‌اند، نه عکس محصول.") == 1
    assert cards_in(page) == 4
    assert (
        f'property="og:image" content="http://127.0.0.1:8000/media/photos/p{product.pk}-0/' in page
    )
    assert answer.cookies == {}, "a stranger's page sets no cookie"
    assert "csrfmiddlewaretoken" not in page
    assert 'alt="Demonstration drawing: کیف دوشی"' in client.get("/en/p/bag/").content.decode()


def test_made_to_order_says_when_it_is_sent() -> None:
    product = a_product(a_stall(), stock=None, made_days=10, slug="made")
    page = product_page(slug="made", today=TODAY)
    assert page.card.readiness is Readiness.MADE
    assert page.send_by == date(2026, 12, 5)
    assert page.can_be_bought
    assert product == page.product


def test_variants_are_tiles_and_the_sold_out_one_cannot_be_chosen(client: Client) -> None:
    a_product_with_variants(a_stall(), variants={"۲ سال": 0, "۴ سال": 2, "۶ سال": 9}, slug="dress")
    page = client.get("/p/dress/").content.decode()
    assert page.count('type="radio" name="product"') == 3
    assert page.count(" disabled>") == 1
    assert page.count(" required") == 3
    assert " checked" not in page  # a size nobody chose comes back
    assert "فقط ۲ تا مانده" in page
    listing = public_listings().get()
    assert card_of(listing).stock == 11


def test_the_one_variant_that_is_left_is_chosen_already(client: Client) -> None:
    a_product_with_variants(a_stall(), variants={"۲ سال": 0, "۴ سال": 2}, slug="dress")
    assert client.get("/p/dress/").content.decode().count(" checked") == 1


def test_a_stall_on_holiday_is_seen_without_its_goods(client: Client) -> None:
    stall = a_stall(
        slug="h", state="on_holiday", holiday_until=date(2099, 12, 6), takes_orders=False
    )
    SellerTerms.objects.update(back_on=date(2099, 12, 6))
    a_product(stall, "شمع گل‌سرخ", slug="candle")
    answer = client.get("/p/candle/")
    assert (answer.status_code, answer.url) == (302, "/s/h/")
    page = client.get("/s/h/").content.decode()
    assert "این غرفه در تعطیلات است و" in page
    assert "شمع گل‌سرخ" not in page


def test_a_stall_on_holiday_that_takes_preorders_sells(client: Client) -> None:
    stall = a_stall(
        slug="h", state="on_holiday", holiday_until=date(2099, 12, 6), takes_preorders=True
    )
    a_product(stall, slug="candle")
    assert "افزودن به سبد" in client.get("/p/candle/").content.decode()
    assert "بسته‌تان پس از تعطیلات آماده و فرستاده می‌شود." in client.get("/s/h/").content.decode()


def test_html_of_a_vendor_is_shown_as_typed(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    stall = a_stall(evil, slug="e", story=evil, tagline=evil, keeper_name=evil)
    with_pictures(a_product(stall, evil, slug="evil", description=evil), drawn=False)
    for address in ("/", "/s/e/", "/p/evil/", "/en/p/evil/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_sitemap_lists_what_is_public_and_nothing_else(client: Client) -> None:
    a_product(a_stall("باز", slug="open"), slug="seen")
    a_product(a_stall("پیش‌نویس", slug="draft", state="draft"), slug="unseen")
    text = client.get("/sitemap.xml").content.decode()
    assert "/s/open/</loc>" in text
    assert "/en/p/seen/</loc>" in text
    assert "draft" not in text
    assert "unseen" not in text


def test_many_cards_at_once_are_the_cards_drawn_one_by_one() -> None:
    stall = a_stall("کهن‌نقش")
    away = a_stall("مرخصی", state="on_holiday", takes_orders=False, takes_preorders=True)
    SellerTerms.objects.filter(partner=away.partner).update(back_on=date(2026, 12, 6))
    with_pictures(a_product(stall, "آماده", stock=3))
    a_product(stall, "سفارشی", stock=None, made_days=9)
    a_product(stall, "تمام", stock=0)
    a_product(away, "دور")
    a_product_with_variants(stall, variants={"۲ سال": 0, "۴ سال": 2, "۶ سال": None})
    parent = a_product_with_variants(stall, "دو قیمت", variants={"کوچک": 1, "بزرگ": 1})
    parent.children.order_by("pk").last().stockrecords.update(price=9_000_000)
    hidden = a_product_with_variants(stall, "پنهان", variants={"یک": 1, "دو": 5})
    hidden.children.filter(title="دو").update(is_public=False)
    a_product_with_variants(stall, "بی‌فرزند", variants={})
    listings = list(public_listings().order_by("pk"))
    assert len(listings) == 8
    assert cards_of([listing.pk for listing in listings]) == [card_of(each) for each in listings]
    assert cards_of([]) == []
