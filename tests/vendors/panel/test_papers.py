"""Label and slip: what carrier and buyer need, and not a word about whose goods they are."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from shop import papers
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.send import Part, send_stall_order
from tests.makers import BUYER, NOON, a_paid_order, a_product
from tests.pdf import has, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(stall):
    (order,) = a_paid_order((a_product(stall, "کلاه تابستانی", price=2_000_000), 2))
    accept_stall_order(stall_order=order, now=NOON)
    return order


def paper(client, order, name: str):
    return client.get(reverse(f"panel:{name}", args=[order.number]))


def test_the_label_says_where_to_and_from_the_office_alone(client, stall, order):
    with override_settings(RETURN_ADDRESS="دفتر اسلامشهر"):
        answer = paper(client, order, "label")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    pdf = answer.content
    for words in (BUYER.name, "اسلامشهر", "۳۳۱۳۹-۱۲۳۴۵", "۰۹۱۲۰۰۰۰۰۰۱", "بازارچه", "دفتر"):
        assert has(pdf, words), (words, text_of(pdf))
    keeper = stall.members.get().user
    for words in (stall.name, stall.partner.name, "مددجو", "تومان", "۲۰۰٬۰۰۰", keeper.phone[3:]):
        assert not has(pdf, words), words


def test_the_slip_counts_the_goods_and_names_no_price(client, stall, order):
    pdf = paper(client, order, "slip").content
    for words in ("کلاه تابستانی", "۲", BUYER.name):
        assert has(pdf, words), (words, text_of(pdf))
    for words in (stall.name, "مددجو", "تومان", "۲۰۰٬۰۰۰", BUYER.address, "۰۹۱۲۰۰۰۰۰۰۱"):
        assert not has(pdf, words), words


def test_the_slip_of_an_order_in_parts_counts_what_is_still_to_go_and_then_what_went_last(
    client, stall, monkeypatch
):
    as_words = "vendors.panel.papers.pdf_response"
    monkeypatch.setattr(as_words, lambda html, name: HttpResponse(html))
    goods = (a_product(stall, "کلاه", stock=9), 7), (a_product(stall, "شال", stock=9), 2)
    (order,) = a_paid_order(*goods)
    accept_stall_order(stall_order=order, now=NOON)
    hat, shawl = sorted(line.pk for line in order.lines)

    def on_slip() -> list[tuple[str, str]]:
        page = paper(client, order, "slip").content.decode()
        return re.findall(r"<td>([^<]+)</td><td>([^<]+)</td>", page)

    assert on_slip() == [("کلاه", "۷"), ("شال", "۲")]
    for number, pieces in enumerate([{hat: 3, shawl: 2}, {hat: 4}], start=1):
        part = Part(pieces, number)
        send_stall_order(stall_order=order, carrier="", tracking_code="", now=NOON, part=part)
        assert on_slip() == [("کلاه", "۴")]


@pytest.mark.parametrize("name", ["label", "slip"])
def test_there_is_no_paper_before_accepting_nor_when_the_address_is_forgotten(
    client, stall, order, name
):
    StallOrder.objects.filter(pk=order.pk).update(state="new")
    assert paper(client, order, name).status_code == 404
    long_ago = timezone.now() - timedelta(days=31)
    StallOrder.objects.filter(pk=order.pk).update(state="closed", delivered_at=long_ago)
    assert paper(client, order, name).status_code == 404
    page = client.get(reverse("panel:order", args=[order.number])).content.decode()
    for private in (BUYER.name, BUYER.address, "۳۳۱۳۹"):
        assert private not in page
        assert private not in client.get("/panel/orders/done/").content.decode()
    StallOrder.objects.filter(pk=order.pk).update(delivered_at=long_ago + timedelta(days=2))
    assert paper(client, order, name).status_code == 200


def test_a_machine_without_pango_says_so(client, order, monkeypatch):
    def no_pango(html: str) -> bytes:
        raise papers.NoPapers

    monkeypatch.setattr(papers, "pdf_of", no_pango)
    answer = paper(client, order, "label")
    assert answer.status_code == 503
    assert "الان در این دستگاه نمی‌شود" in answer.content.decode()
