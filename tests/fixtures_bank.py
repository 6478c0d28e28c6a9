"""The sandbox bank as a fixture: the real process, over HTTP, with the shop's end of its webhooks."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
SECRET = "whsec_sandbox"
PATIENCE = 10.0


@dataclass(frozen=True)
class HookEvent:
    """One webhook as it arrived, and what it was answered."""

    body: bytes
    signature: str
    status: int

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def kind(self) -> str:
        return self.event["type"]


@dataclass
class SandboxBank:
    """A bank on a free port. `hook_answers` are the statuses of the next webhooks; then 200."""

    folder: Path
    options: tuple[str, ...] = ()
    hook: str = ""
    hook_events: list[HookEvent] = field(default_factory=list, repr=False)
    hook_answers: list[int] = field(default_factory=list)
    secret: str = SECRET
    port: int = 0
    process: subprocess.Popen[str] | None = None
    http: httpx.Client = field(default_factory=lambda: httpx.Client(verify=False, timeout=5))  # noqa: S501 - plain HTTP on loopback

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def stripe_settings(self) -> dict[str, str]:
        """For settings.GATEWAYS["stripe"]."""
        return {
            "base_url": self.url,
            "api_key": "sk_test_tests",
            "webhook_secret": self.secret,
            "account": "acct_sandbox",
        }

    @property
    def zarinpal_settings(self) -> dict[str, str]:
        """For settings.GATEWAYS["zarinpal"]."""
        return {
            "base_url": self.url,
            "panel_url": self.url,
            "merchant_id": "00000000-0000-4000-8000-000000000000",
            "access_token": "sandbox_token",
            "terminal": "100200",
        }

    def start(self) -> None:
        command = [sys.executable, "-m", "bank", "--port", str(self.port), "--data", self.folder]
        hook = ["--hook", self.hook, "--secret", self.secret] if self.hook else []
        self.process = subprocess.Popen(
            [*command, *hook, *self.options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("sandbox bank: "), line
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        if self.process is None:
            return
        os.kill(self.process.pid, with_signal)
        self.wait_for_death()

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def wait_for_death(self) -> None:
        assert self.process is not None
        self.process.wait(timeout=PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None

    def restart(self) -> None:
        """The same bank on the same port, after it ended."""
        self.stop()
        self.start()

    def arm(self, op: str, mode: str, times: int = 1, seconds: float | None = None) -> None:
        """Plant a fault."""
        wish: dict[str, Any] = {"op": op, "mode": mode, "times": times}
        if seconds is not None:
            wish["seconds"] = seconds
        answer = self.http.post(f"{self.url}/_fake/faults", json=wish)
        assert answer.status_code == 201, answer.text

    def fake(self, path: str, **wish: Any) -> dict[str, Any]:
        """What a buyer's bank or a stall holder would do: `/_fake/<path>`."""
        answer = self.http.post(f"{self.url}/_fake/{path}", json=wish)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def stripe_get(self, path: str) -> dict[str, Any]:
        """What Stripe's wire answers to a question."""
        headers = {"Authorization": "Bearer sk_test_tests"}
        answer = self.http.get(f"{self.url}/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def stripe_post(self, path: str, *, speaking_for: str = "", **form: Any) -> dict[str, Any]:
        """What Stripe's wire does, for the platform or for a stall's account."""
        headers = {"Authorization": "Bearer sk_test_tests"}
        if speaking_for:
            headers["Stripe-Account"] = speaking_for
        answer = self.http.post(f"{self.url}/v1/{path}", data=form, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def a_stall_account(self, *, is_active: bool = True) -> str:
        """A stall's account at Stripe; an active one can be paid."""
        form = {
            "controller[losses][payments]": "application",
            "capabilities[transfers][requested]": "true",
        }
        account = str(self.stripe_post("accounts", **form)["id"])
        if is_active:
            self.fake(f"accounts/{account}", transfers="active")
        return account

    def set_back(self, table: str, moment: datetime, *, column: str = "created") -> None:
        """As if it had happened at that moment, for all rows of a table."""
        with closing(sqlite3.connect(self.folder / "bank.sqlite3", timeout=5)) as db, db:
            db.execute(f"UPDATE {table} SET {column} = ?", (moment.timestamp(),))

    def forget_keys(self) -> None:
        """A day passes: Stripe keeps idempotency keys no longer than that."""
        with closing(sqlite3.connect(self.folder / "bank.sqlite3", timeout=5)) as db, db:
            db.execute("DELETE FROM answer")

    def captures(self, op: str = "capture") -> list[dict[str, Any]]:
        """The lines of the capture log with this `op`."""
        path = self.folder / "capture.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [line for line in map(json.loads, lines) if line["op"] == op]

    def press(self, page_url: str, deed: str) -> str:
        """Press a button of the payment page as a browser would; where it leads."""
        answer = self.http.post(page_url, data={"deed": deed})
        assert answer.status_code == 303, answer.text
        return str(httpx.URL(page_url).join(answer.headers["Location"]))

    def wait_for_events(self, count: int, kind: str = "") -> list[HookEvent]:
        """The first `count` webhooks (of a kind), in the order in which they came."""

        def seen() -> list[HookEvent]:
            return [event for event in list(self.hook_events) if kind in ("", event.kind)]

        wait_until(lambda: len(seen()) >= count)
        return seen()[:count]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Give the other process a moment. Fails when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class _Hook(ThreadingHTTPServer):
    daemon_threads = True
    bank: SandboxBank


class _HookHandler(BaseHTTPRequestHandler):
    server: _Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        bank = self.server.bank
        status = bank.hook_answers.pop(0) if bank.hook_answers else 200
        bank.hook_events.append(HookEvent(body, self.headers["Stripe-Signature"], status))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sandbox_bank(tmp_path: Path) -> Iterator[SandboxBank]:
    """A fresh sandbox bank whose webhooks arrive in `hook_events`."""
    hook = _Hook(("127.0.0.1", 0), _HookHandler)
    # The tests' noon stays where it is while the bank's clock goes on.
    options = ("--late", "1", "--shortest-session", "1", "--any-deadline")
    bank = SandboxBank(tmp_path / "bank", options=options)
    bank.hook = f"http://127.0.0.1:{hook.server_port}/hook"
    hook.bank = bank
    listener = threading.Thread(target=hook.serve_forever, kwargs={"poll_interval": 0.05})
    listener.start()
    try:
        bank.start()
        yield bank
    finally:
        bank.stop()
        bank.http.close()
        hook.shutdown()
        listener.join()
        hook.server_close()
