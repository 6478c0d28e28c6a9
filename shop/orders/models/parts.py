"""A parcel that leaves in parts, what its buyer and its stall write to each other, and sales without a parcel."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.fields import RialField
from shop.orders.models.scope import partners_of
from shop.orders.models.stall_orders import StallOrder


class Shipment(models.Model):
    """A part of a stall order that left by itself; the last part makes the order sent."""

    stall_order = models.ForeignKey(StallOrder, models.PROTECT, related_name="shipments")
    carrier = models.CharField(_("carrier"), max_length=40)
    tracking_code = models.CharField(_("tracking code"), max_length=40, blank=True)
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return str(self.pk)


class ShipmentLine(models.Model):
    """So many pieces of an order line in a shipment."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey("order.Line", models.PROTECT, related_name="shipment_lines")
    quantity = models.PositiveIntegerField(_("pieces"))

    class Meta:
        verbose_name = _("line of a shipment")
        verbose_name_plural = _("lines of a shipment")
        constraints = [
            models.UniqueConstraint(fields=["shipment", "order_line"], name="shipment_line_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="shipment_line_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_line_id} {self.quantity}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User | AnonymousUser) -> "MessageQuerySet":
        """What is written to the stalls this person works for; nothing for a stranger."""
        return self.filter(stall_order__in=StallOrder.objects.visible_to(user))


class Message(models.Model):
    """One message between the buyer of a stall order and its stall. Numbers of phones, cards and people are masked."""

    stall_order = models.ForeignKey(StallOrder, models.CASCADE, related_name="messages")
    # None: the buyer wrote it.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    text = models.TextField(_("message"), max_length=1000)
    was_masked = models.BooleanField(default=False)
    at = models.DateTimeField(_("written"))
    read_at = models.DateTimeField(_("read"), null=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return str(self.pk)


class BazaarSaleQuerySet(models.QuerySet["BazaarSale"]):
    def visible_to(self, user: User | AnonymousUser) -> "BazaarSaleQuerySet":
        """The sales of the stalls this person works for; nothing for a stranger."""
        return self.filter(partner__in=partners_of(user))


class BazaarSale(models.Model):
    """Goods a stall sold in person for cash: earned, and in its hands already. A second press has the same id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("partner.Partner", models.PROTECT, related_name="bazaar_sales")
    total = RialField(_("taken"))
    commission = RialField(_("commission"))
    note = models.CharField(_("where"), max_length=80, blank=True)
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sold_on = models.DateField(_("sold on"))
    created_at = models.DateTimeField(_("written"))
    taken_back_at = models.DateTimeField(_("taken back"), null=True)

    objects: ClassVar[BazaarSaleQuerySet] = BazaarSaleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("sale in person")
        verbose_name_plural = _("sales in person")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(total__gt=0), name="bazaar_sale_something")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class BazaarSaleLine(models.Model):
    """So many of one kind of goods, each at this price."""

    sale = models.ForeignKey(BazaarSale, models.CASCADE, related_name="lines")
    stockrecord = models.ForeignKey(
        "partner.StockRecord", models.SET_NULL, null=True, related_name="+"
    )
    title = models.CharField(_("what"), max_length=255)
    quantity = models.PositiveIntegerField(_("pieces"))
    price = RialField(_("price of one"))

    class Meta:
        verbose_name = _("line of a sale in person")
        verbose_name_plural = _("lines of a sale in person")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, price__gt=0), name="bazaar_sale_line_something"
            )
        ]

    def __str__(self) -> str:
        return self.title
