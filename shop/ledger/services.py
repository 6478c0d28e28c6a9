"""Writing the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.db import transaction as database

from shop.ledger.accounts import currency_of
from shop.ledger.errors import Unbalanced
from shop.ledger.models import Account, Posting, Transaction
from shop.money import Rial


@dataclass(frozen=True)
class Leg:
    """One side of an entry: debit positive, credit negative, in the smallest unit of the account's currency."""

    account: str
    amount: int
    kind: Posting.Kind
    partner_id: int | None = None
    stall_order_id: int | None = None
    order_line_id: int | None = None


def post(
    *, event_type: str, event_id: str, occurred_at: datetime, legs: Sequence[Leg]
) -> Transaction | None:
    """Book one event; None when it stands in the books already.

    Legs of zero are left out; the rest must sum to zero in each currency, else Unbalanced (and the database would
    refuse). An event all of whose legs are zero moved nothing and is not booked.
    Runs in the caller's transaction, so the entry and what it records become true together.
    """
    legs = [leg for leg in legs if leg.amount]
    for currency in {currency_of(leg.account) for leg in legs}:
        total = sum(leg.amount for leg in legs if currency_of(leg.account) == currency)
        if total != 0:
            raise Unbalanced(f"{event_type} {event_id}: legs sum to {total} {currency}")
    if not legs:
        return None
    with database.atomic():
        try:
            with database.atomic():
                booked = Transaction.objects.create(
                    event_type=event_type, event_id=event_id, occurred_at=occurred_at
                )
        except IntegrityError:  # the unique event: told again
            return None
        account_ids = _account_ids({leg.account for leg in legs})
        Posting.objects.bulk_create(
            Posting(
                transaction=booked,
                account_id=account_ids[leg.account],
                amount=Rial(leg.amount),
                kind=leg.kind,
                partner_id=leg.partner_id,
                stall_order_id=leg.stall_order_id,
                order_line_id=leg.order_line_id,
            )
            for leg in legs
        )
    return booked


def _account_ids(codes: set[str]) -> dict[str, int]:
    known = dict(Account.objects.filter(code__in=codes).values_list("code", "pk"))
    missing = sorted(codes - known.keys())
    if missing:
        Account.objects.bulk_create(
            [Account(code=code, currency=currency_of(code)) for code in missing],
            ignore_conflicts=True,
        )
        known = dict(Account.objects.filter(code__in=codes).values_list("code", "pk"))
    return known
