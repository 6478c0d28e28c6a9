"""Buyers as processes of their own: each has a browser, waits for the others, and presses at the same moment."""

import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE_SECONDS = 60
OK = 200
Work = Callable[["Browser", Any, Any], Any]


@dataclass(frozen=True)
class Press:
    """The last press of a checkout: the filled-in form of the summary page, and what a refusal must say."""

    shop: str
    bank: str
    form: dict[str, str]
    told: str
    deed: str = "pay"


@dataclass
class Outcome:
    """What a buyer saw. `end` is the last word; `statuses` every answer of the shop on the way."""

    end: str = ""
    bank_page: str = ""
    order_page: str = ""
    statuses: list[int] = field(default_factory=list)


class Browser:
    """Keeps cookies, follows nothing by itself."""

    def __init__(self) -> None:
        # A kept connection may be closed by gunicorn in the moment it is used again; a browser would try once more.
        unkept = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(verify=False, timeout=PATIENCE_SECONDS, limits=unkept)  # noqa: S501 - plain HTTP on loopback

    def close(self) -> None:
        self._http.close()

    def forget(self) -> None:
        self._http.cookies.clear()

    def get(self, url: str) -> httpx.Response:
        return self._http.get(url)

    def post(self, url: str, form: dict[str, str]) -> httpx.Response:
        """With the token that Django wants to see twice."""
        if "csrfmiddlewaretoken" in form:
            self._http.cookies.set("bazarche_csrf", form["csrfmiddlewaretoken"])
        return self._http.post(url, data=form)

    def tell(self, url: str, body: str, signature: str) -> int:
        """A message as a bank sends it; what it was answered."""
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
        return self._http.post(url, content=body, headers=headers).status_code


def press_pay(browser: Browser, start: Any, press: Press) -> Outcome:
    """Press, at the same moment as any others; then pay at the bank and come back, or be told why not."""
    browser.forget()
    seen = Outcome()
    if start is not None:
        start.wait()
    answer = browser.post(f"{press.shop}/checkout/pay/", press.form)
    seen.statuses.append(answer.status_code)
    leads_to = answer.headers.get("Location", "")
    if leads_to.startswith(press.bank):
        seen.bank_page = leads_to
        pay_and_return(browser, press, seen)
    elif leads_to == "/basket/":
        basket = browser.get(f"{press.shop}/basket/")
        seen.statuses.append(basket.status_code)
        seen.end = "refused" if press.told in basket.text else "refused without a word"
    elif answer.status_code == OK and press.told in answer.text:
        seen.end = "refused"
    elif leads_to.startswith("/o/"):
        seen.end = "led to the order"
    else:
        seen.end = f"odd: {answer.status_code} {leads_to or answer.text[:200]}"
    return seen


def pay_and_return(browser: Browser, press: Press, seen: Outcome) -> None:
    pressed = browser.post(seen.bank_page, {"deed": press.deed})
    back = pressed.headers.get("Location", "")
    if not back.startswith(press.shop):
        seen.end = "stayed at the bank"  # closed the page, or came second
        return
    for _ in range(40):  # the page asks again by itself
        answer = browser.get(back)
        seen.statuses.append(answer.status_code)
        if answer.is_redirect:
            seen.order_page = answer.headers["Location"]
            seen.end = "came back"
            return
        if not answer.is_success:
            break
        time.sleep(0.1)
    seen.end = "never told"


class Crowd:
    """So many processes, started once; each `at_once` gives every one of them its task."""

    def __init__(self, size: int) -> None:
        context = multiprocessing.get_context("fork")
        start = context.Barrier(size)
        self._pipes, self._processes = [], []
        for _ in range(size):
            ours, theirs = context.Pipe()
            process = context.Process(target=_live, args=(theirs, start), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.close()
            process.kill()
            process.join()
            process.close()

    def at_once(self, work: Work, tasks: Sequence[Any]) -> list[Any]:
        """One task for each process; what they gave, in order. Raises RuntimeError with a trace when one failed."""
        self.begin(work, tasks)
        return self.finish()

    def begin(self, work: Work, tasks: Sequence[Any]) -> None:
        for pipe, task in zip(self._pipes, tasks, strict=True):
            pipe.send((work, task))

    def finish(self) -> list[Any]:
        given = [pipe.recv() for pipe in self._pipes]
        for each in given:
            if isinstance(each, str):
                raise RuntimeError(f"a buyer failed:\n{each}")
        return [each for (each,) in given]


def _live(pipe: Any, start: Any) -> None:
    browser, parent = Browser(), os.getppid()
    while True:
        try:
            while not pipe.poll(1):
                if os.getppid() != parent:
                    return  # the harness was killed
            work, task = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            pipe.send((work(browser, start, task),))
        except Exception:
            start.abort()
            pipe.send(traceback.format_exc())
