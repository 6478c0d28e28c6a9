"""State on disk: one SQLite file, and the append-only log of each movement of money beside it."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, wire TEXT NOT NULL, state TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, description TEXT NOT NULL, order_number TEXT NOT NULL,
    return_url TEXT NOT NULL, cancel_url TEXT NOT NULL, language TEXT NOT NULL,
    metadata TEXT NOT NULL, idempotency_key TEXT NOT NULL, created REAL NOT NULL,
    expires_at REAL NOT NULL, payment_id TEXT NOT NULL DEFAULT '',
    paid_amount INTEGER NOT NULL DEFAULT 0, settles_at REAL, verified_at REAL,
    declined INTEGER NOT NULL DEFAULT 0, paid_at REAL);
CREATE INDEX IF NOT EXISTS payment_by_payment_id ON payment (payment_id);
CREATE INDEX IF NOT EXISTS payment_waiting ON payment (state) WHERE state IN ('open', 'processing');
CREATE TABLE IF NOT EXISTS refund (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment (id), amount INTEGER NOT NULL,
    created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, created REAL NOT NULL, country TEXT NOT NULL, email TEXT NOT NULL,
    transfers TEXT NOT NULL, metadata TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS transfer (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), amount INTEGER NOT NULL,
    currency TEXT NOT NULL, created REAL NOT NULL, transfer_group TEXT NOT NULL,
    source TEXT NOT NULL, reversed INTEGER NOT NULL CHECK (reversed <= amount),
    metadata TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reversal (
    id TEXT PRIMARY KEY, transfer TEXT NOT NULL REFERENCES transfer (id), amount INTEGER NOT NULL,
    currency TEXT NOT NULL, created REAL NOT NULL, metadata TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS dispute (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment (id), amount INTEGER NOT NULL,
    currency TEXT NOT NULL, fee INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    created REAL NOT NULL, due_by REAL NOT NULL);
CREATE TABLE IF NOT EXISTS payout (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    status TEXT NOT NULL, created REAL NOT NULL, settles_at REAL, fails INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS line (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL,
    source TEXT NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, currency TEXT NOT NULL,
    created REAL NOT NULL);
CREATE INDEX IF NOT EXISTS line_by_time ON line (account, created);
CREATE INDEX IF NOT EXISTS line_by_source ON line (source);
CREATE TABLE IF NOT EXISTS movement (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, op TEXT NOT NULL, id TEXT NOT NULL,
    amount INTEGER NOT NULL, currency TEXT NOT NULL, key TEXT NOT NULL, time REAL NOT NULL);
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    body TEXT NOT NULL, mode TEXT NOT NULL, created REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL, delivered_at REAL);
CREATE INDEX IF NOT EXISTS event_waiting ON event (next_at) WHERE delivered_at IS NULL;
"""


# Columns that came later than their table: a bank of an older day gets them at its start.
LATER_COLUMNS = {
    "payment": {"transfer_group": "TEXT NOT NULL DEFAULT ''"},
    "refund": {
        "status": "TEXT NOT NULL DEFAULT 'succeeded'",
        "settles_at": "REAL",
        "fails": "INTEGER NOT NULL DEFAULT 0",
        "description": "TEXT NOT NULL DEFAULT ''",
        "key": "TEXT NOT NULL DEFAULT ''",
    },
}


class Store:
    """One connection behind one lock: a request is one BEGIN IMMEDIATE, and they queue."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            folder / "bank.sqlite3", isolation_level=None, check_same_thread=False, timeout=30
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA)
        self._add_later_columns()
        self._log = CaptureLog(folder / "capture.jsonl")
        self._log.catch_up(self._db)

    def _add_later_columns(self) -> None:
        for table, columns in LATER_COLUMNS.items():
            present = {row["name"] for row in self._db.execute(f"PRAGMA table_info({table})")}
            for name in columns.keys() - present:
                self._db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {columns[name]}")

    @contextmanager
    def transaction(
        self, *, after_commit: Callable[[], None] | None = None
    ) -> Iterator[sqlite3.Connection]:
        """Commit, then write the capture log, then let the caller answer.

        `after_commit` stands between the first two: a kill there must not lose a line.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            if after_commit is not None:
                after_commit()
            self._log.catch_up(self._db)


class CaptureLog:
    """`capture.jsonl`: one line for each committed movement, in order, on disk before the answer.

    Tests count these lines and not our own tables. Written from the table after the commit, so a
    line never speaks of a movement that did not happen.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last_seq = self._mend()

    def _mend(self) -> int:
        """Drop a line torn by a kill; the sequence number of the last whole one, 0 for none."""
        if not self._path.exists():
            return 0
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            os.truncate(self._path, len(whole))
        lines = whole.splitlines()
        return int(json.loads(lines[-1])["seq"]) if lines else 0

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Append each committed movement that the file lacks, and wait for the disk."""
        rows = db.execute(
            "SELECT * FROM movement WHERE seq > ? ORDER BY seq", (self._last_seq,)
        ).fetchall()
        if not rows:
            return
        with self._path.open("ab") as log:
            for row in rows:
                line = dict(row) | {"time": datetime.fromtimestamp(row["time"], UTC).isoformat()}
                log.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            log.flush()
            os.fsync(log.fileno())
        self._last_seq = rows[-1]["seq"]
