"""A card is drawn once for what it shows, in each language."""

from dataclasses import replace
from datetime import date

import pytest
from django.template import Context, Template
from django.utils.translation import override

from shop.money import Rial
from shop.storefront.cards import Card
from shop.storefront.templatetags import cards

CARD = Card(slug="gelim", title="گلیم", stall_name="تار و پود", price=Rial(89_000_000), stock=5)


@pytest.fixture(autouse=True)
def _nothing_drawn_yet():
    cards._drawn.cache_clear()


def drawn(card: Card, language: str = "fa", options: str = "") -> str:
    template = Template(f"{{% load cards %}}{{% draw_card card {options} %}}")
    with override(language):
        return template.render(Context({"card": card}))


def test_the_same_card_is_drawn_once():
    assert drawn(CARD) == drawn(replace(CARD))
    assert cards._drawn.cache_info().misses == 1


@pytest.mark.parametrize(
    "change", [{"price": Rial(70_000_000)}, {"stock": 0}, {"title": "گلیم کناره"}, {"made_days": 3}]
)
def test_a_card_that_changed_is_drawn_anew(change):
    assert drawn(CARD) != drawn(replace(CARD, **change))


def test_each_language_has_its_own_drawing():
    persian, english = drawn(CARD), drawn(CARD, "en")

    assert "۸٬۹۰۰٬۰۰۰" in persian
    assert "8,900,000" in english
    assert 'href="/p/gelim/"' in persian
    assert 'href="/en/p/gelim/"' in english


def test_heading_and_stall_are_part_of_the_drawing():
    assert "<h3" in drawn(CARD)
    assert "<h2" in drawn(CARD, options='heading="h2"')
    assert "تار و پود" not in drawn(CARD, options="hide_stall=True")


def test_what_a_stall_holder_wrote_is_text():
    assert "<script>" not in drawn(replace(CARD, title="<script>alert(1)</script>"))


AWAY = date(2099, 12, 31)


def test_goods_of_a_stall_on_holiday_name_the_day_it_is_back():
    assert "ارسال از ۱۱ دی" in drawn(replace(CARD, back_on=AWAY))
    assert "Sent from 31 December" in drawn(replace(CARD, back_on=AWAY), "en")
    assert "ارسال از" not in drawn(replace(CARD, back_on=date(2020, 1, 1)))
    assert "ناموجود" in drawn(replace(CARD, back_on=AWAY, stock=0))
