"""The order's page by signed link: where each parcel is, and what to do when the money did not come."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone
from oscar.apps.basket.models import Basket
from pytest_django import DjangoAssertNumQueries

from shop.orders.links import order_token, payment_token
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.send import send_stall_order
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_paid_order, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
TOTAL = 2 * 1_650_000 + 650_000


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    gateways = {"zarinpal": sandbox_bank.zarinpal_settings, "stripe": sandbox_bank.stripe_settings}
    with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=sandbox_bank.url):
        yield sandbox_bank


def an_attempt() -> PaymentAttempt:
    stall = a_stall()
    basket = a_basket((a_product(stall, price=1_650_000, stock=5), 2))
    return place_order(
        basket_id=basket.pk,
        checkout=a_checkout(stall, total=TOTAL),
        user_id=None,
        now=timezone.now(),
    )


def test_a_paid_order_shows_its_parcels_and_its_sum(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sauce, bag = a_product(a_stall("ترشی سبزینه"), "ترشی لیته"), a_product(a_stall("کهن‌نقش"), "کیف")
    stall_orders = a_paid_order((sauce, 2), (bag, 1))
    link = f"/o/{order_token(stall_orders[0].order.number)}/"
    with django_assert_num_queries(9):
        page = client.get(link).content.decode()
    assert "پرداخت شد. ممنون از خریدتان." in page
    assert "بستهٔ ۲ از ۲" in page
    assert "در انتظار غرفه" in page
    assert "۶۲۵٬۰۰۰" in page  # 3 × 165,000 + 2 × 65,000
    english = client.get(f"/en{link}").content.decode()
    assert "Paid. Thank you for buying." in english
    assert "625,000" in english


def test_the_parcel_moves_with_its_stall(client: Client) -> None:
    [stall_order] = a_paid_order((a_product(a_stall()), 1))
    link = f"/o/{order_token(stall_order.order.number)}/"
    accept_stall_order(stall_order=stall_order, now=NOON)
    assert "آماده می‌شود" in client.get(link).content.decode()
    stall_order.refresh_from_db()
    send_stall_order(
        stall_order=stall_order, carrier="پست", tracking_code="123456789012345678901234", now=NOON
    )
    page = client.get(link).content.decode()
    assert "در راه" in page
    assert "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶۷۸۹۰۱۲۳۴" in page
    stall_order.refresh_from_db()
    deliver_stall_order(stall_order=stall_order, now=NOON)
    assert '<p class="pill pill--good">رسید</p>' in client.get(link).content.decode()


def test_a_foreign_order_link_is_404(client: Client) -> None:
    [stall_order] = a_paid_order((a_product(a_stall()), 1))
    number = stall_order.order.number
    for token in (
        number,
        f"{number}.forged",
        order_token("10000009"),
        order_token(number)[:-1],
        "x",
    ):
        assert client.get(f"/o/{token}/").status_code == 404
        assert client.post(f"/o/{token}/pay/").status_code == 404
    for token in ("x", f"{number}.x", payment_token(an_attempt().pk)[:-1]):
        assert client.get(f"/pay/return/{token}/").status_code == 404


def test_an_order_is_found_by_number_and_phone_alone_together(client: Client) -> None:
    [stall_order] = a_paid_order((a_product(a_stall()), 1))
    number = stall_order.order.number
    found = client.post("/me/", {"number": number, "phone": "۰۹۱۲ ۰۰۰ ۰۰۰۱"})
    assert found.headers["Location"] == f"/o/{order_token(number)}/"
    for sent in (
        {"number": number, "phone": "09120000002"},
        {"number": "1", "phone": "09120000001"},
    ):
        page = client.post("/me/", sent).content.decode()
        assert "سفارشی با این شماره و این شمارهٔ موبایل پیدا نکردیم." in page
        assert f'value="{sent["number"]}"' in page


def test_guessing_orders_is_slowed_down(client: Client) -> None:
    cache.clear()
    for _ in range(10):
        assert client.post("/me/", {"number": "1", "phone": "09120000001"}).status_code == 200
    answer = client.post("/me/", {"number": "1", "phone": "09120000001"})
    assert answer.status_code == 429
    assert "لطفاً کمی آهسته‌تر" in answer.content.decode()
    assert client.get("/me/").status_code == 200
    cache.clear()


def test_orders_of_one_phone_are_not_guessed_from_many_addresses(client: Client) -> None:
    [stall_order] = a_paid_order((a_product(a_stall()), 1))
    right = {"number": stall_order.order.number, "phone": "09120000001"}
    for place in range(10):
        guess = {**right, "number": f"1000000{place}"}
        assert client.post("/me/", guess, REMOTE_ADDR=f"10.0.0.{place}").status_code == 200
    refused = client.post("/me/", right, REMOTE_ADDR="10.0.1.1")
    assert refused.status_code == 429
    other = client.post("/me/", {**right, "phone": "09120000002"}, REMOTE_ADDR="10.0.1.1")
    assert other.status_code == 200


def test_a_forged_proxy_header_is_no_other_address(client: Client) -> None:
    statuses = [
        client.post(
            "/me/",
            {"number": "10000009", "phone": f"0912000{place:04d}"},
            HTTP_X_FORWARDED_FOR=f"10.0.0.{place}",
        ).status_code
        for place in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_paid_at_the_bank_the_return_page_settles_and_shows_the_order(
    client: Client, bank: SandboxBank
) -> None:
    attempt = an_attempt()
    bank.press(send_to_gateway(attempt=attempt), "pay")
    for _ in range(2):  # the bank's redirect may come twice
        answer = client.get(f"/pay/return/{payment_token(attempt.pk)}/?Status=OK")
        assert answer.headers["Location"] == f"/o/{order_token(attempt.order.number)}/"
    attempt.refresh_from_db()
    assert attempt.state == "paid"
    assert "پرداخت شد." in client.get(answer.headers["Location"]).content.decode()


def test_a_query_that_claims_payment_is_not_believed(client: Client) -> None:
    attempt = an_attempt()
    send_to_gateway(attempt=attempt)
    page = client.get(f"/pay/return/{payment_token(attempt.pk)}/?Status=OK&paid=1").content.decode()
    attempt.refresh_from_db()
    assert attempt.state in PaymentAttempt.OPEN
    assert "در حال پرس‌وجو از بانک" in page
    assert '<meta http-equiv="refresh" content="5;' in page


def test_a_declined_payment_says_that_nothing_is_lost_and_leads_back_to_the_basket(
    client: Client, bank: SandboxBank
) -> None:
    attempt = an_attempt()
    bank.press(send_to_gateway(attempt=attempt), "decline")
    answer = client.get(f"/pay/return/{payment_token(attempt.pk)}/?Status=NOK", follow=True)
    page = answer.content.decode()
    assert "پرداخت انجام نشد." in page
    assert "سبدتان همان‌طور که بود مانده است." in page
    again = client.post(f"/o/{order_token(attempt.order.number)}/pay/")
    assert again.headers["Location"] == "/basket/"
    assert "کالاها (۲ عدد)" in client.get("/basket/").content.decode()
    form = client.get("/checkout/").content.decode()
    assert 'value="۰۹۱۲۰۰۰۰۰۰۱"' in form
    assert '<option value="tehran" selected>' in form
    assert form.count("field__error") == 0


def test_the_basket_that_comes_back_joins_the_one_begun_meanwhile(
    client: Client, bank: SandboxBank
) -> None:
    attempt = an_attempt()
    bank.press(send_to_gateway(attempt=attempt), "decline")
    client.get(f"/pay/return/{payment_token(attempt.pk)}/?Status=NOK")
    other = a_product(a_stall("دیگری"), "دیگر")
    client.post("/basket/add/", {"product": other.pk}, HTTP_ORIGIN="http://testserver")
    client.post(f"/o/{order_token(attempt.order.number)}/pay/")
    assert "کالاها (۳ عدد)" in client.get("/basket/").content.decode()
    assert Basket.objects.filter(status="Open").count() == 1


def test_an_order_still_at_the_bank_is_taken_up_again(client: Client) -> None:
    attempt = an_attempt()
    bank_page = send_to_gateway(attempt=attempt)
    link = f"/o/{order_token(attempt.order.number)}/"
    assert "این سفارش در انتظار پرداخت شماست." in client.get(link).content.decode()
    assert client.post(f"{link}pay/").headers["Location"] == bank_page


def test_who_changes_their_mind_gets_goods_and_basket_back(client: Client) -> None:
    attempt = an_attempt()
    send_to_gateway(attempt=attempt)
    link = f"/o/{order_token(attempt.order.number)}/"
    page = client.get(link).content.decode()
    give_up = f"/pay/return/{payment_token(attempt.pk)}/?gave_up=1"
    assert f'href="{give_up}"' in page
    answer = client.get(give_up, follow=True).content.decode()
    assert "پرداخت انجام نشد." in answer
    assert give_up not in answer
    attempt.basket.refresh_from_db()
    assert attempt.basket.status == "Open"


def test_html_in_the_address_is_shown_as_typed(client: Client) -> None:
    [stall_order] = a_paid_order((a_product(a_stall()), 1))
    address = stall_order.order.shipping_address
    address.line1 = "<img src=x>"
    address.save(update_fields=["line1"])
    page = client.get(f"/o/{order_token(stall_order.order.number)}/").content.decode()
    assert "&lt;img src=x&gt;" in page
    assert "<img src=x>" not in page


def test_what_was_given_back_is_shown_by_parcel_and_in_the_sum(client: Client) -> None:
    (stall_order,) = a_paid_order((a_product(a_stall()), 2))
    refund_lines(
        refund_id=uuid4(),
        stall_order=stall_order,
        quantities={stall_order.order.lines.get().pk: 1},
        with_shipping=False,
        reason="",
        by_user_id=None,
        now=NOON,
    )
    page = client.get(f"/o/{order_token(stall_order.order.number)}/").content.decode()
    assert "۱۶۵٬۰۰۰ تومان در ۴ آذر پس داده شد." in page
    assert "در راه رسیدن به شماست." in page
    assert "<dt>پس‌داده‌شده</dt><dd>۱۶۵٬۰۰۰</dd>" in page
