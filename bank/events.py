"""Events to tell the shop: written in the transaction that made them true, sent by `hooks`."""

import json
import secrets
from typing import Any

from bank import stripe_objects
from bank.counter import Turn
from bank.faults import WEBHOOK_MODES


def record(turn: Turn, kind: str, about: dict[str, Any], *, account: str = "") -> None:
    """Keep one event for delivery, with whatever fault is planted for its kind. `account` is the
    stall's that it came from; "" the platform's own."""
    event_id = f"evt_{secrets.token_hex(12)}"
    body = stripe_objects.event(event_id, kind, about, created=turn.now, account=account)
    fault = turn.faults.take(kind, WEBHOOK_MODES) or turn.faults.take("webhook", WEBHOOK_MODES)
    mode = fault.mode if fault else ""
    turn.db.execute(
        "INSERT INTO event (id, kind, body, mode, created, next_at, delivered_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            event_id,
            kind,
            json.dumps(body, ensure_ascii=False),
            mode,
            turn.now,
            turn.now + (fault.seconds if fault and mode == "webhook_late" else 0),
            turn.now if mode == "webhook_never" else None,
        ),
    )
    if mode == "webhook_before_response":
        turn.urgent_events.append(event_id)


def find_event(turn: Turn, event_id: str) -> str | None:
    """The event as it was sent, as JSON text."""
    row = turn.db.execute("SELECT body FROM event WHERE id = ?", (event_id,)).fetchone()
    return str(row["body"]) if row else None
