"""The gateway's own book against ours, line by line.

A line of theirs and an entry of ours are the same when they name the same payment, refund, dispute or transfer,
whatever day each side writes it on; then amount, currency and fee must agree.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Q, QuerySet

from shop.jalali import TEHRAN
from shop.ledger.accounts import currency_of, gateway_clearing
from shop.ledger.models import Posting, Transaction
from shop.orders.models import Dispute, Refund
from shop.payments.gateways import gateway
from shop.payments.gateways.base import Movement, MovementKind
from shop.payments.models import PaymentAttempt
from vendors.settlements.models import Payout

log = logging.getLogger(__name__)
KIND_OF_EVENT = {
    "payment.captured": MovementKind.CAPTURE,
    "payment.late": MovementKind.CAPTURE,
    "refund.paid": MovementKind.REFUND,
    "dispute.opened": MovementKind.DISPUTE,
    "dispute.won": MovementKind.DISPUTE_WON,
    "payout.confirmed": MovementKind.TRANSFER,
    "payout.returned": MovementKind.REVERSAL,
    "gateway.paid_out": MovementKind.PAYOUT,
    "gateway.payout_failed": MovementKind.PAYOUT_FAILED,
    "gateway.fee": MovementKind.FEE,
}


class What(StrEnum):
    MISSING_HERE = "missing here"
    MISSING_THERE = "missing there"
    TWICE_THERE = "twice there"
    OTHER_AMOUNT = "other amount"
    OTHER_CURRENCY = "other currency"
    OTHER_FEE = "other fee"
    NOT_TAKEN = "paid there and not settled here"


@dataclass(frozen=True)
class Difference:
    """`name` is the gateway's for the thing, or our event's when the gateway knows nothing of it; amounts in the
    smallest unit of their currency."""

    what: What
    kind: str
    name: str
    theirs: str
    ours: str

    def __str__(self) -> str:
        return f"{self.what}: {self.kind} {self.name} gateway={self.theirs} ledger={self.ours}"


@dataclass(frozen=True)
class Booked:
    """One entry of ours that crossed the gateway; `names` are all it may be called there."""

    event: str
    kind: MovementKind
    names: frozenset[str]
    amount: int
    currency: str
    fee: int

    @property
    def shown(self) -> str:
        return f"{self.amount} {self.currency} fee {self.fee}"


@dataclass(frozen=True)
class Reconciliation:
    n_agree: int
    differences: tuple[Difference, ...]


def reconcile(*, day: date, name: str) -> Reconciliation:
    """Compare one Tehran day of one gateway; also finds payments made there that we never took.

    Writes nothing. What the gateway wrote late on the day before or early on the day after is looked for there before
    it is called missing. Raises MovementsNotOffered and GatewayUnknown.
    """
    bank = gateway(name)
    theirs = bank.movements(day=day)
    agreed, differences = _compare(theirs, _booked_for(name, theirs))
    ours_of_day = {one.event: one for one in _booked(name, _of_day(name, day))}
    unmatched = [one for event, one in ours_of_day.items() if event not in agreed]
    if unmatched:
        near = [each for near in (-1, 1) for each in bank.movements(day=day + timedelta(days=near))]
        for one in unmatched:
            if not any(_is_same(line, one) for line in near):
                differences.append(
                    Difference(What.MISSING_THERE, one.kind, one.event, "-", one.shown)
                )
    differences += _not_taken(name)
    log.info("reconcile.done gateway=%s day=%s differences=%s", name, day, len(differences))
    return Reconciliation(len(agreed), tuple(differences))


def _compare(
    theirs: Sequence[Movement], ours: Sequence[Booked]
) -> tuple[set[str], list[Difference]]:
    """Events of ours that a line of theirs names, and where the two do not agree."""
    matched: set[str] = set()
    differences = []
    by_name: dict[tuple[MovementKind, str], Booked] = {
        (one.kind, each): one for one in ours for each in one.names
    }
    for line in theirs:
        one = next((by_name[key] for key in _keys(line) if key in by_name), None)
        if one is None:
            differences.append(_difference(What.MISSING_HERE, line, None))
        elif one.event in matched:
            differences.append(_difference(What.TWICE_THERE, line, one))
        else:
            matched.add(one.event)
            wrong = _wrong(line, one)
            if wrong is not None:
                differences.append(_difference(wrong, line, one))
    return matched, differences


def _wrong(line: Movement, one: Booked) -> What | None:
    if line.currency != one.currency:
        return What.OTHER_CURRENCY
    if line.amount != one.amount:
        return What.OTHER_AMOUNT
    return None if line.fee == one.fee else What.OTHER_FEE


def _keys(line: Movement) -> list[tuple[MovementKind, str]]:
    names = [line.reference]
    if line.kind is MovementKind.CAPTURE:
        names.append(line.gateway_payment_id)
    if line.kind in (MovementKind.PAYOUT, MovementKind.PAYOUT_FAILED, MovementKind.FEE):
        names.append(line.id)
    return [(line.kind, each) for each in names if each]


def _is_same(line: Movement, one: Booked) -> bool:
    return any(kind is one.kind and each in one.names for kind, each in _keys(line))


def _difference(what: What, line: Movement, one: Booked | None) -> Difference:
    named = line.reference or line.gateway_payment_id or line.id
    shown = f"{line.amount} {line.currency} fee {line.fee}"
    return Difference(what, line.kind, named, shown, one.shown if one else "-")


def _not_taken(name: str) -> list[Difference]:
    waiting = {each.reference: each for each in gateway(name).list_unsettled()}
    ours = PaymentAttempt.objects.filter(gateway=name, reference__in=list(waiting))
    return [
        Difference(
            What.NOT_TAKEN,
            MovementKind.CAPTURE,
            str(attempt.reference),
            f"{waiting[str(attempt.reference)].amount} {waiting[str(attempt.reference)].currency}",
            attempt.state,
        )
        for attempt in ours.exclude(state__in=PaymentAttempt.CLOSED_UNPAID)
    ]


def _booked_for(name: str, lines: Iterable[Movement]) -> list[Booked]:
    """Our entries for what these lines name, on whatever day we wrote them."""
    names = {each for line in lines for _kind, each in _keys(line)}
    events = [
        *_event_ids(PaymentAttempt.objects.filter(_named(names), gateway=name)),
        *_event_ids(Refund.objects.filter(gateway_refund_id__in=names, attempt__gateway=name)),
        *_event_ids(Dispute.objects.filter(gateway_id__in=names, attempt__gateway=name)),
        *_event_ids(
            Payout.objects.filter(Q(reference__in=names) | Q(returned_reference__in=names))
        ),
        *names,
    ]
    return _booked(
        name,
        Transaction.objects.filter(event_type__in=KIND_OF_EVENT, event_id__in=events),
    )


def _named(names: set[str]) -> Q:
    return Q(reference__in=names) | Q(gateway_payment_id__in=names)


def _event_ids(
    rows: "QuerySet[PaymentAttempt] | QuerySet[Refund] | QuerySet[Dispute] | QuerySet[Payout]",
) -> list[str]:
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def _of_day(name: str, day: date) -> "QuerySet[Transaction]":
    since = datetime.combine(day, time.min, TEHRAN)
    return Transaction.objects.filter(
        event_type__in=KIND_OF_EVENT,
        occurred_at__gte=since,
        occurred_at__lt=since + timedelta(days=1),
        postings__account__code__startswith=gateway_clearing(name),
    ).distinct()


def _booked(name: str, transactions: "QuerySet[Transaction]") -> list[Booked]:
    """What each of these entries did on the gateway's account; those that did not touch it are left out."""
    rows = list(transactions)
    postings: dict[int, list[Posting]] = {}
    for posting in Posting.objects.filter(
        transaction__in=rows, account__code__startswith=gateway_clearing(name)
    ).select_related("account"):
        postings.setdefault(posting.transaction_id, []).append(posting)
    names = _names_of(rows)
    booked = []
    for row in rows:
        mine = postings.get(row.pk)
        if not mine:
            continue
        fees = [each.amount for each in mine if each.kind == Posting.Kind.FEE]
        is_fee_alone = row.event_type == "gateway.fee"
        booked.append(
            Booked(
                event=f"{row.event_type}:{row.event_id}",
                kind=KIND_OF_EVENT[row.event_type],
                names=frozenset(names.get((row.event_type, row.event_id), {row.event_id})),
                amount=int(sum(each.amount for each in mine))
                if is_fee_alone
                else int(sum(each.amount for each in mine if each.kind != Posting.Kind.FEE)),
                currency=currency_of(mine[0].account.code),
                fee=0 if is_fee_alone else -int(sum(fees)),
            )
        )
    return booked


def _names_of(rows: Sequence[Transaction]) -> dict[tuple[str, str], set[str]]:
    """What the gateway may call each of these events."""
    ids: dict[str, list[str]] = {}
    for row in rows:
        ids.setdefault(row.event_type, []).append(row.event_id)
    found: dict[tuple[str, str], set[str]] = {}
    for event in ("payment.captured", "payment.late"):
        for attempt in PaymentAttempt.objects.filter(pk__in=ids.get(event, [])):
            found[event, str(attempt.pk)] = {str(attempt.reference), attempt.gateway_payment_id}
    for refund in Refund.objects.filter(pk__in=ids.get("refund.paid", [])):
        found["refund.paid", str(refund.pk)] = {refund.gateway_refund_id}
    for event in ("dispute.opened", "dispute.won"):
        for dispute in Dispute.objects.filter(pk__in=ids.get(event, [])):
            found[event, str(dispute.pk)] = {dispute.gateway_id}
    for payout in Payout.objects.filter(pk__in=ids.get("payout.confirmed", [])):
        found["payout.confirmed", str(payout.pk)] = {payout.reference}
    for payout in Payout.objects.filter(pk__in=ids.get("payout.returned", [])):
        found["payout.returned", str(payout.pk)] = {payout.returned_reference}
    return {event: names - {""} for event, names in found.items()}
