"""Starts, watches and stops the processes of `make run`: the lines of the Procfile, each with its own environment.

Honcho runs them and prefixes their output. What is ours: free ports, the secrets that each process may have (a door
gets its own database password and no other), log files, the word when all is ready, and finding what a killed
supervisor left behind. Every process carries a mark in its environment, so that leftovers are found without a list.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from shop import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
MARK = "BAZARCHE_RUN"
READY_WITHIN_SECONDS = 120
SEARCH_WITHIN_SECONDS = 60  # after the doors; without it PostgreSQL answers
STOP_WITHIN_SECONDS = 10
SECRETS_IN_ENVIRONMENT = ("SECRET_KEY", "DATABASE_URL", "LIVELIHOOD_DATABASE_URL")


class AlreadyRunning(Exception):
    """Another supervisor of this checkout is alive."""


@dataclass(frozen=True)
class Addresses:
    """Ports on the loopback address; search is None where the real server was not built."""

    storefront: int
    office: int
    bank: int
    search: int | None

    def url(self, port: int) -> str:
        return f"http://127.0.0.1:{port}"


def free_port(*, wanted: int, taken: set[int]) -> int:
    """The wanted port, or the next one that nothing listens on."""
    for port in range(wanted, wanted + 200):
        if port in taken:
            continue
        with socket.socket() as probe:
            # A connection just closed by a former run must not push us to another address.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port
    raise OSError(f"no free port from {wanted} to {wanted + 199}")


def choose_addresses(*, with_search: bool) -> Addresses:
    """8000, 8001, 8002 and 9200, each the next free one when it is busy."""
    taken: set[int] = set()
    return Addresses(
        storefront=free_port(wanted=8000, taken=taken),
        office=free_port(wanted=8001, taken=taken),
        bank=free_port(wanted=8002, taken=taken),
        search=free_port(wanted=9200, taken=taken) if with_search else None,
    )


def search_server_is_built() -> bool:
    """Whether the assembled Elasticsearch is there and Java to run it."""
    home = BASE_DIR / "docker" / "elasticsearch" / "home" / "sources.sha256"
    return home.exists() and shutil.which("java") is not None


def environments(
    *, state_dir: Path, addresses: Addresses, inherited: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Environment of each process by its name in the Procfile; secrets go only where they are needed."""
    secrets = postgres.read_secrets(state_dir)
    shared = _shared_environment(state_dir, addresses, inherited)

    def database(door: postgres.Door, name: str) -> str:
        return postgres.embedded_url(state_dir=state_dir, door=door, database=name)

    webhook = {"STRIPE_WEBHOOK_SECRET": secrets["bank"]}
    door_secrets = {"SECRET_KEY": secrets["secret_key"], **webhook}
    storefront = shared | {
        "DOOR": "storefront",
        "DATABASE_URL": database("storefront", postgres.MARKET),
        **door_secrets,
    }
    office = shared | {
        "DOOR": "office",
        "DATABASE_URL": database("office", postgres.MARKET),
        "LIVELIHOOD_DATABASE_URL": database("office", postgres.LIVELIHOOD),
        **door_secrets,
    }
    by_process = {
        "bank": shared | webhook | {"PORT": str(addresses.bank)},
        "storefront": storefront | {"PORT": str(addresses.storefront)},
        "office": office | {"PORT": str(addresses.office)},
        "storefront-worker": storefront,
        "office-worker": office,
    }
    if addresses.search is not None:
        by_process["search"] = shared | {"PORT": str(addresses.search)}
    return by_process


def _shared_environment(
    state_dir: Path, addresses: Addresses, inherited: Mapping[str, str]
) -> dict[str, str]:
    """What every process may know: where things are, and none of the secrets that were handed to us."""
    shared = {
        name: value for name, value in inherited.items() if name not in SECRETS_IN_ENVIRONMENT
    }
    shared |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "BAZARCHE_STATE": str(state_dir),
        MARK: str(state_dir),
        "STOREFRONT_URL": addresses.url(addresses.storefront),
        "OFFICE_URL": addresses.url(addresses.office),
        "SANDBOX_BANK_URL": addresses.url(addresses.bank),
    }
    if addresses.search is not None:
        shared["ELASTICSEARCH_URL"] = addresses.url(addresses.search)
    return shared


class ConsoleAndFiles:
    """Honcho's printer, and the same lines in one file for each process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.width = 0
        self._folder = folder
        self._console = Printer(sys.stdout)
        self._files: dict[str, Any] = {}

    def write(self, message: Any) -> None:
        self._console.width = self.width
        self._console.write(message)
        if message.name not in self._files:
            self._files[message.name] = (self._folder / f"{message.name}.log").open("w")
        text = (
            message.data.decode(errors="replace")
            if isinstance(message.data, bytes)
            else message.data
        )
        self._files[message.name].write(f"{message.time:%H:%M:%S} {text.rstrip()}\n")
        self._files[message.name].flush()


def leftovers(state_dir: Path) -> list[psutil.Process]:
    """Living processes with this state folder's mark, but for the caller, those above it, and the database."""
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid in mine or process.name() == "postgres":
                continue
            if process.environ().get(MARK) == str(state_dir):
                found.append(process)
        except psutil.Error:
            continue  # gone meanwhile, or another user's
    return found


def stop_leftovers(state_dir: Path) -> int:
    """Stop what an earlier supervisor left; returns how many processes that were."""
    found = leftovers(state_dir)
    for process in found:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(found, timeout=STOP_WITHIN_SECONDS)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=STOP_WITHIN_SECONDS)
    return len(found)


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        return


def claim(state_dir: Path) -> None:
    """Write down that this process supervises the checkout. Raises AlreadyRunning while another one lives."""
    path = state_dir / "supervisor"
    try:
        pid, started = path.read_text().split()
        other = psutil.Process(int(pid))
        if other.pid != os.getpid() and str(other.create_time()) == started:
            raise AlreadyRunning
    except (OSError, ValueError, psutil.NoSuchProcess):
        pass  # never run, or killed: its pid may belong to somebody else by now
    path.write_text(f"{os.getpid()} {psutil.Process().create_time()}")


def supervise(*, state_dir: Path, addresses: Addresses, when_ready: Callable[[bool], None]) -> int:
    """Run every process of the Procfile until a signal or the first one that ends; returns the exit code.

    `when_ready` is called once, in a thread, when both doors and the bank answer; it is told whether the search does.
    """
    by_process = environments(state_dir=state_dir, addresses=addresses, inherited=os.environ)
    procfile = parse_procfile((BASE_DIR / "Procfile").read_text())
    manager = Manager(ConsoleAndFiles(state_dir / "logs"))
    for name, command in procfile.processes.items():
        if name in by_process:
            manager.add_process(name, command, env=by_process[name], cwd=str(BASE_DIR))
    threading.Thread(target=_announce, args=(addresses, when_ready), daemon=True).start()
    manager.loop()
    return int(manager.returncode or 0)


def _announce(addresses: Addresses, when_ready: Callable[[bool], None]) -> None:
    needed = [
        addresses.url(port) for port in (addresses.storefront, addresses.office, addresses.bank)
    ]
    late = _wait_for(needed, seconds=READY_WITHIN_SECONDS)
    if late:
        print(f"Not ready after {READY_WITHIN_SECONDS} s: {', '.join(late)}", flush=True)  # noqa: T201
        return
    searching = addresses.search is not None and not _wait_for(
        [addresses.url(addresses.search)], seconds=SEARCH_WITHIN_SECONDS
    )
    when_ready(searching)


def _wait_for(urls: list[str], *, seconds: float) -> list[str]:
    """Ask until all answer or the time is over; returns those that do not answer."""
    until = time.monotonic() + seconds
    while urls and time.monotonic() < until:
        time.sleep(0.3)
        urls = [url for url in urls if not _answers(url)]
    return urls


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10, follow_redirects=False).status_code < 500
    except httpx.HTTPError:
        return False


def run_command(*arguments: str, environment: Mapping[str, str]) -> None:
    """Run one management command in its own process, its output on our console."""
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**os.environ, **environment},
        check=True,
    )
