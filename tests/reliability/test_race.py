"""Small profile of `python -m tests.reliability.race`: real gunicorn, buyers in processes of their own."""

import pytest

from tests.reliability.market import Market
from tests.reliability.race import Wish, race

pytestmark = pytest.mark.race


@pytest.mark.parametrize(
    "wish",
    [
        Wish(stock=1, buyers=6, trials=4),
        Wish(stock=3, buyers=6, trials=4),
        Wish(stock=50, buyers=8, trials=4, same_basket=True),
        Wish(stock=50, buyers=6, trials=3, voucher=True),
    ],
    ids=str,
)
def test_what_is_sold_is_paid_once_and_no_more(market: Market, wish: Wish) -> None:
    tally, verdict = race(wish, market)
    assert tally.wrong == [], verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    "wish",
    [
        Wish(stock=1, buyers=8, trials=300),
        Wish(stock=3, buyers=8, trials=300),
        Wish(stock=10, buyers=16, trials=300),
        Wish(stock=50, buyers=8, trials=300, same_basket=True),
        Wish(stock=50, buyers=8, trials=300, voucher=True),
    ],
    ids=str,
)
def test_three_hundred_races_are_clean(market: Market, wish: Wish) -> None:
    tally, verdict = race(wish, market)
    assert tally.wrong == [], verdict
