"""A stall from a phone of 360×740, in Persian: opened, goods listed, an order sent, a holiday, money back.

Every page on the way is photographed for docs/vendors.md: into docs/images by `make images`, else into .local/images.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import ROOT, RunningShop
from tests.journeys.steps import (
    find_and_add,
    log_in,
    pay_for_the_basket,
    photograph,
    type_code,
    whole_number,
)

pytestmark = pytest.mark.journey
NEWCOMER = "09121112233"
STALL_HOLDER = "09700000002"  # keeps the pickle stall
CARER = "09700000031"  # looks after the stalls
PICKLE_STALL, PICKLE, OTHER_PICKLE = "ترشی و شور سبزینه", "ترشی لیته", "ترشی هفته‌بیجار"
STALL, GOODS = "مربای مادربزرگ", "مربای آلبالوی خانگی"
PICKLE_TOMAN = 165_000
HIDDEN_WITHIN_SECONDS = 5


def press(page: Page, words: str) -> None:
    page.click(f"main button:has-text('{words}')")


def a_photo(path: Path) -> Path:
    """What a phone takes: 12 megapixels, and where it was taken."""
    picture = Image.open(ROOT / "demo/pictures/anarestan-albaloo.webp").convert("RGB")
    picture = picture.transpose(Image.Transpose.ROTATE_90).resize((4032, 3024))  # upright by EXIF
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (35.0, 33.0, 1.0)
    picture.save(path, "JPEG", quality=85, exif=exif)
    return path


def answer_what_is_asked(page: Page, photo: Path) -> None:
    """One question after the other, until nothing is asked any more."""
    answers: dict[str, Callable[[], None]] = {
        "goods_kind": lambda: page.check("input[name=main_category] >> nth=0", force=True),
        "city": lambda: page.fill("input[name=city]", "اسلامشهر"),
        "story": lambda: page.fill(
            "textarea[name=story]", "از مادربزرگم یاد گرفتم. هر شیشه را خودم می‌پزم."
        ),
        "picture": lambda: page.set_input_files("input[name=picture]", photo),
        "days": lambda: page.fill("input[name=preparation_days]", "۲"),
    }
    for _question in range(12):
        slug = re.search(r"/panel/stall/([a-z_]+)/$", page.url)
        if slug is None or slug[1] not in answers:
            return
        answers[slug[1]]()
        photograph(page, f"stall-question-{slug[1].replace('_', '-')}")
        page.click("main form button[type=submit] >> nth=0")
        page.wait_for_load_state("networkidle")
    raise AssertionError(f"asked for ever: {page.url}")


def answer_a_few_more_things(page: Page) -> None:
    """What a category asks besides: numbers as numbers, the rest in words."""
    page.wait_for_url("**/more/")
    for box in page.query_selector_all("main input[name^=a_]"):
        is_number = box.get_attribute("inputmode") == "numeric"
        box.fill("۵۰۰" if is_number else "آلبالو و شکر")
    photograph(page, "listing-more")
    page.click("button[name=do][value=send]")


def test_a_newcomer_opens_a_stall_and_lists_the_first_goods(
    running_shop: RunningShop, phone: Page, browser: Browser, tmp_path: Path
) -> None:
    shop, photo = running_shop, a_photo(tmp_path / "shot.jpg")
    phone.goto(f"{shop.storefront}/open-a-stall/")
    photograph(phone, "stall-open")
    phone.fill("input[name=phone]", NEWCOMER)
    mark = shop.mark()
    phone.click("main form button[type=submit]")
    type_code(phone, shop, NEWCOMER, mark)
    photograph(phone, "stall-code")
    phone.click("main form button[type=submit]")
    phone.goto(f"{shop.storefront}/panel/begin/")
    phone.fill("input[name=name]", STALL)
    phone.fill("input[name=person]", "زهرا")
    photograph(phone, "stall-begin")
    phone.click("main form button[type=submit]")
    answer_what_is_asked(phone, photo)

    phone.goto(f"{shop.storefront}/panel/sending/post/")
    phone.fill("input[name=price_0]", "۷۸٬۰۰۰")
    photograph(phone, "stall-sending")
    phone.click("main form button[type=submit] >> nth=0")
    phone.goto(f"{shop.storefront}/panel/stall/terms/")
    photograph(phone, "stall-terms")
    phone.click("button[name=terms]")

    phone.goto(f"{shop.storefront}/panel/products/new/")
    phone.set_input_files("input[name=photos] >> nth=1", photo)
    phone.wait_for_selector(".shot canvas")  # seen before it is sent
    assert phone.inner_text(".shot:has(canvas) output b") == "۱ عکس انتخاب شد"
    phone.fill("input[name=title]", GOODS)
    phone.fill("input[name=price]", "۱۸۵٬۰۰۰")
    phone.check("input[name=kind][value=stock]", force=True)
    phone.fill("input[name=count]", "۱۲")
    phone.check("input[name=category] >> nth=0", force=True)
    phone.fill("input[name=weight_g]", "۷۰۰")
    photograph(phone, "listing-new")
    phone.click("button[name=do][value=send]")
    answer_a_few_more_things(phone)
    photograph(phone, "listing-sent")
    phone.goto(f"{shop.storefront}/panel/stall/")
    photograph(phone, "stall-ready")
    press(phone, "بررسی")
    photograph(phone, "stall-sent-in")

    desk = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fa-IR").new_page()
    log_in(desk, shop, f"{shop.office}/", CARER, second=True)
    desk.goto(f"{shop.office}/stalls/")
    photograph(desk, "desk-stalls")
    desk.click(f"main a:has-text('{STALL}')")
    photograph(desk, "desk-stall")
    desk.click("form[action*='/open/'] button")
    desk.goto(f"{shop.office}/goods/")
    photograph(desk, "desk-goods")
    desk.click(f"main h3 a:has-text('{GOODS}')")
    photograph(desk, "desk-goods-one")
    desk.click("button[name=decision][value=show]")
    desk.wait_for_load_state("networkidle")

    phone.goto(f"{shop.storefront}/panel/")
    photograph(phone, "panel-home-new-stall")
    phone.click("a:has-text('از چشم خریدار')")
    assert phone.locator("h1").inner_text().strip() == STALL
    assert phone.locator(f".card:has-text('{GOODS}')").count() == 1
    photograph(phone, "stall-page-new")


def test_an_order_goes_from_paid_to_delivered_and_one_line_is_given_back(
    running_shop: RunningShop, phone: Page, browser: Browser
) -> None:
    shop = running_shop
    find_and_add(phone, shop, PICKLE, "pickle")
    find_and_add(phone, shop, OTHER_PICKLE, "other-pickle")
    number = pay_for_the_basket(phone, parcels=1)
    order_page = phone.url
    holder = browser.new_context(viewport={"width": 360, "height": 740}, locale="fa-IR").new_page()
    log_in(holder, shop, f"{shop.storefront}/panel/", STALL_HOLDER)
    own = f"{shop.storefront}/panel/orders/{number}-1/"
    holder.goto(own)
    assert "خیابان نمونه" not in holder.content(), "the address comes after accepting"
    photograph(holder, "order-new")
    holder.click("form[action$='/accept/'] button")
    assert "خیابان نمونه" in holder.content()
    photograph(holder, "order-accepted")
    holder.click("form[action$='/pack/'] button")
    photograph(holder, "order-packed")
    holder.fill("input[name=carrier]", "پیک")
    holder.fill("input[name=tracking_code]", "۱۲۳۴۵۶")
    holder.click("form[action$='/send/'] button")
    photograph(holder, "order-sent")
    phone.goto(order_page)
    assert "۱۲۳۴۵۶" in phone.locator(".parcel >> nth=0").inner_text()
    holder.click("form[action$='/deliver/'] button")
    photograph(holder, "order-delivered-panel")

    holder.goto(f"{own}give-back/")
    holder.select_option("select[name^=line_] >> nth=0", "1")
    holder.click("main form button[type=submit]")
    photograph(holder, "order-give-back-sure")
    holder.click("button[name=yes]")
    photograph(holder, "order-given-back")
    phone.goto(order_page)
    given = phone.locator(".sum div:has-text('پس‌داده‌شده') dd")
    assert whole_number(given.inner_text()) == PICKLE_TOMAN
    photograph(phone, "order-given-back-buyer")


def test_a_holiday_hides_the_goods_everywhere_within_five_seconds(
    running_shop: RunningShop, phone: Page
) -> None:
    shop = running_shop
    phone.goto(f"{shop.storefront}/search/?q={PICKLE}")
    product = phone.locator(".card a >> nth=0").get_attribute("href") or ""
    phone.goto(shop.storefront + product)
    category = phone.locator(".crumbs a[href*='/c/'] >> nth=-1").get_attribute("href") or ""
    places = {
        "search": f"/search/?q={PICKLE}",
        "suggest": f"/suggest/?q={PICKLE}",
        "category": category,
        "home": "/",
        "sitemap": "/sitemap.xml",
    }
    slug = product.strip("/").rsplit("/", 1)[-1]
    log_in(phone, shop, f"{shop.storefront}/panel/", STALL_HOLDER)
    phone.goto(f"{shop.storefront}/panel/stall/holiday/")
    phone.check("input[name=until] >> nth=2", force=True)
    photograph(phone, "holiday")
    began = time.monotonic()
    phone.click("main form button[type=submit] >> nth=0")

    def shown_in() -> list[str]:
        with httpx.Client(base_url=shop.storefront, timeout=10) as stranger:
            return [name for name, path in places.items() if slug in stranger.get(path).text]

    while shown := shown_in():
        assert time.monotonic() - began < HIDDEN_WITHIN_SECONDS, shown
    answer = httpx.get(shop.storefront + product)
    assert (answer.status_code, "/s/" in answer.headers.get("location", "")) == (302, True)
    photograph(phone, "holiday-begun")
    phone.goto(f"{shop.storefront}{answer.headers['location']}")
    assert slug not in phone.content()
    photograph(phone, "stall-on-holiday")

    phone.goto(f"{shop.storefront}/panel/stall/holiday/")
    phone.click("form[action$='/over/'] button")
    until = time.monotonic() + 30
    while "search" not in shown_in():
        assert time.monotonic() < until, "the goods did not come back"
        time.sleep(0.2)
