"""Money to the stalls' own accounts at Stripe. With separate charges and transfers the platform's
balance pays fees and refunds, and a refund takes no transfer back by itself."""

import stripe

from shop.payments.gateways.base import (
    GatewayUnknown,
    ReversalAnswer,
    SendTransfer,
    TransferAnswer,
    check_amount,
)
from shop.payments.gateways.stripe.calls import PAGE, ask, do, with_key


def group_of(order_number: str) -> str:
    """What ties a payment and the transfers made from it together at Stripe."""
    return f"ORDER-{order_number}"


def transfer(client: stripe.StripeClient, request: SendTransfer) -> TransferAnswer:
    """Send money to an account. With `source_payment`, out of that payment and no more than it."""
    made = ask(
        lambda: client.v1.transfers.list(
            params={"transfer_group": request.group, "destination": request.account, "limit": PAGE}
        )
    )
    if before := with_key(made.data, request.key):
        return TransferAnswer(transfer_id=before.id, amount=before.amount)
    params: stripe.params.TransferCreateParams = {
        "amount": int(request.amount),
        "currency": request.currency.lower(),
        "destination": request.account,
        "transfer_group": request.group,
        "metadata": {"key": request.key},
    }
    if request.source_payment:
        params["source_transaction"] = _charge_of(client, request.source_payment)
    sent = do(
        lambda: client.v1.transfers.create(
            params=params, options={"idempotency_key": f"{request.key}:transfer"}
        )
    )
    return TransferAnswer(transfer_id=sent.id, amount=sent.amount)


def reverse_transfer(
    client: stripe.StripeClient, *, key: str, transfer_id: str, amount: int
) -> ReversalAnswer:
    """Take money back from an account. Refused beyond what is left of the transfer."""
    check_amount(amount)
    made = ask(lambda: client.v1.transfers.reversals.list(transfer_id, params={"limit": PAGE}))
    taken = with_key(made.data, key) or do(
        lambda: client.v1.transfers.reversals.create(
            transfer_id,
            params={"amount": int(amount), "metadata": {"key": key}},
            options={"idempotency_key": f"{key}:reversal"},
        )
    )
    return ReversalAnswer(reversal_id=taken.id, transfer_id=transfer_id, amount=taken.amount)


def transfer_state(client: stripe.StripeClient, transfer_id: str) -> TransferAnswer:
    """What was sent, and how much of it came back."""
    sent = ask(lambda: client.v1.transfers.retrieve(transfer_id))
    reversal_id = ""
    if sent.amount_reversed:
        taken = ask(lambda: client.v1.transfers.reversals.list(transfer_id, params={"limit": 1}))
        reversal_id = taken.data[0].id
    return TransferAnswer(
        transfer_id=sent.id,
        amount=sent.amount,
        reversed_amount=sent.amount_reversed,
        reversal_id=reversal_id,
    )


def account_can_be_paid(client: stripe.StripeClient, account: str) -> bool:
    """False until its holder has given Stripe what it asks for."""
    seen = ask(lambda: client.v1.accounts.retrieve(account)).to_dict()
    return (seen.get("capabilities") or {}).get("transfers") == "active"


def _charge_of(client: stripe.StripeClient, payment_id: str) -> str:
    intent = ask(lambda: client.v1.payment_intents.retrieve(payment_id)).to_dict()
    charge = intent.get("latest_charge")
    if not isinstance(charge, str):
        raise GatewayUnknown("a paid payment without its charge")
    return charge
