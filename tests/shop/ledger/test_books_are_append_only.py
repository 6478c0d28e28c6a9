"""The database itself keeps the books: raw SQL is refused like any other."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from shop.ledger.accounts import INCOME_COMMISSION, fx_position, gateway_clearing
from shop.ledger.errors import Unbalanced
from shop.ledger.models import Account, Posting, Transaction
from shop.ledger.queries import balance
from shop.ledger.services import Leg, post
from shop.money import Rial

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def booked() -> Transaction:
    entry = post(
        event_type="test.paid",
        event_id=str(uuid4()),
        occurred_at=NOON,
        legs=[
            Leg(gateway_clearing("zarinpal"), Rial(1000), Posting.Kind.CAPTURE),
            Leg(INCOME_COMMISSION, Rial(-1000), Posting.Kind.COMMISSION),
        ],
    )
    assert entry is not None
    return entry


def test_an_event_is_booked_once() -> None:
    entry = booked()
    again = post(
        event_type=entry.event_type,
        event_id=entry.event_id,
        occurred_at=NOON,
        legs=[
            Leg(gateway_clearing("zarinpal"), Rial(1000), Posting.Kind.CAPTURE),
            Leg(INCOME_COMMISSION, Rial(-1000), Posting.Kind.COMMISSION),
        ],
    )
    assert again is None
    assert Posting.objects.count() == 2
    assert balance(INCOME_COMMISSION) == -1000


def test_unbalanced_legs_are_refused_before_the_database_sees_them() -> None:
    with pytest.raises(Unbalanced):
        post(
            event_type="test.paid",
            event_id="1",
            occurred_at=NOON,
            legs=[Leg(INCOME_COMMISSION, Rial(1), Posting.Kind.COMMISSION)],
        )
    assert Transaction.objects.count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET id = id",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
    ],
)
@pytest.mark.parametrize(
    "table", ["shop_ledger_posting", "shop_ledger_transaction", "shop_ledger_account"]
)
def test_raw_sql_cannot_change_the_books(statement: str, table: str) -> None:
    booked()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table))
    assert (Transaction.objects.count(), Posting.objects.count()) == (1, 2)


def test_a_raw_unbalanced_posting_is_refused_at_commit() -> None:
    booked()
    account_id = Posting.objects.values_list("account_id", flat=True)[0]
    with pytest.raises(IntegrityError):
        post_a_lone_leg(account_id)
    assert Posting.objects.count() == 2


def test_a_transaction_without_postings_is_refused_at_commit() -> None:
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_ledger_transaction (event_type, event_id, occurred_at) VALUES ('x', '1', now())"
        )
    assert Transaction.objects.count() == 0


def test_a_balanced_pair_cannot_join_a_committed_transaction() -> None:
    entry = booked()
    account_id = Posting.objects.values_list("account_id", flat=True)[0]
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_ledger_posting (transaction_id, account_id, amount, kind)"
            " VALUES (%(t)s, %(a)s, 5, 'goods'), (%(t)s, %(a)s, -5, 'goods')",
            {"t": entry.pk, "a": account_id},
        )
    assert Posting.objects.count() == 2


def post_a_lone_leg(account_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shop_ledger_transaction (event_type, event_id, occurred_at)"
            " VALUES ('x', '1', now()) RETURNING id"
        )
        (entry_id,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO shop_ledger_posting (transaction_id, account_id, amount, kind)"
            " VALUES (%s, %s, 5, 'goods')",
            [entry_id, account_id],
        )


def test_each_currency_balances_by_itself() -> None:
    cents = gateway_clearing("stripe", "EUR")
    with pytest.raises(Unbalanced):
        post(
            event_type="test.paid",
            event_id="1",
            occurred_at=NOON,
            legs=[
                Leg(cents, 500, Posting.Kind.CAPTURE),
                Leg(INCOME_COMMISSION, -500, Posting.Kind.COMMISSION),
            ],
        )
    # The database says the same of rows written past the service.
    with pytest.raises(IntegrityError, match="off by 500"), transaction.atomic():
        _write_half_in_each_currency()
    assert Posting.objects.count() == 0


def _write_half_in_each_currency() -> None:
    entry = Transaction.objects.create(event_type="raw", event_id="1", occurred_at=NOON)
    for code, currency, amount in (("cents", "EUR", 500), ("rial", "IRR", -500)):
        account = Account.objects.create(code=code, currency=currency)
        Posting.objects.create(
            transaction=entry, account=account, amount=amount, kind=Posting.Kind.CAPTURE
        )


def test_two_currencies_that_balance_are_booked_together() -> None:
    entry = post(
        event_type="test.paid",
        event_id="1",
        occurred_at=NOON,
        legs=[
            Leg(gateway_clearing("stripe", "EUR"), 500, Posting.Kind.CAPTURE),
            Leg(fx_position("EUR"), -500, Posting.Kind.EXCHANGE),
            Leg(fx_position("IRR"), 3_000_000, Posting.Kind.EXCHANGE),
            Leg(INCOME_COMMISSION, -3_000_000, Posting.Kind.COMMISSION),
        ],
    )
    assert entry is not None
    currencies = dict(Account.objects.values_list("code", "currency"))
    assert currencies == {
        "gateway:stripe:clearing:EUR": "EUR",
        "fx:position:EUR": "EUR",
        "fx:position:IRR": "IRR",
        "income:commission": "IRR",
    }


def test_an_event_that_moved_nothing_is_not_booked() -> None:
    legs = [Leg(INCOME_COMMISSION, 0, Posting.Kind.COMMISSION)]
    assert post(event_type="test", event_id="1", occurred_at=NOON, legs=legs) is None
    assert Transaction.objects.count() == 0
