"""Where a stall's money goes. A row is one proposal and is never rewritten: a change is a new one."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vendors.settlements.iban import masked
from vendors.stalls.models import Stall


class Rail(models.TextChoices):
    IBAN = "iban", _("bank transfer")
    STRIPE = "stripe", _("Stripe account")


class PayoutAccount(models.Model):
    """Proposed by one person, approved by another, and usable when its cool-off is over."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waiting for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        RETIRED = "retired", _("replaced")

    stall = models.ForeignKey(Stall, models.PROTECT, related_name="payout_accounts")
    rail = models.CharField(_("kind"), max_length=6, choices=Rail.choices)
    iban = models.CharField(_("Sheba"), max_length=26, blank=True)
    stripe_account = models.CharField(_("Stripe account"), max_length=40, blank=True)
    holder = models.CharField(_("account holder"), max_length=80)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    usable_from = models.DateTimeField(_("usable from"), null=True)

    class Meta:
        verbose_name = _("payout account")
        verbose_name_plural = _("payout accounts")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stall"],
                condition=models.Q(state="approved"),
                name="payout_account_one_in_use",
            ),
            models.UniqueConstraint(
                fields=["stall"],
                condition=models.Q(state="proposed"),
                name="payout_account_one_proposed",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("proposed_by")),
                name="payout_account_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_by=None)
                | (~models.Q(state="proposed") & models.Q(decided_by__isnull=False)),
                name="payout_account_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(rail="iban", iban__regex=r"^IR\d{24}$", stripe_account="")
                | models.Q(rail="stripe", iban="", stripe_account__startswith="acct_"),
                name="payout_account_number",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(usable_from__isnull=False),
                name="payout_account_cool_off",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="a_change_is_a_new_row",
                fields=["stall", "rail", "iban", "stripe_account", "holder", "proposed_by"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="begins_proposed",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df="proposed"),
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return masked(self.iban or self.stripe_account)

    @property
    def spelled(self) -> str:
        """All of it in groups of four, as two people compare it over the telephone."""
        number = self.iban or self.stripe_account
        groups = [number[at : at + 4] for at in range(0, len(number), 4)]
        return " ".join(groups) if self.iban else number

    def is_usable(self, *, now: datetime) -> bool:
        return (
            self.state == self.State.APPROVED
            and self.usable_from is not None
            and self.usable_from <= now
        )
