"""`manage.py serve`, which is what `make run` starts: all of it comes up, all of it goes, and a kill is mended."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from shop import postgres, supervisor
from tests.journeys.conftest import a_copy_of

ROOT = Path(__file__).resolve().parents[2]
WITHIN_SECONDS = 600

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def state_dir(prepared_state: Path) -> Iterator[Path]:
    """A state folder of our own, so that a shop running from this checkout is left in peace."""
    folder = a_copy_of(prepared_state, "start-and-stop")
    yield folder
    postgres.stop(folder)


@pytest.fixture(autouse=True)
def nothing_is_left_for_the_next_test(state_dir: Path) -> Iterator[None]:
    yield
    supervisor.stop_leftovers(state_dir)


class Shop:
    """One `manage.py serve` and what it says."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.output = state_dir / "console"
        environment = {**os.environ, "BAZARCHE_STATE": str(state_dir)}
        environment.pop("DOOR", None)
        with self.output.open("w") as console:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=environment,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text()

    def address(self, label: str) -> str:
        found = re.search(rf"^  {label} +(http://\S+/)", self.said(), re.MULTILINE)
        assert found, self.said()[-6000:]
        return found[1]

    def wait_until_open(self) -> None:
        wait(lambda: "Ctrl-C stops all of it" in self.said(), self)

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


def wait(condition: Callable[[], bool], shop: Shop) -> None:
    until = time.monotonic() + WITHIN_SECONDS
    while not condition():
        assert shop.process.poll() is None, shop.said()[-6000:]
        assert time.monotonic() < until, shop.said()[-6000:]
        time.sleep(0.3)


def living(state_dir: Path) -> list[str]:
    """Command lines of all processes of this state folder, the database server's included."""
    found = [" ".join(process.cmdline()) for process in supervisor.leftovers(state_dir)]
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if f"-D {state_dir}/postgres" in line:
            found.append(line)
    return found


def test_both_doors_open_and_ctrl_c_leaves_nothing(state_dir: Path) -> None:
    shop = Shop(state_dir)
    shop.wait_until_open()
    assert httpx.get(shop.address("Bazarche is open"), timeout=30).status_code == 200
    office = httpx.get(shop.address("Office"), timeout=30, follow_redirects=True)
    assert office.status_code == 200
    assert shop.stop(signal.SIGINT) == 0
    assert living(state_dir) == []


def test_after_a_kill_the_next_start_finds_and_replaces_what_was_left(state_dir: Path) -> None:
    killed = Shop(state_dir)
    killed.wait_until_open()
    address = killed.address("Bazarche is open")
    killed.process.kill()
    killed.process.wait(10)
    assert living(state_dir) != []

    shop = Shop(state_dir)
    shop.wait_until_open()
    assert "Stopped what an earlier run left behind" in shop.said()
    assert shop.address("Bazarche is open") == address
    assert httpx.get(address, timeout=30).status_code == 200
    assert shop.stop(signal.SIGTERM) == 0
    assert living(state_dir) == []


def test_a_second_start_beside_a_living_one_is_refused(state_dir: Path) -> None:
    shop = Shop(state_dir)
    shop.wait_until_open()
    second = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={**os.environ, "BAZARCHE_STATE": str(state_dir)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert second.stderr.strip() == "CommandError: The shop is already running from this folder."
    assert httpx.get(shop.address("Bazarche is open"), timeout=30).status_code == 200
    assert shop.stop(signal.SIGINT) == 0


def test_the_shop_stays_open_when_its_search_server_dies(state_dir: Path) -> None:
    shop = Shop(state_dir)
    shop.wait_until_open()
    if not supervisor.search_server_is_built():
        pytest.skip("Elasticsearch is not assembled here (docker/elasticsearch/build.sh)")
    servers = [process for process in supervisor.leftovers(state_dir) if process.name() == "java"]
    assert len(servers) == 1
    servers[0].kill()
    wait(lambda: "Elasticsearch has ended; PostgreSQL answers" in shop.said(), shop)
    found = httpx.get(f"{shop.address('Bazarche is open')}search/?q=نان", timeout=60)
    assert found.status_code == 200
    assert shop.stop(signal.SIGINT) == 0
    assert living(state_dir) == []


@pytest.mark.wall
def test_each_process_has_its_own_secrets_and_no_other(state_dir: Path) -> None:
    secrets = postgres.read_secrets(state_dir)
    addresses = supervisor.Addresses(storefront=1, office=2, bank=3, search=4)
    given = supervisor.environments(
        state_dir=state_dir,
        addresses=addresses,
        inherited={"DATABASE_URL": secrets["owner"], "SECRET_KEY": "somebody's"},
    )

    def holds(process: str) -> set[str]:
        return {
            name
            for name, secret in secrets.items()
            if any(secret in value for value in given[process].values())
        }

    assert holds("storefront") == holds("storefront-worker") == {"storefront", "secret_key", "bank"}
    assert holds("office") == holds("office-worker") == {"office", "secret_key", "bank"}
    assert holds("bank") == {"bank"}
    assert holds("search") == set()
    assert "LIVELIHOOD_DATABASE_URL" not in given["storefront"]
