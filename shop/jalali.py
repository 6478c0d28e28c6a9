"""Jalali months and years, and the day it is in Tehran. Pure: the clock is an argument."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import jdatetime

from shop.persian import to_latin_digits, to_persian_digits

TEHRAN = ZoneInfo("Asia/Tehran")
MONTH_NAMES_FA: tuple[str, ...] = tuple(jdatetime.date.j_months_fa)
MONTH_NAMES_EN: tuple[str, ...] = tuple(jdatetime.date.j_months_en)


@dataclass(frozen=True, order=True)
class Month:
    """A Jalali month, such as Month(1405, 9). Months compare in time order."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"no month {self.month} in a year")

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that holds this (Gregorian) day. For an instant, ask `tehran_date` first."""
        if isinstance(day, datetime):
            raise TypeError("which day it is depends on the clock: use tehran_date()")
        jalali = jdatetime.date.fromgregorian(date=day)
        return cls(jalali.year, jalali.month)

    @property
    def start(self) -> date:
        """Its first day."""
        return _gregorian(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """Its last day, which still belongs to it."""
        return self.next().start - timedelta(days=1)

    def next(self) -> Month:
        return Month(self.year + 1, 1) if self.month == 12 else Month(self.year, self.month + 1)

    def previous(self) -> Month:
        return Month(self.year - 1, 12) if self.month == 1 else Month(self.year, self.month - 1)


def tehran_date(moment: datetime) -> date:
    """The day it is in Tehran at this moment. Raises ValueError when the moment has no zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    return moment.astimezone(TEHRAN).date()


def jalali_year(day: date) -> int:
    """The Jalali year that holds this (Gregorian) day."""
    return Month.of(day).year


def year_start(year: int) -> date:
    """Nowruz of the Jalali `year`."""
    return _gregorian(year, 1, 1)


def year_end(year: int) -> date:
    """The last day of the Jalali `year`, which still belongs to it."""
    return year_start(year + 1) - timedelta(days=1)


def parse_day(text: str) -> date:
    """A day written as 2026-11-25 or, in Jalali, 1405-09-04; `/` for `-` and three digit scripts will do.

    Raises ValueError for anything else. A year below 1700 is a Jalali one.
    """
    year, month, day = (
        int(part) for part in to_latin_digits(text.strip()).replace("/", "-").split("-")
    )
    return _gregorian(year, month, day) if year < 1700 else date(year, month, day)


def format_date(day: date, lang: str) -> str:
    """Day, month name and year: Jalali with Persian digits for `fa`, Gregorian for others."""
    if not lang.startswith("fa"):
        return f"{day.day} {calendar.month_name[day.month]} {day.year}"
    jalali = jdatetime.date.fromgregorian(date=day)
    return to_persian_digits(f"{jalali.day} {MONTH_NAMES_FA[jalali.month - 1]} {jalali.year}")


def written_day(day: date, lang: str) -> str:
    """A day as `parse_day` reads it and people write it: 1405/09/04 with Persian digits for `fa`, else 2026-11-25."""
    if not lang.startswith("fa"):
        return day.isoformat()
    jalali = jdatetime.date.fromgregorian(date=day)
    return to_persian_digits(f"{jalali.year}/{jalali.month:02}/{jalali.day:02}")


def weekday_name(day: date, lang: str) -> str:
    """Name of the day of the week, in Persian for `fa`, in English for others."""
    if not lang.startswith("fa"):
        return calendar.day_name[day.weekday()]
    name: str = jdatetime.date.j_weekdays_fa[(day.weekday() + 2) % 7]  # its week begins on Saturday
    return name


def format_month(month: Month, lang: str) -> str:
    """Name and year of a Jalali month, in Persian for `fa`, in Latin letters for others."""
    if not lang.startswith("fa"):
        return f"{MONTH_NAMES_EN[month.month - 1]} {month.year}"
    return to_persian_digits(f"{MONTH_NAMES_FA[month.month - 1]} {month.year}")


def _gregorian(year: int, month: int, day: int) -> date:
    gregorian: date = jdatetime.date(year, month, day).togregorian()
    return gregorian
