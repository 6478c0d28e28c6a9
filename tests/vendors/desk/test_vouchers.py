"""Staff who settle make a code and end it; what is typed wrong is said beside its field and stays."""

import pytest
from django.test import Client

from shop.orders.models import Voucher
from tests.makers import a_staff_member, log_in_at_office
from vendors.settlements.access import let_settle

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
TYPED = {
    "code": "نوروز-۱۴۰۶",
    "name": "نوروز",
    "percent": "۱۰",
    "amount": "",
    "at_most": "۵۰٬۰۰۰",
    "min_goods": "",
    "starts_at": "1405/12/25",
    "ends_at": "۱۴۰۶/۰۱/۱۴",
    "max_uses": "۲۰",
}


@pytest.fixture(autouse=True)
def _settler(client: Client) -> None:
    user = a_staff_member()
    let_settle(user)
    log_in_at_office(client, user)


def test_a_code_is_made_and_ended(client: Client) -> None:
    assert client.post("/vouchers/", TYPED).status_code == 302
    voucher = Voucher.objects.get()
    assert (voucher.code, voucher.percent, voucher.at_most) == ("نوروز1406", 10, 500_000)
    assert (voucher.max_uses, voucher.min_goods) == (20, 0)
    assert voucher.made_by is not None
    ends_at = voucher.ends_at
    assert "نوروز1406" in client.get("/vouchers/").content.decode()
    client.post(f"/vouchers/{voucher.pk}/end/")
    voucher.refresh_from_db()
    assert voucher.ends_at < ends_at


def test_a_code_that_was_given_out_is_not_made_again(client: Client) -> None:
    client.post("/vouchers/", TYPED)
    page = client.post("/vouchers/", {**TYPED, "code": "نوروز ۱۴۰۶"}).content.decode()
    assert "field__error" in page
    assert Voucher.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": "101"},
        {"percent": "0"},
        {"percent": "NaN"},
        {"percent": "", "amount": ""},
        {"percent": "10", "amount": "1000"},
        {"percent": "", "amount": "-1"},
        {"percent": "", "amount": "1e999"},
        {"ends_at": "1405/12/25"},
        {"starts_at": "پریروز"},
        {"code": "a b!"},
        {"max_uses": "0"},
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, wrong: dict[str, str]
) -> None:
    page = client.post("/vouchers/", {**TYPED, **wrong, "name": "می‌ماند"}).content.decode()
    assert "field__error" in page
    assert "می‌ماند" in page
    assert Voucher.objects.count() == 0
