"""Ways a text message leaves the house. `settings.SMS_SENDER` names the one in use."""

import json
import logging
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from shop.notices.errors import NotSent

logger = logging.getLogger("sms")


class SmsSender(Protocol):
    def send(self, *, phone: str, text: str, code: str = "") -> None:
        """Hand one message over; `code` is the login code in it, if any. Raises NotSent when it was not taken."""


class ConsoleSender:
    """For demo and development: the message is a line of the log, and login codes are read there."""

    def send(self, *, phone: str, text: str, code: str = "") -> None:
        logger.info("SMS to %s: %s", phone, text)


class FileSender:
    """One JSON line a message, appended to `settings.SMS_FILE`: for a modem's spooler, and for tests."""

    def send(self, *, phone: str, text: str, code: str = "") -> None:
        path = Path(settings.SMS_FILE)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as spool:
                spool.write(json.dumps({"phone": phone, "text": text}, ensure_ascii=False) + "\n")
        except OSError as error:
            raise NotSent(str(error)) from error


def sender() -> SmsSender:
    return cast(SmsSender, import_string(settings.SMS_SENDER)())
