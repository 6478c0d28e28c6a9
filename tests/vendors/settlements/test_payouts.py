"""A payout leaves by two people's word, arrives once, and comes back to the stall's balance when it does not arrive."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from shop.jalali import Month
from shop.ledger.accounts import PAYOUT_TRANSIT, gateway_clearing, stall_available
from shop.ledger.accounts import bank as the_bank
from shop.ledger.queries import balance
from shop.orders.services.pay import send_to_gateway
from shop.orders.services.place import place_order
from shop.orders.services.settle import settle_attempt
from shop.payments.gateways import stripe_gateway
from shop.payments.gateways.base import GatewayUnknown
from shop.payments.models import ExchangeRate
from tests.fixtures_bank import SandboxBank
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall
from tests.vendors.settlements.makers import (
    AZAR_5,
    COMMISSION,
    PRICE,
    SENDING,
    SHEBA,
    a_payee,
    an_account,
    an_earned_order,
    finance_people,
)
from vendors.settlements.errors import (
    AlreadyDecided,
    AlreadyProposed,
    AlreadySentToday,
    CannotBePaid,
    NoRate,
    NothingToRelease,
    SecondPersonNeeded,
)
from vendors.settlements.models import Payout, PayoutAccount, PayoutBatch, Rail
from vendors.settlements.services.accounts import (
    approve_account,
    propose_account,
    refuse_account,
    refuse_unpayable,
)
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.exchange import outside_legs
from vendors.settlements.services.payout import (
    confirm_payout,
    follow_transfer,
    release_batch,
    return_payout,
    take_back_transfer,
    transfer_payout,
    transfers_to_ask_about,
)
from vendors.settlements.services.prepare import prepare_settlements

pytestmark = pytest.mark.django_db(transaction=True)
NET = 2 * (PRICE - COMMISSION) + SENDING
State = Payout.State


def a_payout(name: str = "ترشی سبزینه", *, rail: Rail = Rail.IBAN, number: str = SHEBA) -> Payout:
    """Approved and not yet sent."""
    stall = a_payee(name, rail=rail, number=number)
    an_earned_order(stall)
    prepare_settlements(month=Month(1405, 8), by_user_id=None, now=AZAR_5)
    payout = approve_settlement(
        settlement=stall.settlements.get(), by_user_id=finance_people()[0].pk, now=AZAR_5
    )
    assert payout is not None
    return payout


def release(payout: Payout) -> PayoutBatch:
    return release_batch(rail=payout.account.rail, by_user_id=finance_people()[1].pk, now=AZAR_5)


def a_sent_payout(*, rail: Rail = Rail.IBAN, number: str = SHEBA) -> Payout:
    payout = a_payout(rail=rail, number=number)
    release(payout)
    payout.refresh_from_db()
    return payout


def test_whoever_approved_a_payout_cannot_send_it() -> None:
    payout = a_payout()
    with pytest.raises(NothingToRelease):
        release_batch(rail=Rail.IBAN, by_user_id=payout.approved_by_id, now=AZAR_5)
    with pytest.raises(IntegrityError):
        Payout.objects.filter(pk=payout.pk).update(released_by=payout.approved_by)


def test_a_batch_takes_all_that_others_approved_and_one_leaves_a_day() -> None:
    payout = a_payout()
    batch = release(payout)
    assert list(batch.payouts.values_list("pk", flat=True)) == [payout.pk]
    with pytest.raises(NothingToRelease):
        release(payout)
    a_payout("دومی")
    with pytest.raises(AlreadySentToday):
        release(payout)


def test_a_paid_payout_leaves_the_bank_and_once() -> None:
    payout = a_sent_payout()
    confirm_payout(payout=payout, reference="140509-1", now=AZAR_5)
    with pytest.raises(AlreadyDecided):
        confirm_payout(payout=payout, reference="140509-2", now=AZAR_5)
    payout.refresh_from_db()
    assert (payout.state, payout.reference) == (State.CONFIRMED, "140509-1")
    assert (balance(PAYOUT_TRANSIT), balance(the_bank())) == (0, -NET)


@pytest.mark.parametrize("is_paid", [False, True])
def test_a_returned_payout_is_owed_again_and_stands_in_the_next_statement(is_paid: bool) -> None:
    payout = a_sent_payout()
    if is_paid:
        confirm_payout(payout=payout, reference="1", now=AZAR_5)
    return_payout(payout=payout, reason="حساب بسته است", now=AZAR_5)
    with pytest.raises(AlreadyDecided):
        return_payout(payout=payout, reason="", now=AZAR_5)
    stall = payout.settlement.stall
    assert balance(stall_available(stall.partner_id)) == -NET
    assert (balance(PAYOUT_TRANSIT), balance(the_bank())) == (0, 0)
    later = AZAR_5 + timedelta(days=40)
    (azar,) = prepare_settlements(month=Month(1405, 9), by_user_id=None, now=later)
    assert (azar.returned, azar.net) == (NET, NET)


def test_a_payout_whose_account_was_replaced_stays_behind() -> None:
    payout = a_payout()
    an_account(payout.settlement.stall, now=AZAR_5)
    with pytest.raises(NothingToRelease):
        release(payout)
    return_payout(payout=payout, reason="حساب عوض شد", now=AZAR_5)
    payout.refresh_from_db()
    assert payout.state == State.RETURNED


@pytest.fixture
def bank(sandbox_bank: SandboxBank, settings: Any) -> SandboxBank:
    """A bank that holds what a buyer has paid, and the account that the makers name."""
    settings.GATEWAYS = {"stripe": sandbox_bank.stripe_settings}
    product = a_product(a_stall("دیگر"), price=50_000_000)
    checkout = a_checkout(product.listing.stall, total=50_650_000, gateway="stripe")
    basket = a_basket((product, 1))
    attempt = place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON)
    sandbox_bank.press(send_to_gateway(attempt=attempt), "pay")
    settle_attempt(attempt_id=attempt.pk, now=NOON)
    return sandbox_bank


def test_a_transfer_arrives_once_even_when_its_answer_was_lost(bank: SandboxBank) -> None:
    payout = a_sent_payout(rail=Rail.STRIPE, number=bank.a_stall_account())
    before = balance(gateway_clearing("stripe"))
    bank.arm("transfer.create", "500_after_commit_lost", times=3)
    with pytest.raises(GatewayUnknown):
        transfer_payout(payout_id=payout.pk, now=AZAR_5)
    payout.refresh_from_db()
    assert (payout.state, balance(PAYOUT_TRANSIT)) == (State.SENT, -NET)
    for _ in range(2):
        done = transfer_payout(payout_id=payout.pk, now=AZAR_5)
        assert done.state == State.CONFIRMED
    assert [line["amount"] for line in bank.captures("transfer")] == [NET]
    assert balance(PAYOUT_TRANSIT) == 0
    assert balance(gateway_clearing("stripe")) == before - NET


def test_a_transfer_that_is_refused_is_owed_again(bank: SandboxBank) -> None:
    payout = a_sent_payout(rail=Rail.STRIPE, number="acct_nobody")
    done = transfer_payout(payout_id=payout.pk, now=AZAR_5)
    assert (done.state, bool(done.reason)) == (State.RETURNED, True)
    assert balance(stall_available(payout.settlement.stall.partner_id)) == -NET
    assert bank.captures("transfer") == []


def test_a_transfer_taken_back_is_owed_again(bank: SandboxBank) -> None:
    payout = a_sent_payout(rail=Rail.STRIPE, number=bank.a_stall_account())
    before = balance(gateway_clearing("stripe"))
    payout = transfer_payout(payout_id=payout.pk, now=AZAR_5)
    take_back_transfer(payout=payout, reason="اشتباه", now=AZAR_5)
    with pytest.raises(AlreadyDecided):
        take_back_transfer(payout=payout, reason="اشتباه", now=AZAR_5)
    assert [line["amount"] for line in bank.captures("reversal")] == [NET]
    assert balance(gateway_clearing("stripe")) == before
    assert balance(stall_available(payout.settlement.stall.partner_id)) == -NET


def test_a_proposed_account_needs_a_second_person_and_its_time() -> None:
    stall = a_payee()
    proposer, second = finance_people()
    account = propose_account(
        stall=stall,
        rail=Rail.IBAN,
        number="IR062960000000100324200001",
        holder="دیگری",
        by_user_id=proposer.pk,
        now=AZAR_5,
    )
    with pytest.raises(SecondPersonNeeded):
        approve_account(account=account, by_user_id=proposer.pk, now=AZAR_5)
    with pytest.raises(IntegrityError):
        PayoutAccount.objects.filter(pk=account.pk).update(decided_by=proposer)
    approve_account(account=account, by_user_id=second.pk, now=AZAR_5)
    account.refresh_from_db()
    assert not account.is_usable(now=AZAR_5 + timedelta(hours=47, minutes=59))
    assert account.is_usable(now=AZAR_5 + timedelta(hours=48))
    states = list(stall.payout_accounts.order_by("pk").values_list("state", flat=True))
    assert states == ["retired", "approved"]
    with pytest.raises(AlreadyDecided):
        refuse_account(account=account, by_user_id=second.pk, now=AZAR_5)


def test_a_second_proposal_waits_for_the_first() -> None:
    stall = a_payee()
    for expected in (None, AlreadyProposed):
        arguments = {
            "stall": stall,
            "rail": Rail.IBAN,
            "number": "IR062960000000100324200001",
            "holder": "دیگری",
            "by_user_id": finance_people()[0].pk,
            "now": AZAR_5,
        }
        if expected is None:
            propose_account(**arguments)
        else:
            with pytest.raises(expected):
                propose_account(**arguments)


def test_an_account_is_never_rewritten() -> None:
    account = a_payee().payout_accounts.get()
    for change in ({"iban": "IR120570028370013042911101"}, {"holder": "دیگری"}):
        with pytest.raises(Exception, match=r"read-only|Cannot update"):
            PayoutAccount.objects.filter(pk=account.pk).update(**change)
    with pytest.raises(Exception, match="Cannot delete"):
        account.delete()


def test_a_transfer_reversed_at_the_gateways_own_desk_is_owed_again(bank: SandboxBank) -> None:
    payout = a_sent_payout(rail=Rail.STRIPE, number=bank.a_stall_account())
    payout = transfer_payout(payout_id=payout.pk, now=AZAR_5)
    follow_transfer(transfer_id=payout.reference, now=AZAR_5)
    payout.refresh_from_db()
    assert payout.state == State.CONFIRMED  # nothing was taken back: it was only told of
    taken = stripe_gateway().reverse_transfer(
        key="by hand", transfer_id=payout.reference, amount=NET
    )
    for _ in range(2):
        follow_transfer(transfer_id=payout.reference, now=AZAR_5)
    payout.refresh_from_db()
    assert (payout.state, payout.returned_reference) == (State.RETURNED, taken.reversal_id)
    assert balance(stall_available(payout.settlement.stall.partner_id)) == -NET


def test_a_part_that_was_reversed_is_left_to_people(
    bank: SandboxBank, caplog: pytest.LogCaptureFixture
) -> None:
    payout = a_sent_payout(rail=Rail.STRIPE, number=bank.a_stall_account())
    payout = transfer_payout(payout_id=payout.pk, now=AZAR_5)
    stripe_gateway().reverse_transfer(key="by hand", transfer_id=payout.reference, amount=1_000)
    follow_transfer(transfer_id=payout.reference, now=AZAR_5)
    payout.refresh_from_db()
    assert payout.state == State.CONFIRMED
    assert f"payout.partly_reversed payout={payout.pk}" in caplog.text


def test_transfers_without_an_answer_are_asked_about_again(bank: SandboxBank) -> None:
    payout = a_sent_payout(rail=Rail.STRIPE, number=bank.a_stall_account())
    assert transfers_to_ask_about(now=AZAR_5 + timedelta(minutes=9)) == []
    assert transfers_to_ask_about(now=AZAR_5 + timedelta(minutes=10)) == [payout.pk]
    transfer_payout(payout_id=payout.pk, now=AZAR_5)
    assert transfers_to_ask_about(now=AZAR_5 + timedelta(days=1)) == []


def test_a_transfer_that_is_under_way_is_not_brought_back_by_hand(bank: SandboxBank) -> None:
    """It may still arrive: the gateway alone says how it ended."""
    payout = a_sent_payout(rail=Rail.STRIPE, number=bank.a_stall_account())
    with pytest.raises(AlreadyDecided):
        return_payout(payout=payout, reason="x", now=AZAR_5)
    assert balance(PAYOUT_TRANSIT) == -NET


def test_in_another_currency_a_payout_leaves_at_the_days_rate_and_comes_back_at_the_same(
    bank: SandboxBank, settings: Any
) -> None:
    settings.STRIPE_CURRENCY = "EUR"
    payout = a_payout(rail=Rail.STRIPE, number="acct_nobody")
    with pytest.raises(NoRate):
        release(payout)
    payout.refresh_from_db()
    assert payout.state == State.PREPARED
    rate = ExchangeRate.objects.create(
        currency="EUR", rial_per_unit=Decimal("1100000.5"), as_of=AZAR_5, source="test"
    )
    release(payout)
    payout.refresh_from_db()
    cents = round(NET * 100 / 1100000.5)
    assert (payout.charge_currency, payout.charge_amount, payout.rate) == ("EUR", cents, rate)
    assert [leg.amount for leg in outside_legs(payout, sign=-1)] == [-cents, cents, -NET]
    mirrored = [-leg.amount for leg in outside_legs(payout, sign=1)]
    assert mirrored == [leg.amount for leg in outside_legs(payout, sign=-1)]


@pytest.mark.parametrize("state", ["active", "inactive"])
def test_only_an_account_that_the_gateway_pays_to_is_proposed(
    bank: SandboxBank, state: str
) -> None:
    account = bank.a_stall_account()
    if state == "active":
        refuse_unpayable(stripe_account=account)
    else:
        with pytest.raises(CannotBePaid):
            refuse_unpayable(stripe_account="acct_nobody")
