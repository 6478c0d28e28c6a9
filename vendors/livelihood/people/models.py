"""Who the record is about: districts, households and their people."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vendors.livelihood.record import Record, with_history

LARGEST_HOUSEHOLD = 30


class District(Record):
    """A district office; its names stand in the report as they are written here."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    province = models.CharField(_("province"), max_length=60)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return self.name


@with_history
class Household(Record):
    district = models.ForeignKey(District, models.PROTECT, related_name="households")
    code = models.CharField(_("file number"), max_length=24)
    size = models.PositiveSmallIntegerField(_("members"))

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "code"], name="household_code_once"),
            models.CheckConstraint(
                condition=models.Q(size__gte=1, size__lte=LARGEST_HOUSEHOLD), name="household_size"
            ),
        ]

    def __str__(self) -> str:
        return self.code


@with_history
class Person(Record):
    """A member of a household. No national number is kept: nothing here needs one."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="people")
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("mobile number"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name
