"""Money on its way to a stall's account."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField
from vendors.settlements.models.accounts import PayoutAccount, Rail
from vendors.settlements.models.statements import Settlement


class PayoutBatch(models.Model):
    """All that leaves on one rail on one day; for a bank transfer, one file."""

    rail = models.CharField(_("kind"), max_length=6, choices=Rail.choices)
    day = models.DateField(_("day"))
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(_("released"))
    # The shop's own account as it was then, so that the file can be had again byte for byte; empty at a gateway.
    payer_name = models.CharField(_("paid by"), max_length=70, blank=True)
    payer_iban = models.CharField(_("paid from"), max_length=26, blank=True)

    class Meta:
        verbose_name = _("batch of payouts")
        verbose_name_plural = _("batches of payouts")
        ordering = ["-day", "rail"]
        constraints = [
            models.UniqueConstraint(fields=["rail", "day"], name="payout_batch_a_day"),
            models.CheckConstraint(
                condition=Q(rail="iban", payer_iban__regex=r"^IR\d{24}$")
                | Q(rail="stripe", payer_iban=""),
                name="payout_batch_payer",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the bank, the file and we call it."""
        return f"PAYOUT-{self.day:%Y%m%d}-{self.pk}"


class Payout(models.Model):
    """One statement's money. Its id is its key at the bank and at the gateway.

    prepared → sent → confirmed → returned      prepared, sent → returned
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("approved, not sent")
        SENT = "sent", _("sent to the bank")
        CONFIRMED = "confirmed", _("paid")
        RETURNED = "returned", _("came back")

    OPEN: ClassVar[tuple[str, ...]] = (State.PREPARED, State.SENT)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    settlement = models.OneToOneField(Settlement, models.PROTECT, related_name="payout")
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="payouts")
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, null=True, related_name="payouts")
    amount = RialField(_("amount"))
    # What a gateway is to send, in the smallest unit of its currency: `amount` itself when it is the rial.
    charge_currency = models.CharField(_("currency sent"), max_length=3, default="IRR")
    charge_amount = models.BigIntegerField(_("amount in the currency sent"), null=True)
    rate = models.ForeignKey(
        "shop_payments.ExchangeRate", models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PREPARED
    )
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # The bank's number of the transfer, or the gateway's.
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    # The gateway's number of the transfer back.
    returned_reference = models.CharField(max_length=80, blank=True)
    reason = models.CharField(_("why it came back"), max_length=200, blank=True)
    prepared_at = models.DateTimeField(_("approved on"))
    sent_at = models.DateTimeField(_("sent on"), null=True)
    closed_at = models.DateTimeField(_("closed on"), null=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-prepared_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount"),
            models.CheckConstraint(
                condition=Q(charge_currency="IRR", charge_amount=None, rate=None)
                | Q(charge_currency="IRR", charge_amount=F("amount"), rate=None)
                | (~Q(charge_currency="IRR") & Q(charge_amount__gt=0, rate__isnull=False)),
                name="payout_charge",
            ),
            # Whoever approved the figure does not send the money.
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("approved_by")),
                name="payout_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "returned"])
                | Q(batch__isnull=False, released_by__isnull=False),
                name="payout_sent_in_a_batch",
            ),
        ]

        triggers = [
            # What was approved is what is paid, and to whom.
            pgtrigger.ReadOnly(
                name="as_approved", fields=["settlement", "account", "amount", "approved_by"]
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.pk)
