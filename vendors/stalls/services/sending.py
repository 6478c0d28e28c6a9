"""How a stall sends its parcels: which ways, to which provinces, and what each costs."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shop.jobs import publish
from shop.money import Rial
from shop.orders.events import ProductsChanged
from shop.orders.models import (
    PickupPoint,
    ShippingMethod,
    ShippingRate,
    ShippingTier,
    ShippingZone,
)
from vendors.stalls.errors import GoesNowhere, LastWay, LastZone, NoPickupPoint, ProvinceTwice
from vendors.stalls.models import Listing, Stall

log = logging.getLogger(__name__)
# The order in which buyers read them.
POSITIONS = {method: place for place, method in enumerate(ShippingMethod.values)}


@dataclass(frozen=True, kw_only=True)
class Way:
    """What a stall says of a way of sending. `prices`: from a weight (grams) on → rial; empty: its zones alone.

    `pickup_point_id`: where its parcels are fetched, of the open points; None leaves it to the shop.
    """

    prices: Mapping[int, Rial]
    free_over: Rial | None
    travel_days: int
    pickup_point_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Zone:
    """Provinces, by their Persian names, to which a way costs something else."""

    name: str
    provinces: Sequence[str]
    prices: Mapping[int, Rial]
    travel_days: int


def offer_way(*, stall: Stall, method: str, way: Way) -> ShippingRate:
    """Send this way from now on; orders that are placed keep theirs. Raises NoPickupPoint, and GoesNowhere without any
    price while it has no zone.
    """
    with transaction.atomic():
        point = _open_point(way) if method == ShippingMethod.PICKUP_OFFICE else None
        rate, is_new = ShippingRate.objects.select_for_update().update_or_create(
            partner_id=stall.partner_id,
            method=method,
            defaults={
                "free_over": way.free_over,
                "travel_days": way.travel_days,
                "is_everywhere": bool(way.prices),
                "pickup_point": point,
                "position": POSITIONS[method],
            },
        )
        if not way.prices and not rate.zones.exists():
            raise GoesNowhere
        _write_tiers(rate, None, way.prices)
        # A pick-up that rested is offered again.
        if is_new or point is not None:
            _tell_search(stall.listings.all())
    log.info("sending.offered stall=%s method=%s", stall.pk, method)
    return rate


def _open_point(way: Way) -> PickupPoint:
    points = PickupPoint.objects.filter(is_active=True)
    if way.pickup_point_id is not None:
        points = points.filter(pk=way.pickup_point_id)
    point = points.order_by("pk").first()
    if point is None:
        raise NoPickupPoint
    return point


def stop_way(*, stall: Stall, method: str) -> None:
    """Send this way no more; a way that is gone stays gone.

    Raises LastWay for the last one that buyers can choose, as a stall without any can sell nothing.
    """
    with transaction.atomic():
        rates = ShippingRate.objects.select_for_update(of=("self",)).filter(
            partner_id=stall.partner_id
        )
        if {rate.method for rate in rates.offered()} == {method}:
            raise LastWay
        if rates.filter(method=method).delete()[0]:
            _tell_search(stall.listings.all())
    log.info("sending.stopped stall=%s method=%s", stall.pk, method)


def set_zone(*, rate: ShippingRate, zone_id: int | None, zone: Zone) -> ShippingZone:
    """Ask another price to some provinces; `zone_id` None makes a zone, once however often it is sent.

    Raises ProvinceTwice.
    """
    with transaction.atomic():
        ShippingRate.objects.select_for_update().get(pk=rate.pk)
        if zone_id is None and (same := _same_zone(rate, zone)) is not None:
            return same
        others = rate.zones.all() if zone_id is None else rate.zones.exclude(pk=zone_id)
        twice = sorted({name for other in others for name in other.provinces} & set(zone.provinces))
        if twice:
            raise ProvinceTwice(twice)
        fields = {
            "name": zone.name,
            "provinces": list(zone.provinces),
            "travel_days": zone.travel_days,
        }
        if zone_id is None:
            written = rate.zones.create(**fields, position=rate.zones.count())
        else:
            written = rate.zones.get(pk=zone_id)
            for name, value in fields.items():
                setattr(written, name, value)
            written.save(update_fields=list(fields))
        _write_tiers(rate, written, zone.prices)
    log.info("sending.zone_set rate=%s zone=%s", rate.pk, written.pk)
    return written


def _same_zone(rate: ShippingRate, zone: Zone) -> ShippingZone | None:
    """The zone that says just this already."""
    found = rate.zones.filter(name=zone.name, travel_days=zone.travel_days)
    for each in found.prefetch_related("tiers"):
        prices = {tier.over_g: tier.price for tier in each.tiers.all()}
        if set(each.provinces) == set(zone.provinces) and prices == zone.prices:
            return each
    return None


def drop_zone(*, rate: ShippingRate, zone_id: int) -> None:
    """Ask the usual price there again. Nothing happens when the zone is gone.

    Raises LastZone for the only one of a way that goes to its zones alone: it would stay and lead nowhere.
    """
    with transaction.atomic():
        locked = ShippingRate.objects.select_for_update().filter(pk=rate.pk).first()
        if locked is None:
            return
        zones = set(locked.zones.values_list("pk", flat=True))
        if zones == {zone_id} and not locked.is_everywhere:
            raise LastZone
        locked.zones.filter(pk=zone_id).delete()
    log.info("sending.zone_dropped rate=%s zone=%s", rate.pk, zone_id)


def _write_tiers(rate: ShippingRate, zone: ShippingZone | None, prices: Mapping[int, Rial]) -> None:
    rate.tiers.filter(zone=zone).delete()
    ShippingTier.objects.bulk_create(
        ShippingTier(rate=rate, zone=zone, over_g=over_g, price=price)
        for over_g, price in prices.items()
    )


def keep_pickup_point(point: PickupPoint) -> None:
    """Write a pick-up point, new or changed; a new one sent twice is one.

    The ways that lead to it rest while it is not in use.
    """
    if point._state.adding and PickupPoint.objects.filter(**_said_of(point)).exists():
        return
    with transaction.atomic():
        point.save()
        _tell_search(Listing.objects.filter(stall__partner__shipping_rates__pickup_point=point))
    log.info("sending.point_kept point=%s is_active=%s", point.pk, point.is_active)


def _said_of(point: PickupPoint) -> dict[str, Any]:
    return {
        name: getattr(point, name) for name in ("name", "city", "address", "hours", "is_active")
    }


def _tell_search(listings: QuerySet[Listing]) -> None:
    """Buyers filter by the way of sending."""
    products = list(listings.values_list("product_id", flat=True))
    if products:
        publish(ProductsChanged(products))
