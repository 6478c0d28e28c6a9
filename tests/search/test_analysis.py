"""What the real server makes of Persian, and that Python makes the same of it."""

import pytest

from search import index
from search.documents import new_index
from search.words import consonants, sound, stem, tokens


@pytest.fixture
def analyse(search_server, settings):
    client = index.writer(search_server)
    name = f"{settings.ELASTICSEARCH_INDEX}-analysis"
    new_index(name).create(using=client)

    def analyse(analyzer: str, text: str) -> list[str]:
        answer = client.indices.analyze(index=name, analyzer=analyzer, text=text)
        return [token["token"] for token in answer["tokens"]]

    return analyse


# Text, tokens as they are, tokens without endings.
TABLE = [
    ("كتاب‌هاي", "کتاب", "کتاب"),
    ("کتاب‌ها", "کتاب", "کتاب"),
    ("کتاب ها", "کتاب", "کتاب"),
    ("کتابها", "کتابها", "کتاب"),
    ("می‌خوانم", "میخوانم", "میخوانم"),
    ("می خوانم", "میخوانم", "میخوانم"),
    ("دست‌بافت", "دست دستبافت بافت", "دست دستبافت بافت"),
    ("دست بافت", "دست دستبافت بافت", "دست دستبافت بافت"),
    ("دستبافت", "دستبافت", "دستبافت"),
    ("دستبافته", "دستبافته", "دستبافت"),
    ("خانۀ", "خانه", "خان"),
    ("خانه‌ی", "خانه", "خان"),
    ("مدرسة", "مدرسه", "مدرس"),
    ("أحمد", "احمد", "احمد"),
    ("إسلام", "اسلام", "اسلام"),
    ("گُلِیم", "گلیم", "گلیم"),
    ("گلیـــم", "گلیم", "گلیم"),
    ("گلیم‌های", "گلیم", "گلیم"),
    ("۱۲۳ ٤٥٦", "123 123456 456", "123 123456 456"),
    ("ترشی‌جات", "ترشی", "ترش"),
    ("سبزیجات", "سبزیجات", "سبز"),
    ("شیرینی‌جات", "شیرینی", "شیرین"),
    ("پائیز", "پاییز", "پاییز"),
    ("مسئول", "مسیول", "مسیول"),
    ("مربای به", "مربای مربایبه به", "مربا مربابه به"),
]


def test_the_table_of_spellings(analyse):
    for text, plain, stemmed in TABLE:
        assert analyse("fa_text", text) == plain.split(), text
        assert analyse("fa_stem", text) == stemmed.split(), text


def test_words_spelled_by_ear_sound_the_same(analyse):
    for heard, right in [
        ("عصل", "عسل"),
        ("طرشی", "ترشی"),
        ("سابون", "صابون"),
        ("غالیچه", "قالیچه"),
        ("ذعفران", "زعفران"),
        ("پمبه", "پنبه"),
    ]:
        assert analyse("fa_sound", heard) == analyse("fa_sound", right) == [sound(heard)]


def test_finglish_and_persian_share_their_consonants(analyse):
    for finglish, persian, shared in [
        ("torshi", "ترشی", "trS"),
        ("gelim", "گلیم", "glm"),
        ("asal", "عسل", "sl"),
        ("morabba", "مربا", "mrb"),
        ("zaferan", "زعفران", "zfrn"),
        ("ghaliche", "قالیچه", "qlC"),
    ]:
        assert analyse("latin_skel", persian) == [shared]
        assert consonants(finglish) == consonants(persian) == shared


def test_beginnings_reach_over_a_half_space(analyse):
    found = analyse("fa_auto", "دست‌بافت")
    assert {"دس", "دست", "دستب", "دستبافت", "با", "بافت"} <= set(found)


def test_python_folds_and_stems_as_the_server_does(analyse):
    for text, *_ in TABLE:
        words = tokens(text)
        assert analyse("fa_text_query", text) == words
        assert analyse("fa_stem_query", text) == [stem(word) for word in words]
