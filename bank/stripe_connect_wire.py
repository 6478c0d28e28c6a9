"""Stripe's wire for Connect: accounts, account links, transfers, reversals, payouts."""

import secrets
from typing import Any

from bank import book, connect, payments, rows, stripe_objects
from bank.counter import Answer, Turn
from bank.records import Account, Payout, Reversal, Transfer
from bank.stripe_shape import (
    Params,
    Route,
    currency_of,
    listing,
    metadata_of,
    missing,
    refuse,
    refuse_unknown,
    reply,
    web_address,
    whole,
)

ACCOUNT_FIELDS = {"capabilities", "controller", "country", "email", "expand", "metadata"}
TRANSFER_FIELDS = {
    "amount",
    "currency",
    "description",
    "destination",
    "expand",
    "metadata",
    "source_transaction",
    "transfer_group",
}
LINK_SECONDS = 300


class ConnectWire:
    """Work of one turn at the counter for each address."""

    def __init__(self, *, base_url: str) -> None:
        self._base_url = base_url

    def routes(self) -> list[Route]:
        return [
            ("POST", r"/v1/accounts", "account.create", self._create_account),
            ("GET", r"/v1/accounts/(\w+)", "account.retrieve", self._retrieve_account),
            ("POST", r"/v1/account_links", "account_link.create", self._create_link),
            ("POST", r"/v1/transfers", "transfer.create", self._create_transfer),
            ("GET", r"/v1/transfers", "transfer.list", self._list_transfers),
            ("GET", r"/v1/transfers/(\w+)", "transfer.retrieve", self._retrieve_transfer),
            ("POST", r"/v1/transfers/(\w+)/reversals", "reversal.create", self._create_reversal),
            ("GET", r"/v1/transfers/(\w+)/reversals", "reversal.list", self._list_reversals),
            ("POST", r"/v1/payouts", "payout.create", self._create_payout),
            ("GET", r"/v1/payouts/(\w+)", "payout.retrieve", self._retrieve_payout),
        ]

    def _create_account(self, turn: Turn, params: Params) -> Answer:
        refuse_unknown(params, ACCOUNT_FIELDS)
        if not isinstance(params.get("controller"), dict):
            raise refuse("Say who controls the account.", param="controller")
        account = connect.open_account(
            turn,
            country=str(params.get("country", "")),
            email=str(params.get("email", "")),
            metadata=metadata_of(params),
        )
        return reply(stripe_objects.account(account))

    def _retrieve_account(self, turn: Turn, account_id: str, params: Params) -> Answer:
        return reply(stripe_objects.account(_account(turn, account_id)))

    def _create_link(self, turn: Turn, params: Params) -> Answer:
        refuse_unknown(params, {"account", "refresh_url", "return_url", "type"})
        account = _account(turn, str(params.get("account", "")))
        web_address(params, "refresh_url")
        web_address(params, "return_url")
        if params.get("type") != "account_onboarding":
            raise refuse("The sandbox bank knows type=account_onboarding only.", param="type")
        return reply(
            {
                "object": "account_link",
                "created": int(turn.now),
                "expires_at": int(turn.now) + LINK_SECONDS,
                "url": f"{self._base_url}/setup/{account.id}/{secrets.token_hex(6)}",
            }
        )

    def _create_transfer(self, turn: Turn, params: Params) -> Answer:
        refuse_unknown(params, TRANSFER_FIELDS)
        amount, currency = whole(params, "amount"), currency_of(params)
        account = _account(turn, str(params.get("destination", "")))
        if account.transfers != "active":
            raise refuse(
                "The destination account cannot be paid: its transfers capability is not active.",
                code="insufficient_capabilities_for_transfer",
            )
        source = str(params.get("source_transaction", ""))
        if source:
            _check_source(turn, source, amount, currency)
        elif book.balance(turn).get(currency, 0) < amount:
            raise refuse("You have insufficient available funds.", code="balance_insufficient")
        sent = connect.send(
            turn,
            Transfer(
                id=f"tr_{secrets.token_hex(12)}",
                account=account.id,
                amount=amount,
                currency=currency,
                created=turn.now,
                transfer_group=str(params.get("transfer_group", "")),
                source=source,
                metadata=metadata_of(params),
            ),
        )
        return reply(stripe_objects.transfer(sent))

    def _retrieve_transfer(self, turn: Turn, transfer_id: str, params: Params) -> Answer:
        return reply(stripe_objects.transfer(_transfer(turn, transfer_id)))

    def _list_transfers(self, turn: Turn, params: Params) -> Answer:
        columns = {"transfer_group": "transfer_group", "destination": "account"}
        wanted = {columns[name]: params[name] for name in columns.keys() & params.keys()}
        sent = rows.select(turn, Transfer, **wanted)
        return listing([stripe_objects.transfer(one) for one in sent[::-1]], url="/v1/transfers")

    def _create_reversal(self, turn: Turn, transfer_id: str, params: Params) -> Answer:
        refuse_unknown(params, {"amount", "description", "expand", "metadata"})
        sent = _transfer(turn, transfer_id)
        left = sent.amount - sent.reversed
        amount = whole(params, "amount") if "amount" in params else left
        if amount > left or left == 0:
            raise refuse(
                f"Reversal amount ({amount}) is greater than the unreversed amount ({left})."
            )
        if book.balance(turn, sent.account).get(sent.currency, 0) < amount:
            raise refuse(
                "The connected account has insufficient funds.", code="balance_insufficient"
            )
        taken = connect.take_back(turn, sent, amount, metadata_of(params))
        return reply(stripe_objects.reversal(taken))

    def _list_reversals(self, turn: Turn, transfer_id: str, params: Params) -> Answer:
        taken = rows.select(turn, Reversal, transfer=_transfer(turn, transfer_id).id)
        drawn = [stripe_objects.reversal(one) for one in taken[::-1]]
        return listing(drawn, url=f"/v1/transfers/{transfer_id}/reversals")

    def _create_payout(self, turn: Turn, params: Params) -> Answer:
        refuse_unknown(params, {"amount", "currency", "description", "expand", "metadata"})
        amount, currency = whole(params, "amount"), currency_of(params)
        if turn.account:
            _account(turn, turn.account)
        if book.balance(turn, turn.account).get(currency, 0) < amount:
            raise refuse("You have insufficient funds.", code="balance_insufficient")
        payout = connect.pay_out(turn, turn.account, amount, currency)
        return reply(stripe_objects.payout(payout))

    def _retrieve_payout(self, turn: Turn, payout_id: str, params: Params) -> Answer:
        payout = rows.find(turn, Payout, id=payout_id)
        if payout is None or payout.account != turn.account:
            raise missing("payout", payout_id)
        return reply(stripe_objects.payout(payout))


def expanded_source(turn: Turn, source: str) -> dict[str, Any] | None:
    """The object behind a line of the book; None when it is of no kind we draw."""
    if source.startswith("tr_"):
        return stripe_objects.transfer(_transfer(turn, source))
    if source.startswith("trr_") and (taken := rows.find(turn, Reversal, id=source)):
        return stripe_objects.reversal(taken)
    if source.startswith("po_") and (payout := rows.find(turn, Payout, id=source)):
        return stripe_objects.payout(payout)
    return None


def _check_source(turn: Turn, charge_id: str, amount: int, currency: str) -> None:
    payment = payments.find_by_payment_id(turn, charge_id.replace("ch_", "pi_", 1))
    if payment is None or payment.state != "paid":
        raise missing("charge", charge_id)
    if payment.currency != currency:
        raise refuse(f"The source was paid in {payment.currency}.", param="currency")
    left = connect.left_of_source(turn, payment)
    if amount > left:
        raise refuse(f"Transfers out of {charge_id} must not exceed what is left of it ({left}).")


def _account(turn: Turn, account_id: str) -> Account:
    account = rows.find(turn, Account, id=account_id)
    if account is None:
        raise missing("account", account_id)
    return account


def _transfer(turn: Turn, transfer_id: str) -> Transfer:
    sent = rows.find(turn, Transfer, id=transfer_id)
    if sent is None:
        raise missing("transfer", transfer_id)
    return sent
