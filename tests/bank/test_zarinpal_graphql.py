import pytest

from tests.bank.test_zarinpal_wire import a_request, call, pay

AMOUNT = 1_000_000
SESSIONS = """query Sessions($terminal_id: ID!, $reference_id: String) {
  Session(terminal_id: $terminal_id, reference_id: $reference_id) { id amount status authority }
}"""
ADD = """mutation AddRefund($session_id: ID!, $amount: BigInteger!, $method:
InstantPayoutActionTypeEnum, $reason: RefundReasonEnum, $description: String) {
  resource: AddRefund(session_id: $session_id, amount: $amount, method: $method, reason: $reason,
    description: $description) { id amount timeline { refund_status } }
}"""


TOKEN = "sandbox_token"


def ask(bank, query, *, token=TOKEN, **variables):
    answer = bank.http.post(
        f"{bank.url}/api/v4/graphql/",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200
    return answer.json()


def message(whole):
    assert whole["data"] is None
    return whole["errors"][0]["message"]


@pytest.fixture
def session(sandbox_bank):
    """A verified payment's number."""
    authority = a_request(sandbox_bank).json()["data"]["authority"]
    pay(sandbox_bank, authority)
    call(sandbox_bank, "verify", authority=authority, amount=AMOUNT)
    (row,) = ask(sandbox_bank, SESSIONS, terminal_id="100200")["data"]["Session"]
    assert (row["status"], row["amount"], row["authority"]) == ("VERIFIED", AMOUNT, authority)
    return row["id"]


def refund(bank, session, **changes):
    wish = {
        "session_id": session,
        "amount": 20_000,
        "method": "CARD",
        "reason": "CUSTOMER_REQUEST",
        "description": "",
    }
    return ask(bank, ADD, **{**wish, **changes})


@pytest.mark.parametrize(("method", "status"), [("CARD", "SUCCESS"), ("PAYA", "PENDING")])
def test_a_refund_is_done_at_once_or_in_the_next_cycle(sandbox_bank, session, method, status):
    resource = refund(sandbox_bank, session, method=method)["data"]["resource"]
    assert resource["amount"] == 20_000
    assert resource["timeline"]["refund_status"] == status
    assert len(sandbox_bank.captures("refund")) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": 19_999}, "at least 20000"),
        ({"amount": AMOUNT + 1}, "more than what is left"),
        ({"amount": 20_000.0}, "at least"),
        ({"amount": "20000"}, "at least"),
        ({"amount": True}, "at least"),
        ({"method": "POST"}, "enum"),
        ({"reason": None}, "enum"),
        ({"session_id": "1"}, "not found"),
        ({"token": "expired"}, "Unauthenticated"),
    ],
)
def test_a_refund_of_the_wrong_shape_moves_nothing(sandbox_bank, session, changes, words):
    assert words in message(refund(sandbox_bank, session, **changes))
    assert sandbox_bank.captures("refund") == []


def test_an_unverified_payment_cannot_be_refunded(sandbox_bank):
    authority = a_request(sandbox_bank).json()["data"]["authority"]
    pay(sandbox_bank, authority)
    (row,) = ask(sandbox_bank, SESSIONS, terminal_id="100200")["data"]["Session"]
    assert row["status"] == "PAID"
    assert "not found" in message(refund(sandbox_bank, row["id"]))


def test_a_refunded_payment_is_no_longer_reversed(sandbox_bank, session):
    refund(sandbox_bank, session)
    (row,) = ask(sandbox_bank, SESSIONS, terminal_id="100200")["data"]["Session"]
    answer = call(sandbox_bank, "reverse", authority=row["authority"])
    assert answer.json()["errors"]["code"] == -61


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (SESSIONS.replace("authority", "autority"), "autority"),
        ("query { Terminals { id } }", "Syntax Error"),
        ("", "Syntax Error"),
    ],
)
def test_a_query_of_the_wrong_words_is_refused(sandbox_bank, query, words):
    assert words in message(ask(sandbox_bank, query, terminal_id="100200"))


def test_another_terminal_is_refused(sandbox_bank):
    assert "Terminal not found" in message(ask(sandbox_bank, SESSIONS, terminal_id="1"))


def test_a_body_that_is_no_query_is_refused(sandbox_bank):
    for body in (b"<xml>", b"[]", b'"x"', b"null"):
        answer = sandbox_bank.http.post(
            f"{sandbox_bank.url}/api/v4/graphql/",
            content=body,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert "Syntax Error" in message(answer.json())
