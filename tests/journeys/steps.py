"""What the visits share: photographs, a login by the code of the console, and an order that is bought and paid."""

import os
import re

from playwright.sync_api import Page

from shop.persian import to_latin_digits
from tests.journeys.conftest import ROOT, RunningShop

IMAGES = ROOT / ("docs/images" if os.environ.get("PHOTOGRAPH") else ".local/images")


def photograph(page: Page, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        f"{name} is wider than the screen"
    )


def whole_number(text: str) -> int:
    return int(re.sub(r"\D", "", to_latin_digits(text)))


def find_and_add(page: Page, shop: RunningShop, words: str, name: str) -> None:
    page.goto(shop.storefront)
    page.fill("input[name=q]", words)
    page.press("input[name=q]", "Enter")
    page.wait_for_url("**/search/**")
    photograph(page, f"search-{name}")
    page.click(".card a >> nth=0")
    page.wait_for_url("**/p/**")
    photograph(page, f"product-{name}")
    page.click("main form[action*=add] button.button--wide")
    page.wait_for_selector("#said:not(:empty)")


def fill_address(page: Page) -> None:
    page.fill("input[name=name]", "مهسا رضایی")
    page.fill("input[name=phone]", "۰۹۷۰ ۰۰۰ ۹۹۹۹")
    page.select_option("select[name=province]", label="تهران")
    page.fill("input[name=city]", "اسلامشهر")
    page.fill("textarea[name=address]", "خیابان نمونه، کوچهٔ یکم، پلاک ۱")
    page.fill("input[name=postcode]", "۳۳۱۳۹۱۲۳۴۵")
    page.wait_for_load_state("networkidle")  # the ways of sending are drawn anew for the province
    for radios in page.query_selector_all(".parcel fieldset"):
        radios.query_selector("input[type=radio]").check()


def pay_for_the_basket(page: Page, *, parcels: int) -> str:
    """Through checkout and bank to the order's page; returns the order's number."""
    page.click("a[href$='/basket/'] >> visible=true")
    page.wait_for_url("**/basket/")
    assert page.locator("#basket .parcel").count() == parcels
    photograph(page, "basket")
    page.click("#basket a[href$='/checkout/']")
    fill_address(page)
    photograph(page, "checkout")
    page.click("main form button.button--wide")
    page.wait_for_selector("form[action$='/checkout/pay/']")
    photograph(page, "review")
    page.check("input[name=gateway][value=zarinpal]")
    page.click("form[action$='/checkout/pay/'] button.button--wide")
    page.wait_for_selector("button[name=deed][value=pay]")
    photograph(page, "bank")
    page.click("button[name=deed][value=pay]")
    page.wait_for_url("**/o/**")
    assert page.locator(".notice--good").count() == 1
    photograph(page, "order")
    return str(whole_number(page.locator("h1").inner_text()))


def log_in(
    page: Page, shop: RunningShop, address: str, phone: str, *, second: bool = False
) -> None:
    page.goto(address)
    photograph(page, f"login-{'office' if second else 'panel'}")
    page.fill("input[name=phone]", phone)
    mark = shop.mark()
    page.click("main form button[type=submit]")
    type_code(page, shop, phone, mark)
    photograph(page, f"code-{'office' if second else 'panel'}")
    page.click("main form button[type=submit]")
    if second:
        page.wait_for_url("**/login/second/**")
        page.fill("input[name=code]", shop.said_after(mark, r"second factor of [^\n]*?: (\d{6})"))
        photograph(page, "second-factor")
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)


def type_code(page: Page, shop: RunningShop, phone: str, mark: int) -> None:
    """The code that the console sent to this number after `mark`."""
    code = shop.said_after(mark, rf"SMS to \+98{phone[1:]}: [^\n]*?(\d{{5}})")
    page.fill("input[name=code]", code)
