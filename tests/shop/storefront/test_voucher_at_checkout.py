"""A code typed on the summary makes the order cheaper, or says beside its field why it does not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.money import Rial
from shop.orders.links import order_token
from shop.orders.models import Voucher
from shop.payments.models import PaymentAttempt
from tests.bench.forms import form_of
from tests.fixtures_bank import SandboxBank
from tests.makers import a_product, a_stall
from tests.shop.storefront.test_checkout import filled

pytestmark = pytest.mark.django_db(transaction=True)
TOTAL, OFF = 2 * 1_650_000 + 650_000, 500_000


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    gateways = {"zarinpal": sandbox_bank.zarinpal_settings}
    with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=sandbox_bank.url):
        yield sandbox_bank


@pytest.fixture
def product() -> Any:
    return a_product(a_stall("ترشی سبزینه"), "ترشی لیته", price=1_650_000, stock=5)


def a_voucher(code: str = "NOWRUZ", *, max_uses: int | None = 1) -> Voucher:
    return Voucher.objects.create(
        code=code,
        name="نوروز",
        amount=Rial(OFF),
        starts_at=timezone.now() - timedelta(days=1),
        ends_at=timezone.now() + timedelta(days=1),
        max_uses=max_uses,
    )


def summary(client: Client, product: Any, code: str) -> str:
    """The summary page after that code was typed."""
    asked = {**filled(client, product), "voucher_code": code}
    return client.post("/checkout/", asked).content.decode()


def pay(client: Client, page: str) -> Any:
    return client.post("/checkout/pay/", form_of(page, "/checkout/pay/"))


def test_the_code_is_taken_off_the_sum_that_is_paid(client: Client, product: Any) -> None:
    voucher = a_voucher()
    page = summary(client, product, "now-ruz")
    assert "−۵۰٬۰۰۰" in page
    assert "پرداخت ۳۴۵٬۰۰۰ تومان" in page
    assert pay(client, page).status_code == 302
    attempt = PaymentAttempt.objects.get()
    assert (attempt.amount, attempt.order.total_incl_tax) == (TOTAL - OFF, TOTAL - OFF)
    voucher.refresh_from_db()
    assert voucher.used == 1


def test_the_order_s_page_says_what_the_code_took_off(client: Client, product: Any) -> None:
    a_voucher()
    pay(client, summary(client, product, "NOWRUZ"))
    order = Order.objects.get()
    assert "−۵۰٬۰۰۰" in client.get(f"/o/{order_token(order.number)}/").content.decode()


@pytest.mark.parametrize("code", ["NOBODY", "x" * 41, "NOW\x00RUZ"])
def test_a_code_nobody_knows_takes_off_nothing_and_says_so(
    client: Client, product: Any, code: str
) -> None:
    page = summary(client, product, code)
    assert 'class="field__error"' in page
    assert "پرداخت ۳۹۵٬۰۰۰ تومان" in page
    assert "voucher_code" not in form_of(page, "/checkout/pay/")


def test_a_code_used_up_meanwhile_is_said_beside_its_field_and_nothing_is_ordered(
    client: Client, product: Any
) -> None:
    voucher = a_voucher()
    page = summary(client, product, "NOWRUZ")
    Voucher.objects.filter(pk=voucher.pk).update(used=1)
    answer = pay(client, page)
    assert answer.status_code == 200
    assert "این کد را دیگران" in answer.content.decode()
    assert "پرداخت ۳۹۵٬۰۰۰ تومان" in answer.content.decode()
    assert Order.objects.count() == 0


def test_the_code_is_carried_while_the_address_is_changed(client: Client, product: Any) -> None:
    a_voucher()
    page = summary(client, product, "NOWRUZ")
    change = form_of(page, "/checkout/", field="name") | {"change": "1"}
    form = form_of(client.post("/checkout/", change).content.decode(), "/checkout/", field="name")
    assert form["voucher_code"] == "NOWRUZ"
