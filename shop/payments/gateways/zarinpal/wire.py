"""Zarinpal's two wires: the payment calls with our merchant id, and GraphQL with an access token.

The payment calls answer `{"data": {…}, "errors": []}` or `{"data": [], "errors": {…}}`: each half is
[] when it is empty. Anything else, any 5xx and any silence is an unknown outcome.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from shop.payments.gateways.base import GatewayRefused, GatewayUnknown

TIMEOUT = httpx.Timeout(8.0, connect=3.05)
OK, ALREADY_VERIFIED = 100, 101
# 101 says that we verified it before: that is success.
PAID_CODES = (OK, ALREADY_VERIFIED)
WHOLE = re.compile(r"-?[0-9]{1,18}")
TOO_MANY, UNEXPECTED = -12, -52
# Words in a GraphQL error that speak of us or of the moment, not of what we asked for.
NOT_A_NO = ("unauth", "token", "forbidden", "too many", "rate limit", "try again", "timeout")


@dataclass(frozen=True, kw_only=True)
class ZarinpalConfig:
    """`floor_rial` and `ceiling_rial`: what we send at all, both included. With `access_token` and
    `terminal` Zarinpal also refunds parts and late wholes, and shows its book."""

    merchant_id: str
    base_url: str = "https://payment.zarinpal.com"
    panel_url: str = "https://next.zarinpal.com"
    access_token: str = ""
    terminal: str = ""
    floor_rial: int = 10_000
    ceiling_rial: int = 1_000_000_000


class ZarinpalWire:
    """Sends each call once and reads its answer."""

    def __init__(self, config: ZarinpalConfig) -> None:
        self._config = config
        self.base_url = config.base_url.rstrip("/")
        self._panel_url = config.panel_url.rstrip("/") + "/api/v4/graphql/"
        self._client = httpx.Client(timeout=TIMEOUT, headers={"Accept": "application/json"})

    def close(self) -> None:
        self._client.close()

    def post(self, call: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of a success. Raises GatewayRefused with Zarinpal's code, GatewayUnknown for all
        that is neither a clear yes nor a clear no."""
        url = f"{self.base_url}/pg/v4/payment/{call}.json"
        whole = self._send(call, url, {"merchant_id": self._config.merchant_id, **body})
        data = whole.get("data") if isinstance(whole, dict) else None
        errors = whole.get("errors") if isinstance(whole, dict) else None
        if isinstance(data, dict) and not errors and whole_number(data.get("code")) in PAID_CODES:
            return data
        if isinstance(errors, dict) and not data:
            code = whole_number(errors.get("code"))
            if code is None or code in (TOO_MANY, UNEXPECTED):
                raise GatewayUnknown(f"{call}: {code}")
            raise GatewayRefused(str(code), str(errors.get("message", "")))
        raise GatewayUnknown(f"{call}: an odd shape")

    def ask_panel(self, query: str, variables: Mapping[str, Any]) -> Any:
        """What the query's one field holds, under the name `resource`. Raises GatewayRefused for a
        no to what we asked, GatewayUnknown for a no to us (a bad token) and for any odd shape."""
        whole = self._send(
            "graphql",
            self._panel_url,
            {"query": query, "variables": variables},
            {"Authorization": f"Bearer {self._config.access_token}"},
        )
        if not isinstance(whole, dict):
            raise GatewayUnknown("graphql: an odd shape")
        if errors := whole.get("errors"):
            message = str(errors[0].get("message")) if _is_list_of_objects(errors) else ""
            if not message or any(words in message.lower() for words in NOT_A_NO):
                raise GatewayUnknown(f"graphql: {message}")
            raise GatewayRefused("graphql", message)
        data = whole.get("data")
        if not isinstance(data, dict) or "resource" not in data:
            raise GatewayUnknown("graphql: an odd shape")
        return data["resource"]

    def _send(
        self, call: str, url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Any:
        try:
            response = self._client.post(url, json=body, headers=headers)
        except httpx.HTTPError as unsure:
            raise GatewayUnknown(f"{call}: {type(unsure).__name__}") from unsure
        if response.is_server_error:
            raise GatewayUnknown(f"{call}: HTTP {response.status_code}")
        try:
            return response.json()
        except (ValueError, RecursionError) as odd:
            raise GatewayUnknown(f"{call}: not JSON") from odd


def whole_number(found: Any) -> int | None:
    """A whole number of up to eighteen digits, sent as one or as text (unVerified sends its code
    so); None for anything else: a fraction is never cut off."""
    if isinstance(found, str):
        return int(found) if WHOLE.fullmatch(found) else None
    is_whole = isinstance(found, int) and not isinstance(found, bool)
    return found if is_whole and abs(found) < 10**18 else None


def _is_list_of_objects(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(one, dict) for one in found)
