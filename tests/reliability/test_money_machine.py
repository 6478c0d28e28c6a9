"""Anything that can happen to money, in any order: after each step every rial is where it must be.

The steps are the shop's own services on a real database; the gateway's word is `record_payment`, what a gateway would
have answered. Each example is one transaction that is rolled back, so constraints that wait for the commit are
checked by hand after each step.
"""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Q, Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shop.jalali import Month, tehran_date
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.ledger.queries import earned_postings_since
from shop.money import Rial
from shop.orders import shares
from shop.orders.errors import OrderError
from shop.orders.models import BazaarSale, Dispute, Refund, SellerTerms, StallOrder, Voucher
from shop.orders.services.dispute import Claim, lose_dispute, open_dispute, win_dispute
from shop.orders.services.fulfil import (
    accept_stall_order,
    deliver_stall_order,
    take_back_stall_order,
)
from shop.orders.services.pay_back import record_refund_by_hand
from shop.orders.services.place import place_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.release import release_delivered
from shop.orders.services.send import send_stall_order
from shop.orders.services.settle import record_payment
from shop.orders.shares import LineShare, left_of
from shop.payments.gateways.base import GatewayAnswer, PaymentState
from shop.payments.models import CASH, ExchangeRate, PaymentAttempt
from tests.makers import NOON, a_basket, a_checkout, a_product, a_stall
from tests.reliability.whole_way import Parcels, WholeWay
from tests.vendors.settlements.makers import an_account, finance_people
from vendors.settlements.errors import SettlementError
from vendors.settlements.invariants import (
    Circumstances,
    books_balance,
    changes_have_their_rows,
    one_payment_for_each_order,
    orders_behind_payments,
    shares_add_up,
    stock_is_held_by_orders,
    vouchers_are_counted,
)
from vendors.settlements.models import Payout, Rail, Settlement
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import confirm_payout, release_batch, return_payout
from vendors.settlements.services.prepare import prepare_settlements

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "livelihood"])
PROMISES = (
    orders_behind_payments,
    books_balance,
    stock_is_held_by_orders,
    one_payment_for_each_order,
    vouchers_are_counted,
    shares_add_up,
    changes_have_their_rows,
)
ASKED_EVERY = 10
BEGINNING = NOON - timedelta(days=3650)
State = StallOrder.State


class MoneyMachine(WholeWay):
    """A shop of two stalls with odd prices. `held` is what the shop and its helpers must hold, counted by hand.

    Every posting is checked after each step; the dearer questions are asked after each `ASKED_EVERY` steps and at the
    end.
    """

    steps = 0

    @initialize()
    def open_the_shop(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = NOON
        self.held = 0
        self.stalls = [a_stall("یک", commission_bp=733), a_stall("دو", shipping=333_331)]
        self.products = [
            a_product(self.stalls[0], price=1_000_003, stock=100_000),
            a_product(self.stalls[0], "دیگر", price=77_777, stock=None),
            a_product(self.stalls[1], price=333_333, stock=100_000),
        ]
        SellerTerms.objects.update(takes_cash=True)
        for stall in self.stalls:
            an_account(stall, now=NOON - timedelta(days=9))
        self.people = finance_people()
        self.rate = ExchangeRate.objects.create(
            currency="EUR", rial_per_unit="1234567.89", as_of=NOON, source="bank"
        )
        Voucher.objects.create(
            code="TEN",
            name="ten",
            percent=10,
            starts_at=NOON - timedelta(days=1),
            ends_at=NOON + timedelta(days=3650),
        )

    def teardown(self) -> None:
        if hasattr(self, "block"):
            try:
                self.ask_everything()
            finally:
                self.roll_back()

    def roll_back(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @rule(
        pieces=st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any),
        gateway=st.sampled_from(["zarinpal", "zarinpal", "stripe", CASH]),
        code=st.sampled_from(["", "", "TEN"]),
    )
    def pay(self, pieces: list[int], gateway: str, code: str) -> None:
        basket = a_basket(
            *((product, n) for product, n in zip(self.products, pieces, strict=True) if n)
        )
        stalls = [
            stall
            for stall, n in zip(self.stalls, (pieces[0] + pieces[1], pieces[2]), strict=True)
            if n
        ]
        goods = [
            product.stockrecords.get().price * n
            for product, n in zip(self.products, pieces, strict=True)
        ]
        sending = sum(650_000 if stall == self.stalls[0] else 333_331 for stall in stalls)
        off = (int(sum(goods)) * 1_000 + 5_000) // 10_000 if code else 0
        checkout = a_checkout(*stalls, total=int(sum(goods)) + sending - off, gateway=gateway)
        attempt = place_order(
            basket_id=basket.pk,
            checkout=type(checkout)(**{**vars(checkout), "voucher_code": code}),
            user_id=None,
            now=self.now,
        )
        if gateway == CASH:
            return
        if gateway == "stripe":  # charged in euros, whatever the shop is set to
            cents = int(attempt.amount) * 100 // 1_234_567 + 1
            PaymentAttempt.objects.filter(pk=attempt.pk).update(
                charge_currency="EUR", charge_amount=cents, rate=self.rate
            )
            attempt.refresh_from_db()
        record_payment(
            attempt_id=attempt.pk,
            answer=GatewayAnswer(
                state=PaymentState.PAID,
                reference=str(attempt.pk),
                amount=attempt.charge_amount,
                currency=attempt.charge_currency,
                is_taken=True,
            ),
            now=self.now,
        )
        self.held += attempt.amount

    @rule(place=Parcels)
    def accept_and_send(self, place: int) -> None:
        if parcel := self.a_parcel(place, State.NEW):
            accept_stall_order(stall_order=parcel, now=self.now)
            send_stall_order(stall_order=parcel, carrier="", tracking_code="", now=self.now)

    @rule(place=Parcels)
    def deliver(self, place: int) -> None:
        if parcel := self.a_parcel(place, State.SENT):
            is_cash = parcel.order.payment_attempts.filter(gateway=CASH).exists()
            deliver_stall_order(stall_order=parcel, now=self.now)
            self.held += left_of(parcel).paid if is_cash else 0

    @rule(place=Parcels)
    def turn_away_at_the_door(self, place: int) -> None:
        if parcel := self.a_parcel(place, State.SENT):
            with suppress(OrderError), transaction.atomic():
                take_back_stall_order(stall_order=parcel, now=self.now)

    @rule(
        place=Parcels,
        pieces=st.lists(st.integers(0, 3), min_size=2, max_size=2),
        with_shipping=st.booleans(),
    )
    def give_back(self, place: int, pieces: list[int], with_shipping: bool) -> None:
        parcel = self.a_parcel(place, *StallOrder.ON_ITS_WAY, *StallOrder.ARRIVED, State.RETURNED)
        if parcel is None:
            return
        lines = sorted(line.pk for line in parcel.lines)
        with suppress(OrderError), transaction.atomic():
            refund_lines(
                refund_id=uuid.uuid4(),
                stall_order=parcel,
                quantities=dict(zip(lines, pieces, strict=False)),
                with_shipping=with_shipping,
                reason="",
                by_user_id=None,
                now=self.now,
            )

    @rule(place=Parcels, from_stall=st.booleans())
    def pay_a_refund(self, place: int, from_stall: bool) -> None:
        waiting = list(Refund.objects.filter(state__in=Refund.OPEN).order_by("created_at", "pk"))
        if waiting:
            refund = waiting[place % len(waiting)]
            Refund.objects.filter(pk=refund.pk).update(state=Refund.State.BY_HAND)
            refund.refresh_from_db()
            at_door = refund.attempt.gateway == CASH and from_stall
            parcel = refund.stall_order
            record_refund_by_hand(
                refund=refund, from_stall_cash=at_door, reference="1", now=self.now
            )
            # A stall whose cash was netted already pays from its own pocket, and is owed that much.
            is_own_pocket = at_door and parcel is not None and parcel.released_at is not None
            self.held -= 0 if is_own_pocket else refund.amount

    @rule(place=Parcels, part=st.integers(1, 100))
    def dispute(self, place: int, part: int) -> None:
        paid = list(
            PaymentAttempt.objects.filter(state=PaymentAttempt.State.PAID).order_by(
                "created_at", "pk"
            )
        )
        if not paid:
            return
        attempt = paid[place % len(paid)]
        charge = max(attempt.charge_amount * part // 100, 1)
        with suppress(OrderError), transaction.atomic():
            dispute = open_dispute(
                attempt=attempt,
                claim=Claim(gateway_id=str(uuid.uuid4()), charge_amount=charge),
                now=self.now,
            )
            self.held -= dispute.amount

    @rule(place=Parcels, is_won=st.booleans())
    def end_a_dispute(self, place: int, is_won: bool) -> None:
        is_open = list(Dispute.objects.filter(state=Dispute.State.OPEN).order_by("pk"))
        if is_open:
            dispute = is_open[place % len(is_open)]
            (win_dispute if is_won else lose_dispute)(dispute=dispute, now=self.now)
            self.held += dispute.amount if is_won else 0

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        release_delivered(now=self.now)

    @rule()
    def settle(self) -> None:
        with suppress(SettlementError), transaction.atomic():
            prepare_settlements(
                month=Month.of(tehran_date(self.now)).previous(), by_user_id=None, now=self.now
            )

    @rule(place=Parcels)
    def approve(self, place: int) -> None:
        drafts = list(Settlement.objects.filter(state=Settlement.State.DRAFT).order_by("pk"))
        if drafts:
            with suppress(SettlementError), transaction.atomic():
                approve_settlement(
                    settlement=drafts[place % len(drafts)],
                    by_user_id=self.people[0].pk,
                    now=self.now,
                )

    @rule()
    def send_the_days_batch(self) -> None:
        with suppress(SettlementError), transaction.atomic():
            release_batch(rail=Rail.IBAN, by_user_id=self.people[1].pk, now=self.now)

    @rule(place=Parcels, arrives=st.booleans())
    def a_payout_ends(self, place: int, arrives: bool) -> None:
        sent = list(
            Payout.objects.exclude(state=Payout.State.RETURNED).order_by("prepared_at", "pk")
        )
        if not sent:
            return
        payout = sent[place % len(sent)]
        was_paid = payout.state == Payout.State.CONFIRMED
        with suppress(SettlementError), transaction.atomic():
            if arrives:
                confirm_payout(payout=payout, reference="1", now=self.now)
                self.held -= payout.amount
            else:
                return_payout(payout=payout, reason="closed", now=self.now)
                self.held += payout.amount if was_paid else 0

    @precondition(lambda self: hasattr(self, "block"))
    @invariant()
    def the_shop_holds_what_was_counted(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert _held_in_rial() == self.held
        self.steps += 1
        if self.steps % ASKED_EVERY == 0:
            self.ask_everything()

    def ask_everything(self) -> None:
        at = Circumstances(now=self.now)
        assert [breach for promise in PROMISES for breach in promise(at)] == []
        earned = sum(row.amount for row in earned_postings_since(posted_after=BEGINNING))
        arrived = StallOrder.objects.with_lines().filter(delivered_at__isnull=False)
        in_person = sum(
            sale.total - sale.commission for sale in BazaarSale.objects.filter(taken_back_at=None)
        )
        assert earned == sum(left_of(parcel).net for parcel in arrived) + in_person
        for parcel in StallOrder.objects.with_lines().filter(refunds__isnull=False).distinct():
            for line in left_of(parcel).lines:
                if not line.quantity:  # given back whole: nothing of it is left
                    assert (line.goods, line.discount, line.commission) == (0, 0, 0)


def _held_in_rial() -> int:
    """What is at gateways (in euros: what it stood for), in the shop's bank and in stalls' hands."""
    counted = (
        accounts.gateway_clearing("zarinpal"),
        accounts.fx_position(accounts.RIAL),
        accounts.bank(),
    )
    is_cash = Q(account__code__regex=r"^stall:\d+:cash$") | Q(
        account__code__regex=r"^stall:\d+:available$", kind=Posting.Kind.CASH
    )
    held = Posting.objects.filter(Q(account__code__in=counted) | is_cash)
    return int(held.aggregate(total=Sum("amount"))["total"] or 0)


def run(machine: type[MoneyMachine], *, examples: int, steps: int, shrink: bool = True) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            database=None,
        ),
    )


def test_whatever_happens_every_rial_is_accounted_for() -> None:
    run(MoneyMachine, examples=25, steps=25, shrink=False)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_whatever_happens_two_thousand_times_over(part: int) -> None:
    run(MoneyMachine, examples=250, steps=50)


def test_a_refund_that_forgets_the_commission_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the books still balanced, and the promises alone to notice."""
    part = LineShare.part

    def forgetful(self: LineShare, quantity: int) -> LineShare:
        whole = part(self, quantity)
        return LineShare(whole.order_line_id, whole.quantity, whole.goods, whole.discount, Rial(0))

    monkeypatch.setattr(shares.LineShare, "part", forgetful)
    with pytest.raises(AssertionError):
        run(MoneyMachine, examples=600, steps=25, shrink=False)  # stops at the first that notices
