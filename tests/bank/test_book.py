"""The bank's own books: every movement is a line of the log and a line of a balance, and they agree."""

import itertools
import sqlite3
import uuid
from contextlib import closing

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.test_idempotency import a_session
from tests.fixtures_bank import wait_until

KEY = {"Authorization": "Bearer sk_test_x"}
AMOUNT = 10_000_000
# What a line of the log did to the platform's balance, fees aside.
SIGNS = {
    "capture": 1,
    "refund": -1,
    "refund_failed": 1,
    "transfer": -1,
    "reversal": 1,
    "dispute": -1,
    "dispute_won": 1,
    "payout": -1,
    "payout_failed": 1,
}


def a_payment(bank, *, amount=AMOUNT, currency="irr"):
    """A paid session's payment intent."""
    name = "line_items[0][price_data][currency]"
    session = a_session(bank, str(uuid.uuid4()), amount=str(amount), **{name: currency}).json()
    bank.press(session["url"], "pay")
    return bank.stripe_get(f"checkout/sessions/{session['id']}")["payment_intent"]


def refused(bank, path, **form):
    answer = bank.http.post(f"{bank.url}/v1/{path}", data=form, headers=KEY)
    assert answer.status_code in (400, 404), answer.text
    return answer.json()["error"]


def held(bank, currency="irr"):
    available = bank.stripe_get("balance")["available"]
    return {one["currency"]: one["amount"] for one in available}.get(currency, 0)


def test_a_balance_keeps_its_currencies_apart(sandbox_bank):
    a_payment(sandbox_bank)
    a_payment(sandbox_bank, amount=4_999, currency="eur")
    a_payment(sandbox_bank, amount=10_000, currency="usd")
    assert sandbox_bank.stripe_get("balance")["available"] == [
        {"amount": 4_975, "currency": "eur"},
        {"amount": 9_950_000, "currency": "irr"},
        {"amount": 9_950, "currency": "usd"},
    ]


def test_the_list_is_read_page_by_page(sandbox_bank):
    for _ in range(5):
        a_payment(sandbox_bank, amount=20_000)
    pages, after = [], ""
    while True:
        page = sandbox_bank.stripe_get(f"balance_transactions?limit=2{after}")
        pages.append([line["id"] for line in page["data"]])
        if not page["has_more"]:
            break
        after = f"&starting_after={pages[-1][-1]}"
    assert [len(page) for page in pages] == [2, 2, 1]
    whole = sandbox_bank.stripe_get("balance_transactions?limit=100")
    assert [line["id"] for line in whole["data"]] == [*itertools.chain(*pages)]
    assert whole["has_more"] is False


def test_the_list_is_filtered(sandbox_bank):
    intent = a_payment(sandbox_bank)
    sandbox_bank.stripe_post("refunds", payment_intent=intent, amount=1_000)
    (line,) = sandbox_bank.stripe_get("balance_transactions?type=refund")["data"]
    assert (line["amount"], line["fee"], line["net"]) == (-1_000, 0, -1_000)
    assert sandbox_bank.stripe_get(f"balance_transactions/{line['id']}") == line
    moment = line["created"]
    for query, count in (
        (f"created[gte]={moment}&type=refund", 1),
        (f"created[gt]={moment}&type=refund", 0),
        (f"created[lt]={moment}&type=refund", 0),
        (f"created[lte]={moment}&type=refund", 1),
        ("currency=eur", 0),
        (f"source={line['source']}", 1),
    ):
        assert len(sandbox_bank.stripe_get(f"balance_transactions?{query}")["data"]) == count


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "created[gte]=x", "surprise=1", "starting_after=y"]
)
def test_a_list_of_the_wrong_shape_is_refused(sandbox_bank, query):
    answer = sandbox_bank.http.get(
        f"{sandbox_bank.url}/v1/balance_transactions?{query}", headers=KEY
    )
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(
    ("path", "form", "param"),
    [
        ("accounts", {"type": "express"}, "type"),
        ("accounts", {"country": "DE"}, "controller"),
        ("transfers", {"amount": "1", "currency": "eur", "surprise": "1"}, "surprise"),
        ("transfers", {"amount": "-1", "currency": "eur"}, "amount"),
        ("transfers", {"amount": "1", "currency": "zzz"}, "currency"),
        ("payouts", {"amount": "1.5", "currency": "eur"}, "amount"),
        ("account_links", {"account": "acct_nobody"}, "id"),
    ],
)
def test_a_request_of_the_wrong_shape_names_the_parameter(sandbox_bank, path, form, param):
    assert refused(sandbox_bank, path, **form)["param"] == param


def test_an_account_link_leads_to_the_bank(sandbox_bank):
    account = sandbox_bank.a_stall_account(is_active=False)
    form = {
        "account": account,
        "refresh_url": "http://127.0.0.1:9/again",
        "return_url": "http://127.0.0.1:9/back",
        "type": "account_onboarding",
    }
    link = sandbox_bank.stripe_post("account_links", **form)
    assert link["object"] == "account_link"
    assert link["url"].startswith(f"{sandbox_bank.url}/setup/{account}/")


def test_a_payment_tells_its_group_and_charge(sandbox_bank):
    session = a_session(
        sandbox_bank, "k", **{"payment_intent_data[transfer_group]": "ORDER-1"}
    ).json()
    sandbox_bank.press(session["url"], "pay")
    intent = sandbox_bank.stripe_get(f"checkout/sessions/{session['id']}")["payment_intent"]
    seen = sandbox_bank.stripe_get(f"payment_intents/{intent}")
    assert seen["transfer_group"] == "ORDER-1"
    charge = sandbox_bank.stripe_get(f"charges/{seen['latest_charge']}")
    assert (charge["payment_intent"], charge["transfer_group"]) == (intent, "ORDER-1")


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("disputes", {"payment": "pi_nobody"}),
        ("disputes", {"payment": None}),
        ("disputes/dp_nobody/close", {"outcome": "won"}),
        ("accounts/acct_nobody", {"transfers": "active"}),
    ],
)
def test_a_wish_about_nobody_is_refused(sandbox_bank, path, wish):
    answer = sandbox_bank.http.post(f"{sandbox_bank.url}/_fake/{path}", json=wish)
    assert answer.status_code == 400


@pytest.mark.parametrize("amount", [0, -1, AMOUNT + 1, "10", 1.5, True])
def test_a_dispute_of_the_wrong_amount_is_refused(sandbox_bank, amount):
    wish = {"payment": a_payment(sandbox_bank), "amount": amount}
    answer = sandbox_bank.http.post(f"{sandbox_bank.url}/_fake/disputes", json=wish)
    assert answer.status_code == 400
    assert sandbox_bank.captures("dispute") == []


def test_a_kill_after_a_transfer_loses_no_line(sandbox_bank):
    account = sandbox_bank.a_stall_account()
    a_payment(sandbox_bank)
    sandbox_bank.arm("transfer.create", "die_after_commit")
    form = {"amount": "1000", "currency": "irr", "destination": account}
    with pytest.raises(httpx.TransportError):
        sandbox_bank.stripe_post("transfers", **form)
    sandbox_bank.wait_for_death()
    assert sandbox_bank.captures("transfer") == []
    sandbox_bank.start()
    assert [line["amount"] for line in sandbox_bank.captures("transfer")] == [1_000]


def test_a_bank_of_an_older_day_starts(sandbox_bank):
    """Its tables lack the columns that came later."""
    intent = a_payment(sandbox_bank)
    sandbox_bank.stop()
    with closing(sqlite3.connect(sandbox_bank.folder / "bank.sqlite3")) as db:
        for column in ("status", "settles_at", "fails", "description", "key"):
            db.execute(f"ALTER TABLE refund DROP COLUMN {column}")
        db.execute("ALTER TABLE payment DROP COLUMN transfer_group")
    sandbox_bank.start()
    given = sandbox_bank.stripe_post("refunds", payment_intent=intent)
    assert (given["amount"], given["status"]) == (AMOUNT, "succeeded")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refund", "transfer", "reverse", "dispute", "close", "payout"]),
        st.integers(1, 12_000_000),
        st.booleans(),
    ),
    min_size=3,
    max_size=14,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_happens_the_log_and_the_balance_agree(sandbox_bank, steps):
    before = held(sandbox_bank), total_of_log(sandbox_bank), fees(sandbox_bank)
    account = sandbox_bank.a_stall_account()
    intents, transfers, disputes = [a_payment(sandbox_bank)], [], []
    for step, amount, is_odd in steps:
        if step == "pay":
            intents.append(a_payment(sandbox_bank, amount=amount))
        elif step == "refund":
            if is_odd:
                sandbox_bank.arm("refund.create", "refund_failed")
            attempt(sandbox_bank, "refunds", payment_intent=intents[-1], amount=amount)
        elif step == "transfer":
            form = {"amount": amount, "currency": "irr", "destination": account}
            made = attempt(sandbox_bank, "transfers", **form)
            transfers += [made["id"]] if made else []
        elif step == "reverse" and transfers:
            attempt(sandbox_bank, f"transfers/{transfers[-1]}/reversals", amount=amount)
        elif step == "dispute":
            wish = {"payment": intents[-1], "amount": amount, "inquiry": is_odd}
            answer = sandbox_bank.http.post(f"{sandbox_bank.url}/_fake/disputes", json=wish)
            disputes += [answer.json()["id"]] if answer.status_code == 201 else []
        elif step == "close" and disputes:
            outcome = "won" if is_odd else "lost"
            sandbox_bank.fake(f"disputes/{disputes[-1]}/close", outcome=outcome)
        elif step == "payout":
            attempt(sandbox_bank, "payouts", amount=amount, currency="irr")
    wait_until(lambda: not on_their_way(sandbox_bank))
    moved = total_of_log(sandbox_bank) - before[1] - (fees(sandbox_bank) - before[2])
    assert held(sandbox_bank) - before[0] == moved
    for transfer in transfers:
        seen = sandbox_bank.stripe_get(f"transfers/{transfer}")
        assert 0 <= seen["amount_reversed"] <= seen["amount"]
    for intent in intents:
        charge = sandbox_bank.stripe_get(f"payment_intents/{intent}")["latest_charge"]
        seen = sandbox_bank.stripe_get(f"charges/{charge}")
        assert 0 <= seen["amount_refunded"] <= seen["amount"]


def attempt(bank, path, **form):
    """What came of it; None when the bank refused."""
    answer = bank.http.post(f"{bank.url}/v1/{path}", data=form, headers=KEY)
    assert answer.status_code in (200, 400), answer.text
    return answer.json() if answer.status_code == 200 else None


def total_of_log(bank):
    return sum(sign * line["amount"] for op, sign in SIGNS.items() for line in bank.captures(op))


def fees(bank):
    return one_number(bank, "SELECT coalesce(sum(fee), 0) FROM line WHERE account = ''")


def on_their_way(bank):
    return one_number(
        bank,
        "SELECT (SELECT count(*) FROM refund WHERE status = 'pending')"
        " + (SELECT count(*) FROM payout WHERE status = 'pending')",
    )


def one_number(bank, query):
    with closing(sqlite3.connect(bank.folder / "bank.sqlite3", timeout=5)) as db:
        return db.execute(query).fetchone()[0]
