"""What is sold under fire, and the forms that buy it: one real visit through the pages, its last form used again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from django.utils import timezone
from django.utils.translation import override

from search.services import product_changed
from shop.money import Rial
from shop.orders.errors import VoucherUsedUp
from shop.orders.models import Voucher
from shop.payments.models import PaymentAttempt
from shop.storefront.views.checkout import BASKET
from tests.bench.forms import form_of
from tests.makers import a_basket, a_product, a_stall
from tests.reliability.buyers import Press
from tests.reliability.rig import Rig
from vendors.stalls.models import Stall

CSRF = "a" * 32  # cookie and field alike: that is all Django asks
ADDRESS = {
    "name": "مهسا رضایی",
    "phone": "09120000001",
    "province": "tehran",
    "city": "اسلامشهر",
    "address": "خیابان نمونه، پلاک ۱",
    "postcode": "3313912345",
}
GATEWAYS = ("zarinpal", "stripe")
VOUCHER_FIELD = "voucher_code"


@dataclass(frozen=True)
class Market:
    """One stall whose goods all cost the same, and the summary page's form as a browser would send it."""

    rig: Rig
    stall: Stall
    form: dict[str, str]

    def product(self, title: str, *, stock: int | None) -> Any:
        product = a_product(self.stall, title, stock=stock)
        product_changed(product_ids=[product.pk])
        return product

    def press(
        self,
        product: Any,
        *,
        gateway: str,
        deed: str = "pay",
        basket: Any = None,
        voucher: Voucher | None = None,
    ) -> Press:
        """The last press for a fresh basket with one of it (or for that basket once more); with a voucher of a sum."""
        basket = basket or a_basket((product, 1))
        form = {**self.form, "basket": BASKET.sign(basket.pk), "gateway": gateway}
        told = product.get_title()
        if voucher is not None:
            to_pay = int(form["seen_total"]) - int(voucher.amount or 0)
            form |= {VOUCHER_FIELD: voucher.code, "seen_total": str(to_pay)}
            with override("fa"):
                told = str(VoucherUsedUp())
        return Press(self.rig.url, self.rig.bank.url, form, told, deed)

    def voucher(self, code: str) -> Voucher:
        """For one order: a hundred thousand toman off."""
        return Voucher.objects.create(
            code=code,
            name="مسابقه",
            amount=Rial(1_000_000),
            starts_at=timezone.now() - timedelta(days=1),
            ends_at=timezone.now() + timedelta(days=1),
            max_uses=1,
        )


def open_market(rig: Rig) -> Market:
    stall = a_stall()
    product = a_product(stall, "ویترین", stock=None, slug="window")
    product_changed(product_ids=[product.pk])
    return Market(rig, stall, _visit(rig.url, product))


def _visit(shop: str, product: Any) -> dict[str, str]:
    """From the product's page to the summary, as bench and browsers do; the form that pays."""
    browser = {"base_url": shop, "headers": {"Origin": shop}}
    with httpx.Client(**browser, follow_redirects=True, timeout=60) as visitor:
        page = visitor.get(f"/p/{product.slug}/").text
        visitor.post("/basket/add/", data=form_of(page, "/basket/add/"))
        asked = form_of(visitor.get("/checkout/").text, "/checkout/")
        page = visitor.post("/checkout/", data={**asked, **ADDRESS}).text
        return {**form_of(page, "/checkout/pay/"), "csrfmiddlewaretoken": CSRF}


def attempts_of(product: Any) -> list[PaymentAttempt]:
    return list(PaymentAttempt.objects.filter(order__lines__product=product))
