"""Putting things into the basket and changing how many."""

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.models import Product
from oscar.apps.partner.models import StockRecord

from shop.storefront.errors import BasketAtBank, NotEnough, NotForSale
from shop.storefront.queries.basket import problem_with

MOST_OF_ONE = 99


def put_in_basket(*, basket: Basket, product_id: int, quantity: int = 1) -> Product:
    """Add so many of a product to those already in the basket; returns the product.

    Raises NotForSale, NotEnough and BasketAtBank; then nothing is written.
    """
    product = (
        Product.objects.filter(pk=product_id)
        .select_related("parent")
        .prefetch_related(
            Prefetch(
                "stockrecords",
                StockRecord.objects.select_related("partner__terms", "partner__stall"),
            )
        )
        .first()
    )
    record = next(iter(product.stockrecords.all()), None) if product else None
    if product is None or record is None:
        raise NotForSale(_("This is no longer sold."))
    held = 0
    if basket.pk is not None:
        held = sum(line.quantity for line in basket.lines.filter(product=product))
    problem = problem_with(product=product, record=record, quantity=1)
    if problem:
        raise NotForSale(problem)
    problem = problem_with(product=product, record=record, quantity=held + quantity)
    if problem or held + quantity > MOST_OF_ONE:
        raise NotEnough(_("Your basket already holds as many of these as there are."))
    with transaction.atomic():
        _hold_open(basket)
        basket.add_product(product, quantity)
    return product


def change_quantity(*, basket: Basket, line_id: int, quantity: int) -> None:
    """Set how many of a line are wanted; none takes it out. A line of another basket is left alone.

    Raises NotEnough when fewer are left, and BasketAtBank; the line then keeps its number.
    """
    line = (
        basket.lines.filter(pk=line_id)
        .select_related(
            "product__parent", "stockrecord__partner__terms", "stockrecord__partner__stall"
        )
        .first()
        if basket.pk is not None
        else None
    )
    if line is None:
        return
    if quantity > line.quantity:
        problem = problem_with(product=line.product, record=line.stockrecord, quantity=quantity)
        if problem:
            raise NotEnough(problem)
    with transaction.atomic():
        _hold_open(basket)
        if quantity <= 0:
            line.delete()
            return
        line.quantity = min(quantity, MOST_OF_ONE)
        # What the shopper saw on this page is the price they agree to now.
        line.price_excl_tax = line.price_incl_tax = line.stockrecord.price
        line.save(update_fields=["quantity", "price_excl_tax", "price_incl_tax"])


def _hold_open(basket: Basket) -> None:
    """Keep the basket from being ordered in another tab until this change stands in it. Raises BasketAtBank."""
    if basket.pk is None:
        return
    rows = Basket.objects.select_for_update().filter(pk=basket.pk, status=Basket.OPEN)
    if not rows.values_list("pk").first():
        raise BasketAtBank(_("This basket is being paid for already. Please choose once more."))
