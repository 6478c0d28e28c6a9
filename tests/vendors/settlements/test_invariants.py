"""The checker finds each kind of breach, and says nothing of a shop in which all is well."""

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.models import Product
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from shop.ledger.accounts import INCOME_COMMISSION, stall_pending
from shop.ledger.accounts import bank as the_bank
from shop.ledger.models import Account, Posting, Transaction
from shop.ledger.services import Leg, post
from shop.orders.models import Refund, StallOrder, Voucher
from shop.payments.models import PaymentAttempt
from tests.makers import NOON, a_paid_order, a_product, a_stall
from tests.vendors.settlements.makers import a_payee, an_earned_order
from vendors.settlements.invariants import INVARIANTS

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "livelihood"])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "capture.jsonl"
    path.touch()
    return path


@pytest.fixture
def stall_order() -> StallOrder:
    """A shop with one order paid and one delivered, and an index that shows it."""
    an_earned_order(a_payee())
    (paid,) = a_paid_order((a_product(a_stall("دومی")), 2), now=timezone.now())
    call_command("reindex", stdout=StringIO())
    return paid


def broken(log: Path) -> set[str]:
    """The promises that the command says are broken."""
    said = StringIO()
    with suppress(SystemExit):
        call_command("check_invariants", "--capture-log", str(log), stdout=said)
    return {line.split()[0] for line in said.getvalue().splitlines() if " BROKEN " in line}


def a_payment_without_its_order(stall_order: StallOrder, _log: Path) -> None:
    Order.objects.filter(pk=stall_order.order_id).update(status="pending")


def a_capture_nobody_knows(_stall_order: StallOrder, log: Path) -> None:
    log.write_text(json.dumps({"op": "capture", "id": "cs_lost", "amount": 5}) + "\n", "utf-8")


def an_entry_out_of_balance(_stall_order: StallOrder, _log: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shop_ledger_posting DISABLE TRIGGER USER")
        cursor.execute(
            "INSERT INTO shop_ledger_posting (transaction_id, account_id, amount, kind) VALUES (%s, %s, 1, 'fee')",
            [Transaction.objects.earliest("pk").pk, Account.objects.get(code=INCOME_COMMISSION).pk],
        )
        cursor.execute("ALTER TABLE shop_ledger_posting ENABLE TRIGGER USER")


def stock_held_for_nobody(stall_order: StallOrder, _log: Path) -> None:
    StockRecord.objects.filter(partner=stall_order.partner).update(num_allocated=3)


def an_order_paid_twice(stall_order: StallOrder, _log: Path) -> None:
    again = PaymentAttempt.objects.create(
        order=stall_order.order,
        basket=Basket.objects.create(),
        gateway="zarinpal",
        amount=1000,
        charge_amount=1000,
        state=PaymentAttempt.State.PAID,
        deadline=NOON,
        created_at=NOON,
    )
    legs = [
        Leg(the_bank(), 1000, Posting.Kind.CAPTURE),
        Leg(INCOME_COMMISSION, -1000, Posting.Kind.COMMISSION),
    ]
    post(event_type="payment.captured", event_id=str(again.pk), occurred_at=NOON, legs=legs)


def a_voucher_counted_wrong(_stall_order: StallOrder, _log: Path) -> None:
    Voucher.objects.create(
        code="NOROOZ", name="نوروز", percent=10, starts_at=NOON, ends_at=NOON, used=1
    )


def a_share_that_is_too_large(stall_order: StallOrder, _log: Path) -> None:
    partner_id = stall_order.partner_id
    legs = [
        Leg(the_bank(), 1, Posting.Kind.CAPTURE),
        Leg(stall_pending(partner_id), -1, Posting.Kind.GOODS, partner_id, stall_order.pk),
    ]
    post(event_type="test", event_id=str(uuid.uuid4()), occurred_at=NOON, legs=legs)


def a_title_the_index_does_not_know(_stall_order: StallOrder, _log: Path) -> None:
    Product.objects.update(title="چیز دیگری")


def a_basket_frozen_by_nobody(_stall_order: StallOrder, _log: Path) -> None:
    Basket.objects.create(status=Basket.FROZEN)


def a_refund_the_books_know_nothing_of(stall_order: StallOrder, _log: Path) -> None:
    Refund.objects.create(
        attempt=PaymentAttempt.objects.get(order=stall_order.order),
        stall_order=stall_order,
        state=Refund.State.DONE,
        amount=1,
        charge_amount=1,
        reason="",
        created_at=NOON,
    )


PLANTED: dict[str, Callable[[StallOrder, Path], None]] = {
    "I1": a_payment_without_its_order,
    "I2": a_capture_nobody_knows,
    "I3": an_entry_out_of_balance,
    "I4": stock_held_for_nobody,
    "I5": an_order_paid_twice,
    "I6": a_voucher_counted_wrong,
    "I7": a_share_that_is_too_large,
    "I8": a_title_the_index_does_not_know,
    "I9": a_basket_frozen_by_nobody,
    "I10": a_refund_the_books_know_nothing_of,
}


def test_a_shop_in_which_all_is_well_breaks_no_promise(stall_order: StallOrder, log: Path) -> None:
    assert broken(log) == set()


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_breach_is_reported(code: str, stall_order: StallOrder, log: Path) -> None:
    PLANTED[code](stall_order, log)
    assert broken(log) == {code}


def test_a_broken_promise_ends_the_command_with_one(stall_order: StallOrder, log: Path) -> None:
    a_basket_frozen_by_nobody(stall_order, log)
    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", "--capture-log", str(log), stdout=StringIO())
    assert ended.value.code == 1


def test_a_gateway_that_is_set_up_without_its_book_breaks_no_promise(
    stall_order: StallOrder, settings: Any
) -> None:
    settings.GATEWAYS = {"zarinpal": {"merchant_id": "0" * 36}}
    said = StringIO()
    call_command("check_invariants", stdout=said)
    assert "BROKEN" not in said.getvalue()


def test_every_promise_has_its_planted_breach() -> None:
    assert [invariant.code for invariant in INVARIANTS] == list(PLANTED)
