import pytest

MERCHANT = "00000000-0000-4000-8000-000000000000"


def call(bank, name, **body):
    url = f"{bank.url}/pg/v4/payment/{name}.json"
    return bank.http.post(url, json={"merchant_id": MERCHANT, **body})


def a_request(bank, **changes):
    body = {
        "amount": 1_000_000,
        "currency": "IRR",
        "description": "a basket",
        "callback_url": "http://127.0.0.1:9/back",
        "metadata": {"order_id": "1405-0731"},
    }
    return call(bank, "request", **{**body, **changes})


@pytest.fixture
def authority(sandbox_bank):
    return a_request(sandbox_bank).json()["data"]["authority"]


def pay(bank, authority, deed="pay"):
    return bank.press(f"{bank.url}/pg/StartPay/{authority}", deed)


def test_a_success_has_data_and_an_empty_list_of_errors(sandbox_bank):
    whole = a_request(sandbox_bank).json()
    authority = whole["data"].pop("authority")
    assert len(authority) == 36
    assert authority.startswith("S")
    assert whole == {
        "data": {"code": 100, "message": "Success", "fee_type": "Merchant", "fee": 5_000},
        "errors": [],
    }


def test_an_error_has_an_object_of_errors_and_an_empty_list_of_data(sandbox_bank):
    answer = a_request(sandbox_bank, amount=999)
    assert answer.status_code == 422
    assert answer.json() == {
        "data": [],
        "errors": {
            "code": -9,
            "message": "The input params invalid, validation error.",
            "validations": [{"amount": "The amount must be at least 1000."}],
        },
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 1000.0},
        {"amount": "100000"},
        {"amount": True},
        {"amount": -1},
        {"description": ""},
        {"description": "x" * 501},
        {"callback_url": "javascript:alert(1)"},
        {"currency": "IRT"},
        {"merchant_id": "short"},
    ],
)
def test_a_request_of_the_wrong_shape_is_minus_9(sandbox_bank, changes):
    assert a_request(sandbox_bank, **changes).json()["errors"]["code"] == -9


def test_above_the_ceiling_is_minus_41(sandbox_bank):
    answer = a_request(sandbox_bank, amount=1_000_000_001)
    assert answer.json()["errors"]["code"] == -41


def test_verify_says_100_once_and_then_101(sandbox_bank, authority):
    assert pay(sandbox_bank, authority) == (
        f"http://127.0.0.1:9/back?Authority={authority}&Status=OK"
    )
    first = call(sandbox_bank, "verify", authority=authority, amount=1_000_000).json()["data"]
    again = call(sandbox_bank, "verify", authority=authority, amount=1_000_000).json()["data"]
    assert (first["code"], again["code"]) == (100, 101)
    assert first["ref_id"] == again["ref_id"]
    assert len(sandbox_bank.captures()) == 1


def test_verify_of_another_amount_is_minus_50(sandbox_bank, authority):
    pay(sandbox_bank, authority)
    answer = call(sandbox_bank, "verify", authority=authority, amount=999_990)
    assert answer.json()["errors"]["code"] == -50


@pytest.mark.parametrize("deed", ["decline", "cancel", None])
def test_verify_of_an_unpaid_one_is_minus_51(sandbox_bank, authority, deed):
    if deed:
        assert pay(sandbox_bank, authority, deed).endswith("&Status=NOK")
    answer = call(sandbox_bank, "verify", authority=authority, amount=1_000_000)
    assert answer.json()["errors"]["code"] == -51


def test_verify_of_nobody_is_minus_54(sandbox_bank):
    answer = call(sandbox_bank, "verify", authority="S" + "0" * 35, amount=1_000_000)
    assert answer.json()["errors"]["code"] == -54


def test_a_body_that_is_no_json_is_minus_9(sandbox_bank):
    answer = sandbox_bank.http.post(
        f"{sandbox_bank.url}/pg/v4/payment/verify.json", content=b"<xml>"
    )
    assert answer.json()["errors"]["code"] == -9


def test_inquiry_follows_the_payment(sandbox_bank, authority):
    def status(name=authority):
        return call(sandbox_bank, "inquiry", authority=name).json()["data"]["status"]

    other = a_request(sandbox_bank).json()["data"]["authority"]
    assert status() == "IN_BANK"
    pay(sandbox_bank, authority)
    assert status() == "PAID"
    call(sandbox_bank, "verify", authority=authority, amount=1_000_000)
    assert status() == "VERIFIED"
    assert call(sandbox_bank, "reverse", authority=authority).json()["data"]["code"] == 100
    assert status() == "REVERSED"
    pay(sandbox_bank, other, "decline")
    assert status(other) == "FAILED"


def test_a_second_reverse_is_minus_61(sandbox_bank, authority):
    pay(sandbox_bank, authority)
    call(sandbox_bank, "reverse", authority=authority)
    assert call(sandbox_bank, "reverse", authority=authority).json()["errors"]["code"] == -61
    assert len(sandbox_bank.captures("reverse")) == 1


def test_the_unverified_list_holds_what_was_paid_and_not_taken(sandbox_bank, authority):
    assert call(sandbox_bank, "unVerified").json()["data"]["authorities"] == []
    pay(sandbox_bank, authority)
    data = call(sandbox_bank, "unVerified").json()["data"]
    assert data["code"] == "100"
    assert [(row["authority"], row["amount"]) for row in data["authorities"]] == [
        (authority, 1_000_000)
    ]
