"""One shop of its own, as processes: fresh database, sandbox bank, gunicorn in the storefront's role, job worker."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from django.conf import settings
from django.db import connection

from shop import postgres
from tests import migrated_templates
from tests.fixtures_bank import SandboxBank, free_port
from tests.reliability import arming
from tests.reliability.unguarded import WITHOUT_IN_THE_DATABASE

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60
TEMPLATE = "template_market_migrated"


@dataclass
class Rig:
    """Knows where everything is; `rig()` starts and stops it."""

    database: str
    folder: Path
    workers: int = 4
    job_workers: int = 1
    threads: int = 4
    without: str = ""
    bank_tells: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bank = SandboxBank(
            self.folder / "bank",
            options=("--late", "1", "--shortest-session", "1"),
            hook=f"{self.url}/payments/stripe/webhook/" if self.bank_tells else "",
            secret=postgres.read_secrets(settings.STATE_DIR)["bank"],
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def order_to_die(self) -> Path:
        return self.folder / "arm.json"

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def arm(self, failpoint: str, *, path: str = "") -> None:
        """Kill the next process that passes; see arming.py."""
        arming.arm(self.order_to_die, failpoint, path=path)

    def is_idle(self) -> bool:
        """Whether no job waits or runs, and none is to be tried again."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
            return cursor.fetchone() is None

    def has_died(self, *, seconds: float = 10) -> bool:
        """Whether a process has taken the order to die, and is gone."""
        return self.wait(self._is_victim_gone, seconds=seconds)

    def disarm(self) -> None:
        """Take the order back; who has taken it dies here, so that it does not die later."""
        self.order_to_die.unlink(missing_ok=True)
        for pid in self._victims():
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
        self.has_died(seconds=5)

    def is_order_taken(self) -> bool:
        return not self.order_to_die.exists()

    def _victims(self) -> list[int]:
        return [int(path.suffix[1:]) for path in self.folder.glob("arm.[0-9]*")]

    def _is_victim_gone(self) -> bool:
        victims = self._victims()
        if not victims or any(map(psutil.pid_exists, victims)):
            return False
        for pid in victims:
            self.order_to_die.with_suffix(f".{pid}").unlink()
        return True

    def renew_worker(self) -> None:
        """A fresh job worker instead of the living one; it takes the order that lies there."""
        self.processes["worker"].send_signal(signal.SIGUSR1)
        if not self.wait(self.is_order_taken, seconds=SECONDS_TO_START):
            raise RuntimeError(f"no worker took the order:\n{self.log('worker')[-2000:]}")

    def start(self, name: str) -> None:
        """Begin the process "storefront" (gunicorn) or "worker"; `wait_until_open` waits for them."""
        gunicorn = [
            *("gunicorn", "tests.reliability.wsgi", "--bind", f"127.0.0.1:{self.port}"),
            *("--workers", str(self.workers), "--threads", str(self.threads), "--preload"),
            *("--graceful-timeout", "3", "--log-level", "warning", "--no-control-socket"),
        ]
        module = (
            gunicorn
            if name == "storefront"
            else ["tests.reliability.worker", str(self.job_workers)]
        )
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    def wait_until_open(self) -> None:
        """Until each process has its workers and the shop answers. Raises RuntimeError with what they said."""

        def is_open() -> bool:
            try:
                answer = httpx.get(f"{self.url}/robots.txt", timeout=30)
            except httpx.TransportError:
                return False
            return answer.is_success and all(map(self.children, self.processes))

        if not self.wait(is_open, seconds=SECONDS_TO_START):
            said = "\n".join(self.log(name)[-2000:] for name in self.processes)
            raise RuntimeError(f"the shop does not start:\n{said}")

    def stop(self, name: str) -> None:
        """Kill it with all its workers: nobody waits for them any more."""
        process = self.processes.pop(name)
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        for child in family:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        psutil.wait_procs(family, timeout=SECONDS_TO_START)

    def children(self, name: str) -> list[psutil.Process]:
        """The processes that do the work: gunicorn's workers, the supervised job worker."""
        return psutil.Process(self.processes[name].pid).children()

    def wait(self, is_so: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it became so in time."""
        until = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def _environment(self) -> dict[str, str]:
        url = postgres.embedded_url(
            state_dir=settings.STATE_DIR, door="storefront", database=self.database
        )
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "DOOR": "storefront",
            "DATABASE_URL": url,
            "BAZARCHE_STATE": str(settings.STATE_DIR),
            "STOREFRONT_URL": self.url,
            "SANDBOX_BANK_URL": self.bank.url,
            "ELASTICSEARCH_URL": "",
            "LOG_LEVEL": "WARNING",
            "SMS_SENDER": "shop.notices.senders.FileSender",
            "SMS_FILE": str(self.folder / "sms.log"),
            arming.ORDER_FILE: str(self.order_to_die),
            "RELIABILITY_WITHOUT": self.without,
            **self.environment,
        }


@contextmanager
def rig(
    *,
    template: str = TEMPLATE,
    bank_as_in: Path | None = None,
    processes: Sequence[str] = ("storefront", "worker"),
    **options: Any,
) -> Iterator[Rig]:
    """A running shop whose rows this process may write as the owner; all of it is gone afterwards.

    It is empty, unless it begins with a copy of the database `template` and of a stopped bank's folder.
    """
    postgres.start(settings.STATE_DIR)
    migrated_templates.refresh(settings.STATE_DIR)
    name = f"reliability_{os.getpid()}_{time.monotonic_ns() % 10**9}"
    with ExitStack() as stack:
        # Whoever ends us politely ends what we have started, as Ctrl-C does.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        stack.callback(signal.signal, signal.SIGTERM, before)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reliability-"))
        stack.enter_context(a_database(name, template))
        stack.enter_context(as_owner_of(name))
        made = Rig(name, Path(folder), **options)
        with connection.cursor() as cursor:
            for guard in made.without.split():
                cursor.execute(WITHOUT_IN_THE_DATABASE[guard])
        stack.callback(made.bank.http.close)
        if bank_as_in is not None:
            shutil.copytree(bank_as_in, made.bank.folder)
        made.bank.start()
        stack.callback(made.bank.stop)
        for process in processes:
            made.start(process)
            stack.callback(made.stop, process)
        if processes:
            made.wait_until_open()
        yield made


@contextmanager
def a_database(name: str, template: str) -> Iterator[None]:
    """A copy on the embedded server for the time of the trials."""
    server = postgres.embedded_url(state_dir=settings.STATE_DIR, door="setup", database="postgres")
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield
    finally:
        with psycopg.connect(server, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def as_owner_of(name: str) -> Iterator[None]:
    """Django's own connection of this process leads to that database, in the role that owns its tables."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
