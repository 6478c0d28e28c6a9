"""Every line in which a gateway's book and ours differ is found, and nothing else is."""

import sqlite3
import uuid
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from oscar.apps.catalogue.models import Product

from shop.jalali import Month, tehran_date
from shop.ledger.accounts import bank as the_bank
from shop.ledger.accounts import gateway_clearing
from shop.ledger.models import Posting
from shop.ledger.queries import balance
from shop.ledger.services import Leg, post
from shop.orders.services.dispute import win_dispute
from shop.orders.services.follow import follow_dispute
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.pay_back import send_refund
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.settle import settle_attempt
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from tests.makers import a_basket, a_checkout, a_product, a_stall
from tests.vendors.settlements.makers import AZAR_5, a_payee, an_earned_order, finance_people
from vendors.settlements.management.commands.reconcile import DIFFERENT, NOT_ASKED
from vendors.settlements.models import Rail
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.gateway_book import book_gateway_payouts
from vendors.settlements.services.nightly import compare_yesterday
from vendors.settlements.services.payout import (
    release_batch,
    take_back_transfer,
    transfer_payout,
)
from vendors.settlements.services.prepare import prepare_settlements
from vendors.settlements.services.reconcile import Reconciliation, What, reconcile

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, SENDING = 1_650_000, 650_000


@pytest.fixture
def bank(sandbox_bank: SandboxBank, settings: Any) -> SandboxBank:
    settings.GATEWAYS = {
        "stripe": sandbox_bank.stripe_settings,
        "zarinpal": sandbox_bank.zarinpal_settings,
    }
    return sandbox_bank


@pytest.fixture
def product() -> Product:
    return a_product(a_stall(), stock=None)


def today() -> date:
    return tehran_date(timezone.now())


def paid_at_the_bank(
    product: Product, bank: SandboxBank, gateway: str = "stripe"
) -> PaymentAttempt:
    """Paid there, and not asked about here yet."""
    stall = product.listing.stall
    checkout = a_checkout(stall, total=PRICE + SENDING, gateway=gateway)
    attempt = place_order(
        basket_id=a_basket((product, 1)).pk, checkout=checkout, user_id=None, now=timezone.now()
    )
    bank.press(send_to_gateway(attempt=attempt), "pay_and_close")
    return attempt


def settled(product: Product, bank: SandboxBank, gateway: str = "stripe") -> PaymentAttempt:
    attempt = paid_at_the_bank(product, bank, gateway)
    return settle_attempt(attempt_id=attempt.pk, now=timezone.now())


def refunded(attempt: PaymentAttempt) -> None:
    stall_order = attempt.order.stall_orders.get()
    refund = refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={attempt.order.lines.get().pk: 1},
        with_shipping=True,
        reason="",
        by_user_id=None,
        now=timezone.now(),
    )
    send_refund(refund_id=refund.pk, now=timezone.now())


def kinds(found: Reconciliation) -> dict[str, int]:
    return dict(Counter(difference.what for difference in found.differences))


def in_the_banks_book(bank: SandboxBank, statement: str, *values: object) -> None:
    with sqlite3.connect(bank.folder / "bank.sqlite3") as book:
        assert book.execute(statement, values).rowcount > 0
    book.close()


def test_a_day_on_which_both_did_the_same_agrees(product: Product, bank: SandboxBank) -> None:
    first, second = settled(product, bank), settled(product, bank)
    refunded(first)
    dispute = bank.fake("disputes", payment=second.gateway_payment_id, amount=PRICE)["id"]
    follow_dispute(gateway="stripe", dispute_id=dispute, now=timezone.now())
    bank.fake(f"disputes/{dispute}/close", outcome="won")
    win_dispute(dispute=second.disputes.get(), now=timezone.now())
    found = reconcile(day=today(), name="stripe")
    assert found.differences == ()
    assert found.n_agree == 5  # two captures, a refund, a dispute opened and won


def test_fifty_planted_faults_are_found_and_named(product: Product, bank: SandboxBank) -> None:
    attempts = [settled(product, bank) for _ in range(45)]
    for attempt in attempts[:5]:
        refunded(attempt)
    assert reconcile(day=today(), name="stripe").differences == ()

    with sqlite3.connect(bank.folder / "bank.sqlite3") as book:
        lines = [
            row[0]
            for row in book.execute("SELECT id FROM line WHERE category = 'charge' ORDER BY rowid")
        ]
        for column, change, some in (
            ("amount", "amount + 1", lines[5:15]),
            ("amount", "amount - 1", lines[15:20]),
            ("currency", "'eur'", lines[20:25]),
            ("fee", "fee + 1", lines[25:30]),
        ):
            for line in some:
                book.execute(f"UPDATE line SET {column} = {change} WHERE id = ?", (line,))
        for line in lines[30:38]:
            book.execute("DELETE FROM line WHERE id = ?", (line,))
        book.execute("DELETE FROM line WHERE category = 'refund'")
        for line in lines[38:43]:
            book.execute(
                "INSERT INTO line SELECT id || '2', account, kind, category, source, amount, fee,"
                " currency, created FROM line WHERE id = ?",
                (line,),
            )
    book.close()
    assert len(lines) == 45
    for _ in range(7):
        paid_at_the_bank(product, bank)

    found = reconcile(day=today(), name="stripe")
    assert kinds(found) == {
        What.OTHER_AMOUNT: 15,
        What.OTHER_CURRENCY: 5,
        What.OTHER_FEE: 5,
        What.MISSING_THERE: 8 + 5,
        What.TWICE_THERE: 5,
        What.MISSING_HERE: 7,
    }
    assert len(found.differences) == 50


def test_an_entry_of_ours_that_the_bank_knows_nothing_of_is_found(bank: SandboxBank) -> None:
    post(
        event_type="payment.captured",
        event_id=str(uuid.uuid4()),
        occurred_at=timezone.now(),
        legs=[
            Leg(gateway_clearing("stripe"), 1000, Posting.Kind.CAPTURE),
            Leg(the_bank(), -1000, Posting.Kind.CAPTURE),
        ],
    )
    (difference,) = reconcile(day=today(), name="stripe").differences
    assert (difference.what, difference.ours) == (What.MISSING_THERE, "1000 IRR fee 0")


def test_what_each_side_wrote_on_its_own_side_of_midnight_agrees(
    product: Product, bank: SandboxBank
) -> None:
    settled(product, bank)
    in_the_banks_book(bank, "UPDATE line SET created = created - 86400")
    assert reconcile(day=today(), name="stripe").differences == ()
    assert reconcile(day=today() - timedelta(days=1), name="stripe").n_agree == 1


def test_a_payment_that_waits_at_zarinpal_for_us_is_found(
    product: Product, bank: SandboxBank
) -> None:
    settled(product, bank, "zarinpal")
    waiting = paid_at_the_bank(product, bank, "zarinpal")
    waiting.refresh_from_db()
    found = reconcile(day=today(), name="zarinpal")
    (difference,) = found.differences
    assert (difference.what, difference.name) == (What.NOT_TAKEN, waiting.reference)
    assert found.n_agree == 1
    settle_attempt(attempt_id=waiting.pk, now=timezone.now())
    assert reconcile(day=today(), name="zarinpal").differences == ()


def test_what_a_gateway_sends_to_our_bank_is_booked_once(
    product: Product, bank: SandboxBank
) -> None:
    settled(product, bank)
    bank.stripe_post("payouts", amount=1_000_000, currency="irr")
    before = balance(gateway_clearing("stripe"))
    assert kinds(reconcile(day=today(), name="stripe")) == {What.MISSING_HERE: 1}
    assert book_gateway_payouts(day=today(), name="stripe") == 1
    assert book_gateway_payouts(day=today(), name="stripe") == 0
    assert balance(the_bank()) == 1_000_000
    assert balance(gateway_clearing("stripe")) == before - 1_000_000
    assert reconcile(day=today(), name="stripe").differences == ()


def test_at_night_a_payment_that_only_the_gateway_knows_of_is_made_true(
    product: Product, bank: SandboxBank
) -> None:
    lost = paid_at_the_bank(product, bank)
    settled(product, bank)
    bank.stripe_post("payouts", amount=1_000_000, currency="irr")
    assert compare_yesterday(now=timezone.now() + timedelta(days=1)) == 0
    lost.refresh_from_db()
    assert lost.state == PaymentAttempt.State.PAID
    assert balance(the_bank()) == 1_000_000


def test_at_night_a_dispute_whose_end_was_not_told_is_ended(
    product: Product, bank: SandboxBank
) -> None:
    attempt = settled(product, bank)
    dispute = bank.fake("disputes", payment=attempt.gateway_payment_id, amount=PRICE)["id"]
    follow_dispute(gateway="stripe", dispute_id=dispute, now=timezone.now())
    bank.fake(f"disputes/{dispute}/close", outcome="won")
    assert compare_yesterday(now=timezone.now() + timedelta(days=1)) == 0
    assert attempt.disputes.get().state == "won"


def test_at_night_what_still_differs_is_counted_and_a_silent_gateway_passed_over(
    product: Product, bank: SandboxBank
) -> None:
    settled(product, bank)
    in_the_banks_book(bank, "UPDATE line SET amount = amount + 1 WHERE category = 'charge'")
    assert compare_yesterday(now=timezone.now() + timedelta(days=1)) == 1
    bank.kill()
    assert compare_yesterday(now=timezone.now() + timedelta(days=1)) == 0


def test_the_command_ends_with_a_number_that_says_how_it_went(
    product: Product, bank: SandboxBank
) -> None:
    settled(product, bank)
    said = StringIO()
    call_command("reconcile", "--day", str(today()), "--gateway", "stripe", stdout=said)
    assert said.getvalue() == f"stripe {today()}: 1 lines agree, 0 differences\n"
    paid_at_the_bank(product, bank)
    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", "--day", str(today()), "--gateway", "stripe", stdout=said)
    assert ended.value.code == DIFFERENT
    assert "missing here: capture pi_" in said.getvalue()


def test_a_gateway_that_does_not_answer_is_said_so(bank: SandboxBank) -> None:
    bank.kill()
    with pytest.raises(CommandError, match="could not be asked") as ended:
        call_command("reconcile", "--day", str(today()), "--gateway", "stripe")
    assert ended.value.returncode == NOT_ASKED


@pytest.mark.parametrize("day", ["", "1405-13-01", "yesterday"])
def test_a_day_that_is_none_is_refused_in_words(day: str) -> None:
    with pytest.raises(CommandError, match="The day is written"):
        call_command("reconcile", "--day", day, "--gateway", "stripe")


def test_a_transfer_and_its_way_back_agree(product: Product, bank: SandboxBank) -> None:
    for _ in range(3):
        settled(product, bank)
    stall = a_payee("گیرنده", rail=Rail.STRIPE, number=bank.a_stall_account())
    an_earned_order(stall)  # paid at another gateway
    now = timezone.now()
    prepare_settlements(month=Month(1405, 8), by_user_id=None, now=AZAR_5)
    approver, releaser = finance_people()
    payout = approve_settlement(
        settlement=stall.settlements.get(), by_user_id=approver.pk, now=AZAR_5
    )
    assert payout is not None
    release_batch(rail=Rail.STRIPE, by_user_id=releaser.pk, now=AZAR_5)
    payout = transfer_payout(payout_id=payout.pk, now=now)
    take_back_transfer(payout=payout, reason="", now=now)
    found = reconcile(day=today(), name="stripe")
    assert (found.differences, found.n_agree) == ((), 5)
