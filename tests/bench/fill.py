"""Fills one contestant's empty database with the bench's goods: `python -m tests.bench.fill ours|stock SIZE`.

Both get the same categories, kinds, titles, texts, prices and stock. One product in ten has three sizes.
"""

import os
import sys
from typing import Any

PER_STALL = 200
ROOTS, LEAVES = 6, 8
SIZES = 3
WORDS = ("گلیم", "کاسه", "عروسک", "مربا", "شال", "شمع", "کیف", "گلدان")
KINDS = ("دست‌ساز", "سنتی", "رنگی", "ساده", "بزرگ", "کوچک", "پشمی", "چوبی")
TEXT = "با دست و با حوصله ساخته شده، از مواد خوب، برای خانهٔ شما یا برای هدیه دادن. "
SEARCHED = WORDS[7]


def main() -> None:
    contestant, size = sys.argv[1], int(sys.argv[2])
    if contestant == "stock":
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.stock.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    if contestant == "stock":
        call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        products = fill_catalogue(size)
        if contestant == "ours":
            open_stalls(products)
    if contestant == "ours":
        call_command("reindex", verbosity=0)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fill_catalogue(size: int) -> list[Any]:
    """The goods with their stock records, in Oscar's own tables; the products a list shows."""
    from oscar.apps.address.models import Country
    from oscar.apps.catalogue.models import (
        Category,
        Product,
        ProductAttribute,
        ProductAttributeValue,
        ProductCategory,
        ProductClass,
    )
    from oscar.apps.partner.models import Partner

    Country.objects.get_or_create(
        iso_3166_1_a2="IR",
        defaults={"printable_name": "Iran", "name": "Iran", "is_shipping_country": True},
    )
    Country.objects.filter(pk="IR").update(is_shipping_country=True)
    leaves = []
    for root in range(ROOTS):
        above = Category.objects.add_root({"name": f"راستهٔ {root}", "slug": f"root-{root}"})
        for leaf in range(LEAVES):
            above.refresh_from_db()
            slug = f"leaf-{root}-{leaf}"
            leaves.append(
                Category.objects.add_child(above, {"name": f"دستهٔ {root} {leaf}", "slug": slug})
            )
    kind = ProductClass.objects.create(name="دست‌سازه", slug="craft")
    attributes = [
        ProductAttribute.objects.create(product_class=kind, name=name, code=code, type="text")
        for code, name in (("material", "جنس"), ("colour", "رنگ"), ("care", "شست‌وشو"))
    ]
    partners = Partner.objects.bulk_create(
        Partner(name=f"غرفهٔ {number}", code=f"stall-{number}")
        for number in range(max(1, size // PER_STALL))
    )
    products = Product.objects.bulk_create(
        Product(
            structure=Product.PARENT if has_sizes(number) else Product.STANDALONE,
            upc=f"bench-{number}",
            title=f"{WORDS[number % 8]} {KINDS[number // 8 % 8]} {number}",
            slug=f"bench-{number}",
            description=TEXT * 4,
            product_class=kind,
        )
        for number in range(size)
    )
    ProductCategory.objects.bulk_create(
        ProductCategory(product=product, category=leaves[number % len(leaves)])
        for number, product in enumerate(products)
    )
    ProductAttributeValue.objects.bulk_create(
        ProductAttributeValue(product=product, attribute=attribute, value_text=attribute.name)
        for product in products
        for attribute in attributes
    )
    _fill_stock(products, partners)
    return products


def has_sizes(number: int) -> bool:
    return number % 10 == 9


def _fill_stock(products: list[Any], partners: list[Any]) -> None:
    from oscar.apps.catalogue.models import Product
    from oscar.apps.partner.models import StockRecord

    children = Product.objects.bulk_create(
        Product(
            structure=Product.CHILD,
            parent=product,
            upc=f"{product.upc}-{size}",
            slug=f"{product.upc}-{size}",
            title=f"{product.title}، {size}",
        )
        for number, product in enumerate(products)
        if has_sizes(number)
        for size in range(SIZES)
    )
    sold = [product for number, product in enumerate(products) if not has_sizes(number)]
    number_of = {product.pk: number for number, product in enumerate(products)}
    StockRecord.objects.bulk_create(
        StockRecord(
            product=product,
            partner=partners[
                number_of[product.parent_id or product.pk] // PER_STALL % len(partners)
            ],
            partner_sku=product.upc,
            price=100_000 + 10_000 * (number_of[product.parent_id or product.pk] % 400),
            num_in_stock=1_000_000,
        )
        for product in [*sold, *children]
    )


def open_stalls(products: list[Any]) -> None:
    """What this shop keeps besides: stalls, listings, how a thing is made and sent."""
    from oscar.apps.partner.models import Partner

    from shop.money import Rial
    from shop.orders.models import Fulfilment, SellerTerms, ShippingRate, ShippingTier
    from vendors.stalls.models import Listing, Stall

    partners = list(Partner.objects.order_by("pk"))
    stalls = Stall.objects.bulk_create(
        Stall(
            partner=partner,
            name=partner.name,
            slug=partner.code,
            story=TEXT * 3,
            keeper_name="سازنده",
            city="اسلامشهر",
            state=Stall.State.OPEN,
        )
        for partner in partners
    )
    SellerTerms.objects.bulk_create(SellerTerms(partner=partner) for partner in partners)
    rates = ShippingRate.objects.bulk_create(
        ShippingRate(partner=partner, method="city_courier") for partner in partners
    )
    ShippingTier.objects.bulk_create(ShippingTier(rate=rate, price=Rial(650_000)) for rate in rates)
    Listing.objects.bulk_create(
        Listing(product=product, stall=stalls[number // PER_STALL % len(stalls)])
        for number, product in enumerate(products)
    )
    Fulfilment.objects.bulk_create(Fulfilment(product=product) for product in products)


if __name__ == "__main__":
    main()
