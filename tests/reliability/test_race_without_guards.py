"""Negative controls of the race: the same harness against a shop without its guards must find the harm."""

import pytest

from tests.reliability.market import Market
from tests.reliability.race import Wish, race

pytestmark = pytest.mark.race
WITHOUT = "stock basket voucher"


@pytest.mark.parametrize(
    "wish",
    [
        Wish(stock=1, buyers=6, trials=8, control=True),
        Wish(stock=50, buyers=8, trials=4, same_basket=True, control=True),
        Wish(stock=50, buyers=6, trials=4, voucher=True, control=True),
    ],
    ids=str,
)
def test_without_the_guard_the_same_race_takes_too_much(market: Market, wish: Wish) -> None:
    tally, verdict = race(wish, market)
    assert tally.harmed > 0, verdict
