"""The doors' own database roles may add to the books and to the record, and can't change what stands in them."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from oscar.apps.partner.models import Partner

from shop import postgres
from shop.ledger.models import Posting
from tests.makers import a_paid_order, a_product, a_stall
from tests.vendors.livelihood.makers import TODAY, a_plan
from vendors.livelihood.income.models import IncomeEntry

pytestmark = [
    pytest.mark.wall,
    pytest.mark.django_db(transaction=True, databases=["default", "livelihood"]),
    pytest.mark.skipif(
        bool(os.environ.get("DATABASE_URL")), reason="roles of another server are its owner's"
    ),
]
STATE = Path(settings.STATE_DIR)
BOOKS = ("shop_ledger_account", "shop_ledger_transaction", "shop_ledger_posting")
CHANGES = (
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} OWNER TO current_user",
    "DROP TABLE {table} CASCADE",
    "CREATE RULE nothing AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
)
# Tables with a trigger against changes, and the tables of history that pghistory fills.
KEPT = """
    SELECT DISTINCT relname FROM pg_class
    LEFT JOIN pg_trigger ON tgrelid = pg_class.oid AND tgname LIKE 'pgtrigger_append_only%'
    WHERE relkind = 'r' AND (tgname IS NOT NULL OR relname ~ '^livelihood_.*event$')
    ORDER BY relname
"""
RIGHTS = """
    SELECT grantee || ' may ' || privilege_type || ' ' || table_name
    FROM information_schema.role_table_grants
    WHERE grantee IN ('storefront', 'office', 'PUBLIC') AND table_name = ANY(%s)
      AND privilege_type NOT IN ('SELECT', 'INSERT')
"""


@contextmanager
def as_role(role: str, alias: str = "default") -> Iterator[psycopg.Connection[Any]]:
    """A session of this role in the database of the test."""
    with psycopg.connect(
        host=str(postgres.socket_dir(STATE)),
        dbname=connections[alias].settings_dict["NAME"],
        user=role,
        password=postgres.read_secrets(STATE)[role],
        autocommit=True,
    ) as session:
        yield session


def kept_tables(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(KEPT)
        return [table for (table,) in cursor.fetchall()]


def rights_to_change(alias: str, tables: list[str]) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(RIGHTS, [tables])
        return [right for (right,) in cursor.fetchall()]


def what_gets_through(session: psycopg.Connection[Any], tables: Iterable[str]) -> list[str]:
    """The changes that this role was not refused, after it has tried to give itself the rights."""
    through = []
    for table in tables:
        session.execute(f"GRANT ALL ON {table} TO current_user")  # a warning, and nothing more
        tried = [change.format(table=table) for change in CHANGES]
        through += [change for change in tried if not refused(session, change)]
    return through


def refused(session: psycopg.Connection[Any], statement: str) -> bool:
    try:
        session.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("role", [postgres.STOREFRONT, postgres.OFFICE])
def test_a_doors_role_cannot_change_the_books(role: str) -> None:
    a_paid_order((a_product(a_stall()), 1))
    before = list(Posting.objects.order_by("pk").values())
    assert len(before) > 3
    with as_role(role) as session:
        assert what_gets_through(session, BOOKS) == []
    assert list(Posting.objects.order_by("pk").values()) == before


def test_the_offices_role_cannot_change_income_looks_or_history() -> None:
    IncomeEntry.objects.create(
        plan=a_plan(), source_type="test", source_id="1", kind="goods", amount=5, occurred_on=TODAY
    )
    tables = kept_tables("livelihood")
    assert {"livelihood_incomeentry", "livelihood_accesslog", "livelihood_personevent"} < set(
        tables
    )
    with as_role(postgres.OFFICE, "livelihood") as session:
        assert what_gets_through(session, tables) == []
    assert IncomeEntry.objects.get().amount == 5


@pytest.mark.parametrize("alias", ["default", "livelihood"])
def test_no_right_to_change_a_kept_table_was_left_to_a_door(alias: str) -> None:
    """A table that becomes append-only later must lose its rights as well."""
    tables = kept_tables(alias)
    assert len(tables) >= 3
    assert rights_to_change(alias, tables) == []


@pytest.mark.parametrize("role", [postgres.STOREFRONT, postgres.OFFICE])
def test_the_same_role_adds_to_the_books_and_changes_other_rows(role: str) -> None:
    """Negative control: what was refused above was refused for the books' sake."""
    a_paid_order((a_product(a_stall("پیش")), 1))
    with as_role(role) as session:
        assert not refused(session, "UPDATE partner_partner SET name = 'پس'")
        with session.transaction():
            session.execute(
                "WITH entry AS (INSERT INTO shop_ledger_transaction (event_type, event_id, occurred_at)"
                " VALUES ('test', '1', now()) RETURNING id)"
                " INSERT INTO shop_ledger_posting (transaction_id, account_id, amount, kind)"
                " SELECT entry.id, account.id, sign, 'goods' FROM entry,"
                " (SELECT min(id) AS id FROM shop_ledger_account) AS account, (VALUES (5), (-5)) AS v(sign)"
            )
    assert Partner.objects.get().name == "پس"
    assert Posting.objects.filter(transaction__event_type="test").count() == 2


def test_a_right_given_back_is_found() -> None:
    """Negative control of the search for rights."""
    with connections["default"].cursor() as cursor:
        cursor.execute("GRANT UPDATE ON shop_ledger_posting TO storefront")
        try:
            found = rights_to_change("default", kept_tables("default"))
        finally:
            cursor.execute("REVOKE UPDATE ON shop_ledger_posting FROM storefront")
    assert found == ["storefront may UPDATE shop_ledger_posting"]


def test_the_storefronts_role_enters_no_exchange_rate() -> None:
    entry = (
        "INSERT INTO shop_payments_exchangerate (currency, rial_per_unit, as_of, source)"
        " VALUES ('EUR', 1, now(), '')"
    )
    with as_role(postgres.STOREFRONT) as session:
        assert refused(session, entry)
    with as_role(postgres.OFFICE) as session:
        assert not refused(session, entry)
