"""Commission rules as staff write them. What was ordered keeps the rate it was ordered at."""

import logging
from datetime import date, datetime

from django.db import connection, transaction
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

    It may begin on the last day of the one before it, and then holds from the moment it is written.
    Raises RuleInThePast for a first day that is over, RulesOverlap when another for the same goods holds then.
    """
    if valid_from < today:
        raise RuleInThePast
    with transaction.atomic():
        _one_writer_at_a_time()
        alike = CommissionRule.objects.filter(
            Q(partner_id=partner_id) if partner_id is not None else Q(partner=None),
            Q(category_id=category_id) if category_id is not None else Q(category=None),
        )
        overlapping = alike.filter(
            Q(valid_until=None) | Q(valid_until__gt=valid_from) | Q(valid_from__gte=valid_from)
        )
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


def end_rule(*, rule_id: int, by_user_id: int, today: date) -> bool:
    """Today is the rule's last day; one that began today or has not begun is taken back: True, and it holds no more.

    One that is over stays as it is.
    """
    with transaction.atomic():
        rule = CommissionRule.objects.select_for_update().filter(pk=rule_id).first()
        if rule is None:
            return False
        is_taken_back = rule.valid_from >= today
        if is_taken_back:
            rule.delete()
        elif rule.valid_until is None or rule.valid_until > today:
            rule.valid_until = today
            rule.save(update_fields=["valid_until"])
    log.info(
        "commission_rule.%s rule=%s partner=%s category=%s bp=%s from=%s by=%s on=%s",
        "taken_back" if is_taken_back else "ended",
        rule_id,
        rule.partner_id,
        rule.category_id,
        rule.commission_bp,
        rule.valid_from,
        by_user_id,
        today,
    )
    return is_taken_back


def _one_writer_at_a_time() -> None:
    """Rules are rare: whoever writes one waits for the other, whose row could not be seen before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('commission_rules'))")
