"""What we know about money on its way: one attempt for one order, and what the gateways told us."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField

CASH = "cash"
# As the person who pays knows them.
GATEWAY_NAMES = {
    "zarinpal": _("Iranian bank card"),
    "stripe": _("International card"),
    CASH: _("Cash at the door"),
}


class PaymentAttempt(models.Model):
    """One try to pay one order. Committed before the gateway is called; its id is the gateway's idempotency key."""

    class State(models.TextChoices):
        CREATED = "created", _("begun")
        REDIRECTED = "redirected", _("at the bank")
        UNKNOWN = "unknown", _("being asked at the bank")
        ON_DELIVERY = "on_delivery", _("to be paid at the door")
        PAID = "paid", _("paid")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        REFUND_DUE = "refund_due", _("paid too late, to be returned")
        REFUNDED = "refunded", _("returned")
        CANCELLED = "cancelled", _("nothing to pay any more")

    # While in one of these, the stock is held and the basket belongs to this attempt.
    OPEN: ClassVar[tuple[str, ...]] = (State.CREATED, State.REDIRECTED, State.UNKNOWN)
    # At most one of these for a basket.
    LIVE: ClassVar[tuple[str, ...]] = (*OPEN, State.ON_DELIVERY, State.PAID)
    CLOSED_UNPAID: ClassVar[tuple[str, ...]] = (State.DECLINED, State.EXPIRED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey("order.Order", models.PROTECT, related_name="payment_attempts")
    basket = models.ForeignKey("basket.Basket", models.PROTECT, related_name="+")
    gateway = models.CharField(_("gateway"), max_length=20)
    amount = RialField(_("amount"))
    # What the gateway is asked for, in that currency's smallest unit: `amount` itself when it is the rial.
    charge_currency = models.CharField(_("currency paid"), max_length=3, default="IRR")
    charge_amount = models.BigIntegerField(_("amount in the currency paid"))
    rate = models.ForeignKey("ExchangeRate", models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.CREATED
    )
    reference = models.CharField(_("gateway's reference"), max_length=120, null=True)  # noqa: DJ001 - null is "not yet": unique
    redirect_url = models.URLField(max_length=600, blank=True)
    gateway_payment_id = models.CharField(max_length=120, blank=True)
    # In the smallest unit of the charge currency.
    fee = models.BigIntegerField(_("gateway's fee"), null=True)
    deadline = models.DateTimeField(_("stock held until"))
    created_at = models.DateTimeField(_("begun"))
    asked_at = models.DateTimeField(_("last asked at the gateway"), null=True)
    settled_at = models.DateTimeField(_("paid"), null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "reference"], name="payment_attempt_reference"
            ),
            models.UniqueConstraint(
                fields=["basket"],
                condition=models.Q(
                    state__in=["created", "redirected", "unknown", "on_delivery", "paid"]
                ),
                name="payment_attempt_one_live_per_basket",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, charge_amount__gt=0),
                name="payment_attempt_amount_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    charge_currency="IRR", charge_amount=models.F("amount"), rate=None
                )
                | (~models.Q(charge_currency="IRR") & models.Q(rate__isnull=False)),
                name="payment_attempt_charge",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="payment_attempt_open")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.pk}"

    @property
    def gateway_name(self) -> str:
        return str(GATEWAY_NAMES.get(self.gateway, self.gateway))


class ExchangeRate(models.Model):
    """What one unit of a currency costs in rial, as staff entered it; a new day is a new row, never a changed one."""

    currency = models.CharField(_("currency"), max_length=3)
    rial_per_unit = models.DecimalField(_("rial for one"), max_digits=16, decimal_places=4)
    as_of = models.DateTimeField(_("as of"))
    source = models.CharField(_("source"), max_length=80)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-as_of", "-pk"]
        constraints = [
            models.CheckConstraint(
                # PostgreSQL takes NaN for the greatest of numbers: only a limit above keeps it out.
                condition=models.Q(rial_per_unit__gt=0, rial_per_unit__lt=10**11),
                name="exchange_rate_is_a_number",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rial_per_unit}"


class GatewayEvent(models.Model):
    """Inbox of the gateways' messages: each is stored once and answered 2xx, and a job asks what it was about."""

    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    reference = models.CharField(max_length=120, blank=True)
    payload = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("gateway message")
        verbose_name_plural = _("gateway messages")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="gateway_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"
