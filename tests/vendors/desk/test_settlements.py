"""The office settles a month: one prepares, another approves, another sends; each form twice changes nothing more."""

import re
from datetime import datetime, time, timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.accounts.models import User
from shop.jalali import TEHRAN, Month, tehran_date
from shop.ledger.accounts import PAYOUT_TRANSIT, stall_available
from shop.ledger.queries import balance
from tests.makers import a_staff_member, a_stall, log_in_at_office
from tests.vendors.settlements.makers import (
    COMMISSION,
    PRICE,
    SENDING,
    SHEBA,
    an_account,
    an_earned_order,
)
from vendors.settlements.access import FINANCE, let_settle
from vendors.settlements.models import Payout, PayoutAccount, PayoutBatch, Settlement
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import return_payout
from vendors.settlements.services.prepare import prepare_settlements
from vendors.stalls.models import Stall

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
NET = 2 * (PRICE - COMMISSION) + SENDING
MONTH = Month.of(tehran_date(timezone.now())).previous()
EARLY = datetime.combine(MONTH.start + timedelta(days=1), time(12), TEHRAN)
PAGE = f"/settlements/{MONTH.year}/{MONTH.month}/"
OTHER_SHEBA = "IR580540105180021273113007"


def a_settler(name: str) -> tuple[User, Client]:
    user, client = a_staff_member(name=name), Client()
    let_settle(user)
    log_in_at_office(client, user)
    return user, client


@pytest.fixture
def maker() -> Client:
    return a_settler("زهرا آماده‌کننده")[1]


@pytest.fixture
def checker() -> Client:
    return a_settler("رضا تأییدکننده")[1]


@pytest.fixture
def stall() -> Stall:
    stall = a_stall("ترشی سبزینه")
    an_account(stall, now=EARLY)
    an_earned_order(stall, on=EARLY)
    return stall


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def posted(client: Client, path: str, **fields: str) -> str:
    """The page a form leads to, as text."""
    response = client.post(path, fields, follow=True)
    assert response.status_code == 200
    return text_of(response)


def approved(client: Client, stall: Stall) -> str:
    seen = Settlement.objects.get(stall=stall, jyear=MONTH.year, jmonth=MONTH.month).pk
    return posted(client, f"{PAGE}{stall.slug}/approve/", seen=str(seen))


def a_sent_payout(stall: Stall, maker: Client, checker: Client) -> Payout:
    posted(maker, f"{PAGE}prepare/")
    approved(checker, stall)
    posted(maker, "/payouts/release/iban/")
    return Payout.objects.get(settlement__stall=stall)


def test_a_month_from_preparing_to_paid(stall: Stall, maker: Client, checker: Client) -> None:
    assert "هنوز صورت‌حسابی نیست" in text_of(maker.get("/settlements/"))
    shown = posted(maker, f"{PAGE}prepare/")
    for words in ("ترشی سبزینه", "۳۳۰٬۰۰۰", "۶۵٬۰۰۰", "−۱۶٬۵۰۰", "۳۷۸٬۵۰۰", "در انتظار تأیید"):
        assert words in shown
    assert "این صورت‌حساب را شما آماده کرده‌اید" in text_of(maker.get(f"{PAGE}{stall.slug}/"))
    assert "تأیید شد." in approved(checker, stall)
    assert balance(PAYOUT_TRANSIT) == -NET
    assert "همهٔ این‌ها را شما تأیید کرده‌اید" in text_of(checker.get("/payouts/"))
    assert "فایل آماده است" in posted(maker, "/payouts/release/iban/")
    batch = PayoutBatch.objects.get()
    shown = posted(checker, f"/payouts/batches/{batch.pk}/paid/", reference="۱۲۳۴۵۶")
    assert "همهٔ آنچه باز بود، پرداخت‌شده ثبت شد." in shown
    payout = Payout.objects.get()
    assert (payout.state, payout.reference, payout.amount) == ("confirmed", "123456", NET)
    assert balance(PAYOUT_TRANSIT) == balance(stall_available(stall.partner_id)) == 0


def test_the_statement_opens_each_order(stall: Stall, maker: Client) -> None:
    second = an_earned_order(stall, pieces=1, on=EARLY + timedelta(days=2))
    posted(maker, f"{PAGE}prepare/")
    page = maker.get(f"{PAGE}{stall.slug}/")
    assert [row.net for row in page.context["orders"]] == [NET, PRICE - COMMISSION + SENDING]
    assert sum(row.net for row in page.context["orders"]) == page.context["statement"].net
    assert f"/dashboard/orders/{second.order.number}/" in page.content.decode()


def test_the_maker_cannot_approve(stall: Stall, maker: Client) -> None:
    posted(maker, f"{PAGE}prepare/")
    assert "نفر دوم لازم است" in approved(maker, stall)
    assert Settlement.objects.get().state == Settlement.State.DRAFT


def test_a_draft_made_anew_is_not_the_one_that_was_seen(
    stall: Stall, maker: Client, checker: Client
) -> None:
    posted(maker, f"{PAGE}prepare/")
    seen = Settlement.objects.get().pk
    posted(maker, f"{PAGE}prepare/")
    shown = posted(checker, f"{PAGE}{stall.slug}/approve/", seen=str(seen))
    assert "رقم‌ها عوض شده‌اند" in shown
    assert Settlement.objects.get().state == Settlement.State.DRAFT


@pytest.mark.parametrize("twice", ["prepare", "approve", "release", "paid", "came_back"])
def test_a_form_sent_twice_changes_nothing_more(
    stall: Stall, maker: Client, checker: Client, twice: str
) -> None:
    posted(maker, f"{PAGE}prepare/")
    if twice == "prepare":
        posted(maker, f"{PAGE}prepare/")
        assert Settlement.objects.get().net == NET
        return
    approved(checker, stall)
    if twice == "approve":
        assert "پیش‌تر تصمیم گرفته شده است" in approved(checker, stall)
        assert Payout.objects.count() == 1
        assert balance(PAYOUT_TRANSIT) == -NET
        return
    posted(maker, "/payouts/release/iban/")
    if twice == "release":
        assert "چیزی برای فرستادن نیست" in posted(maker, "/payouts/release/iban/")
        assert PayoutBatch.objects.count() == 1
        return
    payout = Payout.objects.get()
    fields = {"paid": {"reference": "1"}, "came_back": {"reason": "حساب بسته است"}}[twice]
    path = f"/payouts/{payout.pk}/{twice.replace('_', '-')}/"
    posted(checker, path, **fields)
    before = (balance(PAYOUT_TRANSIT), balance(stall_available(stall.partner_id)))
    assert "پیش‌تر تصمیم گرفته شده است" in posted(checker, path, **fields)
    assert (balance(PAYOUT_TRANSIT), balance(stall_available(stall.partner_id))) == before


def test_a_payout_that_came_back_is_owed_again_and_says_why(
    stall: Stall, maker: Client, checker: Client
) -> None:
    payout = a_sent_payout(stall, maker, checker)
    asked = posted(checker, f"/payouts/{payout.pk}/came-back/", reason="")
    assert "لطفاً این خانه را پر کنید." in asked
    shown = posted(checker, f"/payouts/{payout.pk}/came-back/", reason="حساب بسته است")
    assert "به موجودی غرفه برگشت" in shown
    assert balance(stall_available(stall.partner_id)) == -NET
    assert "حساب بسته است" in text_of(checker.get("/payouts/"))


def test_the_bank_file_is_the_same_each_time_and_names_itself(
    stall: Stall, maker: Client, checker: Client
) -> None:
    payout = a_sent_payout(stall, maker, checker)
    assert payout.batch is not None
    base = f"/payouts/batches/{payout.batch.pk}/file."
    first, second = maker.get(f"{base}xml"), checker.get(f"{base}xml")
    assert first.content == second.content
    assert first["Content-Disposition"] == f'attachment; filename="{payout.batch.reference}.xml"'
    root = ElementTree.fromstring(first.content)  # noqa: S314 - our own
    assert payout.pk.hex in {element.text for element in root.iter()}
    table = maker.get(f"{base}csv").content.decode("utf-8-sig")
    assert table.splitlines()[1].split(",")[1:4] == [SHEBA, "مهسا رضایی", str(NET)]
    assert maker.get(f"{base}pdf").status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        "IR58 0540 1051 8002 1273 1130 07",
        "۵۸۰۵۴۰۱۰۵۱۸۰۰۲۱۲۷۳۱۱۳۰۰۷",
        "ir580540105180021273113007",
    ],
)
def test_an_account_is_proposed_by_one_and_approved_by_another(
    stall: Stall, maker: Client, checker: Client, typed: str
) -> None:
    fields = {"holder": "اکرم موسوی", "sheba": typed, "stripe_account": ""}
    assert "پیشنهاد شد" in posted(maker, f"/accounts/{stall.slug}/", **fields)
    again = posted(maker, f"/accounts/{stall.slug}/", **fields)
    assert "حساب دیگری از این غرفه منتظر نفر دوم است" in again
    account = PayoutAccount.objects.get(state=PayoutAccount.State.PROPOSED)
    assert account.iban == OTHER_SHEBA
    assert "نفر دوم لازم است" in posted(maker, f"/accounts/{account.pk}/approve/")
    assert "مهلت انتظارش" in posted(checker, f"/accounts/{account.pk}/approve/")
    account.refresh_from_db()
    assert account.usable_from is not None
    assert account.usable_from - timezone.now() > timedelta(hours=47)
    posted(checker, f"/accounts/{account.pk}/refuse/")
    account.refresh_from_db()
    assert account.state == PayoutAccount.State.APPROVED


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sheba": "IR580540105180021273113008"}, "درست درنمی‌آید"),
        ({"sheba": "IR58054010518002127311300"}, "شما ۲۳ رقم نوشته‌اید"),
        ({"sheba": "NaN"}, "شما ۰ رقم نوشته‌اید"),
        ({"sheba": "1e999"}, "شما ۴ رقم نوشته‌اید"),
        ({"sheba": "DE89370400440532013000"}, "رقم نوشته‌اید"),
        ({"stripe_account": "123"}, "با acct_ آغاز می‌شود"),
        ({}, "یک شماره بدهید"),
    ],
)
def test_what_is_no_account_is_refused_beside_its_field(
    maker: Client, stall: Stall, fields: dict[str, str], words: str
) -> None:
    shown = posted(maker, f"/accounts/{stall.slug}/", holder="اکرم موسوی", **fields)
    assert words in shown
    assert PayoutAccount.objects.count() == 1


def test_without_the_right_no_page_of_money_is_there(stall: Stall, maker: Client) -> None:
    clerk = Client()
    log_in_at_office(clerk, a_staff_member())
    assert "/settlements/" in maker.get("/").content.decode()
    assert "/settlements/" not in clerk.get("/").content.decode()
    for path in ("/settlements/", PAGE, f"{PAGE}{stall.slug}/", "/payouts/", "/accounts/"):
        assert clerk.get(path).status_code == 404
        assert maker.get(path).status_code == (404 if stall.slug in path else 200)
    assert clerk.post(f"{PAGE}prepare/").status_code == 404
    assert not Settlement.objects.exists()


def test_the_right_is_given_and_taken_by_command() -> None:
    user, client = a_staff_member(), Client()
    log_in_at_office(client, user)
    call_command("allow_settling", user.phone)
    assert client.get("/payouts/").status_code == 200
    call_command("allow_settling", user.phone, "--stop")
    assert client.get("/payouts/").status_code == 404
    assert Group.objects.get(name=FINANCE).permissions.count() == 1
    with pytest.raises(CommandError):
        call_command("allow_settling", "09120000000")


def test_a_month_that_is_not_over_is_only_read(maker: Client, stall: Stall) -> None:
    page = f"/settlements/{MONTH.next().year}/{MONTH.next().month}/"
    assert "هنوز تمام نشده" in text_of(maker.get(page))
    assert "هنوز تمام نشده" in posted(maker, f"{page}prepare/")
    assert not Settlement.objects.exists()
    for nowhere in ("/settlements/1405/13/", "/settlements/0/1/", "/settlements/99999/1/"):
        assert maker.get(nowhere).status_code == 404


def test_a_statement_with_a_payout_that_came_back_says_so(
    stall: Stall, maker: Client, checker: Client
) -> None:
    """It is of no order, and stands beside those that are."""
    before = MONTH.previous()
    early = EARLY - timedelta(days=29)
    account = stall.payout_accounts.get()
    PayoutAccount.objects.filter(pk=account.pk).update(usable_from=early)
    an_earned_order(stall, on=early)
    [draft] = prepare_settlements(month=before, by_user_id=None, now=EARLY)
    payout = approve_settlement(settlement=draft, by_user_id=a_staff_member().pk, now=EARLY)
    assert payout is not None
    return_payout(payout=payout, reason="حساب بسته است", now=EARLY + timedelta(days=1))
    posted(maker, f"{PAGE}prepare/")
    statement = Settlement.objects.get(jyear=MONTH.year, jmonth=MONTH.month)
    assert (statement.returned, statement.net) == (NET, 2 * NET)
    shown = text_of(maker.get(f"{PAGE}{stall.slug}/"))
    assert "بدون سفارش" in shown
    assert "واریزهای برگشت‌خورده ۳۷۸٬۵۰۰" in shown
    approved(checker, stall)
    assert "۷۵۷٬۰۰۰" in text_of(maker.get(PAGE))


def test_an_earlier_statement_that_waits_is_named_on_the_next_months_page(
    maker: Client, stall: Stall
) -> None:
    before = MONTH.previous()
    an_earned_order(stall, on=EARLY - timedelta(days=25))
    posted(maker, f"/settlements/{before.year}/{before.month}/prepare/")
    shown = posted(maker, f"{PAGE}prepare/")
    assert "غرفه‌هایشان در این ماه نمی‌آیند" in shown
    assert Settlement.objects.get().month == before


def pages_of(stall: Stall, batch: PayoutBatch) -> tuple[str, ...]:
    payout = batch.payouts.get(settlement__stall=stall)
    return (
        PAGE,
        f"{PAGE}{stall.slug}/",
        "/payouts/",
        f"/payouts/batches/{batch.pk}/",
        f"/payouts/{payout.pk}/",
        "/accounts/",
        f"/accounts/{stall.slug}/",
    )


def test_pages_ask_no_more_of_the_database_for_many_stalls(maker: Client, checker: Client) -> None:
    def counts(n_stalls: int) -> list[int]:
        stalls = [a_stall(f"غرفهٔ {n_stalls}{n}") for n in range(n_stalls)]
        for stall in stalls:
            an_account(stall, now=EARLY)
            an_earned_order(stall, on=EARLY)
        prepare_settlements(month=MONTH, by_user_id=None, now=timezone.now())
        for stall in stalls:
            approved(checker, stall)
        PayoutBatch.objects.update(day=EARLY.date() - timedelta(days=n_stalls))
        posted(maker, "/payouts/release/iban/")
        batch = PayoutBatch.objects.order_by("-day")[0]
        found = []
        for page in pages_of(stalls[0], batch):
            with CaptureQueriesContext(connections["default"]) as queries:
                assert maker.get(page).status_code == 200
            found.append(len(queries))
        return found

    few = counts(1)
    assert counts(5) == few
    assert max(few) <= 12


def test_an_iban_stands_in_full_only_where_it_is_decided(
    stall: Stall, maker: Client, checker: Client
) -> None:
    payout = a_sent_payout(stall, maker, checker)
    assert payout.batch is not None
    persian_digits = SHEBA[2:].translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    for page in pages_of(stall, payout.batch):
        for prefix in ("", "/en"):
            shown = maker.get(prefix + page).content.decode()
            assert SHEBA not in shown
            assert persian_digits not in shown
