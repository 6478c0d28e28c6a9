"""What a stall holder types about sending: a price for each weight, and the provinces of a zone."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shop.forms import PlainTextField, TomanField, WholeNumberField
from shop.money import Rial
from shop.orders.models import PickupPoint, ShippingRate, ShippingTier, ShippingZone
from shop.storefront.provinces import PROVINCES
from shop.templatetags.bazarche import digits
from vendors.stalls.services.sending import Way, Zone

# Where a heavier parcel costs more, grams.
WEIGHTS = (0, 1_000, 3_000, 5_000)
DEAREST_TOMAN = 10_000_000
LONGEST_DAYS = 60
GRAMS_IN_KILO = 1_000
NO_LIGHT_PRICE = _("Write what a light parcel costs; 0 when it costs nothing.")


class PricesForm(forms.Form):
    """A price from each weight on; an empty one is that of the lighter parcel."""

    travel_days = WholeNumberField(
        label=_("Days on the way"), at_least=0, at_most=LONGEST_DAYS, initial=3
    )

    def __init__(
        self, *args: Any, tiers: Iterable[ShippingTier], needs_price: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = {tier.over_g: tier.price for tier in tiers}
        self._weights = sorted({*WEIGHTS, *known})
        for over_g in self._weights:
            self.fields[f"price_{over_g}"] = TomanField(
                label=_weight(over_g),
                at_most=DEAREST_TOMAN,
                required=needs_price and not over_g,
                initial=known.get(over_g),
                error_messages={"required": NO_LIGHT_PRICE},
            )

    def clean(self) -> dict[str, Any]:
        """A heavier parcel's price alone would leave the light ones without a way."""
        typed = super().clean() or self.cleaned_data
        is_priced = any(typed.get(f"price_{over_g}") is not None for over_g in self._weights)
        if is_priced and typed.get("price_0") is None and "price_0" not in self.errors:
            self.add_error("price_0", NO_LIGHT_PRICE)
        return typed

    def price_fields(self) -> list[BoundField]:
        return [self[f"price_{over_g}"] for over_g in self._weights]

    def prices(self) -> dict[int, Rial]:
        typed = {over_g: self.cleaned_data[f"price_{over_g}"] for over_g in self._weights}
        return {over_g: price for over_g, price in typed.items() if price is not None}


def _weight(over_g: int) -> str:
    if not over_g:
        return gettext("Price of a light parcel")
    return gettext("from %(weight)s kilograms on") % {
        "weight": digits(f"{over_g / GRAMS_IN_KILO:g}")
    }


class WayForm(PricesForm):
    """A way of sending as its stall says it; without any price it goes to its zones alone.

    `points`: the places where buyers may fetch it; asked for when there is a choice, or the one before is closed.
    """

    free_over = TomanField(
        label=_("Free over"),
        help_text=_("Whoever buys for this much pays nothing for sending. Empty: never."),
        at_least=1,
        at_most=1_000_000_000,
        required=False,
    )

    def __init__(
        self, *args: Any, rate: ShippingRate | None, points: Sequence[PickupPoint], **kwargs: Any
    ) -> None:
        tiers = [tier for tier in rate.tiers.all() if tier.zone_id is None] if rate else []
        has_zones = rate is not None and bool(rate.zones.all())
        super().__init__(*args, tiers=tiers, needs_price=not has_zones, **kwargs)
        is_resting = rate is not None and rate.is_resting
        if len(points) > 1 or (points and is_resting):
            self.fields["pickup_point"] = forms.ChoiceField(
                label=_("Where do buyers fetch it?"),
                widget=forms.RadioSelect,
                choices=[(point.pk, point.name + gettext(", ") + point.city) for point in points],
                error_messages={
                    "required": _("Choose a place."),
                    "invalid_choice": _("This place is closed. Choose another one."),
                },
            )
        if rate is not None:
            self.initial.update(
                travel_days=rate.travel_days,
                free_over=rate.free_over,
                pickup_point=rate.pickup_point_id,
            )

    def way(self) -> Way:
        point = self.cleaned_data.get("pickup_point")
        return Way(
            prices=self.prices(),
            free_over=self.cleaned_data["free_over"],
            travel_days=self.cleaned_data["travel_days"],
            pickup_point_id=int(point) if point else None,
        )


class ZoneForm(PricesForm):
    """Some provinces with their own price."""

    name = PlainTextField(label=_("What do you call it?"), max_length=60)
    provinces = forms.MultipleChoiceField(
        label=_("Which provinces?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose one province at least.")},
    )

    def __init__(
        self, *args: Any, rate: ShippingRate, zone: ShippingZone | None, **kwargs: Any
    ) -> None:
        of_zone = zone.pk if zone else 0
        tiers = [tier for tier in rate.tiers.all() if tier.zone_id == of_zone]
        super().__init__(*args, tiers=tiers, needs_price=True, **kwargs)
        with override("fa"):
            names = [str(name) for _key, name in PROVINCES]
        shown = [name for _key, name in PROVINCES]
        self.fields["provinces"] = forms.MultipleChoiceField(
            label=self.base_fields["provinces"].label,
            widget=forms.CheckboxSelectMultiple,
            choices=list(zip(names, shown, strict=True)),
            error_messages={"required": _("Choose one province at least.")},
        )
        if zone is not None:
            self.initial.update(
                name=zone.name, provinces=zone.provinces, travel_days=zone.travel_days
            )

    def zone(self) -> Zone:
        return Zone(
            name=self.cleaned_data["name"],
            provinces=self.cleaned_data["provinces"],
            prices=self.prices(),
            travel_days=self.cleaned_data["travel_days"],
        )
