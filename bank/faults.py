"""Faults planted on purpose: `POST /_fake/faults {"op", "mode", "times", "seconds"}`.

They live in memory: a killed bank comes back healthy.
"""

import threading
from dataclasses import dataclass, replace
from typing import Any

WIRE_OPS = (
    "session.create",
    "session.retrieve",
    "session.expire",
    "payment_intent.retrieve",
    "refund.create",
    "event.retrieve",
    "zarinpal.request",
    "zarinpal.verify",
    "zarinpal.inquiry",
    "zarinpal.unverified",
    "zarinpal.reverse",
    "pay",
    "decline",
    "cancel",
)
WIRE_MODES = (
    "refuse_before",
    "429",
    "slow",
    "hang_after_commit",
    "die_after_commit",
    "500_after_commit_stored",
    "500_after_commit_lost",
)
WEBHOOK_MODES = (
    "webhook_twice",
    "webhook_never",
    "webhook_out_of_order",
    "webhook_before_response",
    "bad_signature",
)
DEFAULT_SECONDS = {"slow": 2.0, "hang_after_commit": 60.0}


class BadFaultError(ValueError):
    """The request to plant a fault makes no sense."""


@dataclass(frozen=True)
class Fault:
    """`op` is a wire operation, or for the webhook modes "webhook" or one event type."""

    op: str
    mode: str
    times: int
    seconds: float


class Faults:
    """What is armed; `take` uses one up."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()

    def arm(self, wish: Any) -> Fault:
        """Plant the fault that a JSON object describes. Raises BadFaultError."""
        if not isinstance(wish, dict):
            raise BadFaultError("expected an object with op, mode and times")
        op, mode = wish.get("op"), wish.get("mode")
        times = wish.get("times", 1)
        seconds = wish.get("seconds", DEFAULT_SECONDS.get(str(mode), 0.0))
        if mode in WIRE_MODES:
            if op not in WIRE_OPS:
                raise BadFaultError(f"op must be one of {', '.join(WIRE_OPS)}")
        elif mode == "wrong_amount":
            if op != "pay":
                raise BadFaultError("wrong_amount belongs to the op pay")
        elif mode not in WEBHOOK_MODES:
            raise BadFaultError(f"mode must be wrong_amount or one of {WIRE_MODES + WEBHOOK_MODES}")
        elif not isinstance(op, str) or (op != "webhook" and "." not in op) or op in WIRE_OPS:
            raise BadFaultError("op must be webhook or an event type")
        if not isinstance(times, int) or times < 1 or not isinstance(seconds, int | float):
            raise BadFaultError("times must be a whole number from 1, seconds a number")
        fault = Fault(str(op), str(mode), times, float(seconds))
        with self._lock:
            self._armed.append(fault)
        return fault

    def take(self, op: str, modes: tuple[str, ...]) -> Fault | None:
        """Use up one planted fault of these modes for `op`, the oldest first."""
        with self._lock:
            for place, fault in enumerate(self._armed):
                if fault.op == op and fault.mode in modes:
                    if fault.times == 1:
                        del self._armed[place]
                    else:
                        self._armed[place] = replace(fault, times=fault.times - 1)
                    return fault
        return None
