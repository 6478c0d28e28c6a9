"""The two contestants: each starts its server, and knows how a shopper goes through it."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import httpx

from tests.bench.fill import LEAVES, ROOTS, SEARCHED, has_sizes
from tests.bench.forms import form_of
from tests.bench.meter import CPU_HEADER, SQL_HEADER
from tests.fixtures_bank import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 60
SECONDS_TO_ANSWER = 60


@dataclass(frozen=True)
class Cost:
    """What one request cost. `pg_ms` and `search_ms` are the CPU of the servers behind, None when unknown."""

    cpu_ms: float
    sql: int
    pg_ms: float
    search_ms: float
    size: int
    cards: int


@dataclass
class Shop:
    database: str
    environment: dict[str, str]
    folder: Path
    search_pid: int | None = None
    workers: int = 1
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    name: ClassVar[str]
    application: ClassVar[str]
    card: ClassVar[re.Pattern[str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "gunicorn", self.application),
            *(
                "--bind",
                f"127.0.0.1:{self.port}",
                "--workers",
                str(self.workers),
                "--log-level",
                "warning",
            ),
        ]
        log = (self.folder / f"{self.database}.log").open("wb")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
        )
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                httpx.get(self.url, timeout=SECONDS_TO_ANSWER)
                return
            except httpx.TransportError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name} does not start, see {log.name}") from None
                time.sleep(0.2)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(SECONDS_TO_START)
            self.process = None

    def visitor(self) -> httpx.Client:
        """A browser without a history."""
        return httpx.Client(
            base_url=self.url, timeout=SECONDS_TO_ANSWER, headers={"Origin": self.url}
        )

    def measured(
        self, visitor: httpx.Client, method: str, path: str, fields: dict[str, str] | None = None
    ) -> Cost:
        """One request and its cost. Raises when the answer is no page and no redirect."""
        backends = backends_of(self.database)
        pg_before, search_before = cpu_of(backends), ticks_of(self.search_pid)
        answer = visitor.request(method, path, data=fields)
        # A backend that came meanwhile is counted whole.
        pg = cpu_of(backends | backends_of(self.database)) - pg_before
        if answer.status_code not in (200, 302, 303):
            raise self._failed(method, path, answer.status_code)
        return Cost(
            cpu_ms=int(answer.headers[CPU_HEADER]) / 1000,
            sql=int(answer.headers[SQL_HEADER]),
            pg_ms=pg / 1e6,
            search_ms=(ticks_of(self.search_pid) - search_before) * 1000 / os.sysconf("SC_CLK_TCK"),
            size=len(answer.content),
            cards=len(self.card.findall(answer.text)),
        )

    def follow(self, visitor: httpx.Client, path: str, fields: dict[str, str] | None = None) -> str:
        """A step that is not measured; the page where it ends."""
        answer = visitor.request(
            "POST" if fields else "GET", path, data=fields, follow_redirects=True
        )
        if answer.status_code != 200:
            raise self._failed("step", path, answer.status_code)
        return answer.text

    def _failed(self, method: str, path: str, status: int) -> RuntimeError:
        said = (self.folder / f"{self.database}.log").read_text()[-2000:]
        return RuntimeError(f"{self.name} {method} {path}: {status}\n{said}")

    # What is measured. Another turn is another category or product.
    def category(self, turn: int) -> Cost:
        raise NotImplementedError

    def product(self, turn: int) -> Cost:
        raise NotImplementedError

    def search(self, turn: int) -> Cost:
        raise NotImplementedError

    def add_to_basket(self, turn: int) -> Cost:
        raise NotImplementedError

    def place_order(self, turn: int) -> Cost:
        raise NotImplementedError


def a_product(turn: int) -> int:
    """Number of a product without sizes; another one for each turn."""
    number = turn * 37 % 900
    return number - 1 if has_sizes(number) else number


def a_leaf(turn: int) -> tuple[int, int]:
    """Root and leaf of a category; another one for each of 48 turns."""
    return divmod(turn * 5 % (ROOTS * LEAVES), LEAVES)


class Ours(Shop):
    name, application = "ours", "tests.bench.wsgi_ours"
    card = re.compile(r'<li class="card[" ]')

    def category(self, turn: int) -> Cost:
        root, leaf = a_leaf(turn)
        return self.measured(self.visitor(), "GET", f"/c/leaf-{root}-{leaf}/")

    def product(self, turn: int) -> Cost:
        return self.measured(self.visitor(), "GET", f"/p/bench-{a_product(turn)}/")

    def search(self, turn: int) -> Cost:
        return self.measured(self.visitor(), "GET", f"/search/?q={SEARCHED}")

    def add_to_basket(self, turn: int) -> Cost:
        visitor = self.visitor()
        page = self.follow(visitor, f"/p/bench-{a_product(turn)}/")
        return self.measured(visitor, "POST", "/basket/add/", form_of(page, "/basket/add/"))

    def place_order(self, turn: int) -> Cost:
        visitor = self.visitor()
        page = self.follow(visitor, f"/p/bench-{a_product(turn)}/")
        self.follow(visitor, "/basket/add/", form_of(page, "/basket/add/"))
        address = {
            "name": "مهسا رضایی",
            "phone": "09700000000",
            "city": "اسلامشهر",
            "address": "خیابان نمونه، پلاک ۱",
            "postcode": "3313912345",
        }
        asked = form_of(self.follow(visitor, "/checkout/"), "/checkout/")
        asked = {name: value for name, value in asked.items() if name != "province" or value}
        asked.setdefault("province", "tehran")
        page = self.follow(visitor, "/checkout/", {**asked, **address})
        return self.measured(visitor, "POST", "/checkout/pay/", form_of(page, "/checkout/pay/"))


class Stock(Shop):
    name, application = "stock", "tests.bench.stock.wsgi"
    card = re.compile(r'<article class="product_pod">')

    def category(self, turn: int) -> Cost:
        root, leaf = a_leaf(turn)
        # Oscar's tree was made root by root, each followed by its leaves.
        return self.measured(
            self.visitor(), "GET", f"/bench/category/{root * (LEAVES + 1) + leaf + 2}/"
        )

    def _product_path(self, turn: int) -> str:
        number = a_product(turn)
        return f"/catalogue/bench-{number}_{number + 1}/"

    def product(self, turn: int) -> Cost:
        return self.measured(self.visitor(), "GET", self._product_path(turn))

    def search(self, turn: int) -> Cost:
        return self.measured(self.visitor(), "GET", f"/search/?q={SEARCHED}")

    def add_to_basket(self, turn: int) -> Cost:
        visitor = self.visitor()
        page = self.follow(visitor, self._product_path(turn))
        path = f"/basket/add/{a_product(turn) + 1}/"
        return self.measured(visitor, "POST", path, form_of(page, path))

    def place_order(self, turn: int) -> Cost:
        visitor = self.visitor()
        page = self.follow(visitor, self._product_path(turn))
        path = f"/basket/add/{a_product(turn) + 1}/"
        self.follow(visitor, path, form_of(page, path))
        who = form_of(self.follow(visitor, "/checkout/"), field="username")
        who |= {"username": "buyer@example.com", "options": "anonymous"}
        page = self.follow(visitor, "/checkout/", who)
        address = {
            "first_name": "مهسا",
            "last_name": "رضایی",
            "line1": "خیابان نمونه، پلاک ۱",
            "line4": "اسلامشهر",
            "postcode": "33139-12345",  # ten digits without a hyphen fail here
            "country": "IR",
        }
        path = "/checkout/shipping-address/"
        self.follow(visitor, path, {**form_of(page, field="line1"), **address})
        self.follow(visitor, "/checkout/payment-details/")
        path = "/checkout/preview/"
        page = self.follow(visitor, path)
        return self.measured(visitor, "POST", path, form_of(page, field="action"))


def backends_of(database: str) -> set[int]:
    """PostgreSQL's processes that serve this database, by their titles."""
    found = set()
    for title in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = title.read_bytes()
        except OSError:
            continue  # gone meanwhile
        if text.startswith(b"postgres: ") and f" {database} ".encode() in text:
            found.add(int(title.parent.name))
    return found


def cpu_of(pids: set[int]) -> int:
    """Nanoseconds these processes have run."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        except OSError:
            continue
    return total


def ticks_of(pid: int | None) -> int:
    """Clock ticks all threads of a process have run; zero for none."""
    if pid is None:
        return 0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
