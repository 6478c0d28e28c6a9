"""Loans and their instalments, as the bank's file tells them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField
from vendors.livelihood.people.models import District
from vendors.livelihood.plans.models import EmploymentPlan
from vendors.livelihood.record import Record, with_history


class Bank(Record):
    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("bank")
        verbose_name_plural = _("banks")

    def __str__(self) -> str:
        return self.name


@with_history
class Loan(Record):
    """An interest-free loan: it costs a fee, and its schedule comes from the bank, never from us."""

    plan = models.ForeignKey(EmploymentPlan, models.PROTECT, related_name="loans")
    district = models.ForeignKey(District, models.PROTECT, related_name="loans")
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="loans")
    principal = RialField(_("principal"))
    disbursed_on = models.DateField(_("paid out"))
    grace_months = models.PositiveSmallIntegerField(_("months of grace"), default=0)
    n_instalments = models.PositiveSmallIntegerField(_("instalments"))

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(principal__gt=0, n_instalments__gte=1), name="loan_amounts"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["district", "disbursed_on"], name="loan_disbursed")
        ]


class Instalment(Record):
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="instalments")
    no = models.PositiveSmallIntegerField(_("number"))
    due_on = models.DateField(_("due"))
    principal = RialField(_("principal"))
    fee = RialField(_("fee"), default=0)
    paid = RialField(_("paid"), default=0)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["due_on", "no"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["loan", "no"], name="instalment_once"),
            models.CheckConstraint(
                condition=models.Q(principal__gte=0, fee__gte=0, paid__gte=0)
                & models.Q(paid__lte=models.F("principal") + models.F("fee")),
                name="instalment_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(paid=0) | models.Q(paid_on__isnull=False),
                name="instalment_paid_has_a_day",
            ),
        ]
