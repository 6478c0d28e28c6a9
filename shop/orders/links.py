"""Signed links: whoever holds one sees that order, and nobody else does."""

import uuid

from django.core.signing import Signer

ORDER = Signer(salt="order", sep=".")
PAYMENT = Signer(salt="payment", sep=".")


def order_token(number: str) -> str:
    return ORDER.sign(number)


def read_order_token(token: str) -> str:
    """The order's number. Raises django.core.signing.BadSignature for a token we did not make."""
    return ORDER.unsign(token)


def payment_token(attempt_id: uuid.UUID) -> str:
    return PAYMENT.sign(attempt_id.hex)


def read_payment_token(token: str) -> uuid.UUID:
    """The attempt's id. Raises django.core.signing.BadSignature for a token we did not make."""
    return uuid.UUID(PAYMENT.unsign(token))
