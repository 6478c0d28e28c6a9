import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.price_words import NO_BOUNDS, PriceRange
from search.understanding import MOST_ALTERNATIVES, Alternative, understand
from shop.money import Rial
from shop.persian import to_persian_digits


def toman(amount: int) -> Rial:
    return Rial(amount * 10)


def under(amount: int) -> PriceRange:
    return PriceRange(at_most=toman(amount))


def over(amount: int) -> PriceRange:
    return PriceRange(at_least=toman(amount))


def between(low: int, high: int) -> PriceRange:
    return PriceRange(at_least=toman(low), at_most=toman(high))


@pytest.mark.parametrize(
    ("query", "words", "price"),
    [
        ("مربا زیر ۲۰۰ هزار", ("مربا",), under(200_000)),
        ("صابون تا 100 هزار تومان", ("صابون",), under(100_000)),
        ("زیر ۱۲۰٬۰۰۰ تومان", (), under(120_000)),
        ("زیر ۵۰۰٬۰۰۰ ریال", (), under(50_000)),
        ("زیر ٢٠٠ تومن شمع", ("شمع",), under(200_000)),
        ("شمع زیر 200", ("شمع",), under(200_000)),
        ("کمتر از نیم میلیون", (), under(500_000)),
        ("حداکثر سیصد و پنجاه هزار تومان کیف", ("کیف",), under(350_000)),
        ("کیف تا سقف یک میلیون و دویست هزار تومان", ("کیف",), under(1_200_000)),
        ("بالای سیصد هزار تومن", (), over(300_000)),
        ("کیف بیشتر از 1.5 میلیون", ("کیف",), over(1_500_000)),
        ("از ۲۰۰ به بالا", (), over(200_000)),
        ("بین ۱ تا ۲ میلیون کیف", ("کیف",), between(1_000_000, 2_000_000)),
        ("از دویست تا سیصد هزار تومان", (), between(200_000, 300_000)),
        ("بین ۵۰۰ تا ۲۰۰ هزار", (), between(200_000, 500_000)),
    ],
)
def test_price_words_become_bounds_in_rials(query, words, price):
    understood = understand(query)
    assert (understood.words, understood.price) == (words, price)


@pytest.mark.parametrize("query", ["دو تا کیف", "عروسک زیر ۳ سال", "هزار و یک شب", "نعناع"])
def test_numbers_that_speak_of_something_else_are_no_price(query):
    assert understand(query).price == NO_BOUNDS


@given(st.integers(10, 999))
def test_a_price_means_the_same_in_every_script_and_unit(thousands):
    for query in (
        f"زیر {thousands} هزار تومان",
        f"زیر {to_persian_digits(thousands)} هزار",
        f"زیر {thousands},000 تومن",
        f"زیر {thousands * 10_000} ریال",
        f"زیر {thousands}",
    ):
        assert understand(query).price == under(thousands * 1000)


def readings(query: str) -> dict[tuple[str, ...], float]:
    return {reading.tokens: reading.weight for reading in understand(query).alternatives}


def test_the_words_as_typed_come_first():
    assert understand("كيف پول چرم").alternatives[0] == Alternative(("کیف", "پول", "چرم"), 1.0)


def test_neighbours_are_also_read_as_one_word():
    assert readings("گردن بند")["گردنبند",] == 0.95


def test_spoken_forms_are_also_read_as_written_ones():
    assert readings("گلدون")["گلدان",] == 0.9
    assert readings("نون محلی")["نان", "محلی"] == 0.9
    assert readings("خونه")["خانه",] == 0.9
    assert readings("خونگی")["خانگی",] == 0.9


def test_other_words_for_the_same_thing_weigh_less():
    assert readings("سجاده")["جانماز",] == 0.55
    assert readings("لباس بچه")["پوشاک", "بچگانه"] == 0.55
    assert ("قالیچه",) not in readings("گلیم")


def test_words_of_praise_exclude_nothing():
    assert readings("مربای خانگی")["مربای",] == 0.6
    assert understand("مربای خانگی").words == ("مربای", "خانگی")
    assert ("",) not in readings("خانگی")


def test_shopping_words_are_left_out_unless_nothing_else_is_said():
    assert understand("خرید بهترین کیف برای").words == ("کیف",)
    assert understand("مربای به").words == ("مربای", "به")
    assert understand("خرید").words == ("خرید",)


def test_latin_letters_are_also_read_as_typed_on_persian_keys():
    slip = understand("jvad")
    assert (slip.typed_on_persian_keys, slip.consonants) == ("ترشی", ("jd",))
    assert readings("jvad")["ترشی",] == 0.9
    assert readings("'gdl")["گلیم",] == 0.9
    assert readings("\\ji")["پته",] == 0.9
    assert understand("ترشی").typed_on_persian_keys == ""


def test_finglish_is_read_by_its_consonants():
    assert understand("torshi gelim").consonants == ("trS", "glm")


@given(st.text(max_size=400))
def test_no_query_is_too_strange(query):
    understood = understand(query)
    assert len(understood.alternatives) <= MOST_ALTERNATIVES + 2
    assert all(reading.tokens and 0 < reading.weight <= 1 for reading in understood.alternatives)
