"""The life of a stall: which steps it takes, who is told, and what happens to its goods."""

from datetime import date, timedelta

import pytest
from oscar.apps.catalogue.models import Product
from procrastinate.contrib.django.models import ProcrastinateJob

from shop.notices.models import Notice
from shop.orders.models import SellerTerms
from shop.orders.strategy import MarketStrategy
from tests.makers import NOON, a_category, a_member, a_product, a_stall, a_user
from vendors.stalls.errors import NotReady, ReasonMissing, StepRefused, WrongHoliday
from vendors.stalls.jobs import tell_stall_of_step
from vendors.stalls.models import Listing, Stall, StallDecision, StallMember, Terms
from vendors.stalls.queries.listings import shown_listings
from vendors.stalls.queries.readiness import missing_of
from vendors.stalls.services.joining import accept_terms
from vendors.stalls.services.opening import (
    STEPS,
    begin_holiday,
    close_stall,
    end_holiday,
    end_holidays,
    open_stall,
    pause_stall,
    send_back,
    send_for_review,
    take_back_from_review,
)

pytestmark = pytest.mark.django_db
State = Stall.State
TODAY = date(2026, 11, 25)
HOLIDAY = {"until": date(2026, 12, 6), "note": "", "takes_preorders": False}


@pytest.fixture
def staff():
    return a_user(name="نسرین", is_staff=True)


def steps_of(stall: Stall) -> list[tuple[str, str, str]]:
    rows = stall.decisions.order_by("pk")
    return [(row.from_state, row.to_state, row.reason) for row in rows]


def ready_stall(**fields) -> Stall:
    stall = a_stall(
        keeper=a_user(),
        state=State.DRAFT,
        story="نان می‌پزم",
        cover="cover-1",
        main_category=a_category(),
        **fields,
    )
    a_product(stall)
    return stall


def test_every_state_says_which_may_follow():
    assert set(STEPS) == set(State.values)
    assert all(after <= set(State.values) for after in STEPS.values())


def test_from_draft_to_open(staff):
    stall = ready_stall()
    keeper = stall.members.get().user
    send_for_review(stall=stall, by_user=keeper, now=NOON)
    open_stall(stall=stall, by_user=staff, now=NOON)
    stall.refresh_from_db()
    assert (stall.state, stall.opened_on) == (State.OPEN, TODAY)
    assert steps_of(stall) == [("draft", "review", ""), ("review", "open", "")]
    assert [row.by_user for row in stall.decisions.order_by("pk")] == [keeper, staff]


def test_what_is_missing_is_named_and_nothing_moves():
    stall = a_stall(state=State.DRAFT, city="", keeper=a_user())
    stall.partner.shipping_rates.all().delete()
    with pytest.raises(NotReady) as refused:
        send_for_review(stall=stall, by_user=stall.members.get().user, now=NOON)
    assert refused.value.missing == [
        "goods_kind",
        "city",
        "story",
        "picture",
        "sending",
        "goods",
    ]
    stall.refresh_from_db()
    assert (stall.state, steps_of(stall)) == (State.DRAFT, [])


def test_terms_that_were_published_must_be_agreed_to_first(staff):
    stall = ready_stall()
    keeper = stall.members.get().user
    terms = Terms.objects.create(version="1", text="…", published_at=NOON)
    with pytest.raises(NotReady) as refused:
        send_for_review(stall=stall, by_user=keeper, now=NOON)
    assert refused.value.missing == ["terms"]
    accept_terms(stall=stall, terms_id=terms.pk, user=keeper, now=NOON)
    accept_terms(stall=stall, terms_id=terms.pk, user=keeper, now=NOON)
    assert stall.acceptances.count() == 1
    assert send_for_review(stall=stall, by_user=keeper, now=NOON).to_state == "review"


def test_newer_terms_are_not_agreed_to_by_a_page_that_showed_the_older():
    stall = ready_stall()
    older = Terms.objects.create(version="1", text="…", published_at=NOON)
    Terms.objects.create(version="2", text="…", published_at=NOON + timedelta(days=1))
    with pytest.raises(StepRefused):
        accept_terms(stall=stall, terms_id=older.pk, user=stall.members.get().user, now=NOON)
    assert stall.acceptances.count() == 0


def test_sent_back_with_a_reason_and_never_without(staff):
    stall = ready_stall(name="نان‌خانه")
    send_for_review(stall=stall, by_user=stall.members.get().user, now=NOON)
    with pytest.raises(ReasonMissing):
        send_back(stall=stall, by_user=staff, reason="  ", now=NOON)
    send_back(stall=stall, by_user=staff, reason="عکس‌ها تاریک‌اند.", now=NOON)
    assert steps_of(stall)[-1] == ("review", "draft", "عکس‌ها تاریک‌اند.")


def test_its_holder_takes_it_back_from_the_review():
    stall = ready_stall()
    keeper = stall.members.get().user
    send_for_review(stall=stall, by_user=keeper, now=NOON)
    take_back_from_review(stall=stall, by_user=keeper, now=NOON)
    assert stall.state == State.DRAFT


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.DRAFT, open_stall),
        (State.OPEN, open_stall),
        (State.ON_HOLIDAY, open_stall),
        (State.OPEN, end_holiday),
        (State.DRAFT, take_back_from_review),
    ],
)
def test_a_step_that_is_not_in_the_table_is_refused(state, step, staff):
    stall = a_stall(state=state)
    with pytest.raises(StepRefused):
        step(stall=stall, by_user=staff, now=NOON)
    assert (Stall.objects.get().state, steps_of(stall)) == (state, [])


def test_of_two_who_decide_at_once_the_second_changes_nothing(staff):
    stall = a_stall(state=State.REVIEW)
    seen_by_other = Stall.objects.get()
    open_stall(stall=stall, by_user=staff, now=NOON)
    with pytest.raises(StepRefused):
        send_back(stall=seen_by_other, by_user=staff, reason="نه", now=NOON)
    assert Stall.objects.get().state == State.OPEN
    assert StallDecision.objects.count() == 1


def test_a_holiday_takes_the_goods_out_and_refuses_buying(staff):
    stall = a_stall()
    product = a_product(stall)
    begin_holiday(stall=stall, by_user=staff, now=NOON, **HOLIDAY)
    assert list(shown_listings()) == []
    terms = SellerTerms.objects.get()
    assert (terms.takes_orders, terms.back_on) == (False, date(2026, 12, 6))
    info = MarketStrategy().fetch_for_product(Product.objects.get(pk=product.pk))
    assert info.availability.is_available_to_buy is False
    jobs = ProcrastinateJob.objects.filter(task_name="search.jobs.refresh_products")
    assert [job.args for job in jobs] == [{"product_ids": [product.pk]}]


def test_on_a_holiday_with_orders_for_later_the_goods_stay(staff):
    stall = a_stall()
    a_product(stall)
    begin_holiday(stall=stall, by_user=staff, now=NOON, **{**HOLIDAY, "takes_preorders": True})
    assert shown_listings().count() == 1
    terms = SellerTerms.objects.get()
    assert (terms.takes_orders, terms.back_on) == (True, date(2026, 12, 6))


def test_the_day_of_a_holiday_may_be_changed(staff):
    stall = a_stall()
    begin_holiday(stall=stall, by_user=staff, now=NOON, **HOLIDAY)
    begin_holiday(stall=stall, by_user=staff, now=NOON, **{**HOLIDAY, "until": date(2026, 12, 20)})
    stall.refresh_from_db()
    assert stall.holiday_until == date(2026, 12, 20)
    assert len(steps_of(stall)) == 2


@pytest.mark.parametrize("days", [-1, 0, 184])
def test_a_holiday_ends_between_tomorrow_and_half_a_year(days, staff):
    with pytest.raises(WrongHoliday):
        begin_holiday(
            stall=a_stall(),
            by_user=staff,
            now=NOON,
            **{**HOLIDAY, "until": TODAY + timedelta(days=days)},
        )


def test_a_holiday_ends_by_itself_on_its_day_and_once(staff):
    stall, other = a_stall(), a_stall("دیگری")
    begin_holiday(stall=stall, by_user=staff, now=NOON, **HOLIDAY)
    later = {**HOLIDAY, "until": date(2026, 12, 7)}
    begin_holiday(stall=other, by_user=staff, now=NOON, **later)
    on_the_day = NOON + timedelta(days=11)
    assert end_holidays(now=on_the_day - timedelta(days=1)) == 0
    assert [end_holidays(now=on_the_day) for _twice in range(2)] == [1, 0]
    stall.refresh_from_db()
    assert (stall.state, stall.holiday_until, stall.takes_preorders) == (State.OPEN, None, False)
    assert stall.decisions.first().by_user is None
    terms = SellerTerms.objects.get(partner=stall.partner)
    assert (terms.takes_orders, terms.back_on) == (True, None)


def test_a_visitor_on_the_day_finds_the_stall_open_before_the_job_has_run(client, staff):
    stall = a_stall(
        slug="h", state="on_holiday", holiday_until=date(2020, 1, 1), takes_orders=False
    )
    a_product(stall, slug="candle")
    assert client.get("/p/candle/").url == "/p/candle/"
    assert client.get("/p/candle/").status_code == 200
    assert Stall.objects.get().state == State.OPEN


def test_goods_that_were_out_stay_out_when_their_stall_opens_again(staff):
    stall = a_stall()
    kept, hidden = a_product(stall, "ماند"), a_product(stall, "پنهان", is_public=False)
    Listing.objects.filter(product=hidden).update(state=Listing.State.HIDDEN)
    pause_stall(stall=stall, by_user=staff, reason="دیر شد", now=NOON)
    assert list(shown_listings()) == []
    open_stall(stall=stall, by_user=staff, now=NOON)
    assert [listing.product for listing in shown_listings()] == [kept]
    assert Product.objects.get(pk=hidden.pk).is_public is False


def test_a_paused_stall_is_not_there_for_buyers(client, staff):
    stall = a_stall(slug="p")
    a_product(stall, slug="jar")
    pause_stall(stall=stall, by_user=staff, reason="دیر شد", now=NOON)
    assert [client.get(path).status_code for path in ("/s/p/", "/p/jar/")] == [404, 404]


def test_holder_and_facilitator_are_told_with_the_reason_and_once(staff):
    stall = a_stall("نان‌خانه", keeper=a_user(phone="+989120000051"))
    a_member(stall, a_user(phone="+989120000052"), role=StallMember.Role.FACILITATOR)
    a_member(stall, a_user(phone="+989120000053"), role=StallMember.Role.HELPER)
    decision = pause_stall(stall=stall, by_user=staff, reason="چند سفارش دیر شد.", now=NOON)
    for _twice in range(2):
        tell_stall_of_step(decision.pk)
    notices = Notice.objects.order_by("phone")
    assert [notice.phone for notice in notices] == ["+989120000051", "+989120000052"]
    assert notices[0].text.startswith("نان‌خانه موقتاً بسته شد: چند سفارش دیر شد. سفارش‌های بازتان")


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["live", "review", "draft"], "از حالا خریدارها کالاهای شما را می‌بینند."),
        (["review", "confirm"], "هنوز داریم کالاهایتان را نگاه می‌کنیم"),
        (["confirm", "draft"], "کالاهایتان منتظر بلهٔ شماست"),
        (["draft", "hidden"], "هنوز چیزی برای خریدن نیست"),
    ],
)
def test_the_holder_is_told_what_buyers_see_of_the_stall_that_has_opened(staff, states, said):
    stall = a_stall(keeper=a_user(), state=State.REVIEW)
    for state in states:
        Listing.objects.filter(product=a_product(stall)).update(state=state)
    decision = open_stall(stall=stall, by_user=staff, now=NOON)
    tell_stall_of_step(decision.pk)
    [notice] = Notice.objects.all()
    assert said in notice.text


@pytest.mark.parametrize(
    ("state", "missing"),
    [
        ("draft", ["goods"]),
        ("sent_back", ["goods"]),
        ("hidden", ["goods"]),
        ("confirm", []),
        ("review", []),
        ("live", []),
    ],
)
def test_goods_that_were_not_sent_are_none(state, missing):
    stall = ready_stall()
    stall.listings.update(state=state)
    assert missing_of(stall) == missing


def test_who_closed_the_stall_is_not_told_what_they_did():
    keeper = a_user()
    stall = a_stall(keeper=keeper)
    decision = close_stall(stall=stall, by_user=keeper, reason="بس است", now=NOON)
    tell_stall_of_step(decision.pk)
    assert Notice.objects.count() == 0
