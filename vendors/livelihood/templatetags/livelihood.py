"""What the office's frame asks of the confidential half, and short money for charts and tables."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django import template
from django.utils.translation import get_language

from shop.jalali import Month, format_month
from shop.persian import to_persian_digits
from vendors.livelihood.access import officer_of
from vendors.livelihood.income.queries import PlanMonth
from vendors.livelihood.reports.formulas import RIALS_IN_A_MILLION_TOMAN
from vendors.livelihood.staff.charts import month_name

register = template.Library()


def _written(text: str) -> str:
    if get_language() != "fa":
        return text
    return to_persian_digits(text.replace(",", "\u066c").replace(".", "\u066b"))


@register.simple_tag(takes_context=True)
def is_officer(context: Mapping[str, Any]) -> bool:
    """Whether the reader may open the livelihood record, so that the frame links no page that is not there."""
    return "request" in context and officer_of(context["request"]) is not None


@register.filter
def millions(rial: int | Fraction | None) -> str:
    """Rial as millions of toman with one decimal: 11.3. Empty for None."""
    if rial is None:
        return ""
    # A whole number of tenths, rounded half up, so that no float stands between the books and the screen.
    tenths = (2 * Fraction(rial) * 10 / RIALS_IN_A_MILLION_TOMAN + 1) // 2
    sign = "\u2212" if tenths < 0 else ""
    whole, rest = divmod(abs(tenths), 10)
    return _written(f"{sign}{whole:,}.{rest}")


@register.filter
def percent(share: Fraction | None) -> str:
    """A share as whole percents with the sign of the language: 93%. Empty for None."""
    if share is None:
        return ""
    whole = (2 * share * 100 + 1) // 2
    sign = "\u2212" if whole < 0 else ""
    mark = "\u066a" if get_language() == "fa" else "%"
    return f"{sign}{_written(f'{abs(whole):,}')}{mark}"


@register.filter
def change(share: Fraction | None) -> str:
    """A change as percents with a plus or a minus."""
    if share is None:
        return ""
    return f"+{percent(share)}" if share > 0 else percent(share)


@register.filter
def times(ratio: Fraction | None) -> str:
    """A ratio with two decimals: 1.60. Empty for None."""
    if ratio is None:
        return ""
    hundredths = (2 * ratio * 100 + 1) // 2
    sign = "\u2212" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return _written(f"{sign}{whole:,}.{rest:02d}")


@register.filter
def millions_short(rial: int) -> str:
    """An axis mark: millions of toman, without a decimal where there is none."""
    text = millions(rial)
    return text[:-2] if text.endswith((".0", "\u066b\u06f0")) else text


@register.filter
def jalali_month(month: Month) -> str:
    """The name of a Jalali month."""
    return month_name(month, get_language())


@register.filter
def jalali_month_year(month: Month) -> str:
    """A Jalali month with its year, in both languages: the record's periods are Jalali."""
    return format_month(month, get_language())


@register.filter
def month_of(row: PlanMonth) -> str:
    """The name of a plan's month, where a template holds the row."""
    return jalali_month(row.month)


@register.filter
def is_sorted_by(sort: str, key: str) -> str:
    """What `aria-sort` says of this head; empty when the table has another order."""
    if sort.removeprefix("-") != key:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


@register.filter
def turned(sort: str, key: str) -> str:
    """The order that pressing a head asks for: its own, or the other way round."""
    return f"-{key}" if sort == key else key
