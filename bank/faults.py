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
    "charge.retrieve",
    "refund.create",
    "refund.retrieve",
    "refund.list",
    "event.retrieve",
    "account.create",
    "account.retrieve",
    "account_link.create",
    "transfer.create",
    "transfer.retrieve",
    "transfer.list",
    "reversal.create",
    "reversal.list",
    "payout.create",
    "payout.retrieve",
    "balance.retrieve",
    "balance_transaction.list",
    "balance_transaction.retrieve",
    "dispute.retrieve",
    "dispute.update",
    "zarinpal.request",
    "zarinpal.verify",
    "zarinpal.inquiry",
    "zarinpal.unverified",
    "zarinpal.reverse",
    "zarinpal.sessions",
    "zarinpal.refund",
    "zarinpal.refund_state",
    "zarinpal.refunds",
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
    "webhook_late",
    "webhook_out_of_order",
    "webhook_before_response",
    "bad_signature",
)
REFUND_MODES = ("refund_pending", "refund_failed")
# Modes that make sense for a few operations only.
OPS_OF_MODE = {
    "wrong_amount": ("pay",),
    "dispute": ("pay",),
    "payout_failed": ("payout.create",),
    **dict.fromkeys(REFUND_MODES, ("refund.create", "zarinpal.refund")),
}
MODES = (*WIRE_MODES, *WEBHOOK_MODES, *OPS_OF_MODE)
DEFAULT_SECONDS = {
    "slow": 2.0,
    "hang_after_commit": 60.0,
    "webhook_late": 2.0,
    "refund_pending": 2.0,
}


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

    def arm(self, wish: dict[str, Any]) -> Fault:
        """Plant the fault that a JSON object describes. Raises BadFaultError."""
        op, mode = wish.get("op"), wish.get("mode")
        times = wish.get("times", 1)
        seconds = wish.get("seconds", DEFAULT_SECONDS.get(str(mode), 0.0))
        if mode not in MODES:
            raise BadFaultError(f"mode must be one of {', '.join(MODES)}")
        if mode in WEBHOOK_MODES:
            if not isinstance(op, str) or (op != "webhook" and "." not in op) or op in WIRE_OPS:
                raise BadFaultError("op must be webhook or an event type")
        elif op not in OPS_OF_MODE.get(mode, WIRE_OPS):
            raise BadFaultError(f"op must be one of {', '.join(OPS_OF_MODE.get(mode, WIRE_OPS))}")
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
