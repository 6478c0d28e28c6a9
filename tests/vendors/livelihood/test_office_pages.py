"""What a livelihood officer sees, what others do not, and that every look is written down."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from unittest.mock import ANY

import pytest
from django.db import DatabaseError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.jalali import Month, tehran_date
from shop.money import Rial
from tests.makers import a_staff_member, log_in_at_office
from tests.vendors.livelihood.makers import (
    a_district,
    a_line,
    a_linked_stall,
    a_loan,
    a_plan,
    delivered,
)
from vendors.livelihood.income.services import pull_income
from vendors.livelihood.loans.models import Instalment
from vendors.livelihood.plans.models import EmploymentPlan
from vendors.livelihood.staff.models import AccessLog, Officer

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
HOME, INCOMES = "/livelihood/", "/livelihood/incomes/"
Role = Officer.Role


def an_officer(
    client: Client, role: Role = Role.DISTRICT_HEAD, district: str = "اسلامشهر"
) -> Officer:
    user = a_staff_member()
    log_in_at_office(client, user)
    return Officer.objects.create(user_id=user.pk, district=a_district(district), role=role)


def months_back(count: int) -> Month:
    month = Month.of(tehran_date(timezone.now()))
    for _ in range(count):
        month = month.previous()
    return month


def earned(stall: object, *, goods: int, commission: int = 0, months_ago: int = 0) -> None:
    month = months_back(months_ago)
    day = month.start if months_ago == 0 else month.start + timedelta(days=9)
    delivered(
        stall,  # type: ignore[arg-type]
        goods=goods,
        commission=commission,
        on=datetime(day.year, day.month, day.day, 8, tzinfo=UTC),
    )
    pull_income(now=timezone.now())


def a_plan_with_income(name: str = "تار و پود", **plan: object) -> EmploymentPlan:
    stall, found = a_linked_stall(a_plan(**plan), name, valid_from=date(2020, 1, 1))  # type: ignore[arg-type]
    earned(stall, goods=90_000_000, commission=4_500_000, months_ago=1)
    return found


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", content.decode())))


def card(plan: EmploymentPlan) -> str:
    return f"/livelihood/plans/{plan.pk}/"


def entries(plan: EmploymentPlan, months_ago: int = 1) -> str:
    month = months_back(months_ago)
    return f"{card(plan)}{month.year}-{month.month}/"


def test_staff_who_are_no_officers_find_no_livelihood_page(client: Client) -> None:
    plan = a_plan_with_income()
    log_in_at_office(client, a_staff_member(is_superuser=True))
    for page in (HOME, INCOMES, card(plan), entries(plan)):
        assert client.get(page).status_code == 404
    assert "livelihood/" not in client.get("/").content.decode()
    assert AccessLog.objects.count() == 0


def test_an_officer_of_another_district_sees_no_plan_of_this_one(client: Client) -> None:
    plan = a_plan_with_income()
    an_officer(client, district="رباط‌کریم")
    assert client.get(card(plan)).status_code == 404
    assert client.get(entries(plan)).status_code == 404
    assert "تار و پود" not in client.get(INCOMES).content.decode()
    assert "تار و پود" not in client.get(HOME).content.decode()


def test_a_case_worker_sees_their_own_plans_by_month_and_no_single_sale(client: Client) -> None:
    worker = an_officer(client, Role.CASE_WORKER)
    mine = a_plan_with_income("غرفهٔ من", case_worker=worker)
    other = a_plan_with_income("غرفهٔ دیگری")
    shown = client.get(INCOMES).content.decode()
    assert "غرفهٔ من" in shown
    assert "غرفهٔ دیگری" not in shown
    assert client.get(card(other)).status_code == 404
    assert client.get(entries(mine)).status_code == 404
    assert entries(mine) not in client.get(card(mine)).content.decode()


def test_the_card_tells_the_month_to_the_toman_and_leads_to_its_rows(client: Client) -> None:
    an_officer(client)
    plan = a_plan_with_income()
    shown = text_of(client.get(card(plan)).content)
    assert "۹٬۰۰۰٬۰۰۰" in shown
    assert "−۴۵۰٬۰۰۰" in shown
    assert "۸٬۵۵۰٬۰۰۰" in shown
    assert entries(plan) in client.get(card(plan)).content.decode()
    rows = text_of(client.get(entries(plan)).content)
    assert rows.count("الف: از دفتر") == 2
    assert "۸٬۵۵۰٬۰۰۰" in rows


def test_what_was_delivered_a_moment_ago_stands_in_this_month(client: Client) -> None:
    an_officer(client)
    stall, plan = a_linked_stall(valid_from=date(2020, 1, 1))
    earned(stall, goods=1_250_000, commission=62_500)
    shown = client.get(card(plan)).content.decode()
    assert "۱۱۸٬۷۵۰" in shown
    assert entries(plan, months_ago=0) in shown


def test_the_share_is_three_months_of_income_over_three_months_of_line(client: Client) -> None:
    an_officer(client)
    a_line(10_000_000, size=4)
    stall, _plan = a_linked_stall(valid_from=date(2020, 1, 1))
    for months_ago, goods in ((1, 120_000_000), (2, 60_000_000), (3, 60_000_000)):
        earned(stall, goods=goods, months_ago=months_ago)
    shown = text_of(client.get(INCOMES).content)
    assert "۸۰٪، زیر خط" in shown
    assert "۰ از ۱" in shown
    earned(stall, goods=60_000_000, months_ago=2)
    shown = text_of(client.get(INCOMES).content)
    assert "۱۰۰٪، بالای خط" in shown
    assert "۱ از ۱" in shown


def test_a_month_before_the_stall_was_linked_is_no_zero(client: Client) -> None:
    an_officer(client)
    stall, _plan = a_linked_stall(valid_from=months_back(1).start)
    earned(stall, goods=60_000_000, months_ago=1)
    shown = text_of(client.get(INCOMES).content)
    assert shown.count("داده‌ای نیست") == 3  # two months without data, and no share without a line
    assert "۶٫۰" in shown


def test_the_card_says_how_late_an_instalment_is_and_what_the_income_covers(client: Client) -> None:
    an_officer(client)
    plan = a_plan_with_income()
    today = tehran_date(timezone.now())
    loan = a_loan(30_000_000, today - timedelta(days=200), plan=plan, n=1)
    due_on = months_back(1).start + timedelta(days=3)
    Instalment.objects.create(
        loan=loan, no=1, due_on=due_on, principal=Rial(28_500_000), fee=Rial(0)
    )
    shown = text_of(client.get(card(plan)).content)
    written = str((today - due_on).days).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert f"از سررسید قدیمی‌ترین قسط پرداخت‌نشده {written} روز گذشته است" in shown
    assert "۳٫۰۰ برابر قسط" in shown
    assert f"{written} روز دیرکرد" in text_of(client.get(HOME).content)


def test_every_look_at_a_plan_is_written_down(client: Client) -> None:
    officer = an_officer(client)
    plan = a_plan_with_income()
    for page in (HOME, INCOMES, card(plan), entries(plan)):
        client.get(page)
    looks = AccessLog.objects.order_by("pk").values_list(
        "user_id", "page", "plan_id", "n_plans", "read_at"
    )
    assert list(looks) == [
        (officer.user_id, "district", None, 1, ANY),
        (officer.user_id, "incomes", None, 1, ANY),
        (officer.user_id, "plan", plan.pk, 1, ANY),
        (officer.user_id, "entries", plan.pk, 1, ANY),
    ]


@pytest.mark.parametrize(
    "change", ["UPDATE livelihood_accesslog SET n_plans = 0", "DELETE FROM livelihood_accesslog"]
)
def test_no_look_can_be_unwritten(client: Client, change: str) -> None:
    an_officer(client)
    client.get(HOME)
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        connections["livelihood"].cursor().execute(change)


def test_pages_of_people_are_kept_by_no_cache(client: Client) -> None:
    an_officer(client)
    assert client.get(HOME)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("page", [HOME, INCOMES, f"{INCOMES}?show=months"])
def test_a_list_asks_no_more_of_the_databases_when_there_are_more_stalls(
    client: Client, page: str
) -> None:
    an_officer(client)
    counts = []
    for name in ("یک", "دو", "سه", "چهار"):
        a_plan_with_income(name)
        with (
            CaptureQueriesContext(connections["default"]) as public,
            CaptureQueriesContext(connections["livelihood"]) as confidential,
        ):
            assert client.get(page).status_code == 200
        counts.append((len(public), len(confidential)))
    assert len(set(counts[1:])) == 1
    # two of the public ones: what this person may do
    assert counts[-1] == ((8, 25) if page == HOME else (5, 5))


def test_the_table_is_sorted_by_what_the_address_says(client: Client) -> None:
    an_officer(client)
    a_line(10_000_000, size=4)
    for name, goods in (("الف", 90_000_000), ("ب", 30_000_000), ("پ", 150_000_000)):
        stall, _plan = a_linked_stall(name=name, valid_from=date(2020, 1, 1))
        earned(stall, goods=goods, months_ago=1)

    def order(address: str) -> list[str]:
        return re.findall(
            r"/livelihood/plans/[0-9a-f-]+/\">([^<]+)</a>", client.get(address).content.decode()
        )

    assert order(INCOMES) == ["ب", "الف", "پ"]
    assert order(f"{INCOMES}?sort=-share") == ["پ", "الف", "ب"]
    assert order(f"{INCOMES}?sort=name") == ["الف", "ب", "پ"]
    assert order(f"{INCOMES}?sort=nonsense&show=nonsense") == ["ب", "الف", "پ"]


def test_html_in_a_name_is_text_and_never_markup(client: Client) -> None:
    an_officer(client)
    plan = a_plan_with_income("<script>alert(1)</script>", title="<b>قالی</b>")
    for page in (HOME, INCOMES, card(plan), entries(plan)):
        shown = client.get(page).content.decode()
        assert "<script>alert" not in shown
        assert "<b>قالی" not in shown


@pytest.mark.parametrize("month", ["1405-13", "1405-0", "99999-1", "1300-1"])
def test_a_month_that_is_none_is_not_found(client: Client, month: str) -> None:
    an_officer(client)
    plan = a_plan_with_income()
    assert client.get(f"{card(plan)}{month}/").status_code == 404


def test_every_page_opens_in_english_too(client: Client) -> None:
    an_officer(client)
    plan = a_plan_with_income()
    for page in (HOME, INCOMES, card(plan), entries(plan)):
        response = client.get(f"/en{page}")
        assert response.status_code == 200
        assert '<html lang="en" dir="ltr"' in response.content.decode()
    assert "8,550,000" in client.get(f"/en{card(plan)}").content.decode()


def test_an_empty_district_is_told_plainly(client: Client) -> None:
    an_officer(client)
    assert "هنوز غرفه‌ای به طرحی پیوند نخورده است" in client.get(INCOMES).content.decode()
    assert client.get(HOME).status_code == 200
