"""The staff's desk: what waits, late parcels first; and orders that can be read and not changed."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.orders.models import Refund, StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.messages import write_message
from shop.orders.services.send import send_stall_order
from shop.payments.models import PaymentAttempt
from tests.makers import (
    a_category,
    a_paid_order,
    a_product,
    a_staff_member,
    a_stall,
    a_user,
    log_in_at_office,
)
from vendors.settlements.access import let_settle
from vendors.stalls.access import let_look_after

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]


@pytest.fixture
def staff(client: Client) -> Client:
    """Staff with no right but to come in."""
    log_in_at_office(client, a_staff_member())
    return client


@pytest.fixture
def carer(client: Client) -> Client:
    member = a_staff_member()
    let_look_after(member)
    log_in_at_office(client, member)
    return client


@pytest.fixture
def settler() -> Client:
    member, client = a_staff_member(), Client()
    let_settle(member)
    log_in_at_office(client, member)
    return client


def an_order(*names: str, days_ago: int = 0) -> list[StallOrder]:
    goods = [(a_product(a_stall(name), stock=50), 1) for name in names or ("ترشی سبزینه",)]
    return a_paid_order(*goods, now=timezone.now() - timedelta(days=days_ago))


def names_in(content: bytes) -> list[str]:
    return re.findall(r"<td>(?:<a [^>]*>)?(غرفه [^<]+)<", content.decode())


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", content.decode())))


def test_the_desk_counts_what_waits(carer: Client) -> None:
    an_order(days_ago=9)
    an_order()
    (accepted,) = an_order()
    accept_stall_order(stall_order=accepted, now=timezone.now())
    PaymentAttempt.objects.filter(order=accepted.order).update(state="unknown")
    shown = text_of(carer.get("/").content)
    for words in (
        "بستهٔ دیرشده ۱ ",
        "بستهٔ تازه ۲ ",
        "در حال آماده‌سازی ۱ ",
        "در راه ۰ ",
        "پرداخت در حال پرس‌وجو ۱ ",
    ):
        assert words in shown


def test_every_link_of_the_desk_leads_to_a_page(carer: Client) -> None:
    an_order(days_ago=9)
    (asked,) = an_order()
    PaymentAttempt.objects.filter(order=asked.order).update(state="unknown")
    for prefix in ("", "/en"):
        links = set(re.findall(r'href="(/[^"#]*)"', carer.get(f"{prefix}/").content.decode()))
        pages = {link for link in links if not link.startswith("/static/")}
        assert len(pages) >= 9
        for link in pages:
            assert carer.get(link, follow=True).status_code == 200, link


def test_late_parcels_stand_first_and_parcels_on_their_way_last(carer: Client) -> None:
    (sent,) = an_order("غرفه در راه", days_ago=20)
    accept_stall_order(stall_order=sent, now=timezone.now())
    send_stall_order(stall_order=sent, carrier="پیک", tracking_code="1", now=timezone.now())
    an_order("غرفه امروز")
    an_order("غرفه دیر", days_ago=9)
    an_order("غرفه دیرتر", days_ago=12)
    assert names_in(carer.get("/parcels/").content) == [
        "غرفه دیرتر",
        "غرفه دیر",
        "غرفه امروز",
        "غرفه در راه",
    ]
    assert names_in(carer.get("/parcels/late/").content) == ["غرفه دیرتر", "غرفه دیر"]
    assert names_in(carer.get("/parcels/sent/").content) == ["غرفه در راه"]
    deliver_stall_order(stall_order=sent, now=timezone.now())
    assert names_in(carer.get("/parcels/delivered/").content) == ["غرفه در راه"]
    gone = carer.get("/parcels/nonsense/")
    assert gone.status_code == 404
    assert "شاید صفحه جابه‌جا شده باشد." in gone.content.decode()
    assert 'role="search"' not in gone.content.decode()


def test_a_parcel_that_was_not_paid_is_in_no_list(carer: Client) -> None:
    (unpaid,) = an_order("غرفه بی‌پول")
    StallOrder.objects.filter(pk=unpaid.pk).update(state=StallOrder.State.PENDING)
    for which in ("", "late/", "new/", "accepted/", "sent/", "delivered/"):
        assert names_in(carer.get(f"/parcels/{which}").content) == []


@pytest.mark.parametrize("page", ["/parcels/", "/dashboard/orders/"])
def test_a_list_asks_no_more_of_the_database_when_it_is_longer(carer: Client, page: str) -> None:
    counts = []
    for _ in range(4):
        an_order()
        with CaptureQueriesContext(connections["default"]) as queries:
            assert carer.get(page).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 8  # two of them: what this person may do


def test_an_order_is_read_with_its_parcels_and_payments(carer: Client) -> None:
    first, second = an_order("غرفهٔ یک", "غرفهٔ دو")
    shown = text_of(carer.get(f"/dashboard/orders/{first.order.number}/").content)
    for words in ("غرفهٔ یک", "غرفهٔ دو", "مهسا رضایی", "خیابان نمونه", "کارت بانکی ایرانی"):
        assert words in shown
    assert second.order == first.order


def test_other_staff_are_told_of_no_buyer_and_no_parcel(staff: Client) -> None:
    (late,) = an_order("غرفهٔ دیر", days_ago=9)
    PaymentAttempt.objects.filter(order=late.order).update(state="unknown")
    home = staff.get("/").content.decode()
    for told in (late.order.number, "غرفهٔ دیر", "/parcels/", "/dashboard/", "/stalls/"):
        assert told not in home
    number = late.order.number
    for page in ("parcels/", f"parcel/{late.number}/", "dashboard/orders/"):
        assert staff.get(f"/{page}").status_code == 404, page
    assert staff.get(f"/dashboard/orders/{number}/").status_code == 404


def test_who_settles_sees_orders_without_street_and_talk(carer: Client, settler: Client) -> None:
    (stall_order,) = an_order()
    write_message(
        stall_order=stall_order, author_id=None, text="لطفاً کادو کنید", now=timezone.now()
    )
    order = f"/dashboard/orders/{stall_order.order.number}/"
    parcel = f"/parcel/{stall_order.number}/"
    for words, page in (("خیابان نمونه", order), ("لطفاً کادو کنید", parcel)):
        assert words in carer.get(page).content.decode()
        assert words not in settler.get(page).content.decode()
    assert "مهسا رضایی" in settler.get(order).content.decode()


def test_an_order_is_found_by_number_name_and_phone_in_any_digits(carer: Client) -> None:
    (stall_order,) = an_order()
    number = stall_order.order.number
    persian = number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    for words in (number, persian, "رضایی", "09120000001", "۰۹۱۲۰۰۰۰۰۰۱", stall_order.number):
        found = carer.get("/dashboard/orders/", {"q": words}).content.decode()
        assert f"/dashboard/orders/{number}/" in found, words
    nothing = carer.get("/dashboard/orders/", {"q": "<script>"}).content.decode()
    assert "سفارشی پیدا نشد" in nothing
    assert "<script>" not in nothing


def test_orders_cannot_be_changed_from_the_dashboard(carer: Client) -> None:
    (stall_order,) = an_order()
    number = stall_order.order.number
    before = list(StallOrder.objects.values())
    for page in ("/dashboard/orders/", f"/dashboard/orders/{number}/"):
        assert carer.post(page, {"action": "change_order_statuses"}).status_code == 405
        assert 'method="post"' not in carer.get(page).content.decode()
    for gone in ("statistics/x/", f"{number}/shipping-address/", f"{number}/lines/1/"):
        assert carer.get(f"/dashboard/orders/{gone}").status_code == 404
    assert list(StallOrder.objects.values()) == before


@pytest.mark.parametrize(
    "gone", ["partners/", "users/", "offers/", "vouchers/", "shipping/", "comms/", "reports/"]
)
def test_what_would_change_money_or_people_is_not_mounted(staff: Client, gone: str) -> None:
    assert staff.get(f"/dashboard/{gone}").status_code == 404


@pytest.mark.parametrize(
    "page", ["", "catalogue/product-types/", "catalogue/attribute-option-group/"]
)
def test_who_looks_after_stalls_says_what_is_asked_of_goods(carer: Client, page: str) -> None:
    response = carer.get(f"/dashboard/{page}", follow=True)
    assert response.status_code == 200
    shown = response.content.decode()
    assert "https://ajax.googleapis.com" not in shown
    links = set(re.findall(r'href="(/[^"#]*)"', shown))
    for link in links:
        if not link.startswith("/static/"):
            assert carer.get(link, follow=True).status_code == 200, link


@pytest.mark.parametrize(
    "gone",
    [
        *("", "products/{pk}/", "products/{pk}/delete/", "products/bulk-action/"),
        *("products/create/", "products/create/{kind}/", "products/{pk}/create-variant/"),
        *("stock-alerts/", "product-lookup/", "option/", "option/create/"),
        *("categories/", "categories/{category}/delete/", "categories/{category}/update/"),
    ],
)
def test_goods_of_a_stall_change_in_its_panel_alone(staff: Client, gone: str) -> None:
    """Their price, stock, words and end leave a trace there; Oscar's pages would leave none."""
    log_in_at_office(staff, a_staff_member(is_superuser=True))
    product = a_product(a_stall(), category=a_category())
    page = "/dashboard/catalogue/" + gone.format(
        pk=product.pk, kind=product.product_class.slug, category=product.categories.get().pk
    )
    assert staff.get(page).status_code == 404
    assert staff.post(page, {"title": "نام دیگر"}).status_code == 404


def test_a_type_of_product_has_a_name_and_no_switch_that_turns_every_stall(carer: Client) -> None:
    kind = a_product(a_stall()).product_class
    page = f"/dashboard/catalogue/product-type/{kind.pk}/update/"
    form: Any = carer.get(page).context
    assert list(form["form"].fields) == ["name"]
    management = form["attributes_formset"].management_form
    sent = {f"{management.prefix}-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    assert carer.post(page, {"name": "سفال", **sent}).status_code == 302
    kind.refresh_from_db()
    assert (kind.name, kind.track_stock, kind.requires_shipping) == ("سفال", True, True)


def test_the_desk_opens_a_product_in_the_shop(carer: Client) -> None:
    product = a_product(a_stall())
    in_shop: Any = carer.get(product.get_absolute_url())
    assert unquote(in_shop.url) == f"http://127.0.0.1:8000/p/{product.slug}/"


@pytest.mark.parametrize("page", ["/", "/parcels/", "/dashboard/", "/dashboard/orders/"])
def test_nobody_but_staff_comes_in(client: Client, page: str) -> None:
    assert client.get(page).status_code == 302
    client.force_login(a_user())
    assert client.get(page).status_code == 404


@pytest.mark.urls("shop.urls.storefront")
def test_the_storefront_has_neither_desk_nor_dashboard(client: Client) -> None:
    client.force_login(a_staff_member(is_superuser=True))
    for page in ("/parcels/", "/dashboard/", "/dashboard/orders/", "/livelihood/"):
        assert client.get(page).status_code == 404


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_page_that_is_not_there_says_so_and_leads_back(carer: Client, prefix: str) -> None:
    response = carer.get(f"{prefix}/nothing/")
    assert response.status_code == 404
    links = re.findall(r'href="(/[^"#]*)"', response.content.decode())
    for link in links:
        if not link.startswith("/static/"):
            assert carer.get(link, follow=True).status_code in (200, 404), link
    assert f"{prefix}/" in links


def test_a_refund_that_no_gateway_could_make_is_shown_until_it_is_paid(carer: Client) -> None:
    (late,) = an_order()
    title = "باید دستی پرداخت شود"
    assert title not in carer.get("/").content.decode()
    refund = Refund.objects.create(
        attempt=PaymentAttempt.objects.get(order=late.order),
        state=Refund.State.BY_HAND,
        amount=2_300_000,
        charge_amount=2_300_000,
        created_at=timezone.now(),
    )
    shown = text_of(carer.get("/").content)
    assert title in shown
    assert "۲۳۰٬۰۰۰ تومان" in shown
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.DONE)
    assert title not in carer.get("/").content.decode()


def test_an_order_paid_at_the_door_says_so_in_the_list(carer: Client) -> None:
    (stall_order,) = an_order()
    for status, said in (("on_delivery", "هنگام تحویل پرداخت می‌شود"), ("cancelled", "لغو")):
        type(stall_order.order).objects.update(status=status)
        shown = carer.get("/dashboard/orders/").content.decode()
        assert said in shown
        assert "پرداخت ناموفق" not in shown
