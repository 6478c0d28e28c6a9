"""Small profile of `python -m tests.reliability.webhook_storm`, and the whole of it in `make test-long`."""

import pytest

from tests.reliability.webhook_storm import a_world, run, storm

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("own_database")]


def test_shuffled_copies_from_eight_processes_make_one_ledger() -> None:
    with a_world(25) as world:
        calm, wrong = storm(world, seed=None)
        assert (calm.captures > 0, wrong) == (True, [])
        assert storm(world, seed=1) == (calm, [])
        # Negative control: with nothing that makes a message count once, the same storm books too much.
        unguarded, _ = storm(world, seed=1, without="once")
        assert unguarded.captures > calm.captures


@pytest.mark.slow
def test_two_hundred_messages_in_twenty_orders_make_one_ledger() -> None:
    said: list[str] = []
    assert run(messages=200, seeds=20, control=False, say=said.append) == (0, []), said
