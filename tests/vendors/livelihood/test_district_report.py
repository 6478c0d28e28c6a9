"""The district's paragraphs are written from rows, and say what the office said."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from shop.jalali import parse_day
from shop.money import split
from tests.vendors.livelihood.makers import (
    TODAY,
    a_district,
    a_job,
    a_loan,
    a_person,
    a_placement,
    a_plan,
    a_stall,
    a_training,
)
from vendors.livelihood.bridge import link_stall
from vendors.livelihood.loans.models import Loan
from vendors.livelihood.plans.models import JobOpportunity
from vendors.livelihood.reports.formulas import list_words, may_print_sum, toman_words
from vendors.livelihood.reports.queries import last_year_to_date
from vendors.livelihood.reports.services import district_paragraphs

WRITTEN = Path(__file__).with_name("district_report.txt").read_text(encoding="utf-8").strip()
ZWNJ = "\u200c"
LAST_YEAR, THIS_YEAR = date(2025, 9, 1), date(2026, 9, 1)
both_halves = pytest.mark.django_db(databases=["default", "livelihood"])


def report(**options: str) -> str:
    out = StringIO()
    call_command("livelihood_report", district="اسلامشهر", stdout=out, **options)
    return out.getvalue().strip()


def the_years_of_the_district() -> None:
    """453 jobs and 53.6 billion last year; 77 loans of 9 billion, 8 placements, 52 trained, 16 stalls this year."""
    plans = {code: a_plan(code=code) for code in ("hedayat", "rahbari", "karyabi", "azadkari")}
    JobOpportunity.objects.bulk_create(
        JobOpportunity(
            plan=list(plans.values())[number % 4],
            person=a_person(),
            district=a_district(),
            claimed_on=LAST_YEAR,
        )
        for number in range(453)
    )
    plan = plans["hedayat"]
    bank = a_loan(1, date(2020, 1, 1), plan=plan).bank
    Loan.objects.bulk_create(
        Loan(
            plan=plan,
            district=plan.district,
            bank=bank,
            principal=principal,
            disbursed_on=day,
            n_instalments=36,
        )
        for total, count, day in (
            (536_000_000_000, 400, LAST_YEAR),
            (90_000_000_000, 77, THIS_YEAR),
        )
        for principal in split(total, [1] * count)
    )
    for _ in range(8):
        a_placement(THIS_YEAR)
    people = [a_person() for _ in range(52)]
    a_training(*people, completed_on=THIS_YEAR)
    a_training(*people[:20], completed_on=THIS_YEAR)  # a second course makes no second person
    a_training(a_person(), completed_on=None)
    for number in range(16):
        stall = a_stall(f"غرفه {number}", products=2)
        link_stall(stall_id=stall.public_id, plan=a_plan(), valid_from=date(2026, 4, 1))


@both_halves
def test_the_report_says_what_the_office_said() -> None:
    the_years_of_the_district()
    assert report(as_of="2026-11-25").replace(ZWNJ, "") == WRITTEN
    assert report(as_of="1405-09-04") == report(as_of="2026-11-25")
    assert report(as_of="۱۴۰۵/۰۹/۰۴") == report(as_of="١٤٠٥-٠٩-٠٤") == report(as_of="1405-09-04")


@both_halves
def test_the_report_has_its_zwnj_where_persian_needs_them() -> None:
    the_years_of_the_district()
    text = report(as_of="2026-11-25")
    for word in ("اشتغال‌زایی", "طرح‌های", "اشتغال‌زا ", "مهارت‌های", "راه‌اندازی"):
        assert word in text


@both_halves
def test_rows_of_tomorrow_and_of_the_year_before_are_not_told() -> None:
    for _ in range(6):
        a_placement(TODAY)
        a_placement(date(2026, 11, 26))
        a_placement(date(2026, 3, 20))  # 29 Esfand 1404
    (paragraph,) = district_paragraphs(district=a_district(), as_of=TODAY)
    assert paragraph == (
        "معاون اشتغال کمیته امداد استان تهران به عملکرد سال جاری اشاره کرد و افزود: در سال جاری تاکنون "
        "ایجاد ۶ فرصت شغلی جدید در قالب طرح کاریابی، از اقدامات این اداره در راستای توانمندسازی و "
        "خودکفایی مددجویان بوده است."
    )


@both_halves
def test_another_districts_rows_are_not_told() -> None:
    elsewhere = a_plan(a_district("رباط‌کریم"))
    for _ in range(6):
        a_loan(1000, THIS_YEAR, plan=elsewhere)
    assert district_paragraphs(district=a_district(), as_of=TODAY) == []


@both_halves
def test_a_group_under_five_is_left_out_like_none_at_all() -> None:
    for _ in range(4):
        a_placement(THIS_YEAR)
    a_training(*[a_person() for _ in range(5)], completed_on=THIS_YEAR)
    (paragraph,) = district_paragraphs(district=a_district(), as_of=TODAY)
    assert "کاریابی" not in paragraph
    assert "به ۵ نفر، از اقدامات" in paragraph


@both_halves
def test_a_sum_of_few_loans_is_not_told_and_their_count_is() -> None:
    for _ in range(9):
        a_loan(1_000_000_000, THIS_YEAR)
    (paragraph,) = district_paragraphs(district=a_district(), as_of=TODAY)
    assert "۹ فقره تسهیلات اشتغال‌زا به متقاضیان" in paragraph
    a_loan(1_000_000_000, THIS_YEAR)
    (paragraph,) = district_paragraphs(district=a_district(), as_of=TODAY)
    assert "۱۰ فقره تسهیلات اشتغال‌زا به مبلغ ۱ میلیارد تومان به متقاضیان" in paragraph


@both_halves
def test_one_kind_of_plan_is_no_list() -> None:
    for _ in range(5):
        a_job(LAST_YEAR, code="rahbari")
    (paragraph,) = district_paragraphs(district=a_district(), as_of=TODAY)
    assert "۵ فرصت شغلی پایدار در قالب طرح راهبری شغلی برای مددجویان" in paragraph
    assert paragraph.endswith("در اسلامشهر ایجاد شد.")


@both_halves
def test_stalls_count_when_they_opened_this_year_and_show_a_product() -> None:
    def linked(**options: object) -> None:
        stall = a_stall(**options)  # type: ignore[arg-type]
        link_stall(stall_id=stall.public_id, plan=a_plan(), valid_from=date(2026, 4, 1))

    for _ in range(5):
        linked()
    linked(products=0)
    linked(opened_on=date(2025, 9, 1))
    a_stall()  # nobody's plan
    (paragraph,) = district_paragraphs(district=a_district(), as_of=TODAY)
    assert "تولیدی ۵ مجری طرح" in paragraph


@both_halves
def test_an_unknown_district_and_a_day_that_is_none_are_said_plainly() -> None:
    with pytest.raises(CommandError, match="No district is called"):
        report()
    a_district()
    with pytest.raises(CommandError, match="Not a day: 1405-13-01"):
        report(as_of="1405-13-01")
    with pytest.raises(CommandError, match="Nothing may be reported"):
        report(as_of="1405-09-04")


def test_days_are_read_in_both_calendars() -> None:
    assert parse_day("1405-09-04") == parse_day("۱۴۰۵/۹/۴") == TODAY
    assert parse_day(" 2026-11-25 ") == TODAY
    for nonsense in ("", "1405", "1405-12-30", "2026-02-29", "امروز", "1-2-3-4"):
        with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is the promise
            parse_day(nonsense)


def test_amounts_are_said_in_milliards_and_millions_of_toman() -> None:
    assert toman_words(536_000_000_000) == "۵۳ میلیارد و ۶۰۰ میلیون تومان"
    assert toman_words(90_000_000_000) == "۹ میلیارد تومان"
    assert toman_words(1_200_000_000) == "۱۲۰ میلیون تومان"
    assert toman_words(9_999_999) == "کمتر از ۱ میلیون تومان"
    with pytest.raises(ValueError, match="negative"):
        toman_words(-1)


@given(st.integers(min_value=10_000_000, max_value=10**15))
def test_words_never_say_more_than_the_amount_and_less_than_a_million_below_it(rial: int) -> None:
    said = 0
    for part in toman_words(rial).removesuffix(" تومان").split(" و "):
        figure, unit = part.split(" ")
        said += int(figure) * {"میلیارد": 10**9, "میلیون": 10**6}[unit] * 10
    assert said <= rial < said + 10_000_000


@given(st.lists(st.text(st.characters(categories=["Lo"]), min_size=1), max_size=6))
def test_a_list_has_one_and_and_loses_no_part(parts: list[str]) -> None:
    words = list_words(parts)
    assert words.count(" و ") == (1 if len(parts) > 1 else 0)
    assert words.replace(" و ", "، ").split("، ") == (parts or [""])


def test_a_sum_in_which_one_stands_out_is_kept_back() -> None:
    assert may_print_sum([100] * 10)
    assert not may_print_sum([100] * 9)
    assert not may_print_sum([10_000, 100, *[10] * 8])


def test_last_year_is_compared_up_to_the_same_day() -> None:
    period = last_year_to_date(as_of=date(2026, 11, 25))
    assert (period.start, period.end) == (parse_day("1404-01-01"), parse_day("1404-09-04"))
    leap = last_year_to_date(as_of=parse_day("1403-12-30"))  # 1402 had no 30 Esfand
    assert leap.end == parse_day("1402-12-29")
