"""Employment plans and what came of them: jobs, placements, training."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vendors.livelihood.people.models import District, Person
from vendors.livelihood.record import Record, with_history
from vendors.livelihood.staff.models import Officer


class PlanType(Record):
    """A kind of plan with the label that reports print; dated, for the kinds change by circular."""

    code = models.SlugField(_("code"), max_length=24)
    label = models.CharField(_("label"), max_length=60)
    position = models.PositiveSmallIntegerField(_("place in lists"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan type")
        verbose_name_plural = _("plan types")
        ordering = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="plantype_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="plantype_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class PlanQuerySet(models.QuerySet["EmploymentPlan"]):
    def visible_to(self, officer: Officer | None) -> "PlanQuerySet":
        """The plans an officer may open: the district's for its head, their own for a case worker."""
        if officer is None:
            return self.none()
        if officer.role == Officer.Role.DISTRICT_HEAD:
            return self.filter(district_id=officer.district_id)
        return self.filter(district_id=officer.district_id, case_worker=officer)


@with_history
class EmploymentPlan(Record):
    person = models.ForeignKey(Person, models.PROTECT, related_name="plans")
    district = models.ForeignKey(District, models.PROTECT, related_name="plans")
    plan_type = models.ForeignKey(PlanType, models.PROTECT, related_name="plans")
    title = models.CharField(_("what it is"), max_length=120)
    case_worker = models.ForeignKey(
        Officer, models.SET_NULL, related_name="plans", null=True, blank=True
    )
    started_on = models.DateField(_("started"))
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar[PlanQuerySet] = PlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("employment plan")
        verbose_name_plural = _("employment plans")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(ended_on__gte=models.F("started_on")),
                name="employmentplan_dates",
            )
        ]

    def __str__(self) -> str:
        return self.title


class JobOpportunity(Record):
    """A job that a plan is claimed to have made. Claimed, verified and kept are three facts."""

    class Kind(models.TextChoices):
        SELF = "self", _("own work")
        WAGE = "wage", _("employed")
        FREELANCE = "freelance", _("freelance")

    plan = models.ForeignKey(EmploymentPlan, models.PROTECT, related_name="jobs")
    person = models.ForeignKey(Person, models.PROTECT, related_name="jobs")
    district = models.ForeignKey(District, models.PROTECT, related_name="jobs")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.SELF)
    claimed_on = models.DateField(_("claimed"))
    verified_on = models.DateField(_("verified"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("job opportunity")
        verbose_name_plural = _("job opportunities")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "plan", "claimed_on"], name="jobopportunity_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(ended_on__gte=models.F("claimed_on")),
                name="jobopportunity_dates",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["district", "claimed_on"], name="jobopportunity_claimed")
        ]


class Placement(Record):
    """A person who began to work for an employer through job finding."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="placements")
    district = models.ForeignKey(District, models.PROTECT, related_name="placements")
    employer = models.CharField(_("employer"), max_length=120)
    started_on = models.DateField(_("started"))

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "employer", "started_on"], name="placement_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["district", "started_on"], name="placement_started")
        ]


class Training(Record):
    district = models.ForeignKey(District, models.PROTECT, related_name="trainings")
    title = models.CharField(_("title"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    hours = models.PositiveSmallIntegerField(_("hours"))

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on"), hours__gte=1),
                name="training_dates_and_hours",
            )
        ]

    def __str__(self) -> str:
        return self.title


class TrainingAttendance(Record):
    training = models.ForeignKey(Training, models.PROTECT, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="trainings")
    completed_on = models.DateField(_("completed"), null=True, blank=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training", "person"], name="attendance_once")
        ]
