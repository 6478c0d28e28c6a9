"""The buyers of `checkouts`: each a process of its own, which knows nothing but a shop's address."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bench.forms import Forms
from tests.bench.meter import SQL_HEADER
from tests.bench.shops import SECONDS_TO_ANSWER, a_product

PRODUCTS = 64
ADDRESS = {
    "name": "مهسا رضایی",
    "phone": "09700000000",
    "city": "اسلامشهر",
    "address": "خیابان نمونه، پلاک ۱",
    "postcode": "3313912345",
    "province": "tehran",
}
STOCK_ADDRESS = {
    "first_name": "مهسا",
    "last_name": "رضایی",
    "line1": "خیابان نمونه، پلاک ۱",
    "line4": "اسلامشهر",
    "postcode": "33139-12345",
    "country": "IR",
}


class NotBought(Exception):
    """A step of a checkout that was answered otherwise than a shopper needs."""


@dataclass
class Browser:
    """One shopper's browser: cookies, kept connections, and the statements its requests cost the shop."""

    url: str
    statements: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=self.url,
            timeout=SECONDS_TO_ANSWER,
            headers={"Origin": self.url},
            verify=False,  # noqa: S501 - plain HTTP on loopback: no certificates to load
        )

    def ask(self, path: str, fields: dict[str, str] | None = None) -> httpx.Response:
        answer = self.client.request("POST" if fields is not None else "GET", path, data=fields)
        if answer.status_code not in (200, 302, 303):
            raise NotBought(f"{path}: {answer.status_code}")
        self.statements.append(int(answer.headers.get(SQL_HEADER, 0)))
        return answer

    def page(self, path: str, fields: dict[str, str] | None = None) -> str:
        """Where a step ends, redirects followed."""
        answer = self.ask(path, fields)
        while answer.is_redirect:
            answer = self.ask(str(answer.next_request.url) if answer.next_request else "")
        return answer.text


def form_in(page: str, mark: str) -> dict[str, str]:
    """The fields of the form in which this text stands; only that form is parsed."""
    at = page.index(mark)
    piece = page[page.rindex("<form", 0, at) : page.index("</form>", at)]
    return Forms(piece + "</form>").found[0][1]


def buy_from_ours(url: str, number: int) -> int:
    """From the product to the paid order; the statements of placing it and of making the payment true."""
    browser = Browser(url)
    page = browser.page(f"/p/bench-{number}/")
    browser.page("/basket/add/", form_in(page, 'action="/basket/add/"'))
    asked = form_in(browser.page("/checkout/"), 'name="postcode"')
    review = browser.page("/checkout/", {**asked, **ADDRESS})
    pay = {**form_in(review, 'action="/checkout/pay/"'), "gateway": "stripe"}
    before = len(browser.statements)
    bank_page = browser.ask("/checkout/pay/", pay).headers["Location"]
    pressed = browser.client.post(bank_page, data={"deed": "pay"})
    back = browser.ask(pressed.headers["Location"])
    statements = sum(browser.statements[before:])
    if "پرداخت شد" not in browser.page(back.headers["Location"]):
        raise NotBought("the order's page does not say that it is paid")
    browser.client.close()
    return statements


def buy_from_stock(url: str, number: int) -> int:
    """From the product to Oscar's thank-you page; the statements of the press that pays and places."""
    browser = Browser(url)
    page = browser.page(f"/catalogue/bench-{number}_{number + 1}/")
    path = f"/basket/add/{number + 1}/"
    browser.page(path, form_in(page, f'action="{path}"'))
    who = form_in(browser.page("/checkout/"), 'name="username"')
    page = browser.page(
        "/checkout/", {**who, "username": "buyer@example.com", "options": "anonymous"}
    )
    browser.page("/checkout/shipping-address/", {**form_in(page, 'name="line1"'), **STOCK_ADDRESS})
    page = browser.page("/checkout/preview/")
    before = len(browser.statements)
    placed = browser.ask("/checkout/preview/", form_in(page, 'name="action"'))
    statements = sum(browser.statements[before:])
    if not placed.is_redirect:
        raise NotBought("stock did not place the order")
    browser.page(placed.headers["Location"])
    browser.client.close()
    return statements


BUY: dict[str, Callable[[str, int], int]] = {"ours": buy_from_ours, "stock": buy_from_stock}


def shop_for(
    shop: str, url: str, load: str, buyer: int, seconds: float, doors_open: Any, counted: Any
) -> None:
    """One buyer's process: buys until the time is over, and says how often, and what went wrong."""
    doors_open.wait()
    until = time.monotonic() + seconds
    bought: list[int] = []
    failures: list[str] = []
    turn = buyer * 16
    while time.monotonic() < until:
        number = a_product(turn % PRODUCTS if load == "spread" else 1)
        turn += 1
        try:
            bought.append(BUY[shop](url, number))
        except (NotBought, httpx.HTTPError, ValueError, KeyError) as failure:
            failures.append(f"{type(failure).__name__}: {failure}")
    counted.put((bought, failures))
