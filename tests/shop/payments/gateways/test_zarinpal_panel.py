"""What an access token adds at Zarinpal: refunds of a part, late wholes, and the book of a day."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shop.payments.gateways.base import (
    GatewayRefused,
    GatewayUnknown,
    MovementKind,
    MovementsNotOffered,
    RefundNotOffered,
    RefundState,
)
from shop.payments.gateways.zarinpal import ZarinpalConfig, ZarinpalGateway, panel

AMOUNT = 44_860_000
TEHRAN = ZoneInfo("Asia/Tehran")


def today() -> date:
    return datetime.now(TEHRAN).date()


@pytest.fixture
def paid(zarinpal_gateway, a_paid):
    return a_paid(zarinpal_gateway)


def test_a_part_is_on_its_way_until_the_next_cycle(sandbox_bank, zarinpal_gateway, paid):
    sandbox_bank.arm("zarinpal.refund", "refund_pending", seconds=60)
    given = zarinpal_gateway.refund(paid.refund("refund-1", 860_000))
    assert (given.amount, given.state) == (860_000, RefundState.PENDING)
    assert zarinpal_gateway.refund_state(given.refund_id).state is RefundState.PENDING
    sandbox_bank.set_back("refund", datetime.now(UTC), column="settles_at")
    assert zarinpal_gateway.refund_state(given.refund_id) == zarinpal_gateway.refund(
        paid.refund("refund-1", 860_000)
    )
    assert zarinpal_gateway.refund_state(given.refund_id).state is RefundState.DONE
    assert [line["amount"] for line in sandbox_bank.captures("refund")] == [860_000]


def test_parts_end_at_the_whole(sandbox_bank, zarinpal_gateway, paid):
    zarinpal_gateway.refund(paid.refund("refund-1", 44_000_000))
    with pytest.raises(RefundNotOffered, match="more than what is left"):
        zarinpal_gateway.refund(paid.refund("refund-2", 860_001))
    zarinpal_gateway.refund(paid.refund("refund-3", 860_000))
    assert [line["amount"] for line in sandbox_bank.captures("refund")] == [44_000_000, 860_000]


def test_the_whole_is_reversed_at_once(sandbox_bank, zarinpal_gateway, paid):
    given = zarinpal_gateway.refund(paid.refund("refund-1"))
    assert given.state is RefundState.DONE
    assert zarinpal_gateway.refund_state(given.refund_id).state is RefundState.DONE
    assert zarinpal_gateway.refund(paid.refund("refund-1")) == given
    assert len(sandbox_bank.captures("reverse")) == 1
    assert sandbox_bank.captures("refund") == []


def test_the_whole_is_refunded_when_half_an_hour_is_over(sandbox_bank, zarinpal_gateway, paid):
    sandbox_bank.set_back("payment", datetime.now(UTC) - timedelta(minutes=31), column="paid_at")
    given = zarinpal_gateway.refund(paid.refund("refund-1"))
    assert (given.amount, given.state) == (AMOUNT, RefundState.PENDING)
    assert sandbox_bank.captures("reverse") == []
    assert [line["amount"] for line in sandbox_bank.captures("refund")] == [AMOUNT]


def test_a_lost_answer_is_found_and_not_paid_twice(sandbox_bank, zarinpal_gateway, paid):
    sandbox_bank.arm("zarinpal.refund", "500_after_commit_lost")
    with pytest.raises(GatewayUnknown):
        zarinpal_gateway.refund(paid.refund("refund-1", 860_000))
    assert zarinpal_gateway.refund(paid.refund("refund-1", 860_000)).amount == 860_000
    assert len(sandbox_bank.captures("refund")) == 1


def test_a_refund_is_found_behind_the_first_page(sandbox_bank, zarinpal_gateway, paid, monkeypatch):
    monkeypatch.setattr(panel, "PAGE", 2)
    first = zarinpal_gateway.refund(paid.refund("refund-1", 20_000))
    for place in range(2, 6):
        zarinpal_gateway.refund(paid.refund(f"refund-{place}", 20_000))
    assert zarinpal_gateway.refund(paid.refund("refund-1", 20_000)).refund_id == first.refund_id
    assert len(sandbox_bank.captures("refund")) == 5


def test_a_refund_that_fails_is_a_definite_no(sandbox_bank, zarinpal_gateway, paid):
    sandbox_bank.arm("zarinpal.refund", "refund_failed")
    given = zarinpal_gateway.refund(paid.refund("refund-1", 860_000))
    assert zarinpal_gateway.refund_state(given.refund_id).state is RefundState.FAILED
    with pytest.raises(GatewayRefused, match="refund_failed"):
        zarinpal_gateway.refund(paid.refund("refund-1", 860_000))
    assert [line["amount"] for line in sandbox_bank.captures("refund_failed")] == [860_000]


def test_less_than_zarinpal_refunds_is_left_to_staff(sandbox_bank, zarinpal_gateway, paid):
    with pytest.raises(RefundNotOffered, match="too_small"):
        zarinpal_gateway.refund(paid.refund("refund-1", 19_999))
    assert sandbox_bank.captures("refund") == []


def test_a_payment_of_another_amount_is_not_taken_for_ours(zarinpal_gateway, paid):
    wish = paid.refund("refund-1", 860_000)
    other = type(wish)(**{**wish.__dict__, "paid_amount": AMOUNT + 10})
    with pytest.raises(RefundNotOffered, match="no_such_session"):
        zarinpal_gateway.refund(other)


def test_a_refund_of_nobody_is_refused(zarinpal_gateway):
    with pytest.raises(GatewayRefused, match="no_such_refund"):
        zarinpal_gateway.refund_state("1234567890")


@pytest.mark.parametrize("op", ["zarinpal.refund", "zarinpal.refunds", "zarinpal.sessions"])
def test_a_silent_panel_is_unknown(sandbox_bank, zarinpal_gateway, paid, op):
    sandbox_bank.arm(op, "refuse_before")
    with pytest.raises(GatewayUnknown):
        zarinpal_gateway.refund(paid.refund("refund-1", 860_000))
    assert sandbox_bank.captures("refund") == []


def test_a_bad_token_says_nothing_about_the_refund(sandbox_bank, paid):
    config = {**sandbox_bank.zarinpal_settings, "access_token": "expired"}
    with (
        closing(ZarinpalGateway(ZarinpalConfig(**config))) as gateway,
        pytest.raises(GatewayUnknown, match="Unauthenticated"),
    ):
        gateway.refund(paid.refund("refund-1", 860_000))


def test_the_book_of_a_day_holds_captures_and_refunds(zarinpal_gateway, a_start, a_paid):
    refunded, reversed_ = a_paid(zarinpal_gateway), a_paid(zarinpal_gateway)
    zarinpal_gateway.start(a_start())  # never paid
    given = zarinpal_gateway.refund(refunded.refund("refund-1", 860_000))
    zarinpal_gateway.refund(reversed_.refund("refund-2"))
    movements = zarinpal_gateway.movements(day=today())
    seen = [(one.kind, one.reference, one.amount, one.fee, one.currency) for one in movements]
    assert sorted(seen) == sorted(
        [
            (MovementKind.CAPTURE, refunded.reference, AMOUNT, 120_000, "IRR"),
            (MovementKind.CAPTURE, reversed_.reference, AMOUNT, 120_000, "IRR"),
            (MovementKind.REFUND, given.refund_id, -860_000, 0, "IRR"),
            (MovementKind.REFUND, reversed_.reference, -AMOUNT, 0, "IRR"),
        ]
    )
    assert {one.gateway_payment_id for one in movements if one.kind is MovementKind.CAPTURE} == {
        refunded.payment_id,
        reversed_.payment_id,
    }
    assert zarinpal_gateway.movements(day=today() - timedelta(days=1)) == []


def test_what_was_begun_before_midnight_belongs_to_the_day_it_was_taken(
    sandbox_bank, zarinpal_gateway, paid
):
    midnight = datetime(2026, 11, 25, tzinfo=TEHRAN)
    sandbox_bank.set_back("payment", midnight - timedelta(minutes=5))
    sandbox_bank.set_back("payment", midnight + timedelta(minutes=5), column="verified_at")
    assert zarinpal_gateway.movements(day=date(2026, 11, 24)) == []
    (one,) = zarinpal_gateway.movements(day=date(2026, 11, 25))
    assert one.at == midnight + timedelta(minutes=5)


def test_an_unverified_payment_is_not_in_the_book(sandbox_bank, zarinpal_gateway, a_start):
    started = zarinpal_gateway.start(a_start())
    sandbox_bank.press(started.redirect_url, "pay_and_close")
    assert zarinpal_gateway.movements(day=today()) == []
    assert [one.reference for one in zarinpal_gateway.list_unsettled()] == [started.reference]


def test_without_a_token_there_is_no_book(sandbox_bank):
    config = {**sandbox_bank.zarinpal_settings, "access_token": ""}
    with (
        closing(ZarinpalGateway(ZarinpalConfig(**config))) as gateway,
        pytest.raises(MovementsNotOffered, match="ZARINPAL_ACCESS_TOKEN"),
    ):
        gateway.movements(day=today())
