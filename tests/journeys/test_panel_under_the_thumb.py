"""Every page of the panel at 320 pixels in Chromium: nothing sticks out, targets are 48 pixels, no script is needed."""

import mimetypes
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.journeys.conftest import CHROMIUM, QUIET_CHROMIUM
from tests.walls.addresses import STOREFRONT, Rows, addresses_of, undone_if_changed
from tests.walls.full_stall import a_full_stall
from tests.walls.pages import pages_of

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.journey,
    pytest.mark.urls(STOREFRONT),
]
TAG = re.compile(r"<[a-z][^>]*>")
NARROW = {"width": 320, "height": 740}
TARGET = 48
ORIGIN = "http://testserver"
# A box to tick is as large as its label; a link in a sentence is as high as its line.
TARGETS = """() => [...document.querySelectorAll('a[href],button,input,select,textarea,summary,label')]
  .filter(e => {
    const kind = e.type || '';
    if (kind === 'hidden' || kind === 'radio' || kind === 'checkbox' || kind === 'file') return false;
    if (e.tagName === 'LABEL' && !e.querySelector('input')) return false;
    if (e.tagName === 'A' && e.parentElement.matches('p, li, dd, span') && e.closest('p') &&
        e.parentElement.textContent.trim() !== e.textContent.trim()) return false;
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && e.checkVisibility();
  })
  .map(e => { const b = e.getBoundingClientRect();
    return [e.outerHTML.slice(0, 110).replace(/\\s+/g, ' '), Math.round(b.width), Math.round(b.height)]; })
  .filter(([_html, width, height]) => height < 47.5 || width < 47.5)"""
WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(e => { const b = e.getBoundingClientRect();
    return b.width && (b.right > innerWidth + 1 || b.left < -1) && e.checkVisibility(); })
  .slice(0, 3).map(e => e.outerHTML.slice(0, 110).replace(/\\s+/g, ' '))"""


def screens() -> dict[str, str]:
    """The HTML of each page of the panel by its path, as the keepers of two stalls find them."""
    rows, full = Rows(), a_full_stall("سپیدار", phone="912311")
    keeper, other = rows.storefront_people()["keeper"], Client()
    other.force_login(full.keeper)
    found = {}
    for address in addresses_of(STOREFRONT, rows):
        if address.name.startswith("panel:"):
            with undone_if_changed(keeper):
                response = keeper.get(address.path)
                body = b"".join(response) if response.streaming else response.content
            if response.status_code == 200 and "html" in response.headers["Content-Type"]:
                found[address.path] = body.decode()
    for page in pages_of(other, "/panel/", under="/panel/"):
        found[f"{page.path}?full"] = page.html
    return found


def opened(browser: Browser, html: dict[str, str], **options: Any) -> Page:
    """A browser that is answered from these pages and from our static files."""

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if path in html:
            route.fulfill(body=html[path], content_type="text/html; charset=utf-8")
            return
        is_static = parts.path.startswith("/static/")
        file = finders.find(parts.path.removeprefix("/static/")) if is_static else None
        if file:
            kind = mimetypes.guess_type(str(file))[0] or "font/woff2"
            route.fulfill(body=Path(str(file)).read_bytes(), content_type=kind)
        else:
            route.fulfill(status=404, body="")

    context = browser.new_context(viewport=NARROW, locale="fa-IR", **options)
    context.route("**/*", answer)
    return context.new_page()


def measured(html: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What sticks out, and which targets are too small, by page."""
    wide, small = {}, {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_CHROMIUM)
        page = opened(browser, html)
        for path in html:
            page.goto(ORIGIN + path)
            if sticking_out := page.evaluate(WIDE):
                wide[path] = sticking_out
            if targets := page.evaluate(TARGETS):
                small[path] = targets
        browser.close()
    return wide, small


def in_browser(html: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """In a thread of its own: Playwright leaves an event loop in its thread, and there Django asks no database."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(measured, html).result()


def test_every_page_fits_a_narrow_phone_and_a_thumb() -> None:
    wide, small = in_browser(screens())
    assert (wide, small) == ({}, {})


def test_what_sticks_out_and_what_is_small_is_found() -> None:
    """Negative control."""
    wide, small = in_browser(
        {
            "/wide": '<p style="width: 400px">سلام</p>',
            "/small": '<button style="width: 60px; height: 30px">بله</button>',
            "/fine": '<button style="width: 60px; height: 48px">بله</button>',
        }
    )
    assert (list(wide), list(small)) == (["/wide"], ["/small"])


def test_whatever_is_pressed_works_without_script() -> None:
    """What htmx makes quicker is a link or a form with an address of its own; nothing else waits for a click."""
    wanting = {path: found for path, html in screens().items() if (found := needs_script(html))}
    assert wanting == {}


def needs_script(html: str) -> list[str]:
    """Tags that ask for a script: htmx where there is no plain way, links that lead nowhere, forms without a button."""
    found = [tag for tag in TAG.findall(html) if ' href="#"' in tag or " onclick=" in tag]
    for tag in TAG.findall(html):
        asks = re.search(r" (?:data-)?hx-(?:get|post)=", tag)
        if asks and not re.match(r'<(?:a [^>]*href="|form |input|button|select)', tag):
            found.append(tag)
    for form in re.findall(r"<form.*?</form>", html, re.DOTALL):
        name = re.search(r'<form[^>]*id="([^"]+)"', form)
        outside = name and f'form="{name[1]}"' in html
        if "<button" not in form and 'type="submit"' not in form and not outside:
            found.append(form[:120])
    return found


@pytest.mark.parametrize(
    "planted",
    [
        '<a href="#">باز</a>',
        '<div hx-get="/panel/">باز</div>',
        '<form method="post"><input></form>',
    ],
)
def test_what_needs_a_script_is_found(planted: str) -> None:
    """Negative control."""
    assert len(needs_script(planted)) == 1
