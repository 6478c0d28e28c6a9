"""From a basket to the bank: address and sending, then one summary, then pay. Nothing is kept between the steps
but what the form itself carries, so a lost session loses nothing."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from oscar.apps.basket.models import Basket

from shop.jalali import tehran_date
from shop.money import Rial
from shop.orders.errors import (
    BasketGone,
    BasketMustChange,
    GatewayNotAvailable,
    OrderError,
    VoucherNotUsable,
)
from shop.orders.links import order_token
from shop.orders.parcels import Parcel, basket_total
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import Checkout, place_order
from shop.orders.services.voucher import NO_DISCOUNT, Discount, quote_voucher
from shop.orders.ways import ways_to_pay
from shop.payments.models import PaymentAttempt
from shop.storefront.forms import AddressForm, PayForm, ShippingForm, VoucherForm
from shop.storefront.provinces import PROVINCES, persian_name
from shop.storefront.queries.basket import BasketPage, basket_page, chosen_sendings
from shop.storefront.queries.order import address_given_with
from shop.storefront.request import ShopperRequest
from shop.storefront.views.basket import remember_count

log = logging.getLogger(__name__)
FIRST_PROVINCE = PROVINCES[0][0]  # stands chosen until the buyer chooses
BASKET = Signer(salt="checkout", sep=".")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: ShopperRequest) -> HttpResponse:
    is_asked = request.method == "POST" and "change" not in request.POST
    typed = request.POST if request.method == "POST" else None
    before = typed.dict() if typed else address_given_with(basket_id=request.basket.pk)
    page = _page(request.basket, str(before.get("province") or FIRST_PROVINCE))
    if not page.parcels or page.has_problems:
        return redirect("basket")
    address = AddressForm(typed) if is_asked else AddressForm(initial=before)
    shipping = ShippingForm(typed, parcels=[each.parcel for each in page.parcels])
    if is_asked and address.is_valid() and shipping.is_valid():
        return _review(request, page, address, shipping)
    context = {
        "page": page,
        "address": address,
        "shipping": shipping,
        "voucher": VoucherForm(typed),
    }
    return render(request, "storefront/checkout.html", context)


@require_POST
@never_cache
def pay(request: ShopperRequest) -> HttpResponse:
    """Place the order and go to the bank. The basket is named by the form: the cookie may be gone on a second press."""
    try:
        basket = Basket.objects.get(pk=BASKET.unsign(request.POST.get("basket", "")))
    except (BadSignature, Basket.DoesNotExist):
        return redirect("checkout")
    now = timezone.now()
    address = AddressForm(request.POST)
    page = _page(basket, request.POST.get("province", ""))
    shipping = ShippingForm(request.POST, parcels=[each.parcel for each in page.parcels])
    form = PayForm(request.POST, gateways=list(settings.GATEWAYS))
    voucher = VoucherForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose once more."))
    if not (address.is_valid() and shipping.is_valid() and form.is_valid()):
        context = {"page": page, "address": address, "shipping": shipping}
        return render(request, "storefront/checkout.html", {**context, "voucher": voucher})
    wish = _wish(address, shipping, form, voucher)
    try:
        attempt = place_order(basket_id=basket.pk, checkout=wish, user_id=request.user.pk, now=now)
    except BasketMustChange as error:
        messages.error(request, str(error))
        return redirect("basket")
    except VoucherNotUsable:  # said beside its field
        return _review(request, page, address, shipping)
    except OrderError as error:
        messages.error(request, str(error))
        return _review(request, page, address, shipping)
    return go_to_bank(request, attempt)


def _wish(
    address: AddressForm, shipping: ShippingForm, form: PayForm, voucher: VoucherForm
) -> Checkout:
    return Checkout(
        buyer=address.buyer(),
        shipping=shipping.chosen(),
        gateway=form.cleaned_data["gateway"],
        seen_total=Rial(form.cleaned_data["seen_total"]),
        voucher_code=voucher.cleaned_data["voucher_code"] if voucher.is_valid() else "",
    )


def go_to_bank(request: ShopperRequest, attempt: PaymentAttempt) -> HttpResponse:
    """To the bank's page; to the order's page when there is nothing to pay there (any more, right now, or at all)."""
    if attempt.state == PaymentAttempt.State.ON_DELIVERY:
        return remember_count(redirect("order", order_token(attempt.order.number)), 0)
    try:
        bank_page = send_to_gateway(attempt=attempt)
    except BasketGone:
        return redirect("order", order_token(attempt.order.number))
    except GatewayNotAvailable as error:
        messages.error(request, str(error))
        return redirect("order", order_token(attempt.order.number))
    return remember_count(redirect(bank_page), 0)


def _page(basket: Any, province: str) -> BasketPage:
    today = tehran_date(timezone.now())
    return basket_page(basket=basket, today=today, province=persian_name(province))


def _review(
    request: ShopperRequest, page: BasketPage, address: AddressForm, shipping: ShippingForm
) -> HttpResponse:
    basket_id = page.parcels[0].parcel.lines[0].line.basket_id
    parcels = [each.parcel for each in page.parcels]
    now = timezone.now()
    voucher, discount = _discount(request, parcels, shipping.chosen(), now)
    total = basket_total(parcels, shipping.chosen()) - discount.amount
    ways = ways_to_pay(parcels=parcels, shipping=shipping.chosen(), total=total, now=now)
    context = {
        "page": page,
        "buyer": address.buyer(),
        "address": address,
        "shipping": shipping,
        "sendings": chosen_sendings(page=page, shipping=shipping.chosen()),
        "voucher": voucher,
        "discount": discount,
        "total": total,
        "basket_token": BASKET.sign(basket_id),
        "pay": PayForm(initial={"seen_total": int(total)}, gateways=list(settings.GATEWAYS)),
        "ways": ways,
        "has_door": any(way.is_at_door for way in ways),
    }
    return render(request, "storefront/review.html", context)


def _discount(
    request: ShopperRequest, parcels: Sequence[Parcel], shipping: Mapping[int, str], now: datetime
) -> tuple[VoucherForm, Discount]:
    """The typed code and what it takes off; a code that can't be used takes off nothing, and its field says why."""
    form = VoucherForm(request.POST)
    if not form.is_valid():
        return form, NO_DISCOUNT
    code = form.cleaned_data["voucher_code"]
    try:
        return form, quote_voucher(code=code, parcels=parcels, shipping=shipping, now=now)
    except VoucherNotUsable as error:
        form.add_error("voucher_code", str(error))
        return form, NO_DISCOUNT
