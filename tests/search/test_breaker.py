import pytest

from search.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_five_failures_in_ten_seconds_open_it_for_fifteen(clock):
    breaker = Breaker(clock)
    for _ in range(4):
        breaker.failed()
        clock.now += 1
    assert not breaker.is_open
    breaker.failed()
    assert breaker.is_open
    clock.now += 14.9
    assert breaker.is_open
    clock.now += 0.2
    assert not breaker.is_open


def test_failures_far_apart_do_not_open_it(clock):
    breaker = Breaker(clock)
    for _ in range(20):
        breaker.failed()
        clock.now += 3
    assert not breaker.is_open


def test_a_success_forgets_the_failures_before(clock):
    breaker = Breaker(clock)
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert not breaker.is_open


def test_after_the_rest_one_failed_try_opens_it_again(clock):
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.failed()
    clock.now += 16
    breaker.failed()
    assert breaker.is_open
