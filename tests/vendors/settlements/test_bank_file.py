"""The bank's file: what the official schema wants, one sum, no formula, and the same bytes again."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from shop.jalali import Month
from shop.money import Rial
from tests.vendors.settlements.makers import (
    AZAR_5,
    SHEBA,
    a_payee,
    an_earned_order,
    finance_people,
)
from vendors.settlements.bankfile import (
    NAMESPACE,
    BankOrder,
    Transfer,
    as_csv,
    as_pain001,
)
from vendors.settlements.errors import NoPayer, SettlementError
from vendors.settlements.models import PayoutBatch, Rail
from vendors.settlements.queries import bank_order_of
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import release_batch, return_payout
from vendors.settlements.services.prepare import prepare_settlements

# ISO's own schema, as the package sepaxml carries it.
SCHEMA = xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))
PATH = {"p": NAMESPACE}


def an_order(*holders: str, amount: int = 1_000_000) -> BankOrder:
    return BankOrder(
        reference="PAYOUT-20261126-7",
        made_at=datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
        day=date(2026, 11, 26),
        payer_name="Bazarche",
        payer_iban=SHEBA,
        transfers=tuple(
            Transfer(f"{number:032x}", SHEBA, holder, Rial(amount), "Bazarche 1405-08")
            for number, holder in enumerate(holders, start=1)
        ),
    )


def rows_of(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))


def texts(document: bytes, path: str) -> list[str | None]:
    root = ElementTree.fromstring(document)  # noqa: S314 - made by us a line above
    return [element.text for element in root.findall(path, PATH)]


def a_batch(*names: str) -> PayoutBatch:
    for name in names:
        an_earned_order(a_payee(name))
    approver, releaser = finance_people()
    for draft in prepare_settlements(month=Month(1405, 8), by_user_id=None, now=AZAR_5):
        approve_settlement(settlement=draft, by_user_id=approver.pk, now=AZAR_5)
    return release_batch(rail=Rail.IBAN, by_user_id=releaser.pk, now=AZAR_5)


def test_the_file_is_what_the_official_schema_wants() -> None:
    document = as_pain001(an_order("مهسا رضایی", "Ali & <Sons>"))
    SCHEMA.validate(document.decode())
    assert texts(document, ".//p:Cdtr/p:Nm") == ["مهسا رضایی", "Ali & <Sons>"]


def test_the_schema_notices_a_broken_file() -> None:
    """Negative control."""
    document = as_pain001(an_order("مهسا رضایی")).decode()
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(document.replace("<EndToEndId>", "<EndToEndId>" + "0" * 40))


def test_sum_and_count_stand_at_both_places() -> None:
    document = as_pain001(an_order("a", "b", "c", amount=123_456))
    assert texts(document, ".//p:CtrlSum") == ["370368", "370368"]
    assert texts(document, ".//p:NbOfTxs") == ["3", "3"]
    assert texts(document, ".//p:InstdAmt") == ["123456"] * 3
    assert len(set(texts(document, ".//p:EndToEndId"))) == 3


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=4))
@examples(max_examples=60, deadline=None)
def test_whatever_the_holder_is_called_the_file_stays_valid(holders: list[str]) -> None:
    order = an_order(*(f"x{holder}" for holder in holders))
    SCHEMA.validate(as_pain001(order).decode())
    assert len(rows_of(as_csv(order))) == 1 + len(holders)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    holder = f"{start}HYPERLINK(1)"
    (_heads, row) = rows_of(as_csv(an_order(holder)))
    assert not row[2].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.django_db
def test_a_batch_made_again_is_the_same_file() -> None:
    batch = a_batch("ترشی سبزینه", "نان خانگی")
    first = as_csv(bank_order_of(batch)), as_pain001(bank_order_of(batch))
    payout = batch.payouts.order_by("pk")[0]
    return_payout(payout=payout, reason="حساب بسته است", now=AZAR_5 + timedelta(days=2))
    again = PayoutBatch.objects.get(pk=batch.pk)
    assert (as_csv(bank_order_of(again)), as_pain001(bank_order_of(again))) == first


@pytest.mark.django_db
def test_each_payout_is_in_the_file_under_its_key() -> None:
    batch = a_batch("ترشی سبزینه", "نان خانگی")
    payouts = {payout.pk.hex: str(int(payout.amount)) for payout in batch.payouts.all()}
    rows = rows_of(as_csv(bank_order_of(batch)))
    assert {row[4]: row[3] for row in rows[1:]} == payouts
    assert {row[1] for row in rows[1:]} == {SHEBA}
    document = as_pain001(bank_order_of(batch))
    SCHEMA.validate(document.decode())
    assert set(texts(document, ".//p:EndToEndId")) == set(payouts)
    assert texts(document, ".//p:CtrlSum") == [str(sum(map(int, payouts.values())))] * 2


@pytest.mark.django_db
def test_without_an_account_of_the_shop_nothing_is_released(settings: Any) -> None:
    settings.PAYOUT_FROM_IBAN = "IR00"
    with pytest.raises(NoPayer) as refused:
        a_batch("ترشی سبزینه")
    assert isinstance(refused.value, SettlementError)
    assert not PayoutBatch.objects.exists()
