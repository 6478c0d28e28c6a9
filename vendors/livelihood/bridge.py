"""The one joint between the halves: which stall is whose plan, by key and without a foreign key across."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from vendors.livelihood.plans.models import EmploymentPlan
from vendors.livelihood.record import Record, with_history


class DateRange(Func):
    """`[from, to]` as a range; an open end reaches for ever."""

    function = "DATERANGE"
    output_field = DateRangeField()


@with_history
class StallPlanLink(Record):
    """From `valid_from` to `valid_to` (both included), what this stall earns is this plan's income."""

    # `vendors.stalls.models.Stall.public_id`
    stall_id = models.UUIDField(_("stall"))
    plan = models.ForeignKey(EmploymentPlan, models.PROTECT, related_name="stall_links")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("stall of a plan")
        verbose_name_plural = _("stalls of plans")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="stallplanlink_dates",
            ),
            ExclusionConstraint(
                name="stallplanlink_one_plan_a_day",
                expressions=[
                    ("stall_id", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


def link_stall(
    *, stall_id: uuid.UUID, plan: EmploymentPlan, valid_from: date, is_invented: bool = False
) -> StallPlanLink:
    """From this day on the stall's earnings are the plan's. IntegrityError when another plan holds it then."""
    return StallPlanLink.objects.create(
        stall_id=stall_id, plan=plan, valid_from=valid_from, is_invented=is_invented
    )


class PlanOfStall:
    """Whose plan a stall was on a day; read once for many questions."""

    def __init__(self, links: Iterable[StallPlanLink]) -> None:
        self._links: dict[uuid.UUID, list[StallPlanLink]] = defaultdict(list)
        for link in links:
            self._links[link.stall_id].append(link)

    @classmethod
    def of(cls, stall_ids: Collection[uuid.UUID]) -> "PlanOfStall":
        return cls(StallPlanLink.objects.filter(stall_id__in=stall_ids))

    def on(self, stall_id: uuid.UUID | None, day: date) -> uuid.UUID | None:
        """The plan's key; None when the stall was nobody's plan that day."""
        for link in self._links.get(stall_id, []) if stall_id else []:
            if link.valid_from <= day and (link.valid_to is None or day <= link.valid_to):
                return link.plan_id
        return None
