"""Stripe's messages: checked by signature, age, mode and account, and read for what they are about."""

import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, NoReturn

import stripe

from shop.payments.gateways.base import About, WebhookEvent, WebhookRefused
from shop.payments.gateways.stripe.calls import StripeConfig

OLDEST = NEWEST = 300
LONGEST_ID, LONGEST_KIND = 120, 80
# Told of a stall's account too, not of ours alone.
KINDS_OF_STALLS = ("account.", "capability.", "payout.")
# What `data.object` is, and what that is to us.
SUBJECTS = {
    "checkout.session": About.PAYMENT,
    "refund": About.REFUND,
    "dispute": About.DISPUTE,
    "account": About.ACCOUNT,
    "transfer": About.TRANSFER,
    "payout": About.PAYOUT,
}


def parse(body: bytes, signature: str, config: StripeConfig) -> WebhookEvent:
    """The event of a raw body. Raises WebhookRefused for one that Stripe did not send to us just
    now, and for one that no database could keep."""
    if not signature.isascii():  # the library's comparison knows no other letters
        raise WebhookRefused("the signature does not fit")
    try:
        stripe.WebhookSignature.verify_header(body, signature, config.webhook_secret, OLDEST)
        event = json.loads(body, parse_constant=_refuse_constant)
    except stripe.SignatureVerificationError as wrong:
        raise WebhookRefused("the signature does not fit") from wrong
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise WebhookRefused("the body is not JSON") from wrong
    if _stamp(signature) > time.time() + NEWEST:
        raise WebhookRefused("the signature is from the future")
    _check_sender(event, config)
    if not _can_be_kept(event):
        raise WebhookRefused("the event holds what no database keeps")
    about, reference, payment_id = _subject(event)
    return WebhookEvent(
        event_id=event["id"],
        kind=event["type"],
        about=about,
        reference=reference,
        gateway_payment_id=payment_id,
        payload=event,
    )


def _check_sender(event: Any, config: StripeConfig) -> None:
    if not isinstance(event, dict) or event.get("object") != "event":
        raise WebhookRefused("this is not an event")
    if not _is_name(event.get("id"), LONGEST_ID) or not _is_name(event.get("type"), LONGEST_KIND):
        raise WebhookRefused("the event has no name")
    if bool(event.get("livemode")) != config.is_live:
        raise WebhookRefused("the event is of the other mode, live or test")
    account = event.get("account") or ""
    if not isinstance(account, str) or not account.isascii():
        raise WebhookRefused("the event is of another account")
    # Stripe leaves the account out where it is our own.
    is_ours = account == "" or hmac.compare_digest(account, config.account)
    if config.account and not is_ours and not event["type"].startswith(KINDS_OF_STALLS):
        raise WebhookRefused("the event is of another account")


def _subject(event: Mapping[str, Any]) -> tuple[About, str, str]:
    """What it is about, the name of that, and the payment behind it."""
    half = event.get("data")
    thing = half.get("object") if isinstance(half, dict) else None
    if not isinstance(thing, dict):
        return About.OTHER, "", ""
    payment_id = _name(thing.get("payment_intent"))
    if event["type"] == "charge.refunded":  # the charge comes without its refunds
        return About.REFUND, "", payment_id
    about = SUBJECTS.get(str(thing.get("object")), About.OTHER)
    reference = "" if about is About.OTHER else _name(thing.get("id"))
    return about, reference, payment_id


def _name(found: Any) -> str:
    return found if _is_name(found, LONGEST_ID) else ""


def _is_name(found: Any, longest: int) -> bool:
    return isinstance(found, str) and 0 < len(found) <= longest


def _can_be_kept(found: Any) -> bool:
    """PostgreSQL keeps no NUL, no half of a letter (a lone surrogate) and no infinite number."""
    if isinstance(found, dict):
        return all(_can_be_kept(name) and _can_be_kept(inner) for name, inner in found.items())
    if isinstance(found, list):
        return all(map(_can_be_kept, found))
    if isinstance(found, float):
        return abs(found) != float("inf")
    if isinstance(found, str):
        return "\0" not in found and not any("\ud800" <= letter <= "\udfff" for letter in found)
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise WebhookRefused(f"{name} is no number")


def _stamp(signature: str) -> int:
    """The `t=` of a header that was already found good."""
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    return int(stamps[-1])
