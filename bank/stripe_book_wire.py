"""Stripe's wire for the book: balance, balance transactions, disputes."""

from typing import Any

from bank import book, disputes, payments, refunds, rows, stripe_objects
from bank.counter import Answer, Turn
from bank.records import Dispute, Line, Payment, Refund
from bank.stripe_connect_wire import expanded_source
from bank.stripe_shape import (
    Params,
    Route,
    listing,
    missing,
    page_size,
    refuse,
    refuse_unknown,
    reply,
    wishes,
)

LIST_FIELDS = {"created", "currency", "expand", "limit", "source", "starting_after", "type"}
BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class BookWire:
    """Work of one turn at the counter for each address."""

    def routes(self) -> list[Route]:
        return [
            ("GET", r"/v1/balance", "balance.retrieve", self._balance),
            ("GET", r"/v1/balance_transactions", "balance_transaction.list", self._list),
            (
                "GET",
                r"/v1/balance_transactions/(\w+)",
                "balance_transaction.retrieve",
                self._retrieve,
            ),
            ("GET", r"/v1/disputes/(\w+)", "dispute.retrieve", self._retrieve_dispute),
            ("POST", r"/v1/disputes/(\w+)", "dispute.update", self._answer_dispute),
        ]

    def _balance(self, turn: Turn, params: Params) -> Answer:
        held = book.balance(turn, turn.account)
        available = [{"amount": held[currency], "currency": currency} for currency in held]
        return reply(
            {"object": "balance", "available": available, "livemode": False, "pending": []}
        )

    def _list(self, turn: Turn, params: Params) -> Answer:
        refuse_unknown(params, LIST_FIELDS)
        where, values = _conditions(params)
        limit = page_size(params)
        after = str(params.get("starting_after", ""))
        if after and rows.find(turn, Line, id=after) is None:
            raise missing("balance_transaction", after)
        lines, has_more = book.page(
            turn,
            f"account = :account{where}",
            {**values, "account": turn.account},
            limit=limit,
            after=after,
        )
        wants_source = "data.source" in wishes(params)
        drawn = [_drawn(turn, line, wants_source=wants_source) for line in lines]
        return listing(drawn, url="/v1/balance_transactions", has_more=has_more)

    def _retrieve(self, turn: Turn, line_id: str, params: Params) -> Answer:
        line = rows.find(turn, Line, id=line_id)
        if line is None or line.account != turn.account:
            raise missing("balance_transaction", line_id)
        return reply(_drawn(turn, line, wants_source="source" in wishes(params)))

    def _retrieve_dispute(self, turn: Turn, dispute_id: str, params: Params) -> Answer:
        dispute, payment = _dispute(turn, dispute_id)
        return reply(disputes.drawn(turn, dispute, payment))

    def _answer_dispute(self, turn: Turn, dispute_id: str, params: Params) -> Answer:
        refuse_unknown(params, {"evidence", "expand", "metadata", "submit"})
        dispute, payment = _dispute(turn, dispute_id)
        if not disputes.is_open(dispute):
            raise refuse("This dispute is closed.", code="dispute_closed")
        return reply(disputes.drawn(turn, disputes.answer(turn, dispute, payment), payment))


def _conditions(params: Params) -> tuple[str, dict[str, object]]:
    """What was asked for, as a condition on the lines."""
    where, values = "", dict[str, object]()
    for field, column in (("currency", "currency"), ("source", "source"), ("type", "kind")):
        if field in params:
            where += f" AND {column} = :{field}"
            values[field] = str(params[field])
    created = params.get("created", {})
    for bound in created if isinstance(created, dict) else {}:
        if bound not in BOUNDS or not str(created[bound]).isdigit():
            raise refuse("Invalid timestamp.", param=f"created[{bound}]")
        # Stripe counts whole seconds.
        where += f" AND CAST(created AS INTEGER) {BOUNDS[bound]} :{bound}"
        values[bound] = int(created[bound])
    return where, values


def _drawn(turn: Turn, line: Line, *, wants_source: bool) -> dict[str, Any]:
    source = _source(turn, line.source) if wants_source else None
    return stripe_objects.balance_transaction(line, source=source)


def _source(turn: Turn, name: str) -> dict[str, Any] | None:
    if name.startswith("ch_"):
        payment = payments.find_by_payment_id(turn, name.replace("ch_", "pi_", 1))
        if payment is None:
            return None
        return stripe_objects.charge(payment, refunded=refunds.given_back(turn, payment))
    if name.startswith("re_") and (given := rows.find(turn, Refund, id=name)):
        return stripe_objects.refund(given, refunds.payment_of(turn, given))
    if name.startswith("dp_"):
        dispute, payment = _dispute(turn, name)
        return stripe_objects.dispute(dispute, payment, [])
    return expanded_source(turn, name)


def _dispute(turn: Turn, dispute_id: str) -> tuple[Dispute, Payment]:
    dispute = rows.find(turn, Dispute, id=dispute_id)
    if dispute is None:
        raise missing("dispute", dispute_id)
    return dispute, disputes.payment_of(turn, dispute)
