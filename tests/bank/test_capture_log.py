import concurrent.futures
import json
import uuid

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.test_idempotency import a_session
from tests.fixtures_bank import wait_until

AMOUNT = 44_860_000


@pytest.fixture
def page(sandbox_bank):
    return a_session(sandbox_bank, "key-1").json()["url"]


def test_a_line_tells_what_moved_and_under_which_key(sandbox_bank, page):
    sandbox_bank.press(page, "pay")
    (line,) = sandbox_bank.captures()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "seq": 1,
        "op": "capture",
        "id": page.rsplit("/", 1)[1],
        "amount": AMOUNT,
        "currency": "irr",
        "key": "key-1",
    }


def test_a_second_press_takes_nothing(sandbox_bank, page):
    first = sandbox_bank.press(page, "pay")
    assert sandbox_bank.press(page, "pay") == first
    assert len(sandbox_bank.captures()) == 1


def test_eight_presses_at_once_take_the_money_once(sandbox_bank, page):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ways_back = set(pool.map(lambda _: sandbox_bank.press(page, "pay"), range(8)))
    assert len(ways_back) == 1
    assert len(sandbox_bank.captures()) == 1


def test_a_bank_that_hangs_after_the_capture_leaves_one_line(sandbox_bank, page):
    sandbox_bank.arm("pay", "hang_after_commit", seconds=1)
    with pytest.raises(httpx.TransportError):
        sandbox_bank.http.post(page, data={"deed": "pay"}, timeout=0.3)
    sandbox_bank.press(page, "pay")
    assert len(sandbox_bank.captures()) == 1


def test_a_kill_between_commit_and_log_loses_no_line(sandbox_bank, page):
    sandbox_bank.arm("pay", "die_after_commit")
    with pytest.raises(httpx.TransportError):
        sandbox_bank.http.post(page, data={"deed": "pay"})
    sandbox_bank.wait_for_death()
    assert sandbox_bank.captures() == []  # committed, but the log was not yet written
    sandbox_bank.start()
    assert [line["amount"] for line in sandbox_bank.captures()] == [AMOUNT]
    assert [event.kind for event in sandbox_bank.wait_for_events(2)] == [
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    sandbox_bank.restart()
    assert len(sandbox_bank.captures()) == 1


def test_a_line_torn_by_a_kill_is_mended(sandbox_bank, page):
    sandbox_bank.press(page, "pay")
    sandbox_bank.kill()
    path = sandbox_bank.folder / "capture.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    sandbox_bank.start()
    assert path.read_bytes() == whole


def test_a_refused_press_moves_nothing(sandbox_bank, page):
    sandbox_bank.arm("pay", "refuse_before")
    assert sandbox_bank.http.post(page, data={"deed": "pay"}).status_code == 503
    assert sandbox_bank.captures() == []


def test_a_late_payment_is_captured_once_and_later(sandbox_bank, page):
    sandbox_bank.press(page, "pay_late")
    assert sandbox_bank.captures() == []
    wait_until(lambda: len(sandbox_bank.captures()) == 1)
    assert [event.kind for event in sandbox_bank.wait_for_events(4)] == [
        "payment_intent.processing",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]


DEEDS = st.lists(
    st.tuples(
        st.integers(10_000, 1_000_000_000),
        st.lists(st.sampled_from(["pay", "pay_and_close", "decline", "cancel"]), max_size=4),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(visits=DEEDS)
def test_captures_add_up_to_the_paid_sessions(sandbox_bank, visits):
    before = sum(line["amount"] for line in sandbox_bank.captures())
    pages, run = [], uuid.uuid4()  # a key is good for one request only
    for place, (amount, deeds, is_posted_twice) in enumerate(visits):
        for _ in range(2 if is_posted_twice else 1):
            answer = a_session(sandbox_bank, f"{run}-{place}", amount=str(amount))
        pages.append(answer.json())
        for deed in deeds:
            sandbox_bank.press(pages[-1]["url"], deed)
    paid = 0
    for session in pages:
        answer = sandbox_bank.http.get(
            f"{sandbox_bank.url}/v1/checkout/sessions/{session['id']}",
            headers={"Authorization": "Bearer sk_test_x"},
        )
        seen = json.loads(answer.content)
        paid += seen["amount_total"] if seen["payment_status"] == "paid" else 0
    assert sum(line["amount"] for line in sandbox_bank.captures()) - before == paid
    expected = [amount for amount, deeds, _ in visits if {"pay", "pay_and_close"} & set(deeds)]
    assert paid == sum(expected)
