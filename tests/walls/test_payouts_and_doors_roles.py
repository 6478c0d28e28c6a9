"""The storefront's database role approves no account, makes no statement and turns no payout to another account."""

import os

import psycopg
import pytest

from shop import postgres
from shop.accounts.models import User
from shop.jalali import Month
from tests.makers import a_stall
from tests.vendors.settlements.makers import (
    AZAR_5,
    SHEBA,
    a_payee,
    an_account,
    an_earned_order,
    finance_people,
)
from tests.walls.test_books_and_doors_roles import as_role, refused
from vendors.settlements.models import Payout, Rail
from vendors.settlements.services.accounts import propose_account
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import release_batch
from vendors.settlements.services.prepare import prepare_settlements

pytestmark = [
    pytest.mark.wall,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        bool(os.environ.get("DATABASE_URL")), reason="roles of another server are its owner's"
    ),
]
TABLE = "vendors_settlements_"
INSERT_ACCOUNT = (
    f"INSERT INTO {TABLE}payoutaccount"
    " (stall_id, rail, iban, stripe_account, holder, state, proposed_by_id, proposed_at, usable_from)"
    f" SELECT stall_id, 'iban', '{SHEBA}', '', 'x', '%s', proposed_by_id, now(), now()"
    f" FROM {TABLE}payoutaccount LIMIT 1"
)


def a_sent_payout() -> Payout:
    an_earned_order(a_payee())
    approver, releaser = finance_people()
    [draft] = prepare_settlements(month=Month(1405, 8), by_user_id=None, now=AZAR_5)
    approve_settlement(settlement=draft, by_user_id=approver.pk, now=AZAR_5)
    release_batch(rail=Rail.IBAN, by_user_id=releaser.pk, now=AZAR_5)
    return Payout.objects.get()


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE}payoutaccount SET state = 'approved'",
        f"UPDATE {TABLE}payoutaccount SET usable_from = now()",
        f"DELETE FROM {TABLE}payoutaccount",
        f"UPDATE {TABLE}settlement SET state = 'approved'",
        f"UPDATE {TABLE}settlement SET net = net",
        f"DELETE FROM {TABLE}settlementline",
        f"INSERT INTO {TABLE}payoutbatch SELECT * FROM {TABLE}payoutbatch",
        f"INSERT INTO {TABLE}payout SELECT * FROM {TABLE}payout",
        f"DELETE FROM {TABLE}payout",
    ],
)
def test_the_storefronts_role_has_no_right_to(statement: str) -> None:
    a_sent_payout()
    with as_role(postgres.STOREFRONT) as session:
        assert refused(session, statement)


@pytest.mark.parametrize("role", [postgres.STOREFRONT, postgres.OFFICE])
@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE}payout SET account_id = (SELECT max(id) FROM {TABLE}payoutaccount)",
        f"UPDATE {TABLE}payout SET amount = amount + 1",
        INSERT_ACCOUNT % "approved",
    ],
)
def test_no_door_turns_an_approved_payout_or_writes_an_approved_account(
    role: str, statement: str
) -> None:
    a_sent_payout()
    an_account(a_stall("نان خانگی"))
    with as_role(role) as session, pytest.raises(psycopg.errors.RaiseException):
        session.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE}settlement SET discounts = discounts + 1",
        f"UPDATE {TABLE}settlement SET state = 'draft', approved_by_id = NULL",
        f"DELETE FROM {TABLE}settlement",
        f"DELETE FROM {TABLE}settlementline",
        f"INSERT INTO {TABLE}settlementline (settlement_id, posting_id)"
        f" SELECT id, 987654 FROM {TABLE}settlement",
    ],
)
def test_an_approved_statement_stays_as_it_is(statement: str) -> None:
    a_sent_payout()
    with (
        as_role(postgres.OFFICE) as session,
        pytest.raises((psycopg.errors.RaiseException, psycopg.errors.CheckViolation)),
    ):
        session.execute(statement)


def test_a_draft_is_made_anew() -> None:
    """Negative control: before its approval the office's role removes it with its lines."""
    an_earned_order(a_payee())
    prepare_settlements(month=Month(1405, 8), by_user_id=None, now=AZAR_5)
    with as_role(postgres.OFFICE) as session:
        assert not refused(session, f"DELETE FROM {TABLE}settlementline")
        assert not refused(session, f"DELETE FROM {TABLE}settlement")


def test_the_storefronts_worker_writes_how_a_transfer_ended() -> None:
    """Negative control: its role may do what its jobs do, and the panel may propose."""
    payout = a_sent_payout()
    with as_role(postgres.STOREFRONT) as session:
        assert not refused(session, f"UPDATE {TABLE}payout SET reference = 'tr_1'")
        assert not refused(session, INSERT_ACCOUNT % "proposed")
    payout.refresh_from_db()
    assert payout.reference == "tr_1"


def test_the_owner_of_a_stall_may_not_decide_on_their_own_account() -> None:
    """The database refuses one person's yes to their own proposal, whoever writes it."""
    owner = User.objects.create_user(phone="+989351112233")
    account = propose_account(
        stall=a_stall(),
        rail=Rail.IBAN,
        number=SHEBA,
        holder="x",
        by_user_id=owner.pk,
        now=AZAR_5,
    )
    with (
        as_role(postgres.OFFICE) as session,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        session.execute(
            f"UPDATE {TABLE}payoutaccount SET state = 'approved', decided_by_id = proposed_by_id,"
            f" decided_at = now(), usable_from = now() WHERE id = {account.pk}"
        )
