"""The whole loop in a real browser: bought from two stalls, paid, sent, delivered, and in the district's figures.

Every page on the way is photographed: into docs/images by `make images`, else into .local/images.
"""

import time

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import RunningShop
from tests.journeys.steps import find_and_add, log_in, pay_for_the_basket, photograph, whole_number

pytestmark = pytest.mark.journey
STALL_HOLDER = "09700000002"  # keeps the pickle stall
OFFICER = "09700000032"
PICKLE, BREAD = "ترشی لیته", "کلوچه"
PICKLE_TOMAN, COMMISSION_TOMAN = 165_000, 8_250
INCOME_WITHIN_SECONDS = 100  # the office reads the ledger once a minute


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
    shop.manage("rebuild_income")  # what another visit sold a moment ago is not this order's
    before = net_of_this_month(desk, shop)

    phone.goto(shop.storefront)
    photograph(phone, "home")
    find_and_add(phone, shop, PICKLE, "pickle")
    find_and_add(phone, shop, BREAD, "bread")
    order_number = pay_for_the_basket(phone, parcels=2)
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
