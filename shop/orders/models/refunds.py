"""Money on its way back to a buyer, and payments that buyers dispute at their banks."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField
from shop.money import Rial
from shop.orders.models.stall_orders import StallOrder
from shop.payments.models import PaymentAttempt


class Refund(models.Model):
    """A decision to give money back, booked at once; its id is the gateway's idempotency key.

    Without a stall order it returns a whole payment that came too late. Amounts in rial, fixed by the decision.
    """

    class State(models.TextChoices):
        DECIDED = "decided", _("going to the bank")
        SENT = "sent", _("at the bank")
        BY_HAND = "by_hand", _("to be paid by hand")
        DONE = "done", _("returned")
        UNPAID = "unpaid", _("nothing had been paid")

    # The gateway may still have to be asked about it.
    OPEN: ClassVar[tuple[str, ...]] = (State.DECIDED, State.SENT)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, related_name="refunds")
    stall_order = models.ForeignKey(
        StallOrder, models.PROTECT, related_name="refunds", null=True, blank=True
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DECIDED)
    amount = RialField(_("to the buyer"))
    shipping = RialField(_("of it for sending"), default=Rial(0))
    # In the smallest unit of the attempt's charge currency; the same as `amount` when that is the rial.
    charge_amount = models.BigIntegerField(_("in the currency paid"))
    reason = models.CharField(_("reason"), max_length=200)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    gateway_refund_id = models.CharField(max_length=120, blank=True)
    # Staff's own: the bank's number of a transfer made by hand.
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("decided"))
    done_at = models.DateTimeField(_("returned"), null=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, shipping__gte=0, charge_amount__gte=0)
                & models.Q(shipping__lte=models.F("amount")),
                name="refund_amounts",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="refund_open")]

    def __str__(self) -> str:
        return str(self.pk)


class RefundLine(models.Model):
    """So many of one order line, and what that takes back from each side. The buyer gets goods − discount.

    No piece at all is a part of the price: a dispute over less than the whole.
    """

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey("order.Line", models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField(_("quantity"))
    goods = RialField(_("goods"))
    discount = RialField(_("voucher"), default=Rial(0))
    commission = RialField(_("commission"), default=Rial(0))

    class Meta:
        verbose_name = _("refunded line")
        verbose_name_plural = _("refunded lines")
        constraints = [
            models.UniqueConstraint(fields=["refund", "order_line"], name="refund_line_once"),
            models.CheckConstraint(
                condition=models.Q(
                    quantity__gte=0, goods__gte=0, discount__gte=0, commission__gte=0
                )
                & models.Q(discount__lte=models.F("goods"), commission__lte=models.F("goods")),
                name="refund_line_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_line_id} × {self.quantity}"


class Dispute(models.Model):
    """A buyer asked their bank for the money back. While it is open the stalls' shares are held."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("decided for us")
        LOST = "lost", _("decided for the buyer")

    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, related_name="disputes")
    gateway_id = models.CharField(_("gateway's number"), max_length=120)
    state = models.CharField(_("state"), max_length=4, choices=State.choices, default=State.OPEN)
    amount = RialField(_("amount"))
    charge_amount = models.BigIntegerField(_("in the currency paid"))
    fee = RialField(_("gateway's fee"), default=Rial(0), help_text=_("in the currency paid"))
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    evidence_due = models.DateTimeField(_("evidence due"), null=True)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "gateway_id"], name="dispute_once"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, charge_amount__gt=0, fee__gte=0),
                name="dispute_amounts",
            ),
        ]

    def __str__(self) -> str:
        return self.gateway_id
