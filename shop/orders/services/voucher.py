"""Vouchers at the till: what a code is worth for these goods, and using it exactly as often as it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q

from shop.money import Rial, share_bp, split
from shop.orders.errors import (
    VoucherNeedsMore,
    VoucherNotNow,
    VoucherUnknown,
    VoucherUsedUp,
)
from shop.orders.models import Voucher, VoucherUse
from shop.orders.parcels import Parcel, basket_total
from shop.persian import to_latin_digits

PERCENT_BP = 100
HAS_USES_LEFT = Q(max_uses=None) | Q(used__lt=F("max_uses"))


def normal_code(typed: str) -> str:
    """A code as it is kept: capitals, Latin digits, no spaces or dashes; "" for nothing typed."""
    return "".join(to_latin_digits(typed).split()).replace("-", "").upper()


@dataclass(frozen=True)
class Discount:
    """What a voucher takes off an order: rial, and its part of each line (by basket line)."""

    voucher: Voucher | None
    amount: Rial
    by_line: Mapping[int, Rial]


NO_DISCOUNT = Discount(None, Rial(0), {})


def quote_voucher(
    *, code: str, parcels: Sequence[Parcel], shipping: Mapping[int, str], now: datetime
) -> Discount:
    """What the voucher of this code takes off these parcels; NO_DISCOUNT for an empty code.

    Off the goods alone, shared over the lines by their prices, and never so much that less than SMALLEST_PAYMENT_RIAL
    is left to pay: no bank takes it. Reads only: `use_voucher` decides. Raises VoucherUnknown, VoucherNotNow,
    VoucherUsedUp and VoucherNeedsMore.
    """
    code = normal_code(code)
    if not code:
        return NO_DISCOUNT
    lines = [line for parcel in parcels for line in parcel.lines]
    goods = sum((line.price for line in lines), Rial(0))
    voucher = _usable(code, goods, now)
    to_pay = basket_total(parcels, shipping) - settings.SMALLEST_PAYMENT_RIAL
    amount = max(min(_worth(voucher, goods), to_pay), Rial(0))
    if not amount:
        return NO_DISCOUNT
    shares = split(amount, [line.price for line in lines])
    return Discount(
        voucher,
        amount,
        {line.line.pk: share for line, share in zip(lines, shares, strict=True)},
    )


def _usable(code: str, goods: Rial, now: datetime) -> Voucher:
    voucher = Voucher.objects.filter(code=code).first()
    if voucher is None:
        raise VoucherUnknown
    if not voucher.starts_at <= now < voucher.ends_at:
        raise VoucherNotNow
    if voucher.max_uses is not None and voucher.used >= voucher.max_uses:
        raise VoucherUsedUp
    if goods < voucher.min_goods:
        raise VoucherNeedsMore(int(voucher.min_goods))
    return voucher


def use_voucher(*, discount: Discount, order_id: int, now: datetime) -> None:
    """Use a discount's voucher for one order; nothing when there is none.

    Runs in the order's transaction; the condition is in the UPDATE itself. Raises VoucherUsedUp when somebody was
    quicker, VoucherNotNow when it was ended meanwhile.
    """
    if discount.voucher is None:
        return
    _take_one_use(discount.voucher.pk, now=now)
    VoucherUse.objects.create(voucher=discount.voucher, order_id=order_id, amount=discount.amount)


def end_voucher(*, voucher_id: int, now: datetime) -> None:
    """No new order takes it from now on; one that has it keeps it. Nothing for one that is over."""
    Voucher.objects.filter(pk=voucher_id, ends_at__gt=now).update(ends_at=now)


def give_voucher_back(*, order_id: int) -> None:
    """An order that was not paid has not used its voucher; the row stays, for an order that lives again."""
    released = VoucherUse.objects.filter(order_id=order_id, is_given_back=False).update(
        is_given_back=True
    )
    if released:
        Voucher.objects.filter(uses__order_id=order_id).update(used=F("used") - 1)


def use_again(*, order_id: int) -> None:
    """Use the voucher of an order that lives again, its days over or not. Raises VoucherUsedUp."""
    use = VoucherUse.objects.filter(order_id=order_id, is_given_back=True).first()
    if use is None:
        return
    _take_one_use(use.voucher_id)
    VoucherUse.objects.filter(pk=use.pk).update(is_given_back=False)


def _take_one_use(voucher_id: int, *, now: datetime | None = None) -> None:
    vouchers = Voucher.objects.filter(pk=voucher_id)
    if now is not None and not vouchers.filter(starts_at__lte=now, ends_at__gt=now).exists():
        raise VoucherNotNow
    if vouchers.filter(HAS_USES_LEFT).update(used=F("used") + 1) != 1:
        raise VoucherUsedUp


def _worth(voucher: Voucher, goods: Rial) -> Rial:
    worth = (
        share_bp(goods, voucher.percent * PERCENT_BP)
        if voucher.percent is not None
        else Rial(voucher.amount or 0)
    )
    if voucher.at_most is not None:
        worth = min(worth, voucher.at_most)
    return min(worth, goods)
