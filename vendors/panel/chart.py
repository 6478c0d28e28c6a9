"""The year's chart as numbers: one bar a month, beginning where a line of the language begins. Colours are classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import get_language

from shop.jalali import MONTH_NAMES_EN, MONTH_NAMES_FA, Month
from shop.ledger.queries import Sales
from shop.money import Rial

# A phone's width: name of the month, bar, amount after it.
WIDTH, NAMES, AMOUNTS, ROW, BAR, GAP = 320, 76, 78, 30, 18, 6
PLOT = WIDTH - NAMES - AMOUNTS
STUB = 2  # a month without sales is still a month: a short grey bar


@dataclass(frozen=True)
class Row:
    """A month; numbers are written out, for a localized point would break the drawing."""

    month: Month
    name: str
    amount: Rial
    x: str
    y: str
    width: str
    text_y: str
    amount_x: str
    kind: str


@dataclass(frozen=True)
class YearChart:
    rows: tuple[Row, ...]
    width: int
    height: int
    name_x: str


def year_chart(year: Mapping[Month, Sales], *, shown: Month) -> YearChart:
    """The net of each month; the month that is shown stands out, a month below zero is a stub with its number."""
    is_rtl = get_language() == "fa"
    names = MONTH_NAMES_FA if is_rtl else MONTH_NAMES_EN
    most = max([1, *(int(sales.net) for sales in year.values())])
    rows = []
    for place, (month, sales) in enumerate(year.items()):
        width = max(Fraction(max(int(sales.net), 0) * PLOT, most), Fraction(STUB))
        end = NAMES + width
        rows.append(
            Row(
                month=month,
                name=names[month.month - 1],
                amount=sales.net,
                x=_n(WIDTH - end if is_rtl else Fraction(NAMES)),
                y=_n(Fraction(place * ROW)),
                width=_n(width),
                text_y=_n(Fraction(place * ROW + BAR - 4)),
                amount_x=_n(WIDTH - end - GAP if is_rtl else end + GAP),
                kind="none" if sales.net <= 0 else "b" if month == shown else "b2",
            )
        )
    return YearChart(
        rows=tuple(rows),
        width=WIDTH,
        height=len(rows) * ROW,
        name_x=_n(Fraction(WIDTH if is_rtl else 0)),
    )


def _n(number: Fraction) -> str:
    return f"{float(number):.1f}"
