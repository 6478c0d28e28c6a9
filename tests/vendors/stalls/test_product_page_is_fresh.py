"""A product's page is kept in memory as long as no row behind it changes, and not a moment longer."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from oscar.apps.catalogue.models import (
    Category,
    Product,
    ProductAttribute,
    ProductAttributeValue,
)
from oscar.apps.partner.models import Partner, StockRecord

from shop.orders.models import Fulfilment, PickupPoint, SellerTerms, ShippingRate, ShippingTier
from tests.makers import (
    NOON,
    a_category,
    a_product,
    a_product_with_variants,
    a_question,
    a_review,
    a_shown_question,
    a_stall,
)
from vendors.stalls.models import Listing, Photo, Question, Review, ReviewPhoto, Shown, Stall
from vendors.stalls.queries import product as page_of_product
from vendors.stalls.queries.freshness import TABLES
from vendors.stalls.queries.product import product_page

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


@pytest.fixture
def dress() -> Product:
    """A product with two sizes, an attribute and two photos, in a stall that sells another thing."""
    category = a_category(name="پوشاک", slug="wear")
    stall = a_stall(slug="parastoo", main_category=category)
    point = PickupPoint.objects.create(name="دفتر", city="شهر", address="خیابان", hours="۹ تا ۱۷")
    fetched = ShippingRate.objects.create(
        partner=stall.partner, method="pickup_office", pickup_point=point
    )
    ShippingTier.objects.create(rate=fetched, over_g=0, price=0)
    a_product(stall, title="کلاه", slug="hat")
    dress = a_product_with_variants(stall, variants={"۲ سال": 3, "۴ سال": 3}, slug="dress")
    kind = dress.product_class
    material = ProductAttribute.objects.create(
        product_class=kind, code="cloth", name="پارچه", type="text"
    )
    ProductAttributeValue.objects.create(product=dress, attribute=material, value_text="نخ")
    for position in (0, 1):
        Photo.objects.create(listing=dress.listing, key=f"dress-{position}", position=position)
    child = dress.children.get(title="۲ سال")
    for stars, state in ((3, Shown.SHOWN), (2, Shown.WAITING)):
        review = a_review(child, stars=stars, state=state)
        ReviewPhoto.objects.create(review=review, key=f"r{stars}")
    a_shown_question(dress)
    a_question(dress, answer="بله", answered_at=NOON)
    return dress


def read() -> str:
    """All that the page shows, written out."""
    page = product_page(slug="dress", today=TODAY)
    seen = (
        page.product.title,
        page.product.description,
        page.stall.name,
        page.stall.story,
        page.stall.main_category and page.stall.main_category.name,
        page.listing.unit,
        page.card,
        [photo.key for photo in page.photos],
        page.variants,
        page.attributes,
        page.sendings,
        page.more,
        page.send_by,
        page.said.score,
        [
            (each.text, each.stars, each.answer, [photo.key for photo in each.photos.all()])
            for each in page.said.reviews
        ],
        [(each.text, each.answer) for each in page.said.questions],
    )
    return repr(seen)


CHANGES: dict[str, Callable[[Product], object]] = {
    "price": lambda dress: StockRecord.objects.filter(product__parent=dress).update(price=7),
    "stock held by an order": lambda dress: StockRecord.objects.filter(
        product__parent=dress
    ).update(num_allocated=1),
    "title": lambda dress: Product.objects.filter(pk=dress.pk).update(title="پیراهن نو"),
    "description": lambda dress: Product.objects.filter(pk=dress.pk).update(description="نو"),
    "size renamed": lambda dress: dress.children.update(title=F("slug")),
    "size hidden": lambda dress: dress.children.filter(title="۴ سال").update(is_public=False),
    "size removed": lambda dress: dress.children.get(title="۴ سال").delete(),
    "photo removed": lambda dress: Photo.objects.filter(key="dress-1").delete(),
    "photo added": lambda dress: Photo.objects.create(
        listing=dress.listing, key="dress-2", position=2
    ),
    "attribute": lambda dress: ProductAttributeValue.objects.update(value_text="کتان"),
    "attribute's name": lambda dress: ProductAttribute.objects.update(name="جنس پارچه"),
    "unit": lambda dress: Listing.objects.filter(product=dress).update(unit="pair"),
    "days to make": lambda dress: Fulfilment.objects.filter(product=dress).update(made_days=9),
    "story": lambda dress: Stall.objects.update(story="قصه"),
    "stall's name": lambda dress: Stall.objects.update(name="پرستوی نو"),
    "holiday": lambda dress: SellerTerms.objects.update(takes_orders=False),
    "preparation": lambda dress: SellerTerms.objects.update(preparation_days=6),
    "category's name": lambda dress: Category.objects.update(name="لباس"),
    "price of sending": lambda dress: ShippingTier.objects.update(price=1),
    "free from a sum on": lambda dress: ShippingRate.objects.update(free_over=5),
    "way of sending added": lambda dress: ShippingTier.objects.create(
        rate=ShippingRate.objects.create(partner=Partner.objects.get(), method="post"), price=9
    ),
    "way of sending removed": lambda dress: ShippingRate.objects.all().delete(),
    "pick-up point closed": lambda dress: PickupPoint.objects.update(is_active=False),
    "other goods' price": lambda dress: StockRecord.objects.filter(product__slug="hat").update(
        price=7
    ),
    "other goods hidden": lambda dress: Product.objects.filter(slug="hat").update(is_public=False),
    "review read": lambda dress: Review.objects.filter(state=Shown.WAITING).update(
        state=Shown.SHOWN
    ),
    "review taken off": lambda dress: Review.objects.filter(stars=3).update(state=Shown.REFUSED),
    "review answered": lambda dress: Review.objects.filter(stars=3).update(answer="ممنون"),
    "photo of a review": lambda dress: ReviewPhoto.objects.all().delete(),
    "question read": lambda dress: Question.objects.filter(state=Shown.WAITING).update(
        state=Shown.SHOWN
    ),
    "question taken off": lambda dress: Question.objects.filter(state=Shown.SHOWN).delete(),
    "other goods added": lambda dress: a_product(Stall.objects.get(), title="شال", slug="shawl"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_shows_at_once(dress, change):
    before = read()
    assert read() == before

    CHANGES[change](dress)

    after = read()
    assert after != before
    page_of_product._read_page.cache_clear()
    assert after == read()  # what was kept is what the rows say


def test_the_page_reads_no_table_whose_rows_are_not_marked(dress):
    marked = {apps.get_model(model)._meta.db_table for model in TABLES.values()}

    with CaptureQueriesContext(connection) as statements:
        product_page(slug="dress", today=TODAY)

    assert len(statements) > 5
    written = " ".join(each["sql"] for each in statements)
    read_from = set(re.findall(r'(?:FROM|JOIN) "?([a-z]+_[a-z_]+)"?', written))
    assert read_from <= marked
    assert {"catalogue_product", "partner_stockrecord"} <= read_from


def test_a_page_read_before_costs_one_statement(dress, client):
    client.get("/p/dress/")

    with CaptureQueriesContext(connection) as statements:
        response = client.get("/p/dress/")

    assert response.status_code == 200
    assert len(statements) == 1


def test_each_language_and_day_has_its_own_page(dress):
    ProductAttribute.objects.update(code="care")
    with override("fa"):
        persian = product_page(slug="dress", today=TODAY)
    with override("en"):
        english = product_page(slug="dress", today=TODAY)
    tomorrow = product_page(slug="dress", today=date(2026, 11, 26))

    assert persian.attributes != english.attributes
    assert tomorrow.send_by > persian.send_by


def test_a_product_that_is_hidden_is_gone_at_once(dress, client):
    assert client.get("/p/dress/").status_code == 200
    Product.objects.filter(pk=dress.pk).update(is_public=False)

    assert client.get("/p/dress/").status_code == 404


def test_a_stall_that_closed_is_gone_at_once(dress, client):
    assert client.get("/p/dress/").status_code == 200
    Stall.objects.update(state=Stall.State.CLOSED)

    assert client.get("/p/dress/").status_code == 404
