"""A word against a pause, answered by another; and staff at work in a stall, written down."""

from datetime import timedelta

import pytest

from shop.notices.models import Notice
from tests.makers import NOON, a_stall, a_user
from vendors.stalls.errors import AnotherPersonNeeded, ReasonMissing, StepRefused
from vendors.stalls.jobs import tell_stall_of_appeal
from vendors.stalls.models import Appeal, Stall
from vendors.stalls.services.appeals import answer_appeal, appeal_against_pause, pause_to_answer
from vendors.stalls.services.errands import begin_errand, end_errand, running_errand
from vendors.stalls.services.opening import open_stall, pause_stall

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return a_user(is_staff=True)


@pytest.fixture
def paused(staff):
    stall = a_stall(keeper=a_user(phone="+989120000061"))
    pause_stall(stall=stall, by_user=staff, reason="گلایه", now=NOON)
    return stall


def appeal_of(stall: Stall) -> Appeal:
    keeper = stall.members.get().user
    return appeal_against_pause(stall=stall, text="اشتباه شده", by_user=keeper, now=NOON)


def test_another_than_who_paused_answers_and_the_stall_opens(paused, staff):
    appeal = appeal_of(paused)
    answer = {"is_granted": True, "answer": "حق با شماست.", "now": NOON}
    with pytest.raises(AnotherPersonNeeded):
        answer_appeal(appeal=appeal, by_user=staff, **answer)
    answer_appeal(appeal=appeal, by_user=a_user(is_staff=True), **answer)
    assert Stall.objects.get().state == Stall.State.OPEN
    with pytest.raises(StepRefused):
        answer_appeal(appeal=appeal, by_user=a_user(is_staff=True), **answer)
    for _twice in range(2):
        tell_stall_of_appeal(appeal.pk)
    notice = Notice.objects.get()
    assert notice.phone == "+989120000061"
    assert notice.text.startswith("آنچه دربارهٔ ترشی سبزینه گفته بودید بررسی شد: حق با شماست.")


def test_a_refusal_leaves_it_paused_and_says_why(paused):
    appeal = appeal_of(paused)
    other = a_user(is_staff=True)
    with pytest.raises(ReasonMissing):
        answer_appeal(appeal=appeal, is_granted=False, answer=" ", by_user=other, now=NOON)
    answer_appeal(appeal=appeal, is_granted=False, answer="هنوز نه", by_user=other, now=NOON)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer, appeal.answered_by) == ("refused", "هنوز نه", other)
    assert Stall.objects.get().state == Stall.State.PAUSED


def test_one_word_for_each_pause(paused, staff):
    assert appeal_of(paused) == appeal_of(paused)  # the form sent twice
    keeper = paused.members.get().user
    with pytest.raises(StepRefused):
        appeal_against_pause(stall=paused, text="چیز دیگر", by_user=keeper, now=NOON)
    open_stall(stall=paused, by_user=staff, now=NOON)
    assert pause_to_answer(paused) is None
    pause_stall(stall=paused, by_user=staff, reason="باز هم", now=NOON + timedelta(days=1))
    appeal_of(paused)
    assert Appeal.objects.count() == 2


def test_an_open_stall_has_nothing_to_appeal_against():
    with pytest.raises(StepRefused):
        appeal_of(a_stall(keeper=a_user()))


def test_an_errand_has_a_reason_and_lasts_an_hour(staff):
    stall = a_stall()
    with pytest.raises(ReasonMissing):
        begin_errand(stall=stall, user=staff, reason=" ", now=NOON)
    errand = begin_errand(stall=stall, user=staff, reason="تلفن زد", now=NOON)
    within, after = NOON + timedelta(minutes=59), NOON + timedelta(minutes=60)
    assert running_errand(user=staff, now=within) == errand
    assert running_errand(user=staff, now=after) is None
    assert running_errand(user=a_user(), now=within) is None


def test_one_errand_at_a_time_and_stopping_ends_it(staff):
    first, second = a_stall(), a_stall("دیگری")
    begin_errand(stall=first, user=staff, reason="یک", now=NOON)
    now = NOON + timedelta(minutes=5)
    errand = begin_errand(stall=second, user=staff, reason="دو", now=now)
    assert running_errand(user=staff, now=now) == errand
    end_errand(user=staff, now=now + timedelta(minutes=1))
    assert running_errand(user=staff, now=now + timedelta(minutes=2)) is None
