"""What a stall holder sees of settlement: own approved statements in plain words, and the account, masked."""

import re
from datetime import datetime, time, timedelta
from html import unescape
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.jalali import TEHRAN, Month, tehran_date
from shop.notices.models import Notice
from shop.orders.services.refund import refund_lines
from shop.templatetags.bazarche import digits, toman
from tests.makers import a_member, a_staff_member, a_user
from tests.vendors.settlements.makers import (
    COMMISSION,
    PRICE,
    SENDING,
    SHEBA,
    an_account,
    an_earned_order,
    finance_people,
)
from vendors.settlements.jobs import tell_stall_of_account
from vendors.settlements.models import Payout, PayoutAccount, Rail
from vendors.settlements.services.accounts import approve_account, propose_account
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import confirm_payout, release_batch, return_payout
from vendors.settlements.services.prepare import prepare_settlements
from vendors.stalls.models import Stall, StallMember

pytestmark = pytest.mark.django_db
MONTH = Month.of(tehran_date(timezone.now())).previous()
EARLY = datetime.combine(MONTH.start + timedelta(days=1), time(12), TEHRAN)
PAGE = f"/panel/money/paid/{MONTH.year}/{MONTH.month}/"
ACCOUNT = "/panel/money/account/"
OTHER_SHEBA = "IR580540105180021273113007"


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def a_statement(stall: Stall, *, until: str = "approved") -> None:
    """Prepared, approved, sent, paid or come back."""
    an_account(stall, now=EARLY)
    an_earned_order(stall, on=EARLY)
    approver, releaser = finance_people()
    now = timezone.now()
    drafts = prepare_settlements(month=MONTH, by_user_id=None, now=now)
    if until == "prepared":
        return
    for draft in drafts:
        approve_settlement(settlement=draft, by_user_id=approver.pk, now=now)
    if until == "approved":
        return
    release_batch(rail=Rail.IBAN, by_user_id=releaser.pk, now=now)
    payout = Payout.objects.get()
    if until == "paid":
        confirm_payout(payout=payout, reference="789", now=now)
    if until == "came back":
        return_payout(payout=payout, reason="حساب بسته است", now=now)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("approved", "به‌زودی واریز می‌شود"),
        ("sent", "در راه حساب شما"),
        ("paid", "واریز شد"),
        ("came back", "برگشت خورد؛ در ماه بعد حساب می‌شود"),
    ],
)
def test_a_statement_says_in_plain_words_what_becomes_of_it(
    client: Client, stall: Stall, until: str, words: str
) -> None:
    terms = stall.partner.terms
    terms.commission_bp = 500
    terms.save(update_fields=["commission_bp"])
    a_statement(stall, until=until)
    shown = text_of(client.get(PAGE))
    for said in ("فروختید ۳۳۰٬۰۰۰", "−۱۶٬۵۰۰", "۶۵٬۰۰۰", "مال شما ۳۷۸٬۵۰۰ تومان", words):
        assert said in shown
    assert words in text_of(client.get("/panel/money/"))


def test_a_draft_is_not_shown(client: Client, stall: Stall) -> None:
    a_statement(stall, until="prepared")
    assert client.get(PAGE).status_code == 404
    assert "نخستین صورت‌حساب اینجا می‌آید" in text_of(client.get("/panel/money/"))


def test_another_stalls_statement_is_not_there(
    client: Client, stall: Stall, neighbour: Stall
) -> None:
    a_statement(neighbour, until="paid")
    assert client.get(PAGE).status_code == 404
    assert PAGE not in client.get("/panel/money/").content.decode()


def test_a_helper_sees_the_statement_and_not_the_account(client: Client, neighbour: Stall) -> None:
    helper = a_user()
    client.force_login(helper)
    a_member(neighbour, helper, role=StallMember.Role.FACILITATOR)
    a_statement(neighbour, until="paid")
    assert "۰۰۰۱" not in text_of(client.get(PAGE))
    assert client.get(ACCOUNT).status_code == 404
    assert client.post(ACCOUNT, {"sheba": OTHER_SHEBA, "holder": "x"}).status_code == 404
    assert PayoutAccount.objects.count() == 1


def test_the_owner_sees_the_account_masked(client: Client, stall: Stall) -> None:
    a_statement(stall)
    for page in (ACCOUNT, PAGE):
        response = client.get(page)
        assert "IR••۰۰۰۱" in text_of(response)
        assert SHEBA[4:] not in response.content.decode()


def test_the_owner_names_another_account_and_staff_approve_it(client: Client, stall: Stall) -> None:
    an_account(stall, now=EARLY)
    fields = {"sheba": "۵۸ ۰۵۴۰ ۱۰۵۱ ۸۰۰۲ ۱۲۷۳ ۱۱۳۰ ۰۷", "holder": "  سمیه   احمدیان "}
    shown = text_of(client.post(ACCOUNT, fields, follow=True))
    assert "در انتظار بررسی ما" in shown
    assert "IR••۳۰۰۷" in shown
    again = text_of(client.post(ACCOUNT, fields, follow=True))
    assert "IR••۳۰۰۷" in again
    account = PayoutAccount.objects.get(state=PayoutAccount.State.PROPOSED)
    assert (account.iban, account.holder) == (OTHER_SHEBA, "سمیه احمدیان")
    approve_account(account=account, by_user_id=a_staff_member().pk, now=timezone.now())
    assert "برای امنیت شما از" in text_of(client.get(ACCOUNT))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("IR58 0540 1051 8002 1273 1130 08", "درست درنمی‌آید"),
        ("۱۲۳", "شما ۳ رقم نوشته‌اید"),
        ("-1", "شما ۱ رقم نوشته‌اید"),
        ("Infinity", "شما ۰ رقم نوشته‌اید"),
        ("", "لطفاً این خانه را پر کنید."),
    ],
)
def test_a_wrong_number_is_said_beside_the_field(
    client: Client, stall: Stall, typed: str, words: str
) -> None:
    shown = text_of(client.post(ACCOUNT, {"sheba": typed, "holder": "سمیه احمدیان"}))
    assert words in shown
    assert not PayoutAccount.objects.exists()


def test_the_owners_are_told_at_each_step(stall: Stall) -> None:
    account = propose_account(
        stall=stall,
        rail=Rail.IBAN,
        number=OTHER_SHEBA,
        holder="x",
        by_user_id=a_staff_member().pk,
        now=EARLY,
    )
    tell_stall_of_account(account.pk)
    tell_stall_of_account(account.pk)
    approve_account(account=account, by_user_id=a_staff_member().pk, now=EARLY)
    tell_stall_of_account(account.pk)
    texts = list(Notice.objects.order_by("pk").values_list("text", flat=True))
    assert len(texts) == 2
    assert all("IR••3007" in text and OTHER_SHEBA not in text for text in texts)


def test_the_money_page_asks_no_more_for_many_statements(client: Client, stall: Stall) -> None:
    a_statement(stall, until="paid")
    an_earned_order(stall, on=EARLY)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
        client.get("/panel/money/")
    few = len(queries)
    an_earned_order(stall, on=EARLY)
    an_earned_order(stall, on=EARLY)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
        client.get("/panel/money/")
    assert len(queries) == few


def test_the_sums_are_those_of_the_orders(client: Client, stall: Stall) -> None:
    a_statement(stall)
    page = client.get(PAGE)
    statement = page.context["statement"]
    assert sum(row.net for row in page.context["orders"]) == statement.net
    assert statement.net == 2 * PRICE - 2 * (PRICE // 10) + SENDING
    assert -statement.commission == COMMISSION * 4


def paper_text(client: Client) -> str:
    """What the PDF is made of: the paper before it is set."""
    with patch("vendors.panel.statements.pdf_response", lambda html, name: HttpResponse(html)):
        return text_of(client.get(f"{PAGE}statement.pdf"))


def test_a_statement_is_a_paper_too(client: Client, stall: Stall) -> None:
    a_statement(stall, until="paid")
    answer = client.get(f"{PAGE}statement.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    name = f"bazarche-{MONTH.year}-{MONTH.month:02}.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_paper_says_what_the_page_says(client: Client, stall: Stall) -> None:
    a_statement(stall, until="paid")
    text = paper_text(client)
    statement = client.get(PAGE).context["statement"]
    assert stall.name in text
    assert f"فروختید {toman(statement.sold)}" in text
    assert f"کارمزد بازارچه {toman(statement.commission)}" in text
    assert toman(statement.net) in text
    assert "شماره پیگیری" in text.replace("شمارهٔ", "شماره")
    [row] = client.get(PAGE).context["orders"]
    assert digits(row.stall_order.number) in text
    assert toman(row.net) in text


def test_what_was_given_back_has_a_column_of_its_own(client: Client, stall: Stall) -> None:
    an_account(stall, now=EARLY)
    order = an_earned_order(stall, pieces=3, on=EARLY)
    [line] = order.lines
    refund_lines(
        stall_order=order,
        quantities={line.pk: 1},
        with_shipping=False,
        refund_id=uuid4(),
        reason="damaged",
        by_user_id=None,
        now=EARLY,
    )
    now = timezone.now()
    [draft] = prepare_settlements(month=MONTH, by_user_id=None, now=now)
    approve_settlement(settlement=draft, by_user_id=finance_people()[0].pk, now=now)
    text = paper_text(client)
    kept = PRICE - PRICE // 10
    assert f"{toman(3 * PRICE)}" in text
    assert f"{toman(-kept)}" in text
    assert draft.net == 2 * kept + SENDING


def test_more_orders_than_a_paper_holds_are_one_line(client: Client, stall: Stall) -> None:
    a_statement(stall, until="prepared")
    an_earned_order(stall, on=EARLY)
    now = timezone.now()
    [draft] = prepare_settlements(month=MONTH, by_user_id=None, now=now)
    approve_settlement(settlement=draft, by_user_id=finance_people()[0].pk, now=now)
    with patch("vendors.panel.statements.MOST_ON_PAPER", 1):
        text = paper_text(client)
    rest = 2 * (PRICE - PRICE // 10) + SENDING
    assert f"و ۱ سفارش دیگر {toman(rest)}" in text


def test_a_draft_is_no_paper_and_a_helper_gets_none(client: Client, stall: Stall) -> None:
    a_statement(stall, until="prepared")
    assert client.get(f"{PAGE}statement.pdf").status_code == 404
    helper = a_user()
    a_member(stall, helper, role=StallMember.Role.HELPER)
    client.force_login(helper)
    assert client.get(f"{PAGE}statement.pdf").status_code == 404
