"""The whole loop in a real browser: bought from two stalls, paid, sent, delivered, and in the district's figures.

Every page on the way is photographed: into docs/images by `make images`, else into .local/images.
"""

import os
import re
import time

import pytest
from playwright.sync_api import Browser, Page

from shop.persian import to_latin_digits
from tests.journeys.conftest import ROOT, RunningShop

pytestmark = pytest.mark.journey
IMAGES = ROOT / ("docs/images" if os.environ.get("PHOTOGRAPH") else ".local/images")
STALL_HOLDER = "09700000002"  # keeps the pickle stall
OFFICER = "09700000032"
PICKLE, BREAD = "ترشی لیته", "کلوچه"
PICKLE_TOMAN, COMMISSION_TOMAN = 165_000, 8_250
INCOME_WITHIN_SECONDS = 100  # the office reads the ledger once a minute


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
    for radios in page.query_selector_all(".parcel fieldset"):
        radios.query_selector("input[type=radio]").check()


def pay_for_the_basket(page: Page) -> str:
    """Through checkout and bank to the order's page; returns the order's number."""
    page.click("a[href$='/basket/'] >> visible=true")
    page.wait_for_url("**/basket/")
    assert page.locator("#basket .parcel").count() == 2
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
    code = shop.said_after(mark, rf"SMS to \+98{phone[1:]}: [^\n]*?(\d{{5}})")
    page.fill("input[name=code]", code)
    photograph(page, f"code-{'office' if second else 'panel'}")
    page.click("main form button[type=submit]")
    if second:
        page.wait_for_url("**/login/second/**")
        page.fill("input[name=code]", shop.said_after(mark, r"second factor of [^\n]*?: (\d{6})"))
        photograph(page, "second-factor")
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)


def send_the_parcel(page: Page, shop: RunningShop, order_number: str) -> None:
    """See the stall's pages, then accept, send and deliver this order's parcel."""
    page.wait_for_url("**/panel/**")
    photograph(page, "panel-home")
    for name in ("products", "orders"):
        page.goto(f"{shop.storefront}/panel/{name}/")
        photograph(page, f"panel-{name}")
    page.goto(f"{shop.storefront}/panel/orders/{order_number}-1/")
    photograph(page, "panel-order-new")
    page.click("form[action$='/accept/'] button")
    page.wait_for_selector("form[action$='/send/']")
    page.fill("input[name=carrier]", "پیک")
    page.fill("input[name=tracking_code]", "۱۲۳۴۵۶")
    photograph(page, "panel-order-accepted")
    page.click("form[action$='/send/'] button")
    page.click("form[action$='/deliver/'] button")
    page.wait_for_selector("form[action$='/deliver/']", state="detached")
    photograph(page, "panel-order-delivered")
    page.goto(f"{shop.storefront}/panel/money/")
    photograph(page, "panel-money")


def net_of_this_month(page: Page, shop: RunningShop) -> int:
    """Toman of the running month on the household's page."""
    page.goto(f"{shop.office}/livelihood/incomes/")
    page.click("table a >> text=ترشی و شور سبزینه")
    page.wait_for_url("**/plans/**")
    return whole_number(page.locator("table tbody tr >> nth=0").locator("td.num b").inner_text())


def test_a_paid_order_becomes_a_households_income(
    running_shop: RunningShop, phone: Page, browser: Browser
) -> None:
    shop = running_shop
    desk = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fa-IR").new_page()
    log_in(desk, shop, f"{shop.office}/", OFFICER, second=True)
    photograph(desk, "office-home")
    before = net_of_this_month(desk, shop)

    phone.goto(shop.storefront)
    photograph(phone, "home")
    find_and_add(phone, shop, PICKLE, "pickle")
    find_and_add(phone, shop, BREAD, "bread")
    order_number = pay_for_the_basket(phone)
    order_page = phone.url

    log_in(phone, shop, f"{shop.storefront}/panel/", STALL_HOLDER)
    send_the_parcel(phone, shop, order_number)
    phone.goto(order_page)
    assert "۱۲۳۴۵۶" in phone.locator(".parcel >> nth=0").inner_text()
    photograph(phone, "order-delivered")

    until = time.monotonic() + INCOME_WITHIN_SECONDS
    while net_of_this_month(desk, shop) == before and time.monotonic() < until:
        time.sleep(3)
    assert net_of_this_month(desk, shop) - before == PICKLE_TOMAN - COMMISSION_TOMAN
    photograph(desk, "office-plan")
    for name, address in (("incomes", "livelihood/incomes/"), ("district", "livelihood/")):
        desk.goto(f"{shop.office}/{address}")
        photograph(desk, f"office-{name}")

    report = shop.manage("livelihood_report", "--district", "اسلامشهر")
    assert "۴۵۳ فرصت شغلی پایدار" in report
    assert "۵۳ میلیارد و ۶۰۰ میلیون تومان" in report
    assert "۱۶ مجری طرح اشتغال" in report
