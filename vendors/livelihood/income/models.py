"""What a plan's stall earned, entry by entry, its months, and the line it is measured by."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField
from vendors.livelihood.bridge import DateRange
from vendors.livelihood.people.models import LARGEST_HOUSEHOLD
from vendors.livelihood.plans.models import EmploymentPlan
from vendors.livelihood.record import APPEND_ONLY, Record, with_history


class IncomeEntry(Record):
    """One piece of income, never changed again. Its source is its key: told twice, written once."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        COMMISSION = "commission", _("commission")

    class Evidence(models.TextChoices):
        BOOKED = "A", _("A: from the books")
        DECLARED = "B", _("B: declared")
        ESTIMATED = "C", _("C: estimated")

    plan = models.ForeignKey(EmploymentPlan, models.PROTECT, related_name="income")
    source_type = models.CharField(_("source"), max_length=24)
    source_id = models.CharField(_("number in the source"), max_length=64)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    amount = RialField(_("amount"), help_text=_("earned positive, taken back negative"))
    occurred_on = models.DateField(_("day"))
    evidence = models.CharField(_("evidence"), max_length=1, choices=Evidence.choices)

    class Meta:
        verbose_name = _("income entry")
        verbose_name_plural = _("income entries")
        ordering = ["occurred_on", "source_type", "source_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id"], name="incomeentry_source_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="incomeentry_not_zero"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["plan", "occurred_on"], name="incomeentry_plan_day")
        ]
        triggers: ClassVar = APPEND_ONLY


class MonthlyIncome(models.Model):
    """A plan's Jalali month, added up from its entries; it can be thrown away and made again."""

    plan = models.ForeignKey(EmploymentPlan, models.PROTECT, related_name="months")
    jyear = models.PositiveSmallIntegerField(_("year"))
    jmonth = models.PositiveSmallIntegerField(_("month"))
    goods = RialField(_("goods"))
    commission = RialField(_("commission"))
    net = RialField(_("net"))
    n_entries = models.PositiveIntegerField(_("entries"))

    class Meta:
        verbose_name = _("month of income")
        verbose_name_plural = _("months of income")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "jyear", "jmonth"], name="monthlyincome_once"),
            models.CheckConstraint(
                condition=Q(jmonth__gte=1, jmonth__lte=12), name="monthlyincome_month"
            ),
            models.CheckConstraint(
                condition=Q(net=F("goods") + F("commission")), name="monthlyincome_net"
            ),
        ]


class IncomeCursor(models.Model):
    """How far a source has been read; its row is the lock that lets one reader work at a time."""

    source_type = models.CharField(_("source"), max_length=24, unique=True)
    read_until = models.DateTimeField(_("read until"))
    checked_at = models.DateTimeField(_("last read"), db_default=RawSQL("now()", []))

    class Meta:
        verbose_name = _("reading mark")
        verbose_name_plural = _("reading marks")


@with_history
class LivelihoodLine(Record):
    """What a household of this size needs in a month. Data with its legal source, never a constant."""

    household_size = models.PositiveSmallIntegerField(_("members of the household"))
    per_month = RialField(_("a month"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    reference = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("livelihood line")
        verbose_name_plural = _("livelihood lines")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    per_month__gt=0,
                    household_size__gte=1,
                    household_size__lte=LARGEST_HOUSEHOLD,
                ),
                name="livelihoodline_amounts",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="livelihoodline_dates",
            ),
            ExclusionConstraint(
                name="livelihoodline_one_a_day",
                expressions=[
                    ("household_size", RangeOperators.EQUAL),
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
