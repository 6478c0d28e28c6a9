"""Staff enter what a euro costs: dated, kept for good, and looked at twice where a zero may be missing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shop.payments.models import ExchangeRate
from shop.payments.rates import current_rate
from tests.makers import a_rate, a_staff_member, log_in_at_office
from vendors.settlements.access import let_settle

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
TYPED = {"currency": "EUR", "rial_per_unit": "۱٬۲۳۴٬۵۰۰", "source": "بازار تهران", "as_of": ""}


@pytest.fixture
def office(client: Client) -> Client:
    user = a_staff_member(name="زهرا حسابدار")
    let_settle(user)
    log_in_at_office(client, user)
    return client


def page(client: Client, **typed: Any) -> str:
    return client.post("/rates/", {**TYPED, **typed}).content.decode()


def the_rate() -> str:
    return str(ExchangeRate.objects.get().rial_per_unit)


def test_a_rate_is_entered_and_in_use(office: Client) -> None:
    a_rate("1200000", as_of=timezone.now() - timedelta(days=3))
    answer = office.post("/rates/", TYPED)
    assert answer.headers["Location"] == "/rates/"
    newest = current_rate(currency="EUR", now=timezone.now())
    assert newest is not None
    assert (str(newest.rial_per_unit), newest.source) == ("1234500.0000", "بازار تهران")
    assert newest.entered_by is not None
    shown = office.get("/rates/").content.decode()
    assert shown.index("۱۲۳٬۴۵۰") < shown.index("۱۲۰٬۰۰۰")  # the newest first
    assert shown.count("pill--good") == 1
    assert "زهرا حسابدار" in shown


@pytest.mark.parametrize(
    "typed",
    ["NaN", "Infinity", "-Infinity", "-1", "−1", "0", "1e999", "1e6", "", " ", "دوازده", "9" * 60],
)
def test_what_is_no_rate_is_said_beside_the_field(office: Client, typed: str) -> None:
    shown = page(office, rial_per_unit=typed)
    assert 'id="id_rial_per_unit_error"' in shown
    assert 'value="بازار تهران"' in shown  # nothing that was typed is lost
    assert ExchangeRate.objects.count() == 0


@pytest.mark.parametrize("typed", ["1234500", "۱۲۳۴۵۰۰", "١٢٣٤٥٠٠", "1,234,500", "۱٬۲۳۴٬۵۰۰"])
def test_every_way_of_writing_a_number_is_read(office: Client, typed: str) -> None:
    a_rate("1200000", as_of=timezone.now() - timedelta(days=2))
    office.post("/rates/", {**TYPED, "rial_per_unit": typed})
    assert str(ExchangeRate.objects.latest("pk").rial_per_unit) == "1234500.0000"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("currency", "IRR"),
        ("currency", "ZZZ"),
        ("currency", ""),
        ("source", ""),
        ("source", "x" * 81),
        ("as_of", "دیروز"),
        ("as_of", "1405/13/40"),
        ("as_of", "1405/09/04 25:00"),
        ("as_of", "99999/01/01"),
        ("as_of", "2099-01-01"),
    ],
)
def test_other_nonsense_is_said_beside_its_field(office: Client, field: str, typed: str) -> None:
    assert f'id="id_{field}_error"' in page(office, **{field: typed, "is_confirmed": "on"})
    assert ExchangeRate.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "asks"),
    [
        ("123450", True),  # toman for rial
        ("12345000", True),  # a zero too many
        ("400001", False),
        ("400000", False),
        ("399999", True),
        ("3600000", False),
        ("3600001", True),
    ],
)
def test_a_rate_far_from_the_last_one_is_asked_about(
    office: Client, typed: str, asks: bool
) -> None:
    a_rate("1200000", as_of=timezone.now() - timedelta(days=2))
    shown = page(office, rial_per_unit=typed)
    assert ("آخرین نرخ ۱۲۰٬۰۰۰ تومان بود" in shown) is asks
    assert ExchangeRate.objects.count() == (1 if asks else 2)
    if asks:
        assert 'name="is_confirmed"' in shown
        page(office, rial_per_unit=typed, is_confirmed="on")
        assert ExchangeRate.objects.count() == 2


def test_the_first_rate_is_asked_about_too(office: Client) -> None:
    assert "نخستین نرخ: هر یورو ۱۲۳٬۴۵۰ تومان" in page(office)
    page(office, is_confirmed="on")
    assert the_rate() == "1234500.0000"


def test_a_moment_is_read_in_tehran(office: Client) -> None:
    page(office, as_of="۱۴۰۵/۰۹/۰۱ ۱۰:۳۰", is_confirmed="on")
    assert ExchangeRate.objects.get().as_of.isoformat() == "2026-11-22T07:00:00+00:00"


def test_who_does_not_settle_finds_no_such_page(client: Client) -> None:
    log_in_at_office(client, a_staff_member())
    assert client.get("/rates/").status_code == 404
    assert client.post("/rates/", TYPED).status_code == 404
    assert ExchangeRate.objects.count() == 0
