"""Words that people type: markup goes, the words stay."""

import nh3
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from shop.forms import LONGEST_TEXT, PlainTextField, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ترشی <b>سیر</b>", "ترشی سیر"),
        ("<script>alert(1)</script>مربا", "مربا"),
        ("<img src=x onerror=alert(1)>", ""),
        ("۵ < ۶ و <3", "۵ < ۶ و <3"),
        ("نمک & فلفل", "نمک & فلفل"),
        ("می‌دوزم\r\nو می‌فرستم", "می‌دوزم\nو می‌فرستم"),
        ("&lt;b&gt;<i>x</i>", "x"),
        ("a\x00b\u202ec", "abc"),
    ],
)
def test_markup_goes_and_words_stay(typed: str, kept: str) -> None:
    assert PlainTextField(required=False).clean(typed) == kept


@given(st.text(st.sampled_from("<>&;/abscript lt\"'=!-\u200c\n"), max_size=60))
def test_cleaned_text_has_no_markup_and_is_not_changed_by_cleaning_again(typed: str) -> None:
    cleaned = clean_text(typed)
    assert not nh3.is_html(cleaned)
    assert clean_text(cleaned) == cleaned


def test_a_text_of_a_million_letters_is_refused_without_cleaning_it() -> None:
    """Each level of escapes is one more round of cleaning: it would keep a worker busy for seconds."""
    nested = "".join(f"&{'amp;' * level}lt;b&{'amp;' * level}gt;" for level in range(500))
    assert len(nested) > LONGEST_TEXT
    with pytest.raises(ValidationError) as refused:
        PlainTextField().clean(nested)
    assert [error.code for error in refused.value.error_list] == ["max_length"]
    assert PlainTextField(max_length=4).clean("<b>abcd</b>") == "abcd"
