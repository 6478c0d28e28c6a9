"""Commission rules as staff write them. What was ordered keeps the rate it was ordered at."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from shop.orders.errors import RuleInThePast, RulesOverlap
from shop.orders.models import CommissionRule

log = logging.getLogger(__name__)


def write_rule(
    *,
    partner_id: int | None,
    category_id: int | None,
    commission_bp: int,
    valid_from: date,
    valid_until: date | None,
    note: str,
    by_user_id: int,
    now: datetime,
    today: date,
) -> CommissionRule:
    """A rule for all (no partner, no category), a category, a stall, or both, from a day on; basis points.

    Raises RuleInThePast for a first day that is over, RulesOverlap when another for the same goods holds then.
    """
    if valid_from < today:
        raise RuleInThePast
    with transaction.atomic():
        alike = CommissionRule.objects.select_for_update().filter(
            Q(partner_id=partner_id) if partner_id is not None else Q(partner=None),
            Q(category_id=category_id) if category_id is not None else Q(category=None),
        )
        ends_later = Q(valid_until=None) | Q(valid_until__gte=valid_from)
        overlapping = alike.filter(ends_later)
        if valid_until is not None:
            overlapping = overlapping.filter(valid_from__lte=valid_until)
        if overlapping.exists():
            raise RulesOverlap
        rule = CommissionRule.objects.create(
            partner_id=partner_id,
            category_id=category_id,
            commission_bp=commission_bp,
            valid_from=valid_from,
            valid_until=valid_until,
            note=note,
            by_user_id=by_user_id,
            created_at=now,
        )
    log.info("commission_rule.written rule=%s by=%s", rule.pk, by_user_id)
    return rule


def end_rule(*, rule_id: int, by_user_id: int, today: date) -> None:
    """The rule's last day is today; one that has not begun is taken away. One that is over stays as it is."""
    rules = CommissionRule.objects.filter(pk=rule_id)
    n_dropped, _of = rules.filter(valid_from__gt=today).delete()
    if not n_dropped:
        still = Q(valid_until=None) | Q(valid_until__gt=today)
        rules.filter(still).update(valid_until=today)
    log.info("commission_rule.ended rule=%s by=%s on=%s", rule_id, by_user_id, today)
