"""Text messages through Kavenegar, an SMS service of Iran, by its own wire.

POST {url}/v1/{key}/sms/send.json (receptor, sender, message) or, for login codes where a template is set,
{url}/v1/{key}/verify/lookup.json (receptor, token, template). Both answer
{"return": {"status": 200, "message": …}, "entries": [...]}; the status of a refusal is Kavenegar's own number.
The key stands in the address, so an address never reaches a log or an error.
"""

import logging
from typing import Any, Final

import httpx
from django.conf import settings

from shop.notices.errors import NotSent

logger = logging.getLogger("sms")

TAKEN: Final = 200
# What somebody of the house has to mend, as against a number that a person mistyped.
OURS: Final = {
    401: "account is off",
    403: "key is refused",
    412: "sender is refused",
    418: "no credit left",
}


class KavenegarSender:
    def send(self, *, phone: str, text: str, code: str = "") -> None:
        receptor = f"0{phone.removeprefix('+98')}"
        if code and settings.KAVENEGAR_TEMPLATE:
            fields = {"receptor": receptor, "token": code, "template": settings.KAVENEGAR_TEMPLATE}
            self._ask("verify/lookup.json", fields)
        else:
            fields = {"receptor": receptor, "message": text}
            if settings.KAVENEGAR_SENDER:
                fields["sender"] = settings.KAVENEGAR_SENDER
            self._ask("sms/send.json", fields)

    def _ask(self, method: str, fields: dict[str, str]) -> None:
        url = f"{settings.KAVENEGAR_URL}/v1/{settings.KAVENEGAR_API_KEY}/{method}"
        try:
            response = httpx.post(url, data=fields, timeout=settings.KAVENEGAR_TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            # The error knows the address, and with it the key: only its kind is told.
            raise NotSent(f"kavenegar: {type(error).__name__}") from None
        status = _status(response)
        if status != TAKEN:
            if status in OURS:
                logger.error("kavenegar.refuses status=%s: %s", status, OURS[status])
            raise NotSent(f"kavenegar: status {status}")


def _status(response: httpx.Response) -> int:
    """The status the answer gives, 200 only with the message it took; 0 for an answer that is none."""
    try:
        answer: Any = response.json()
        status = int(answer["return"]["status"])
        taken = answer["entries"] or []
    except (ValueError, KeyError, TypeError):
        return 0
    return status if status != TAKEN or taken else 0
