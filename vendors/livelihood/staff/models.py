"""Which staff member may read what, and what each of them has read."""

from typing import ClassVar

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from vendors.livelihood.people.models import District
from vendors.livelihood.record import APPEND_ONLY, Record


class Officer(Record):
    """A user of the office who works with the livelihood record of one district."""

    class Role(models.TextChoices):
        DISTRICT_HEAD = "district_head", _("head of the district")
        CASE_WORKER = "case_worker", _("case worker")

    # The key of a user in the public half's database: no foreign key crosses the wall.
    user_id = models.BigIntegerField(_("user"), unique=True)
    district = models.ForeignKey(District, models.PROTECT, related_name="officers")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)

    class Meta:
        verbose_name = _("livelihood officer")
        verbose_name_plural = _("livelihood officers")

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    @property
    def sees_entries(self) -> bool:
        """Single sales are for the head alone; a case worker sees months (docs/livelihood.md)."""
        return self.role == self.Role.DISTRICT_HEAD


class AccessLog(models.Model):
    """One look of one officer at records of people: a plan, or a list of them."""

    class Page(models.TextChoices):
        DISTRICT = "district", _("the district")
        INCOMES = "incomes", _("list of incomes")
        PLAN = "plan", _("one plan")
        ENTRIES = "entries", _("sales of a month")

    user_id = models.BigIntegerField(_("user"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    plan = models.ForeignKey(
        "livelihood.EmploymentPlan", models.PROTECT, related_name="reads", null=True
    )
    page = models.CharField(_("page"), max_length=12, choices=Page.choices)
    n_plans = models.PositiveIntegerField(_("plans shown"))
    read_at = models.DateTimeField(_("read"), db_default=RawSQL("now()", []))

    class Meta:
        verbose_name = _("look at a record")
        verbose_name_plural = _("looks at records")
        indexes: ClassVar = [models.Index(fields=["plan", "-read_at"], name="accesslog_plan_time")]
        triggers: ClassVar = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.user_id} {self.page}"
