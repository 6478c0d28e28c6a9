from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.jalali import (
    Month,
    format_date,
    format_month,
    jalali_year,
    parse_day,
    tehran_date,
    weekday_name,
    written_day,
    year_end,
    year_start,
)

days = st.dates(date(1950, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2027, 3, 20), date(2027, 3, 21)])
def test_a_written_day_is_read_back(day, language):
    assert parse_day(written_day(day, language)) == day


def test_a_month_knows_its_first_and_last_day():
    azar = Month.of(date(2026, 11, 25))
    assert azar == Month(1405, 9)
    assert (azar.start, azar.end) == (date(2026, 11, 22), date(2026, 12, 21))


def test_esfand_of_a_leap_year_has_thirty_days():
    assert Month(1403, 12).end == date(2025, 3, 20)
    assert year_start(1404) == date(2025, 3, 21)
    assert year_end(1403) == date(2025, 3, 20)


@given(days)
def test_months_follow_one_another_without_a_gap(day):
    month = Month.of(day)
    assert month.start <= day <= month.end
    assert month.next().start == month.end + timedelta(days=1)
    assert month.next().previous() == month
    assert month.previous() < month < month.next()
    assert year_start(jalali_year(day)) <= day <= year_end(jalali_year(day))


@pytest.mark.parametrize("number", [0, 13, -1])
def test_there_is_no_thirteenth_month(number):
    with pytest.raises(ValueError, match="no month"):
        Month(1405, number)


def test_the_day_in_tehran_begins_before_the_day_in_utc():
    assert tehran_date(datetime(2026, 11, 24, 20, 29, tzinfo=UTC)) == date(2026, 11, 24)
    assert tehran_date(datetime(2026, 11, 24, 20, 30, tzinfo=UTC)) == date(2026, 11, 25)


def test_a_moment_needs_a_time_zone_and_a_month_needs_a_day():
    with pytest.raises(ValueError, match="time zone"):
        tehran_date(datetime(2026, 11, 24))  # noqa: DTZ001 (the mistake under test)
    with pytest.raises(TypeError, match="tehran_date"):
        Month.of(datetime(2026, 11, 24, tzinfo=UTC))


def test_days_of_the_week_are_named_as_each_language_names_them():
    week = [date(2026, 11, 21) + timedelta(days=n) for n in range(7)]
    assert [weekday_name(day, "fa") for day in week] == [
        "شنبه",
        "یک‌شنبه",
        "دوشنبه",
        "سه‌شنبه",
        "چهارشنبه",
        "پنج‌شنبه",
        "جمعه",
    ]
    assert weekday_name(week[0], "en") == "Saturday"


def test_dates_are_written_as_each_language_writes_them():
    assert format_date(date(2026, 11, 25), "fa") == "۴ آذر ۱۴۰۵"
    assert format_date(date(2026, 11, 25), "en") == "25 November 2026"
    assert format_month(Month(1405, 9), "fa") == "آذر ۱۴۰۵"
    assert format_month(Month(1405, 9), "en") == "Azar 1405"
