"""Where the demo's events stand in time: always in the past of the day it is loaded on."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shop.jalali import TEHRAN, jalali_year, year_end, year_start


@dataclass(frozen=True)
class Calendar:
    """The Jalali year of `today`, of which only the part up to `today` has happened, and the one before."""

    today: date

    @property
    def year_start(self) -> date:
        return year_start(jalali_year(self.today))

    @property
    def last_year(self) -> tuple[date, date]:
        year = jalali_year(self.today) - 1
        return year_start(year), year_end(year)

    @property
    def this_year(self) -> tuple[date, date]:
        return self.year_start, self.today


def spread(count: int, between: tuple[date, date]) -> list[date]:
    """`count` days in order, evenly from the first to the last of `between`, both included."""
    first, last = between
    steps = max(count - 1, 1)
    return [first + timedelta(days=(last - first).days * place // steps) for place in range(count)]


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of that day in Tehran."""
    return datetime.combine(day, time(hour, minute), tzinfo=TEHRAN)
