"""However a title is typed, the goods are among the first three."""

import random

import pytest

from search import index
from search.queries import search_products
from search.rebuild import rebuild_index
from search.results import Wish
from search.services import refresh_all
from search.understanding import understand
from shop.persian import ZWNJ
from tests.makers import NOON, a_product, a_stall

pytestmark = pytest.mark.django_db

TITLES = [
    "گلیم پشمی یک در یک‌ونیم",
    "ترشی سیر هفت‌ساله",
    "کتاب پارچه‌ای نوزاد",
    "عروسک دستی حیوانات، سه‌تایی",
    "کاسهٔ ماست‌خوری، چهارتایی",
    "پتوی نوزاد قلاب‌بافی",
    "آویز تخت نوزاد ابر و ستاره",
    "شیرینی گردویی بدون آرد",
    "جعبهٔ شیرینی عید، ۳ رنگ",
    "تسبیح ۳۳ دانهٔ چوبی",
    "گوشوارهٔ رزینی با گل خشک",
    "رومیزی باریک سوزن‌دوزی",
    "پیش‌بند ضدآب، سه‌تایی",
    "کیف دوشی گلیم و چرم",
    "کیف پول جیبی",
]
SHAPES = {
    "ی": "يىۍئ",
    "ک": "كڪ",
    "ه": "ةہە",
    "ا": "أإٱآ",
    "آ": "ا",
    "و": "ؤ",
    "۳": "3٣",
}
SIGNS = ["\u0640", "\u064e", "\u0650", "\u0651", "\u200d", "\u200e", "\u200f", "\u00ad"]
GAPS = ["", " ", ZWNJ, f" {ZWNJ}"]


def respelled(title: str, chance: random.Random) -> str:
    """The title with other shapes of its letters, half-spaces written anyhow, and stray signs."""
    # One gap a title is written anyhow, the others stay: joining all of them makes another word.
    gaps = [place for place, letter in enumerate(title) if letter == ZWNJ]
    changed = chance.choice(gaps) if gaps else -1
    letters = []
    for place, letter in enumerate(title):
        if place == changed:
            letters.append(chance.choice(GAPS))
        elif letter in SHAPES and chance.random() < 0.5:
            letters.append(chance.choice(SHAPES[letter]))
        else:
            letters.append(letter)
        if letter.isalpha() and chance.random() < 0.15:
            letters.append(chance.choice(SIGNS))
    return "".join(letters)


def test_every_spelling_of_a_title_finds_it(engine):
    stall = a_stall("غرفهٔ نمونه")
    for title in TITLES:
        a_product(stall, title)
    refresh_all()
    if engine == "elasticsearch":
        index.count(rebuild_index(now=NOON))
    chance = random.Random(1405)
    for title in TITLES:
        for _ in range(4):
            typed = respelled(title, chance)
            page = search_products(Wish(query=understand(typed)))
            assert page.engine == engine
            assert title in [card.title for card in page.cards[:3]], (title, typed)
