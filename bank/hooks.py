"""Tell the shop: signed webhooks, sent again with growing pauses until it answers 2xx."""

import hashlib
import hmac
import http.client
import sqlite3
import threading
import time
from urllib.parse import urlsplit

from bank.store import Store

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 60.0
PATIENCE = 5.0
# An event planted to come out of order waits for a later one, but not for ever.
LONGEST_HOLD = 3.0


def signature(secret: str, body: bytes, now: float) -> str:
    """The value of `Stripe-Signature`."""
    stamp = int(now)
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"t={stamp},v1={mac.hexdigest()}"


class Hooks:
    """Sends what waits in the table `event`, one after the other, oldest first."""

    def __init__(self, store: Store, *, url: str, secret: str) -> None:
        self._store = store
        self._url = urlsplit(url)
        self._secret = secret
        self._sending = threading.Lock()
        self._news = threading.Event()

    def wake(self) -> None:
        """Something may be waiting."""
        self._news.set()

    def wait(self, seconds: float) -> None:
        """Until somebody wakes us, or the time is up."""
        self._news.wait(seconds)
        self._news.clear()

    def deliver_due(self) -> None:
        """Send each event whose time has come, once."""
        if not self._url.hostname:
            return
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT * FROM event WHERE delivered_at IS NULL AND next_at <= ? ORDER BY seq",
                (time.time(),),
            ).fetchall()
            held = {row["id"] for row in rows if _must_wait(db, row)}
        for row in rows:
            if row["id"] not in held:
                self.deliver(row["id"])

    def deliver(self, event_id: str) -> None:
        """Send one event now, unless somebody just did."""
        if not self._url.hostname:
            return
        with self._sending:
            with self._store.transaction() as db:
                row = db.execute(
                    "SELECT * FROM event WHERE id = ? AND delivered_at IS NULL", (event_id,)
                ).fetchone()
            if row is None:
                return
            is_forged = row["mode"] == "bad_signature" and row["tries"] == 0
            secret = f"not-{self._secret}" if is_forged else self._secret
            times = 2 if row["mode"] == "webhook_twice" else 1
            is_taken = all(self._post(row["body"].encode(), secret) for _ in range(times))
            self._note(row, is_taken=is_taken)

    def _post(self, body: bytes, secret: str) -> bool:
        now = time.time()
        kind = (
            http.client.HTTPSConnection
            if self._url.scheme == "https"
            else http.client.HTTPConnection
        )
        connection = kind(self._url.hostname or "", self._url.port, timeout=PATIENCE)
        path = self._url.path or "/"
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(secret, body, now),
            "User-Agent": "sandbox-bank",
        }
        try:
            connection.request("POST", f"{path}?{self._url.query}".rstrip("?"), body, headers)
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False  # The shop is down or slow: the next try will tell.
        finally:
            connection.close()

    def _note(self, row: sqlite3.Row, *, is_taken: bool) -> None:
        now = time.time()
        pause = min(FIRST_PAUSE * 2 ** row["tries"], LONGEST_PAUSE)
        with self._store.transaction() as db:
            db.execute(
                "UPDATE event SET tries = tries + 1, delivered_at = ?, next_at = ? WHERE id = ?",
                (now if is_taken else None, now + pause, row["id"]),
            )


def _must_wait(db: sqlite3.Connection, row: sqlite3.Row) -> bool:
    if row["mode"] != "webhook_out_of_order" or time.time() - row["created"] > LONGEST_HOLD:
        return False
    later = db.execute(
        "SELECT 1 FROM event WHERE seq > ? AND delivered_at IS NOT NULL", (row["seq"],)
    ).fetchone()
    return later is None
