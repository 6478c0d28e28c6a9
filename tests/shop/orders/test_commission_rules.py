"""What the shop keeps: the most particular rule of the day, fixed when an order is placed."""

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.catalogue.models import Category

from shop.jalali import tehran_date
from shop.ledger.accounts import INCOME_COMMISSION
from shop.ledger.queries import balance
from shop.orders.commissions import rate_of, rules_on
from shop.orders.errors import RulesOverlap
from shop.orders.models import CommissionRule, LineCommission, StallOrder
from shop.orders.services import commission
from shop.orders.services.commission import end_rule, write_rule
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.refund import refund_lines
from shop.orders.services.send import send_stall_order
from tests.makers import NOON, a_paid_order, a_product, a_stall, a_user

pytestmark = pytest.mark.django_db
TODAY = tehran_date(NOON)
TERMS = 700  # what the stall's own terms say when no rule does
A, B = 1, 2  # sellers
FOOD, PICKLES, CLOTH = "0001", "00010001", "0002"


def a_rule(
    bp: int,
    *,
    partner: int | None = None,
    path: str = "",
    since: int = -30,
    until: int | None = None,
) -> CommissionRule:
    """A rule of so many days ago; not stored."""
    return CommissionRule(
        partner_id=partner,
        category=Category(path=path) if path else None,
        commission_bp=bp,
        valid_from=TODAY + timedelta(days=since),
        valid_until=None if until is None else TODAY + timedelta(days=until),
    )


@pytest.mark.parametrize(
    ("rules", "partner", "paths", "kept"),
    [
        ([], A, [PICKLES], TERMS),
        ([a_rule(500)], A, [PICKLES], 500),
        ([a_rule(0)], A, [PICKLES], 0),
        ([a_rule(500), a_rule(300, path=FOOD)], A, [PICKLES], 300),
        ([a_rule(500), a_rule(300, path=FOOD)], A, [CLOTH], 500),
        ([a_rule(300, path=FOOD)], A, [CLOTH], TERMS),
        ([a_rule(300, path=FOOD), a_rule(200, path=PICKLES)], A, [PICKLES], 200),
        ([a_rule(300, path=FOOD), a_rule(900, path=PICKLES)], A, [PICKLES], 900),
        ([a_rule(300, path=PICKLES)], A, [FOOD], TERMS),
        ([a_rule(500), a_rule(100, partner=A)], A, [PICKLES], 100),
        ([a_rule(500), a_rule(100, partner=A)], B, [PICKLES], 500),
        ([a_rule(100, partner=A)], B, [PICKLES], TERMS),
        ([a_rule(100, partner=A), a_rule(50, path=PICKLES)], A, [PICKLES], 100),
        ([a_rule(100, partner=A), a_rule(50, partner=A, path=FOOD)], A, [PICKLES], 50),
        ([a_rule(100, partner=A), a_rule(50, partner=A, path=FOOD)], A, [CLOTH], 100),
        ([a_rule(100, partner=B, path=FOOD), a_rule(500)], A, [FOOD], 500),
        ([a_rule(500, since=-30), a_rule(400, since=-3)], A, [], 400),
        ([a_rule(400, since=-3), a_rule(500, since=-30)], A, [], 400),
        ([a_rule(500), a_rule(400)], A, [], 400),
        ([a_rule(200, path=FOOD), a_rule(600, path=CLOTH)], A, [FOOD, CLOTH], 200),
    ],
)
def test_the_most_particular_rule_holds(
    rules: list[CommissionRule], partner: int, paths: list[str], kept: int
) -> None:
    assert rate_of(rules, partner_id=partner, paths=paths, otherwise=TERMS) == kept
    assert rate_of(rules[::-1], partner_id=partner, paths=paths, otherwise=TERMS) == kept


def stored(bp: int, **fields: Any) -> CommissionRule:
    fields = {"valid_from": TODAY, "created_at": NOON, **fields}
    return CommissionRule.objects.create(commission_bp=bp, **fields)


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [(0, None, True), (1, None, False), (-5, -1, False), (-5, 0, True), (-5, 3, True)],
)
def test_a_rule_holds_from_its_first_day_to_its_last(
    since: int, until: int | None, holds: bool
) -> None:
    stored(
        500,
        valid_from=TODAY + timedelta(days=since),
        valid_until=None if until is None else TODAY + timedelta(days=until),
    )
    assert bool(rules_on(TODAY, partner_ids=[])) is holds


def food_and_cloth() -> tuple[Any, Any, Any]:
    food = Category.objects.add_root({"name": "خوراکی"})
    pickles = Category.objects.add_child(food, {"name": "ترشی"})
    stall = a_stall(commission_bp=TERMS)
    jar = a_product(stall, price=1_000_000, category=Category.objects.get(pk=pickles.pk))
    return stall, jar, a_product(stall, "کیف", price=3_000_000)


def test_each_line_of_an_order_is_kept_at_its_own_rate() -> None:
    _stall, jar, bag = food_and_cloth()
    stored(500)
    stored(200, category=Category.objects.get(name="خوراکی"))
    [stall_order] = a_paid_order((jar, 2), (bag, 1))
    assert (stall_order.commission_bp, stall_order.commission) == (500, 40_000 + 150_000)
    assert [row.commission_bp for row in LineCommission.objects.all()] == [200]
    assert balance(INCOME_COMMISSION) == -190_000


def test_without_any_rule_the_stalls_own_terms_hold_and_no_row_is_written() -> None:
    _stall, jar, _bag = food_and_cloth()
    [stall_order] = a_paid_order((jar, 1))
    assert (stall_order.commission_bp, stall_order.commission) == (TERMS, 70_000)
    assert not LineCommission.objects.exists()


def test_a_new_rule_changes_nothing_that_was_ordered() -> None:
    _stall, jar, _bag = food_and_cloth()
    stored(500)
    [stall_order] = a_paid_order((jar, 1))
    stored(9_000)
    give_back(stall_order, {stall_order.lines[0].pk: 1})
    assert balance(INCOME_COMMISSION) == 0


def written(bp: int, **fields: Any) -> CommissionRule:
    """As staff write it, today at noon, for all."""
    fields = {"valid_from": TODAY, "valid_until": None, **fields}
    return write_rule(
        partner_id=None,
        category_id=None,
        commission_bp=bp,
        note="",
        by_user_id=a_user().pk,
        now=NOON,
        today=TODAY,
        **fields,
    )


def end(rule: CommissionRule) -> bool:
    return end_rule(rule_id=rule.pk, by_user_id=a_user().pk, today=TODAY)


def rate_now(jar: Any) -> int:
    [stall_order] = a_paid_order((jar, 1))
    return stall_order.commission_bp


def test_a_rate_mistyped_today_is_put_right_today_and_orders_before_keep_theirs() -> None:
    _stall, jar, _bag = food_and_cloth()
    mistyped = written(5_000)
    [before] = a_paid_order((jar, 1))
    assert end(mistyped) is True
    assert rate_now(jar) == TERMS
    written(500)
    assert rate_now(jar) == 500
    before.refresh_from_db()
    assert (before.commission_bp, before.commission) == (5_000, 500_000)


@pytest.mark.parametrize("bp", [300, 900])
def test_an_older_rule_that_is_ended_holds_until_the_new_one_of_today(bp: int) -> None:
    _stall, jar, _bag = food_and_cloth()
    old = stored(500, valid_from=TODAY - timedelta(days=9))
    assert end(old) is False
    assert rate_now(jar) == 500
    written(bp)
    assert rate_now(jar) == bp


def test_the_correction_may_be_corrected() -> None:
    _stall, jar, _bag = food_and_cloth()
    end(stored(500, valid_from=TODAY - timedelta(days=9)))
    end(written(5_000))
    assert rate_now(jar) == 500
    written(600)
    assert rate_now(jar) == 600
    with pytest.raises(RulesOverlap):
        written(700)


@pytest.mark.parametrize(
    ("since", "until"), [(0, None), (0, 0), (0, 1), (-3, None), (-3, 1), (2, None)]
)
def test_a_rule_that_holds_on_another_day_of_the_new_one_is_in_its_way(
    since: int, until: int | None
) -> None:
    stored(
        500,
        valid_from=TODAY + timedelta(days=since),
        valid_until=None if until is None else TODAY + timedelta(days=until),
    )
    with pytest.raises(RulesOverlap):
        written(600)


def both_write(monkeypatch: pytest.MonkeyPatch) -> list[type[BaseException]]:
    """Two of the staff write the same rule; each waits a moment for the other before it writes."""
    both, told = threading.Barrier(2), list[type[BaseException]]()
    create = CommissionRule.objects.create

    def create_together(**fields: Any) -> CommissionRule:
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=3)
        return create(**fields)

    monkeypatch.setattr(CommissionRule.objects, "create", create_together)

    def write() -> None:
        try:
            written(500)
        except BaseException as error:
            told.append(type(error))
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return told


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_the_same_rule_at_once_one_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert both_write(monkeypatch) == [RulesOverlap]
    assert CommissionRule.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(commission, "_one_writer_at_a_time", lambda: None)
    assert both_write(monkeypatch) == []
    assert CommissionRule.objects.count() == 2


def give_back(stall_order: StallOrder, quantities: dict[int, int]) -> None:
    refund_lines(
        refund_id=uuid4(),
        stall_order=stall_order,
        quantities=quantities,
        with_shipping=False,
        reason="نشد",
        by_user_id=None,
        now=NOON,
    )


def test_pieces_given_back_one_by_one_take_back_exactly_what_was_kept() -> None:
    _stall, jar, bag = food_and_cloth()
    stored(333)
    stored(777, category=Category.objects.get(name="ترشی"))
    [stall_order] = a_paid_order((jar, 3), (bag, 1))
    accept_stall_order(stall_order=stall_order, now=NOON)
    stall_order = StallOrder.objects.get(pk=stall_order.pk)
    send_stall_order(stall_order=stall_order, carrier="پست", tracking_code="1", now=NOON)
    jars, bags = sorted(stall_order.lines, key=lambda line: line.pk)
    for quantities in ({jars.pk: 1}, {jars.pk: 1, bags.pk: 1}, {jars.pk: 1}):
        give_back(StallOrder.objects.get(pk=stall_order.pk), quantities)
    assert balance(INCOME_COMMISSION) == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.sampled_from([None, A, B]),
            st.sampled_from(["", FOOD, PICKLES, CLOTH]),
            st.integers(-40, 0),
        ),
        max_size=8,
    )
)
def test_some_rule_that_speaks_of_the_goods_holds_or_none_does(
    rows: list[tuple[int, int | None, str, int]],
) -> None:
    rules = [a_rule(bp, partner=p, path=path, since=since) for bp, p, path, since in rows]
    kept = rate_of(rules, partner_id=A, paths=[PICKLES], otherwise=TERMS)
    speaking = [bp for bp, p, path, _ in rows if p in (None, A) and PICKLES.startswith(path)]
    assert kept in speaking if speaking else kept == TERMS
    own = [bp for bp, p, path, _ in rows if p == A and PICKLES.startswith(path)]
    assert not own or kept in own
