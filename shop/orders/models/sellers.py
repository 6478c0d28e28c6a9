"""What ordering must know about sellers and their goods."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
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


# The stall's own people hand the parcel over, and can take its price.
MEETS_THE_BUYER = (ShippingMethod.CITY_COURIER, ShippingMethod.PICKUP_OFFICE)


@dataclass(frozen=True)
class RateQuote:
    """Price of a parcel in rial and its days on the way; `is_from` when it costs more to some provinces."""

    price: Rial
    travel_days: int
    is_from: bool = False


class SellerTerms(models.Model):
    """What ordering must know about a seller, whoever it is. The stall's own services keep it up to date."""

    partner = models.OneToOneField("partner.Partner", models.CASCADE, related_name="terms")
    takes_orders = models.BooleanField(_("takes orders"), default=True)
    takes_cash = models.BooleanField(_("takes cash at the door"), default=False)
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


class PickupPoint(models.Model):
    """Where buyers fetch parcels themselves: a place of the shop's, never a home."""

    name = models.CharField(_("name"), max_length=80)
    city = models.CharField(_("city"), max_length=40)
    address = models.CharField(_("address"), max_length=300)
    hours = models.CharField(_("open"), max_length=120)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("pick-up point")
        verbose_name_plural = _("pick-up points")

    def __str__(self) -> str:
        return self.name


class ShippingZone(models.Model):
    """Provinces to which a seller's sending costs the same, of one way of sending."""

    rate = models.ForeignKey("ShippingRate", models.CASCADE, related_name="zones")
    name = models.CharField(_("name"), max_length=60)
    # Persian names, as they stand on a parcel.
    provinces = models.JSONField(_("provinces"), default=list)
    travel_days = models.PositiveSmallIntegerField(_("days on the way"), default=3)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("shipping zone")
        verbose_name_plural = _("shipping zones")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class ShippingRateQuerySet(models.QuerySet["ShippingRate"]):
    def offered(self) -> "ShippingRateQuerySet":
        """What buyers may choose: a way whose pick-up point is closed rests, one without any price leads nowhere."""
        priced = models.Exists(ShippingTier.objects.filter(rate=models.OuterRef("pk")))
        return self.filter(priced).exclude(pickup_point__is_active=False)

    def priced(self) -> "ShippingRateQuerySet":
        """With all that `quote` reads, in one more statement."""
        tiers = models.Prefetch("tiers", ShippingTier.objects.select_related("zone"))
        return self.prefetch_related(tiers)


class ShippingRate(models.Model):
    """A way a seller sends parcels.

    Its price is the tier of the parcel's weight, of the zone of its province if there is one, or nothing over
    `free_over`.
    """

    partner = models.ForeignKey("partner.Partner", models.CASCADE, related_name="shipping_rates")
    method = models.CharField(_("method"), max_length=20, choices=ShippingMethod.choices)
    free_over = RialField(_("free over"), null=True)
    # Outside the rate's zones; with `is_everywhere` off it goes to its zones alone.
    travel_days = models.PositiveSmallIntegerField(_("days on the way"), default=3)
    is_everywhere = models.BooleanField(_("to every province"), default=True)
    pickup_point = models.ForeignKey(PickupPoint, models.PROTECT, null=True, related_name="rates")
    position = models.PositiveSmallIntegerField(default=0)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar[ShippingRateQuerySet] = ShippingRateQuerySet.as_manager()  # type: ignore[assignment]

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

    @property
    def is_resting(self) -> bool:
        """The place where its parcels are fetched is closed: not `offered`."""
        return self.pickup_point is not None and not self.pickup_point.is_active

    def quote(self, *, weight_g: int, province: str | None) -> RateQuote | None:
        """What a parcel of this weight costs to this province, of a rate from `priced`.

        None when it does not go there or is too light for any tier. For a province not known yet, the lowest price.
        """
        zones = {tier.zone_id: tier.zone for tier in self.tiers.all() if tier.zone is not None}
        in_order = sorted(zones.values(), key=lambda zone: (zone.position, zone.pk))
        if province is None:
            anywhere = [*([None] if self.is_everywhere else []), *in_order]
            found = [self._of(zone, weight_g) for zone in anywhere]
            prices = [quote for quote in found if quote is not None]
            lowest = min(prices, key=lambda quote: quote.price, default=None)
            return lowest and replace(lowest, is_from=len({quote.price for quote in prices}) > 1)
        zone = next((each for each in in_order if province in each.provinces), None)
        return self._of(zone, weight_g) if zone or self.is_everywhere else None

    def _of(self, zone: "ShippingZone | None", weight_g: int) -> RateQuote | None:
        zone_id = zone.pk if zone else None
        tiers = [
            tier for tier in self.tiers.all() if tier.zone_id == zone_id and tier.over_g <= weight_g
        ]
        if not tiers:
            return None
        price = max(tiers, key=lambda tier: tier.over_g).price
        return RateQuote(price, zone.travel_days if zone else self.travel_days)


class ShippingTier(models.Model):
    """Price of a shipping rate from a weight on."""

    rate = models.ForeignKey(ShippingRate, models.CASCADE, related_name="tiers")
    # None: wherever no zone of the rate says otherwise.
    zone = models.ForeignKey(ShippingZone, models.CASCADE, null=True, related_name="tiers")
    over_g = models.PositiveIntegerField(_("from weight, grams"), default=0)
    price = RialField(_("price"))

    class Meta:
        verbose_name = _("shipping price")
        verbose_name_plural = _("shipping prices")
        ordering = ["over_g"]
        constraints = [
            models.UniqueConstraint(
                fields=["rate", "zone", "over_g"],
                nulls_distinct=False,
                name="shipping_tier_one_per_weight",
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="shipping_tier_price"),
        ]

    def __str__(self) -> str:
        return f"{self.over_g} {self.price}"


class CommissionRule(models.Model):
    """What the shop keeps of goods, from a day on. The most particular rule holds: stall, then category, then all.

    Basis points of the price of the goods; a rule with both a stall and a category comes before either alone.
    """

    partner = models.ForeignKey(
        "partner.Partner", models.CASCADE, null=True, blank=True, related_name="commission_rules"
    )
    category = models.ForeignKey(
        "catalogue.Category", models.CASCADE, null=True, blank=True, related_name="+"
    )
    commission_bp = models.PositiveSmallIntegerField(_("commission, basis points"))
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("commission rule")
        verbose_name_plural = _("commission rules")
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(commission_bp__lte=10_000), name="commission_rule_share"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="commission_rule_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.category_id} {self.commission_bp}"


class LineCommission(models.Model):
    """The commission of one order line, fixed at placement; a line without a row has its stall order's."""

    order_line = models.OneToOneField("order.Line", models.CASCADE, related_name="commission")
    commission_bp = models.PositiveSmallIntegerField(_("commission, basis points"))

    class Meta:
        verbose_name = _("commission of a line")
        verbose_name_plural = _("commissions of lines")

    def __str__(self) -> str:
        return f"{self.order_line_id} {self.commission_bp}"
