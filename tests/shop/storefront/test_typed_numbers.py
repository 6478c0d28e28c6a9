"""What people type: three digit scripts, groups, phones and postcodes in any usual shape."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from shop.forms import MobileField, PostcodeField, TomanField, WholeNumberField
from shop.money import Rial


@pytest.mark.parametrize("typed", ["۱٬۲۰۰", "1200", "١٢٠٠", "1,200", "۱۲۰۰", " ۱۲۰۰ "])
def test_a_whole_number_is_read_in_three_digit_scripts(typed: str) -> None:
    assert WholeNumberField().clean(typed) == 1200
    assert TomanField().clean(typed) == Rial(12_000)


@pytest.mark.parametrize("typed", ["۱۲٫۵", "12.5", "-3", "سه", "1e3", "<b>1</b>", "۱۲۰۰" * 20])
def test_what_is_no_whole_number_gets_a_sentence(typed: str) -> None:
    with override("fa"), pytest.raises(ValidationError) as refused:
        WholeNumberField().clean(typed)
    assert refused.value.messages == ["یک عدد کامل بنویسید، مانند ۱٬۲۰۰."]


def test_limits_are_said_in_the_readers_digits() -> None:
    with override("fa"), pytest.raises(ValidationError) as refused:
        WholeNumberField(at_most=99).clean("۱۲۰")
    assert refused.value.messages == ["حداکثر ۹۹."]


def test_an_empty_price_is_none_and_an_initial_one_is_shown_in_toman() -> None:
    assert TomanField(required=False).clean("") is None
    with override("fa"):
        assert TomanField().prepare_value(Rial(1_650_000)) == "۱۶۵٬۰۰۰"


@pytest.mark.parametrize(
    "typed",
    [
        "09123456789",
        "۰۹۱۲ ۳۴۵ ۶۷۸۹",
        "٠٩١٢٣٤٥٦٧٨٩",
        "+98 912 345 6789",
        "0098-912-345-6789",
        "9123456789",
    ],
)
def test_a_mobile_number_is_read_in_any_usual_shape(typed: str) -> None:
    assert MobileField().clean(typed) == "+989123456789"


@pytest.mark.parametrize("typed", ["0912", "02155554444", "091234567890", "sms:09123456789"])
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with override("fa"), pytest.raises(ValidationError) as refused:
        MobileField().clean(typed)
    assert refused.value.messages == [
        "شمارهٔ موبایل یازده رقم است و با ۰۹ آغاز می‌شود، مانند ۰۹۱۲۳۴۵۶۷۸۹."
    ]


@pytest.mark.parametrize("typed", ["3314867890", "۳۳۱۴۸-۶۷۸۹۰", "٣٣١٤٨ ٦٧٨٩٠"])
def test_a_postcode_is_ten_digits_of_any_script(typed: str) -> None:
    assert PostcodeField().clean(typed) == "3314867890"


def test_a_short_postcode_is_counted_for_the_reader() -> None:
    with override("fa"), pytest.raises(ValidationError) as refused:
        PostcodeField().clean("۳۳۱۴۸۶")
    assert refused.value.messages == ["کد پستی ده رقم است؛ شما ۶ رقم نوشته‌اید."]
