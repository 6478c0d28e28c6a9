import threading
import time

import pytest


def a_session(bank, key, *, amount="44860000", status=200, **changes):
    form = {
        "mode": "payment",
        "client_reference_id": "1405-0731",
        "success_url": "http://127.0.0.1:9/back?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/cancel",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "irr",
        "line_items[0][price_data][unit_amount]": amount,
        "line_items[0][price_data][product_data][name]": "a basket",
    }
    answer = bank.http.post(
        f"{bank.url}/v1/checkout/sessions",
        data={**form, **changes},
        headers={"Authorization": "Bearer sk_test_x", "Idempotency-Key": key},
        timeout=5,
    )
    assert answer.status_code == status, answer.text
    return answer


def test_the_same_request_is_answered_with_the_same_bytes(sandbox_bank):
    first = a_session(sandbox_bank, "key-1")
    again = a_session(sandbox_bank, "key-1")
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_request_under_the_same_key_is_refused(sandbox_bank):
    a_session(sandbox_bank, "key-1")
    answer = a_session(sandbox_bank, "key-1", amount="10000", status=400)
    assert answer.json()["error"]["type"] == "idempotency_error"


def test_a_refused_request_does_not_use_up_its_key(sandbox_bank):
    a_session(sandbox_bank, "key-1", amount="-5", status=400)
    a_session(sandbox_bank, "key-1")


def test_the_same_key_in_flight_is_a_conflict(sandbox_bank):
    sandbox_bank.arm("session.create", "slow", seconds=0.6)
    first = threading.Thread(target=a_session, args=(sandbox_bank, "key-1"))
    first.start()
    time.sleep(0.2)
    answer = a_session(sandbox_bank, "key-1", status=409)
    first.join()
    assert answer.json()["error"]["code"] == "idempotency_key_in_use"
    a_session(sandbox_bank, "key-1")


def test_a_stored_500_is_replayed_and_a_lost_answer_is_not(sandbox_bank):
    sandbox_bank.arm("session.create", "500_after_commit_stored")
    a_session(sandbox_bank, "stored", status=500)
    assert a_session(sandbox_bank, "stored", status=500).headers["Idempotent-Replayed"] == "true"
    sandbox_bank.arm("session.create", "500_after_commit_lost")
    a_session(sandbox_bank, "lost", status=500)
    assert a_session(sandbox_bank, "lost").headers["Idempotent-Replayed"] == "true"


def test_keys_survive_a_kill(sandbox_bank):
    first = a_session(sandbox_bank, "key-1")
    sandbox_bank.kill()
    sandbox_bank.start()
    assert a_session(sandbox_bank, "key-1").content == first.content


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"line_items[0][price_data][currency]": "zzz"}, "line_items"),
        ({"line_items[0][price_data][unit_amount]": "12.5"}, "line_items[0][unit_amount]"),
        ({"line_items[0][price_data][unit_amount]": "0"}, "line_items[0][unit_amount]"),
        ({"expires_at": "99999999999"}, "expires_at"),
        ({"surprise": "1"}, "surprise"),
    ],
)
def test_a_request_of_the_wrong_shape_names_the_parameter(sandbox_bank, changes, param):
    answer = a_session(sandbox_bank, "key-1", status=400, **changes)
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x", "pk_test_x", "-"])
def test_only_test_keys_may_speak(sandbox_bank, key):
    answer = sandbox_bank.http.get(
        f"{sandbox_bank.url}/v1/checkout/sessions/cs_test_1",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 401
