"""A few more things about goods: what their kind asks, by type; codes; and what the screens cost."""

from datetime import date

import pytest
from oscar.apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    ProductAttribute,
    ProductClass,
)

from tests.makers import NOON, a_category, a_product, a_product_with_variants
from vendors.stalls.models import CategoryClass, Listing, ListingChange, Sheet, Stall
from vendors.stalls.services.goods import change_price

pytestmark = pytest.mark.django_db
FILL = "لطفاً این خانه را پر کنید."
CONDITIONS = {"unit": "jar", "returnable": "7_working_days", "description": ""}


@pytest.fixture
def category():
    return a_category("ترشی")


def a_kind(category, **types) -> ProductClass:
    kind = ProductClass.objects.create(name="خوراکی", slug="edible")
    group = AttributeOptionGroup.objects.create(name="تندی")
    AttributeOption.objects.create(group=group, option="تند")
    for code, (type_, required) in types.items():
        ProductAttribute.objects.create(
            product_class=kind,
            code=code,
            name=code,
            type=type_,
            required=required,
            option_group=group if type_ == "option" else None,
        )
    CategoryClass.objects.create(category=category, product_class=kind)
    return kind


def a_draft(stall, category):
    """Of the kind of its category, as `write_words` leaves it."""
    product = a_product(stall, category=category, is_public=False)
    product.product_class = CategoryClass.objects.get(category=category).product_class
    product.save(update_fields=["product_class"])
    Listing.objects.filter(product=product).update(state=Listing.State.DRAFT)
    return product


def test_each_type_of_answer_has_its_box_and_is_kept(client, stall, category):
    a_kind(
        category,
        made_of=("text", False),
        grams=("integer", False),
        share=("float", False),
        local=("boolean", False),
        picked=("date", False),
        heat=("option", False),
        paper=("file", False),
    )
    product = a_draft(stall, category)
    option = AttributeOption.objects.get()
    path = f"/panel/products/{product.pk}/more/"
    boxes = [name for name in client.get(path).context["form"].fields if name.startswith("a_")]
    assert boxes == ["a_made_of", "a_grams", "a_share", "a_local", "a_picked", "a_heat"]
    answers = {
        "a_made_of": "کلم <i>و</i> سرکه",
        "a_grams": "۱٬۲۰۰",
        "a_share": "۱۲٫۵",
        "a_local": "on",
        "a_picked": "2026-11-20",
        "a_heat": option.pk,
    }
    client.post(path, CONDITIONS | answers | {"do": "keep"})
    values = {row.attribute.code: row.value for row in product.attribute_values.all()}
    assert values == {
        "made_of": "کلم و سرکه",
        "grams": 1200,
        "share": 12.5,
        "local": True,
        "picked": date(2026, 11, 20),
        "heat": option,
    }
    assert Listing.objects.get().unit == "jar"
    client.post(path, CONDITIONS | {"do": "keep"})
    assert [row.attribute.code for row in product.attribute_values.all()] == ["local"]


def test_what_must_be_answered_is_asked_when_goods_are_sent(client, stall, category):
    a_kind(category, made_of=("text", True))
    product = a_draft(stall, category)
    path = f"/panel/products/{product.pk}/more/"
    assert client.post(path, CONDITIONS | {"do": "keep"}).status_code == 302
    page = client.post(path, CONDITIONS | {"do": "send", "description": "خوشمزه"})
    assert page.context["form"].errors == {"a_made_of": [FILL]}
    assert "خوشمزه" in page.content.decode()
    product.listing.photos.create(key="k")
    client.post(path, CONDITIONS | {"do": "send", "a_made_of": "کلم"})
    assert Listing.objects.get().state == Listing.State.REVIEW


def test_a_code_of_other_goods_is_refused_and_nothing_is_half_written(client, stall, category):
    product, other = a_product(stall, category=category), a_product(stall, "دیگری")
    taken = other.stockrecords.get().partner_sku
    page = client.post(
        f"/panel/products/{product.pk}/more/", CONDITIONS | {"code": taken, "do": "keep"}
    )
    assert page.context["form"].errors == {"code": ["کالای دیگری از شما همین کد را دارد."]}
    assert Listing.objects.get(product=product).unit == "piece"
    client.post(f"/panel/products/{product.pk}/more/", CONDITIONS | {"code": "L-1", "do": "keep"})
    assert product.stockrecords.get().partner_sku == "L-1"


def test_a_nonsense_unit_or_return_is_refused(client, stall):
    product = a_product(stall)
    page = client.post(f"/panel/products/{product.pk}/more/", {"unit": "x", "returnable": "never"})
    assert set(page.context["form"].errors) == {"unit", "returnable"}


def test_another_category_of_another_kind_forgets_what_only_the_old_one_knows(
    client, stall, category
):
    Stall.objects.filter(pk=stall.pk).update(trust=Stall.Trust.TRUSTED)
    a_kind(category, made_of=("text", False))
    product = a_draft(stall, category)
    client.post(
        f"/panel/products/{product.pk}/more/", CONDITIONS | {"a_made_of": "کلم", "do": "keep"}
    )
    elsewhere = a_category("چوبی")
    client.post(
        f"/panel/products/{product.pk}/",
        {"title": "قاشق", "category": elsewhere.pk, "kind": "stock", "do": "keep"},
    )
    product.refresh_from_db()
    assert (product.product_class.slug, product.attribute_values.count()) == ("goods", 0)
    assert list(product.categories.all()) == [elsewhere]


@pytest.mark.parametrize("times", [2, 12])
def test_no_screen_of_goods_costs_more_with_more_goods(
    client, stall, keeper, category, times, django_assert_max_num_queries
):
    for number in range(times):
        a_category(f"دسته {number}")
        product = a_product(stall, f"کالا {number}", category=category)
        change_price(record=product.stockrecords.get(), price=5, now=NOON)
    sizes = {f"پیراهن گلدار، {n}": n for n in range(1, times + 1)}
    dress = a_product_with_variants(stall, variants=sizes)
    ListingChange.objects.create(
        listing=product.listing, changes={"title": "تازه"}, by_user=keeper, created_at=NOON
    )
    photo = product.listing.photos.create(key="k")
    rows = [[n, {"code": "", "title": f"ت {n}", "price": "1000"}] for n in range(2, 2 + times)]
    sheet = Sheet.objects.create(stall=stall, by_user=keeper, rows=rows, created_at=NOON)
    for path in (
        "new/",
        f"{product.pk}/",
        f"{dress.pk}/",
        f"{product.pk}/more/",
        f"{product.pk}/photos/{photo.pk}/",
        f"{product.pk}/delete/",
        f"{dress.pk}/sizes/",
        f"{product.pk}/prices/",
        "table/",
        f"table/{sheet.pk}/",
        "table/goods.xlsx",
    ):
        with django_assert_max_num_queries(12):
            assert client.get(f"/panel/products/{path}").status_code == 200
