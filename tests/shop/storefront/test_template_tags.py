"""Money, digits and dates as each language writes them."""

from datetime import UTC, date, datetime

import pytest
from django.test import RequestFactory
from django.utils.translation import override

from shop.jalali import Month
from shop.money import Rial
from shop.templatetags import bazarche


@pytest.mark.parametrize(
    ("amount", "fa", "en"),
    [
        (Rial(1_650_000), "۱۶۵٬۰۰۰", "165,000"),
        (Rial(0), "۰", "0"),
        (Rial(12_345), "۱٬۲۳۴٫۵", "1,234.5"),
        (Rial(-650_000), "−۶۵٬۰۰۰", "−65,000"),
        (None, "", ""),
    ],
)
def test_rials_are_shown_as_toman(amount: Rial | None, fa: str, en: str) -> None:
    with override("fa"):
        assert bazarche.toman(amount) == fa
    with override("en"):
        assert bazarche.toman(amount) == en


def test_dates_are_jalali_in_persian_and_gregorian_in_english() -> None:
    day, moment = date(2026, 11, 25), datetime(2026, 11, 24, 21, 5, tzinfo=UTC)
    with override("fa"):
        assert bazarche.jalali(day) == "۴ آذر ۱۴۰۵"
        assert bazarche.jalali(Month(1405, 9)) == "آذر ۱۴۰۵"
        assert bazarche.jalali_day(day) == "چهارشنبه ۴ آذر"
        assert bazarche.jalali_time(moment) == "۴ آذر ۱۴۰۵، ساعت ۰۰:۳۵"
    with override("en"):
        assert bazarche.jalali(day) == "25 November 2026"
        assert bazarche.jalali_day(day) == "Wednesday 25 November"


@pytest.mark.parametrize(
    ("cookie", "count"), [("3", 3), ("", 0), ("-1", 0), ("9999", 0), ("۳", 0), ("<b>", 0)]
)
def test_the_basket_count_is_read_from_the_cookie_and_nonsense_is_nothing(
    cookie: str, count: int
) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["basket_count"] = cookie
    assert bazarche.basket_count({"request": request}) == count


def test_a_story_opens_with_its_first_paragraph() -> None:
    assert bazarche.opening(" نان را خودم می‌پزم.\n\nهنوز هم. ") == "نان را خودم می‌پزم."
    assert bazarche.opening("") == ""
