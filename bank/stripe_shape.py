"""How Stripe's wire says things and reads what it is sent: errors, lists, amounts, unknown fields."""

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

from bank.counter import Answer, RefusedError, Wire
from bank.forms import items_of

CURRENCIES = ("irr", "eur", "usd")
LARGEST_PAGE = 100

Params = dict[str, Any]
# Verb, path, operation, work: what each part of the wire offers.
Route = tuple[str, str, str, Callable[..., Answer]]


def error(
    status: int, kind: str, message: str, *, code: str = "", param: str = "", **more: str
) -> Answer:
    """Stripe's error object."""
    fields = {"type": kind, "message": message, "code": code, "param": param, **more}
    return reply({"error": {key: value for key, value in fields.items() if value}}, status)


def reply(body: dict[str, Any], status: int = 200) -> Answer:
    request_id = f"req_{secrets.token_hex(7)}"
    return Answer(status, json.dumps(body).encode(), headers=(("Request-Id", request_id),))


def listing(items: list[dict[str, Any]], *, url: str, has_more: bool = False) -> Answer:
    """Stripe's list object."""
    return reply({"object": "list", "data": items, "has_more": has_more, "url": url})


WIRE = Wire(
    unavailable=error(503, "api_error", "The sandbox bank was told to refuse this."),
    too_many=error(429, "invalid_request_error", "Too many requests.", code="rate_limit"),
    lost=error(500, "api_error", "The sandbox bank was told to lose this answer."),
    key_reused=error(
        400,
        "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters.",
    ),
    key_in_use=error(
        409,
        "idempotency_error",
        "Another request with this key is still in progress.",
        code="idempotency_key_in_use",
    ),
)


def refuse(message: str, *, param: str = "", code: str = "", status: int = 400) -> RefusedError:
    return RefusedError(error(status, "invalid_request_error", message, param=param, code=code))


def check_key(authorization: str) -> None:
    """Only test keys may speak to a sandbox. Raises RefusedError."""
    key = authorization.removeprefix("Bearer ").strip()
    if key.startswith(("sk_live_", "rk_live_")):
        raise refuse("A live key has no business at the sandbox bank.", status=401)
    if not key.startswith("sk_test_"):
        raise refuse("You did not provide a test API key.", status=401)


def whole(params: Params, name: str, where: str = "") -> int:
    text = str(params.get(name, ""))
    if not re.fullmatch(r"[1-9][0-9]{0,14}", text):
        param = f"{where}[{name}]" if where else name
        raise refuse(f"Invalid integer: {text}", param=param, code="parameter_invalid_integer")
    return int(text)


def web_address(params: Params, name: str) -> str:
    url = str(params.get(name, ""))
    if not re.match(r"https?://[^\s\"'<>]+$", url):
        raise refuse("Not a valid URL", param=name, code="url_invalid")
    return url


def refuse_unknown(params: Params, known: set[str]) -> None:
    if unknown := sorted(set(params) - known):
        raise refuse(
            f"Received unknown parameter: {unknown[0]}", param=unknown[0], code="parameter_unknown"
        )


def wishes(params: Params) -> set[str]:
    return {str(wish) for wish in items_of(params.get("expand"))}


def missing(kind: str, name: str) -> RefusedError:
    return refuse(f"No such {kind}: '{name}'", param="id", code="resource_missing", status=404)


def currency_of(params: Params) -> str:
    currency = str(params.get("currency", "")).lower()
    if currency not in CURRENCIES:
        raise refuse(f"Invalid currency: one of {', '.join(CURRENCIES)}.", param="currency")
    return currency


def metadata_of(params: Params) -> str:
    """The shop's own tags, as JSON text."""
    found = params.get("metadata")
    return json.dumps(found if isinstance(found, dict) else {})


def page_size(params: Params) -> int:
    """1 to 100, 10 when nothing is asked."""
    if "limit" not in params:
        return 10
    asked = whole(params, "limit")
    if asked > LARGEST_PAGE:
        raise refuse(f"This value must be at most {LARGEST_PAGE}.", param="limit")
    return asked
