"""What leads past the shop is hidden in messages, however it is written; what does not is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.orders.masking import HIDDEN, Masked, mask

LATIN, PERSIAN, ARABIC = "0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"
SCRIPTS = {
    script: str.maketrans(LATIN, digits)
    for script, digits in (("latin", LATIN), ("persian", PERSIAN), ("arabic", ARABIC))
}


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(
    "number",
    [
        "09123456789",
        "0912 345 67 89",
        "0912-345-6789",
        "0912.345.6789",
        "+989123456789",
        "0098 912 345 6789",
        "0912 بعدش 345 و بعد 6789",
        "0912\u200c345\u200f6789",
        "6037-9971-1234-5678",
        "6037 9971 1234 5678",
        "0012345678",
        "001-234567-8",
        "021 55 44 33 22",
        "IR12 0170 0000 0010 1234 5678 90",
    ],
)
def test_numbers_of_phones_cards_and_people_are_hidden(script: str, number: str) -> None:
    masked = mask(f"سلام، {number.translate(SCRIPTS[script])} ممنون")
    assert masked.was_masked
    assert HIDDEN in masked.text
    assert sum(letter.isdigit() for letter in masked.text) == 0
    assert masked.text.startswith("سلام، ")
    assert masked.text.endswith("ممنون")


@pytest.mark.parametrize(
    "text",
    [
        "صفر نه یک دو سه چهار پنج شش هفت هشت نه",
        "۰۹۱۲ سه چهار پنج ۶۷۸۹",
        "ایمیل من a.b@example.com است",
        "ایمیل a.b (at) example . com",
        "در تلگرام @ali_reza هستم",
        "تلگرام من alireza79 است",
        "واتساپ: ali.reza",
        "t.me/alireza",
        "https://example.com/x",
        "www.example.com",
    ],
)
def test_words_mails_and_messengers_are_hidden(text: str) -> None:
    masked = mask(text)
    assert masked.was_masked
    for secret in ("example", "alireza", "ali_reza", "ali.reza", "هفت", "۶۷۸۹"):
        assert secret not in masked.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "دو تا قرمز ۳۵۰۰۰۰ تومان و ۴ عدد آبی ۱۲۰۰۰۰",
        "قیمت 1,250,000 و ۱۲٬۵۰۰٬۰۰۰ تومان",
        "ساعت ۱۰ تا ۱۲ روز ۴ آذر ۱۴۰۵ می‌فرستم",
        "سایز ۳۸ یا ۴۰؟ قد ۱۷۵ سانت",
        "سفارش ۶۲۷۳۸۰۳۴ کی می‌رسد؟",
        "Is the blue one still there?",
        "۲ کیلو ترشی، ۳ بطری سرکه",
    ],
)
def test_what_people_say_of_goods_stays_as_it_is(text: str) -> None:
    assert mask(text) == Masked(text, False)


@given(st.text(max_size=200))
def test_masking_what_is_masked_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text
    if not once.was_masked:
        assert once.text == text
