"""Named makers of rows for the tests. Each makes the least that is true; a test says only what it is about."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from oscar.apps.basket.models import Basket, Line
from oscar.apps.catalogue.models import Category, Product, ProductClass
from oscar.apps.partner.models import Partner, StockRecord

from shop.accounts import second_factor
from shop.accounts.models import User
from shop.jalali import tehran_date
from shop.money import Rial
from shop.orders.models import (
    Fulfilment,
    SellerTerms,
    ShippingMethod,
    ShippingRate,
    ShippingTier,
    StallOrder,
)
from shop.orders.parcels import basket_total, parcels_of
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.place import Buyer, Checkout, place_order
from shop.orders.services.send import send_stall_order
from shop.orders.services.settle import record_payment
from shop.payments.gateways.base import GatewayAnswer, PaymentState
from shop.payments.models import ExchangeRate
from vendors.stalls.models import Listing, Question, Review, Shown, Stall, StallMember

NOON = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)  # noon in Tehran, 4 Azar 1405
BUYER = Buyer(
    name="مهسا رضایی",
    phone="+989120000001",
    province="تهران",
    city="اسلامشهر",
    address="خیابان نمونه، پلاک ۱",
    postcode="3313912345",
)
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_serial = itertools.count(1)


def a_user(**fields: Any) -> User:
    return User.objects.create_user(
        phone=fields.pop("phone", f"+98912000{next(_serial):04d}"), **fields
    )


def a_staff_member(*, is_enrolled: bool = True, **fields: Any) -> User:
    """A person of the office; with an authenticator whose secret is TOTP_SECRET unless told otherwise."""
    user = a_user(is_staff=True, **fields)
    if is_enrolled:
        second_factor.enrol(user=user, secret=TOTP_SECRET)
    return user


def log_in_at_office(client: Client, user: User) -> None:
    """A session that has shown both factors."""
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": second_factor.METHOD, "at": 0}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def a_category(name: str = "خوراکی", **fields: Any) -> Category:
    return Category.objects.add_root({"name": name, **fields})


def a_stall(
    name: str = "ترشی سبزینه",
    *,
    keeper: User | None = None,
    takes_orders: bool = True,
    commission_bp: int = 500,
    shipping: int = 650_000,
    **fields: Any,
) -> Stall:
    """An open stall that sends by city courier for 65,000 toman."""
    partner = Partner.objects.create(name=name)
    SellerTerms.objects.create(
        partner=partner, takes_orders=takes_orders, commission_bp=commission_bp
    )
    rate = ShippingRate.objects.create(partner=partner, method=ShippingMethod.CITY_COURIER)
    ShippingTier.objects.create(rate=rate, over_g=0, price=Rial(shipping))
    fields = {"city": "اسلامشهر", "state": Stall.State.OPEN, **fields}
    stall = Stall.objects.create(partner=partner, name=name, **fields)
    if keeper is not None:
        a_member(stall, keeper)
    return stall


def a_member(
    stall: Stall, user: User, role: StallMember.Role = StallMember.Role.OWNER
) -> StallMember:
    return StallMember.objects.create(stall=stall, user=user, role=role)


def a_product(
    stall: Stall,
    title: str = "ترشی لیته",
    *,
    price: int = 1_650_000,
    stock: int | None = 10,
    made_days: int | None = None,
    category: Category | None = None,
    **fields: Any,
) -> Product:
    """A published product of a stall, priced in rial; `stock=None` is made to order."""
    kind, _ = ProductClass.objects.get_or_create(name="food", defaults={"slug": "food"})
    product = Product.objects.create(title=title, product_class=kind, **fields)
    if category is not None:
        product.categories.add(category)
    Listing.objects.create(product=product, stall=stall)
    Fulfilment.objects.create(product=product, made_days=made_days, weight_g=700)
    a_stock_record(product, stall, price=price, stock=stock)
    return product


def a_product_with_variants(
    stall: Stall,
    title: str = "پیراهن گلدار",
    *,
    variants: Mapping[str, int | None],
    price: int = 5_200_000,
    **fields: Any,
) -> Product:
    """A parent product; `variants` are the titles of its children and how many there are of each."""
    kind, _ = ProductClass.objects.get_or_create(name="cloth", defaults={"slug": "cloth"})
    parent = Product.objects.create(
        title=title, product_class=kind, structure=Product.PARENT, **fields
    )
    Listing.objects.create(product=parent, stall=stall)
    Fulfilment.objects.create(product=parent, weight_g=400)
    for name, stock in variants.items():
        child = Product.objects.create(title=name, parent=parent, structure=Product.CHILD)
        a_stock_record(child, stall, price=price, stock=stock)
    return parent


def a_stock_record(product: Product, stall: Stall, *, price: int, stock: int | None) -> StockRecord:
    return StockRecord.objects.create(
        product=product,
        partner=stall.partner,
        partner_sku=f"sku-{next(_serial)}",
        price=Decimal(price),
        num_in_stock=stock,
    )


def a_rate(
    rial_per_unit: str = "1000000", *, currency: str = "EUR", as_of: datetime = NOON
) -> ExchangeRate:
    return ExchangeRate.objects.create(
        currency=currency, rial_per_unit=Decimal(rial_per_unit), as_of=as_of, source="بازار"
    )


def a_basket(*contents: tuple[Product, int]) -> Basket:
    basket = Basket.objects.create()
    for product, quantity in contents:
        record = product.stockrecords.get()
        Line.objects.create(
            basket=basket,
            line_reference=f"{product.pk}_{record.pk}",
            product=product,
            stockrecord=record,
            quantity=quantity,
            price_currency="IRR",
            price_excl_tax=record.price,
            price_incl_tax=record.price,
        )
    return basket


def a_checkout(*stalls: Stall, total: int, gateway: str = "zarinpal") -> Checkout:
    """City courier for each stall's parcel."""
    return Checkout(
        buyer=BUYER,
        shipping={stall.partner_id: ShippingMethod.CITY_COURIER for stall in stalls},
        gateway=gateway,
        seen_total=Rial(total),
    )


def a_paid_order(
    *contents: tuple[Product, int], buyer: Buyer = BUYER, now: datetime = NOON
) -> list[StallOrder]:
    """An order whose payment stands in the books, without a bank; its stall orders in basket order."""
    basket = a_basket(*contents)
    parcels = parcels_of(basket, today=tehran_date(now), province=buyer.province)
    shipping = {parcel.partner.pk: parcel.quotes[0].method for parcel in parcels}
    checkout = Checkout(
        buyer=buyer,
        shipping=shipping,
        gateway="zarinpal",
        seen_total=basket_total(parcels, shipping),
    )
    attempt = place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=now)
    answer = GatewayAnswer(
        state=PaymentState.PAID,
        reference=f"A{next(_serial)}",
        amount=int(attempt.amount),
        currency="IRR",
    )
    record_payment(attempt_id=attempt.pk, answer=answer, now=now)
    return list(StallOrder.objects.filter(order_id=attempt.order_id).order_by("number"))


def an_arrived_order(
    *contents: tuple[Product, int], buyer: Buyer = BUYER, now: datetime = NOON
) -> list[StallOrder]:
    """A paid order whose parcels are with their buyer."""
    stall_orders = a_paid_order(*contents, buyer=buyer, now=now)
    for stall_order in stall_orders:
        accept_stall_order(stall_order=stall_order, now=now)
        send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=now)
        deliver_stall_order(stall_order=stall_order, now=now)
    return stall_orders


def a_review(
    product: Product,
    *,
    stars: int = 5,
    text: str = "خوشمزه بود",
    state: Shown = Shown.SHOWN,
    **fields: Any,
) -> Review:
    """A review by the buyer of one piece of it, on its page unless told otherwise."""
    [stall_order] = an_arrived_order((product, 1))
    [line] = stall_order.lines
    fields = {"created_at": NOON, "listing": (product.parent or product).listing, **fields}
    return Review.objects.create(order_line=line, stars=stars, text=text, state=state, **fields)


def a_question(product: Product, *, text: str = "چند روز می‌ماند؟", **fields: Any) -> Question:
    """A question that waits for its answer, unless told otherwise."""
    fields = {"phone": "+989120000009", "created_at": NOON, **fields}
    return Question.objects.create(listing=product.listing, text=text, **fields)


def a_shown_question(product: Product, *, answer: str = "یک سال", **fields: Any) -> Question:
    return a_question(product, answer=answer, answered_at=NOON, state=Shown.SHOWN, **fields)
