"""The counter where each request is served: planted faults, one transaction, idempotency."""

import hashlib
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bank.faults import WIRE_MODES, Fault, Faults
from bank.hooks import Hooks
from bank.store import Store


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Turn:
    """One request's turn: the open transaction, the time, what is planted, its idempotency key, and
    the stall's account it speaks for ("" is the platform itself)."""

    db: sqlite3.Connection
    now: float
    faults: Faults
    key: str = ""
    account: str = ""
    urgent_events: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wire:
    """How one wire says the four things that every wire must be able to say."""

    unavailable: Answer
    too_many: Answer
    lost: Answer
    key_reused: Answer
    key_in_use: Answer


class RefusedError(Exception):
    """The request is refused: nothing is kept, neither a row nor the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class NoAnswerError(Exception):
    """The bank hangs up without a word; what was committed stays."""


class Counter:
    """Serves one operation at a time."""

    def __init__(self, store: Store, faults: Faults, hooks: Hooks) -> None:
        self._store = store
        self._faults = faults
        self._hooks = hooks
        self._in_flight: set[str] = set()
        self._lock = threading.Lock()

    def serve(
        self,
        op: str,
        work: Callable[[Turn], Answer],
        *,
        wire: Wire,
        key: str = "",
        account: str = "",
        request: bytes = b"",
    ) -> Answer:
        """Run `work` in one transaction, under what is planted for `op`.

        With a key: the same request again gets the same answer, another request under it is
        refused, and refusals are not kept. Raises NoAnswerError when the bank must hang up.
        """
        fault = self._faults.take(op, WIRE_MODES)
        if fault and fault.mode == "refuse_before":
            return wire.unavailable
        if fault and fault.mode == "429":
            return wire.too_many
        if key and not self._enter(key):
            return wire.key_in_use
        try:
            if fault and fault.mode == "slow":
                time.sleep(fault.seconds)
            answer, urgent = self._commit(work, fault, wire, (key, account), request)
        except RefusedError as refused:
            return refused.answer
        finally:
            self._leave(key)
        for event_id in urgent:
            self._hooks.deliver(event_id)
        self._hooks.wake()
        if fault and fault.mode == "hang_after_commit":
            time.sleep(fault.seconds)
            raise NoAnswerError
        if fault and fault.mode == "500_after_commit_lost":
            return wire.lost
        return answer

    def _enter(self, key: str) -> bool:
        with self._lock:
            if key in self._in_flight:
                return False
            self._in_flight.add(key)
            return True

    def _leave(self, key: str) -> None:
        with self._lock:
            self._in_flight.discard(key)

    def _commit(
        self,
        work: Callable[[Turn], Answer],
        fault: Fault | None,
        wire: Wire,
        who: tuple[str, str],
        request: bytes,
    ) -> tuple[Answer, list[str]]:
        key, account = who
        die = _die if fault and fault.mode == "die_after_commit" else None
        fingerprint = hashlib.sha256(request).hexdigest()
        with self._store.transaction(after_commit=die) as db:
            if key and (kept := _kept_answer(db, key, fingerprint, wire)):
                return kept, []
            turn = Turn(db=db, now=time.time(), faults=self._faults, key=key, account=account)
            answer = work(turn)
            if fault and fault.mode == "500_after_commit_stored":
                answer = wire.lost
            if key:
                db.execute(
                    "INSERT INTO answer VALUES (?, ?, ?, ?)",
                    (key, fingerprint, answer.status, answer.body),
                )
            return answer, turn.urgent_events


def _kept_answer(db: sqlite3.Connection, key: str, fingerprint: str, wire: Wire) -> Answer | None:
    row = db.execute("SELECT * FROM answer WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != fingerprint:
        raise RefusedError(wire.key_reused)
    return Answer(row["status"], row["body"], headers=(("Idempotent-Replayed", "true"),))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
