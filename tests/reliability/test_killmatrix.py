"""Small profile of `python -m tests.reliability.killmatrix`, and the whole of it in `make test-long`."""

import pytest

from tests.reliability.killmatrix import ROWS, matrix, payout_control, sweeper_control

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("own_database")]
FEW = {
    "checkout.after_gateway_before_commit",
    "settle.mid_apply (return page)",
    "settle.after_gateway_before_commit (webhook's job)",
    "webhook.after_insert_event",
    "sweep.mid_batch",
    "refund.after_gateway_before_commit",
}


def test_what_a_killed_process_leaves_is_put_right() -> None:
    said: list[str] = []
    rows = [row for row in ROWS if str(row) in FEW]
    assert len(rows) == len(FEW)
    assert matrix(rows, times=2, random_seconds=3, payouts=0, seed=1, say=said.append) == [], said


def test_without_the_sweeper_captures_stay_unresolved() -> None:
    line, is_caught = sweeper_control(2)
    assert is_caught, line


@pytest.mark.slow
def test_without_a_key_of_its_own_a_transfer_is_made_twice() -> None:
    line, is_caught = payout_control(2)
    assert is_caught, line


@pytest.mark.slow
def test_every_point_fifty_times_and_a_minute_of_random_kills() -> None:
    said: list[str] = []
    assert (
        matrix(ROWS, times=50, random_seconds=60, payouts=50, seed=1405, say=said.append) == []
    ), said
