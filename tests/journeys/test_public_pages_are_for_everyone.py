"""The shopper's pages in a real browser: axe finds nothing, nothing is wider than the screen, no rule of content
security is broken, and a phone without JavaScript gets as far as the bank."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage

from tests.journeys.conftest import ROOT, RunningShop

pytestmark = pytest.mark.journey
AXE = Path(ROOT / "node_modules/axe-core/axe.min.js")
PAGES = [
    "/",
    "/c/",
    "/c/craft/",
    "/search/?q=کیف",
    "/s/kohan/",
    "/s/mahtab/",
    "/p/kohan-bag/",
    "/p/parastoo-dress/",
    "/basket/",
    "/me/",
    "/help/",
    "/styleguide/",
    "/login/",
]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}


@pytest.mark.parametrize(
    ("prefix", "screen", "scheme"), [("", PHONE, "light"), ("/en", DESK, "dark")], ids=["fa", "en"]
)
def test_axe_finds_nothing(
    running_shop: RunningShop, browser: Browser, prefix: str, screen: Any, scheme: Any
) -> None:
    found = []
    # axe is put into the page from outside, which our policy forbids to everybody else.
    context = browser.new_context(viewport=screen, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    for address in PAGES:
        page.goto(running_shop.storefront + prefix + address)
        page.evaluate(AXE.read_text())
        for violation in page.evaluate("axe.run()")["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{prefix}{address} {violation['id']} {targets}")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{prefix}{address} is wider than the screen")
    context.close()
    assert found == []


def test_no_page_breaks_the_content_policy(running_shop: RunningShop, browser: Browser) -> None:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(f"{page.url} {message.text}")

    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.on("console", hear)
    for address in PAGES:
        page.goto(running_shop.storefront + address)
    page.goto(running_shop.storefront + "/p/kohan-note/")
    page.click("form[action='/basket/add/'] button")
    page.wait_for_selector("#said:not(:empty)")
    page.goto(running_shop.storefront + "/basket/")
    page.locator(".stepper button[name=to]").last.click()
    page.wait_for_selector("#basket-count-bar:text('۲')")
    context.close()
    assert said == []


def test_without_javascript_the_way_leads_to_the_bank(
    running_shop: RunningShop, browser: Browser
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    for slug in ("kohan-note", "lajevard-mug"):
        page.goto(running_shop.storefront + f"/p/{slug}/")
        page.click("form[action='/basket/add/'] button")
    page.click("text=نشانی و ارسال")
    page.fill("[name=phone]", "0912")
    page.click("text=رفتن به بازبینی")
    assert page.locator("#id_phone").input_value() == "0912"
    assert page.locator(".field__error").count() == 5
    for name, typed in (
        ("name", "مهسا رضایی"),
        ("phone", "۰۹۱۲۳۴۵۶۷۸۹"),
        ("city", "اسلامشهر"),
        ("address", "خیابان نمونه، پلاک ۱"),
        ("postcode", "۳۳۱۳۹۱۲۳۴۵"),
    ):
        page.fill(f"[name={name}]", typed)
    page.click("text=رفتن به بازبینی")
    page.click("form[action='/checkout/pay/'] button")
    assert "/pg/StartPay/" in page.url
    context.close()
