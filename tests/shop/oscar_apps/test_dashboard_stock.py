"""Staff repair a product on Oscar's dashboard: price and stock keep the rules that orders stand on."""

from typing import Any

import pytest
from django.test import Client
from oscar.apps.partner.models import StockRecord

from tests.makers import (
    a_category,
    a_paid_order,
    a_product,
    a_staff_member,
    a_stall,
    log_in_at_office,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("shop.urls.office")]


@pytest.fixture
def staff(client: Client) -> Client:
    log_in_at_office(client, a_staff_member())
    return client


@pytest.fixture
def product() -> Any:
    return a_product(a_stall(), price=1_650_000, stock=5, category=a_category())


def form_of(staff: Client, product: Any) -> dict[str, str]:
    """What the browser sends when nothing was changed."""
    context = staff.get(f"/dashboard/catalogue/products/{product.pk}/").context
    names = ("category", "image", "recommended", "stockrecord")
    formsets = [context[f"{name}_formset"] for name in names]
    forms = [context["form"], *(formset.management_form for formset in formsets)]
    forms += [form for formset in formsets for form in formset.forms]
    sent = {}
    for field in (field for form in forms for field in form):
        value = field.value()
        if value is not None and value is not False and not hasattr(value, "url"):
            sent[field.html_name] = str(value)
    return sent | {"stockrecords-TOTAL_FORMS": "1"}  # without the empty row for another seller


def save(staff: Client, product: Any, **stock: str) -> Any:
    typed = {f"stockrecords-0-{name}": value for name, value in stock.items()}
    path = f"/dashboard/catalogue/products/{product.pk}/"
    return staff.post(path, {**form_of(staff, product), **typed})


def test_a_price_and_a_count_are_kept(staff: Client, product: Any) -> None:
    assert save(staff, product, price="1800000", num_in_stock="7").status_code == 302
    record = product.stockrecords.get()
    assert (record.price, record.num_in_stock) == (1_800_000, 7)


@pytest.mark.parametrize("price", ["0", "-1", "12.5", "NaN", "1e30"])
def test_a_price_that_is_no_whole_rial_is_said_and_not_kept(
    staff: Client, product: Any, price: str
) -> None:
    page = save(staff, product, price=price)
    assert page.status_code == 200
    assert list(page.context["stockrecord_formset"].forms[0].errors) == ["price"]
    assert product.stockrecords.get().price == 1_650_000


def test_the_count_may_not_fall_below_what_is_sold(staff: Client, product: Any) -> None:
    a_paid_order((product, 3))
    page = save(staff, product, num_in_stock="2")
    assert page.context["stockrecord_formset"].forms[0].errors == {
        "num_in_stock": ["۳ عدد از این کالا فروخته شده و هنوز فرستاده نشده است."]
    }
    assert product.stockrecords.get().num_in_stock == 5


def test_an_order_that_comes_while_staff_type_keeps_its_stock(
    staff: Client, product: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the row and writing it back, in one request, somebody buys."""
    sent = form_of(staff, product) | {"stockrecords-0-price": "1800000"}
    plain = StockRecord.save

    def save_after_a_sale(record: Any, *arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(StockRecord, "save", plain)
        StockRecord.objects.filter(pk=record.pk).update(num_allocated=4)
        plain(record, *arguments, **options)

    monkeypatch.setattr(StockRecord, "save", save_after_a_sale)
    path = f"/dashboard/catalogue/products/{product.pk}/"
    assert staff.post(path, sent).status_code == 302
    record = product.stockrecords.get()
    assert (record.price, record.num_allocated) == (1_800_000, 4)
