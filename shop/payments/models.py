"""What we know about money on its way: one attempt for one order, and what the gateways told us."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField

# As the person who pays knows them.
GATEWAY_NAMES = {
    "zarinpal": _("Iranian bank card"),
    "stripe": _("International card"),
}


class PaymentAttempt(models.Model):
    """One try to pay one order. Committed before the gateway is called; its id is the gateway's idempotency key."""

    class State(models.TextChoices):
        CREATED = "created", _("begun")
        REDIRECTED = "redirected", _("at the bank")
        UNKNOWN = "unknown", _("being asked at the bank")
        PAID = "paid", _("paid")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        REFUND_DUE = "refund_due", _("paid too late, to be returned")
        REFUNDED = "refunded", _("returned")

    # While in one of these, the stock is held and the basket belongs to this attempt.
    OPEN: ClassVar[tuple[str, ...]] = (State.CREATED, State.REDIRECTED, State.UNKNOWN)
    CLOSED_UNPAID: ClassVar[tuple[str, ...]] = (State.DECLINED, State.EXPIRED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey("order.Order", models.PROTECT, related_name="payment_attempts")
    basket = models.ForeignKey("basket.Basket", models.PROTECT, related_name="+")
    gateway = models.CharField(_("gateway"), max_length=20)
    amount = RialField(_("amount"))
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.CREATED
    )
    reference = models.CharField(_("gateway's reference"), max_length=120, null=True)  # noqa: DJ001 - null is "not yet": unique
    redirect_url = models.URLField(max_length=600, blank=True)
    gateway_payment_id = models.CharField(max_length=120, blank=True)
    fee = RialField(_("gateway's fee"), null=True)
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
                condition=models.Q(state__in=["created", "redirected", "unknown", "paid"]),
                name="payment_attempt_one_live_per_basket",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="payment_attempt_amount_positive"
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="payment_attempt_open")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.pk}"

    @property
    def gateway_name(self) -> str:
        return str(GATEWAY_NAMES.get(self.gateway, self.gateway))


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
