"""Arming a failpoint in a process that already runs: the next one that passes takes the order, and it alone.

FAILPOINT in the environment would kill each restarted worker again. Here the order lies in a file; taking it is one
rename, so of many workers one dies, once.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from shop import failpoints

ORDER_FILE = "RELIABILITY_ARM"


def arm(order: Path, failpoint: str, *, path: str = "") -> None:
    """Kill the next process that is asked for an address beginning with `path`; workers without addresses: ""."""
    written = order.with_suffix(".new")
    written.write_text(json.dumps({"failpoint": failpoint, "path": path}))
    written.rename(order)


def take_order(path: str = "") -> None:
    """Become the process that dies, when one is wanted for this address."""
    order = Path(os.environ[ORDER_FILE])
    try:
        wish = json.loads(order.read_text())
        if not path.startswith(wish["path"]):
            return
        order.rename(order.with_suffix(f".{os.getpid()}"))
    except FileNotFoundError:
        return  # nothing is wanted, or another process was quicker
    failpoints._passed.clear()
    settings.FAILPOINT = wish["failpoint"]


def armed(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application, taking orders before each request."""

    def take_and_serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        take_order(environ["PATH_INFO"])
        return application(environ, start_response)

    return take_and_serve
