"""The whole shop as `make run` starts it, in a state folder of its own, and a phone-sized browser."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
STATES = ROOT / ".local" / "journeys"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OPEN_WITHIN_SECONDS = 300


@dataclass(frozen=True)
class RunningShop:
    storefront: str
    office: str
    state_dir: Path
    output: Path

    def said_after(self, mark: int, pattern: str, *, within: float = 30) -> str:
        """The first group of `pattern` in what the console said from `mark` (a length) on."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            found = re.search(pattern, self.output.read_text(errors="replace")[mark:])
            if found:
                return found.group(1)
            time.sleep(0.2)
        raise AssertionError(f"the console never said {pattern!r}")

    def mark(self) -> int:
        return len(self.output.read_text(errors="replace"))

    def manage(self, *arguments: str) -> str:
        """Run one management command against this shop's own state."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, "BAZARCHE_STATE": str(self.state_dir), "DOOR": "setup"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


@pytest.fixture(scope="session")
def prepared_state() -> Iterator[Path]:
    """A state folder after `manage.py prepare`, its database stopped: the shops of these tests start from copies."""
    state_dir = STATES / "prepared"
    shutil.rmtree(STATES, ignore_errors=True)
    state_dir.mkdir(parents=True)
    for command in ("prepare", "stop"):
        subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env={**os.environ, "BAZARCHE_STATE": str(state_dir), "DOOR": "setup"},
            check=True,
        )
    yield state_dir
    shutil.rmtree(STATES, ignore_errors=True)


def a_copy_of(state: Path, name: str) -> Path:
    """The state once more, with the owners and rights that PostgreSQL insists on."""
    subprocess.run(["cp", "-a", state, STATES / name], check=True)
    return STATES / name


@pytest.fixture(scope="session")
def running_shop(prepared_state: Path) -> Iterator[RunningShop]:
    state_dir = a_copy_of(prepared_state, "running")
    output = state_dir / "console.log"
    with output.open("w") as console:
        serve = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**os.environ, "BAZARCHE_STATE": str(state_dir), "DOOR": "setup"},
            stdout=console,
            stderr=subprocess.STDOUT,
        )
    try:
        storefront, office = _wait_until_open(serve, output)
        yield RunningShop(storefront, office, state_dir, output)
    finally:
        serve.send_signal(signal.SIGINT)
        serve.wait(timeout=60)


def _wait_until_open(serve: subprocess.Popen[bytes], output: Path) -> tuple[str, str]:
    until = time.monotonic() + OPEN_WITHIN_SECONDS
    while time.monotonic() < until:
        text = output.read_text(errors="replace")
        if "Ctrl-C stops all of it" in text:
            return _address(text, "Bazarche is open"), _address(text, "Office")
        if serve.poll() is not None:
            break
        time.sleep(0.5)
    raise AssertionError(f"the shop did not open:\n{output.read_text(errors='replace')[-4000:]}")


def _address(text: str, label: str) -> str:
    found = re.search(rf"{label}\s+(http://127\.0\.0\.1:\d+)", text)
    assert found, f"no address of {label} in:\n{text[-2000:]}"
    return found.group(1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is missing: bin/setup installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone of 360×740, in Persian."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="fa-IR", device_scale_factor=1
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
