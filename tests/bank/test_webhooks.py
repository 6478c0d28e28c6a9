import hashlib
import hmac
import time

import pytest

from tests.bank.test_idempotency import a_session

COMPLETED = "checkout.session.completed"


@pytest.fixture
def page(sandbox_bank):
    return a_session(sandbox_bank, "key-1").json()["url"]


def test_the_event_is_whole_and_signed(sandbox_bank, page):
    sandbox_bank.press(page, "pay")
    (hook,) = sandbox_bank.wait_for_events(1, COMPLETED)
    event = hook.event
    assert event["id"].startswith("evt_")
    assert event["api_version"] == "2026-10-28.endive"
    assert (event["account"], event["livemode"]) == ("acct_sandbox", False)
    assert event["data"]["object"]["id"] == page.rsplit("/", 1)[1]
    assert event["data"]["object"]["payment_status"] == "paid"
    stamp, mac = (part.split("=", 1)[1] for part in hook.signature.split(","))
    signed = stamp.encode() + b"." + hook.body
    assert mac == hmac.new(sandbox_bank.secret.encode(), signed, hashlib.sha256).hexdigest()


def test_the_event_can_be_read_again(sandbox_bank, page):
    sandbox_bank.press(page, "pay")
    (hook,) = sandbox_bank.wait_for_events(1, COMPLETED)
    answer = sandbox_bank.http.get(
        f"{sandbox_bank.url}/v1/events/{hook.event['id']}",
        headers={"Authorization": "Bearer sk_test_x"},
    )
    assert answer.content == hook.body


def test_it_is_sent_again_with_the_same_id_until_it_is_taken(sandbox_bank, page):
    sandbox_bank.hook_answers += [200, 500, 302, 404]
    sandbox_bank.press(page, "pay")
    tries = sandbox_bank.wait_for_events(4, COMPLETED)
    assert [hook.status for hook in tries] == [500, 302, 404, 200]
    assert len({hook.event["id"] for hook in tries}) == 1
    assert len({hook.body for hook in tries}) == 1


def test_it_outlives_a_kill(sandbox_bank, page):
    sandbox_bank.hook_answers += [500] * 2
    sandbox_bank.press(page, "pay")
    first = sandbox_bank.wait_for_events(2)
    sandbox_bank.kill()
    sandbox_bank.start()
    again = sandbox_bank.wait_for_events(4)[2:]
    assert {hook.event["id"] for hook in again} == {hook.event["id"] for hook in first}


def test_twice_is_the_same_event_twice(sandbox_bank, page):
    sandbox_bank.arm(COMPLETED, "webhook_twice")
    sandbox_bank.press(page, "pay")
    first, second = sandbox_bank.wait_for_events(2, COMPLETED)
    assert first.body == second.body


def test_never_is_never(sandbox_bank, page):
    sandbox_bank.arm("payment_intent.succeeded", "webhook_never")
    sandbox_bank.press(page, "pay")
    sandbox_bank.wait_for_events(1, COMPLETED)
    assert [hook.kind for hook in sandbox_bank.hook_events] == [COMPLETED]


def test_late_is_late(sandbox_bank, page):
    sandbox_bank.arm("payment_intent.succeeded", "webhook_late", seconds=1)
    began = time.monotonic()
    sandbox_bank.press(page, "pay")
    kinds = [hook.kind for hook in sandbox_bank.wait_for_events(2)]
    assert kinds == [COMPLETED, "payment_intent.succeeded"]
    assert time.monotonic() - began >= 1


def test_out_of_order_comes_after_a_later_one(sandbox_bank, page):
    sandbox_bank.arm("payment_intent.succeeded", "webhook_out_of_order")
    sandbox_bank.press(page, "pay")
    kinds = [hook.kind for hook in sandbox_bank.wait_for_events(2)]
    assert kinds == [COMPLETED, "payment_intent.succeeded"]


def test_before_the_response_means_before(sandbox_bank, page):
    sandbox_bank.arm(COMPLETED, "webhook_before_response")
    sandbox_bank.press(page, "pay")
    assert COMPLETED in [hook.kind for hook in sandbox_bank.hook_events]


def test_a_bad_signature_is_followed_by_a_good_one(sandbox_bank, page):
    sandbox_bank.arm(COMPLETED, "bad_signature")
    sandbox_bank.hook_answers += [200, 400]
    sandbox_bank.press(page, "pay")
    forged, good = sandbox_bank.wait_for_events(2, COMPLETED)
    assert forged.body == good.body
    assert forged.signature.split("v1=")[1] != good.signature.split("v1=")[1]


@pytest.mark.parametrize(
    "wish",
    [
        {"op": "pay", "mode": "nonsense"},
        {"op": "nonsense", "mode": "slow"},
        {"op": "session.create", "mode": "wrong_amount"},
        {"op": "pay", "mode": "slow", "times": 0},
        {"op": "session.create", "mode": "refund_failed"},
        {"op": "refund.create", "mode": "payout_failed"},
        {"op": "session.create", "mode": "dispute"},
        {"op": "pay", "mode": "webhook_late"},
        ["pay"],
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox_bank, wish):
    assert sandbox_bank.http.post(f"{sandbox_bank.url}/_fake/faults", json=wish).status_code == 400


def test_a_plain_form_cannot_plant_a_fault(sandbox_bank):
    answer = sandbox_bank.http.post(
        f"{sandbox_bank.url}/_fake/faults", data={"op": "pay", "mode": "slow"}
    )
    assert answer.status_code == 415
