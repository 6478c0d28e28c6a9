"""A buyer, a stranger or bad luck tries to pay twice, less, or for another order: against the sandbox bank."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from shop.ledger.models import Transaction
from shop.notices.models import Notice
from shop.orders import jobs
from shop.orders.errors import StateMoved
from shop.orders.links import payment_token
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.orders.services.send import send_stall_order
from shop.orders.services.settle import settle_attempt
from shop.orders.services.sweep import sweep_payments
from shop.payments.gateways import gateway as adapter
from shop.payments.gateways import stripe_gateway
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_paid_order, a_product, a_stall

pytestmark = pytest.mark.django_db(transaction=True)
GATEWAYS = pytest.mark.parametrize("gateway", ["zarinpal", "stripe"])
State = PaymentAttempt.State
TOTAL = 1_650_000 + 650_000


@pytest.fixture(autouse=True)
def bank(sandbox_bank: SandboxBank) -> Iterator[SandboxBank]:
    gateways = {"zarinpal": sandbox_bank.zarinpal_settings, "stripe": sandbox_bank.stripe_settings}
    with override_settings(GATEWAYS=gateways, SANDBOX_BANK_URL=sandbox_bank.url):
        yield sandbox_bank


def an_attempt(gateway: str) -> PaymentAttempt:
    stall = a_stall()
    basket = a_basket((a_product(stall, price=1_650_000, stock=5), 1))
    checkout = a_checkout(stall, total=TOTAL, gateway=gateway)
    return place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON)


def at_once(count: int, deed: Callable[[], object]) -> list[object]:
    """What `deed` gave each of so many who did it at the same moment; an error by its name."""
    start, given = threading.Barrier(count), []

    def do() -> None:
        start.wait()
        try:
            given.append(deed())
        except Exception as error:
            given.append(type(error).__name__)
        finally:
            stripe_gateway().close()  # it keeps a connection for each thread
            connection.close()

    threads = [threading.Thread(target=do) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


@pytest.mark.race
def test_eight_presses_of_one_basket_are_one_order_and_one_payment() -> None:
    stall = a_stall()
    product = a_product(stall, price=1_650_000, stock=50)
    basket, checkout = a_basket((product, 1)), a_checkout(stall, total=TOTAL)
    placed = at_once(
        8,
        lambda: place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON).pk,
    )
    assert len(set(placed)) == 1
    assert (Order.objects.count(), PaymentAttempt.objects.count()) == (1, 1)
    assert product.stockrecords.get().num_allocated == 1


@pytest.mark.race
def test_without_the_lock_and_the_index_they_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the same eight with nothing that holds them apart."""
    stall = a_stall()
    product = a_product(stall, price=1_650_000, stock=50)
    basket, checkout = a_basket((product, 1)), a_checkout(stall, total=TOTAL)
    monkeypatch.setattr(type(Basket.objects), "select_for_update", lambda self: self.all())
    index = "payment_attempt_one_live_per_basket"
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
        (made_by,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {index}")
    try:
        placed = at_once(
            8,
            lambda: place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON).pk,
        )
        assert len(set(placed)) > 1
    finally:
        PaymentAttempt.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(made_by)


@pytest.mark.race
@pytest.mark.filterwarnings(
    "ignore::ResourceWarning"
)  # each thread leaves a connection to the bank
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@GATEWAYS
def test_six_presses_of_pay_lead_to_one_page_and_one_capture(
    gateway: str, bank: SandboxBank
) -> None:
    attempt = an_attempt(gateway)
    adapter(gateway)  # made once, before six threads would each make one
    pages = at_once(6, lambda: send_to_gateway(attempt=PaymentAttempt.objects.get(pk=attempt.pk)))
    # Stripe answers 409 to a key whose first call still runs: that press is told to try again.
    (page,) = set(pages) - {"GatewayNotAvailable"}
    assert send_to_gateway(attempt=attempt) == page
    bank.press(str(page), "pay")
    settle_attempt(attempt_id=attempt.pk, now=NOON)
    assert [line["amount"] for line in bank.captures()] == [TOTAL]


def test_the_authority_of_another_payment_pays_nothing(client: Client, bank: SandboxBank) -> None:
    """A buyer pays the cheap order and comes back to the dear one with the bank's answer for the cheap one."""
    cheap, dear = an_attempt("zarinpal"), an_attempt("zarinpal")
    bank.press(send_to_gateway(attempt=cheap), "pay")
    send_to_gateway(attempt=dear)
    cheap.refresh_from_db()
    back = f"/pay/return/{payment_token(dear.pk)}/"
    answer = client.get(back, {"Authority": cheap.reference, "Status": "OK"})
    assert answer.status_code == 400
    dear.refresh_from_db()
    assert dear.state in PaymentAttempt.OPEN
    assert (dear.order.status, Transaction.objects.count()) == ("pending", 0)


@pytest.mark.parametrize(
    ("gateway", "query"),
    [
        ("zarinpal", {"Authority": "nonsense", "Status": "OK"}),
        ("zarinpal", {"Authority": "A" * 36, "Status": "OK"}),
        ("zarinpal", {"Status": "PAID"}),
        ("stripe", {"session_id": "../../etc"}),
        ("stripe", {"session_id": "cs_test_of_somebody_else"}),
    ],
)
def test_an_answer_of_no_bank_is_a_400_and_nothing_is_asked(
    client: Client, bank: SandboxBank, gateway: str, query: dict[str, str]
) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    answer = client.get(f"/pay/return/{payment_token(attempt.pk)}/", query)
    assert answer.status_code == 400
    attempt.refresh_from_db()
    assert (attempt.state, Transaction.objects.count()) == (State.REDIRECTED, 0)
    answer = client.get(f"/pay/return/{payment_token(attempt.pk)}/")  # the buyer's own way back
    attempt.refresh_from_db()
    assert (answer.status_code, attempt.state) == (302, State.PAID)


@GATEWAYS
def test_another_sum_than_ours_is_never_paid(gateway: str, bank: SandboxBank) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(amount=TOTAL + 1, charge_amount=TOTAL + 1)
    attempt = settle_attempt(attempt_id=attempt.pk, now=NOON + timedelta(hours=2))
    assert attempt.state == State.UNKNOWN
    assert (attempt.order.status, Transaction.objects.count()) == ("pending", 0)
    assert attempt.order.lines.get().stockrecord.num_allocated == 1


@GATEWAYS
def test_who_says_they_gave_up_after_paying_has_paid(
    client: Client, gateway: str, bank: SandboxBank
) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    client.get(f"/pay/return/{payment_token(attempt.pk)}/?gave_up=1&Status=NOK")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.order.status) == (State.PAID, "paid")


@GATEWAYS
def test_a_lost_answer_of_the_bank_is_asked_for_again_and_booked_once(
    gateway: str, bank: SandboxBank
) -> None:
    attempt = an_attempt(gateway)
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    asked = "zarinpal.verify" if gateway == "zarinpal" else "session.retrieve"
    # Stripe’s library asks once more by itself.
    bank.arm(asked, "500_after_commit_lost", times=2 if gateway == "stripe" else 1)
    assert settle_attempt(attempt_id=attempt.pk, now=NOON).state == State.UNKNOWN
    assert Transaction.objects.count() == 0
    assert sweep_payments(now=NOON + timedelta(hours=2)) == 1
    attempt.refresh_from_db()
    assert attempt.state == State.PAID
    assert (Transaction.objects.count(), len(bank.captures())) == (1, 1)


@GATEWAYS
def test_a_process_killed_before_the_bank_was_called_loses_nothing(
    gateway: str, bank: SandboxBank
) -> None:
    """The order is written and the bank knows of none: it can be resumed, and after its time it is undone."""
    attempt = an_attempt(gateway)
    assert sweep_payments(now=NOON + timedelta(minutes=10)) == 1
    attempt.refresh_from_db()
    assert attempt.state == State.CREATED
    assert sweep_payments(now=NOON + timedelta(hours=1)) == 1
    attempt.refresh_from_db()
    assert attempt.state == State.EXPIRED
    assert attempt.order.lines.get().stockrecord.num_allocated == 0
    assert Basket.objects.get(pk=attempt.basket_id).status == Basket.OPEN
    assert bank.captures() == []


def test_jobs_that_run_twice_tell_once_and_book_once(bank: SandboxBank) -> None:
    attempt = an_attempt("stripe")
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    attempt.refresh_from_db()
    for _ in range(2):
        jobs.settle_reported_payment("stripe", str(attempt.reference))
        jobs.tell_buyer_of_payment(attempt.order_id)
    assert Transaction.objects.count() == 1
    assert list(Notice.objects.values_list("key", flat=True)) == [f"order-paid:{attempt.order_id}"]


@pytest.mark.race
def test_a_parcel_delivered_six_times_at_once_is_earned_once() -> None:
    [order] = a_paid_order((a_product(a_stall(), stock=5), 2))
    accept_stall_order(stall_order=order, now=NOON)

    def afresh() -> StallOrder:
        return StallOrder.objects.with_lines().get(pk=order.pk)

    sent = at_once(
        4,
        lambda: send_stall_order(stall_order=afresh(), carrier="پست", tracking_code="1", now=NOON),
    )
    assert sorted(map(str, sent)) == ["None", *["StateMoved"] * 3]
    delivered = at_once(6, lambda: deliver_stall_order(stall_order=afresh(), now=NOON))
    assert sorted(map(str, delivered)) == ["None", *["StateMoved"] * 5]
    assert Transaction.objects.filter(event_type="stall_order.delivered").count() == 1
    record = order.order.lines.get().stockrecord
    assert (record.num_in_stock, record.num_allocated) == (3, 0)
    with pytest.raises(StateMoved):
        accept_stall_order(stall_order=order, now=NOON)
