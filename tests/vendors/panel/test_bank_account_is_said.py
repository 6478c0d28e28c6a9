"""How the stall holder's bank account stands is said where they look, and that nothing is paid without one."""

import re

import pytest
from django.utils import timezone

from shop.templatetags.bazarche import jalali_short
from tests.makers import NOON, a_member, a_staff_member, a_user
from tests.vendors.settlements.makers import SHEBA, an_account
from vendors.settlements.models import Rail
from vendors.settlements.services.accounts import propose_account, refuse_account
from vendors.stalls.models import StallMember

pytestmark = pytest.mark.django_db
NO_ACCOUNT = "تا شمارهٔ حساب بانکی‌تان را نگفته‌اید نمی‌توانیم پولتان را بدهیم."
WAITS = "حساب بانکی‌تان پیش ماست: درباره‌اش با شما تماس می‌گیریم. تا آن وقت نمی‌توانیم پولتان را بدهیم."
REFUSED = "حساب بانکی‌ای که گفتید به کار نیامد. تا حساب درست را نگویید نمی‌توانیم پولتان را بدهیم."


def propose(stall, number=SHEBA):
    return propose_account(
        stall=stall,
        rail=Rail.IBAN,
        number=number,
        holder="سمیه احمدیان",
        by_user_id=stall.members.get(role="owner").user_id,
        now=NOON,
    )


def row(client) -> tuple[str, str]:
    """What the row of the account says, and how it is coloured."""
    page = client.get("/panel/stall/").content.decode()
    [(colour, said)] = re.findall(
        r'حساب بانکی من</b>\s*<small class="(\w+)">(.*?)</small>', page, re.DOTALL
    )
    return re.sub(r"</?bdi[^>]*>", "", said), colour


def notices(client) -> list[list[str]]:
    """Which of the three sentences stand on the first page and on that of the money."""
    pages = [client.get(path).content.decode() for path in ("/panel/", "/panel/money/")]
    return [[text for text in (NO_ACCOUNT, WAITS, REFUSED) if text in page] for page in pages]


def test_without_an_account_the_row_is_red_and_both_pages_say_it(client, stall):
    assert row(client) == ("هنوز گفته نشده: نمی‌توانیم پولتان را بدهیم", "bad")
    assert notices(client) == [[NO_ACCOUNT], [NO_ACCOUNT]]
    assert client.get("/panel/").content.decode().count('href="/panel/money/account/"') == 1


def test_a_stall_that_is_not_open_yet_may_name_its_account_later(client, stall):
    stall.state = stall.State.DRAFT
    stall.save(update_fields=["state"])
    assert row(client) == ("هنوز گفته نشده؛ بعداً هم می‌شود", "muted")


def test_an_account_that_waits_is_said_to_wait(client, stall):
    propose(stall)
    assert row(client) == ("پیش ماست؛ با شما تماس می‌گیریم", "muted")
    assert notices(client) == [[WAITS], [WAITS]]


def test_a_refused_account_is_said_to_be_refused(client, stall):
    refuse_account(account=propose(stall), by_user_id=a_staff_member().pk, now=NOON)
    assert row(client) == ("درست نبود: یک بار دیگر بگویید", "bad")
    assert notices(client) == [[REFUSED], [REFUSED]]
    page = client.get("/panel/money/account/").content.decode()
    assert "حسابی که گفتید به کار نیامد. آن را یک بار دیگر پایین بگویید." in page


def test_an_account_in_use_is_named_and_nothing_more_is_said(client, stall):
    an_account(stall)
    assert row(client) == ("واریز به: IR••۰۰۰۱", "muted")
    assert notices(client) == [[], []]
    refuse_account(account=propose(stall), by_user_id=a_staff_member().pk, now=NOON)
    assert row(client) == ("واریز به: IR••۰۰۰۱", "muted")
    propose(stall)
    assert row(client) == ("واریز به: IR••۰۰۰۱ (یکی دیگر پیش ماست)", "muted")
    assert notices(client) == [[], []]


def test_an_account_that_is_new_is_said_to_be_used_later(client, stall):
    account = an_account(stall, now=timezone.now())
    day = jalali_short(account.usable_from)
    assert row(client) == (f"تأیید شد؛ از {day} به آن واریز می‌کنیم", "muted")
    assert notices(client) == [[], []]


@pytest.mark.parametrize("role", [StallMember.Role.HELPER, StallMember.Role.FACILITATOR])
def test_nobody_but_the_holder_is_told_of_it(client, stall, role):
    other = a_user()
    a_member(stall, other, role=role)
    client.force_login(other)
    for path in ("/panel/", "/panel/stall/"):
        assert "حساب بانکی" not in client.get(path).content.decode()
