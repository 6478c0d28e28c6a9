"""What a stall has to do for an order, and the facts of partners and products that ordering needs.

Oscar's `Order` is what the shopper pays; a `StallOrder` is one stall's part of it, and all that a stall holder sees.
"""

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField
from shop.money import Rial

DAYS_OF_WEEK = 7


class ShippingMethod(models.TextChoices):
    CITY_COURIER = "city_courier", _("City courier")
    POST = "post", _("Express post")
    TIPAX = "tipax", _("Tipax courier")
    PICKUP_OFFICE = "pickup_office", _("Pick up at the Bazarche office")


class StallOrderQuerySet(models.QuerySet["StallOrder"]):
    def paid(self) -> "StallOrderQuerySet":
        """What a stall may see: nothing before the money is there."""
        return self.exclude(state__in=StallOrder.UNSEEN)

    def before(self, latest: "StallOrder") -> "StallOrderQuerySet":
        """What comes after `latest` in a list that begins with the newest."""
        return self.filter(
            models.Q(created_at__lt=latest.created_at)
            | models.Q(created_at=latest.created_at, pk__lt=latest.pk)
        )

    def marked_late(self, *, today: date) -> "StallOrderQuerySet":
        """Each with `is_late`: its day of sending has passed, and it has not left the stall."""
        is_late = models.Q(state__in=StallOrder.TO_SEND, send_by__lt=today)
        wrapped = models.ExpressionWrapper(is_late, output_field=models.BooleanField())
        return self.annotate(is_late=wrapped)  # type: ignore[no-redef]  # told on the model, for its readers

    def with_lines(self) -> "StallOrderQuerySet":
        return self.select_related("order__shipping_address", "partner").prefetch_related(
            "order__lines__product__parent"
        )


class StallOrder(models.Model):
    """One stall's part of an order: its lines are the order's lines of this partner. Amounts are fixed at placement."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for payment")
        NEW = "new", _("new")
        ACCEPTED = "accepted", _("accepted")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        CANCELLED = "cancelled", _("cancelled")

    UNSEEN: ClassVar[tuple[str, ...]] = (State.PENDING, State.CANCELLED)
    TO_SEND: ClassVar[tuple[str, ...]] = (State.NEW, State.ACCEPTED)
    is_late: bool  # by `marked_late`

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="stall_orders")
    partner = models.ForeignKey("partner.Partner", models.PROTECT, related_name="stall_orders")
    number = models.CharField(_("number"), max_length=24, unique=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PENDING
    )
    goods = RialField(_("goods"))
    shipping = RialField(_("shipping"))
    commission_bp = models.PositiveSmallIntegerField(_("commission, basis points"))
    commission = RialField(_("commission"))
    shipping_method = models.CharField(
        _("shipping method"), max_length=20, choices=ShippingMethod.choices
    )
    send_by = models.DateField(_("to be sent by"))
    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("ordered"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar[StallOrderQuerySet] = StallOrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("stall order")
        verbose_name_plural = _("stall orders")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "partner"], name="stall_order_one_per_stall"),
            models.CheckConstraint(
                condition=models.Q(goods__gt=0, shipping__gte=0, commission__gte=0)
                & models.Q(commission__lte=models.F("goods")),
                name="stall_order_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "state", "-created_at"], name="stall_order_of_partner")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def lines(self) -> list["models.Model"]:
        """The order's lines of this stall, from the prefetched ones."""
        return [line for line in self.order.lines.all() if line.partner_id == self.partner_id]

    @property
    def total(self) -> Rial:
        """What the buyer paid for this parcel."""
        return self.goods + self.shipping

    @property
    def net(self) -> Rial:
        """What the stall earns with the goods: without commission, and without shipping, which the carrier gets."""
        return self.goods - self.commission


class SellerTerms(models.Model):
    """What ordering must know about a seller, whoever it is. The stall's own services keep it up to date."""

    partner = models.OneToOneField("partner.Partner", models.CASCADE, related_name="terms")
    takes_orders = models.BooleanField(_("takes orders"), default=True)
    back_on = models.DateField(_("away until"), null=True)
    preparation_days = models.PositiveSmallIntegerField(_("days to prepare"), default=1)
    # date.weekday() numbers: Monday 0 … Friday 4.
    days_off = models.JSONField(_("days off"), default=list, blank=True)
    commission_bp = models.PositiveSmallIntegerField(_("commission, basis points"), default=0)

    class Meta:
        verbose_name = _("seller's terms")
        verbose_name_plural = _("sellers' terms")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(commission_bp__lte=10_000), name="seller_terms_commission"
            )
        ]

    def __str__(self) -> str:
        return str(self.partner_id)

    def send_by(self, *, today: date, days: int) -> date:
        """The last day for sending an order of today that takes `days` working days, days off left out."""
        day = max(today, self.back_on) if self.back_on else today
        days_off = set(self.days_off) if len(set(self.days_off)) < DAYS_OF_WEEK else set()
        while days > 0 or day.weekday() in days_off:
            day += timedelta(days=1)
            if day.weekday() not in days_off:
                days -= 1
        return day


class Fulfilment(models.Model):
    """How a product is made ready and how heavy it is. A child product shares its parent's row."""

    product = models.OneToOneField("catalogue.Product", models.CASCADE, related_name="fulfilment")
    made_days = models.PositiveSmallIntegerField(
        _("days to make"), null=True, help_text=_("empty: from stock")
    )
    weight_g = models.PositiveIntegerField(_("weight of the parcel, grams"), default=500)

    class Meta:
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")

    def __str__(self) -> str:
        return str(self.product_id)


class ShippingRate(models.Model):
    """A way a seller sends parcels. Its price is the tier of the parcel's weight, or nothing over `free_over`."""

    partner = models.ForeignKey("partner.Partner", models.CASCADE, related_name="shipping_rates")
    method = models.CharField(_("method"), max_length=20, choices=ShippingMethod.choices)
    free_over = RialField(_("free over"), null=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("shipping rate")
        verbose_name_plural = _("shipping rates")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "method"], name="shipping_rate_one_per_method"
            )
        ]

    def __str__(self) -> str:
        return self.get_method_display()

    def price_at(self, *, weight_g: int) -> Rial | None:
        """Price of a parcel of this weight, rial, from the prefetched tiers; None when no tier is for it."""
        tiers = [tier for tier in self.tiers.all() if tier.over_g <= weight_g]
        return max(tiers, key=lambda tier: tier.over_g).price if tiers else None


class ShippingTier(models.Model):
    """Price of a shipping rate from a weight on."""

    rate = models.ForeignKey(ShippingRate, models.CASCADE, related_name="tiers")
    over_g = models.PositiveIntegerField(_("from weight, grams"), default=0)
    price = RialField(_("price"))

    class Meta:
        verbose_name = _("shipping price")
        verbose_name_plural = _("shipping prices")
        ordering = ["over_g"]
        constraints = [
            models.UniqueConstraint(fields=["rate", "over_g"], name="shipping_tier_one_per_weight"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="shipping_tier_price"),
        ]

    def __str__(self) -> str:
        return f"{self.over_g} {self.price}"
