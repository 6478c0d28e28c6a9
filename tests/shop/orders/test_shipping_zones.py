"""What sending costs: by province, by weight, and nothing over a sum; the buyer's province decides at the till."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.jalali import tehran_date
from shop.money import Rial
from shop.orders.errors import PriceChanged, ShippingNotOffered
from shop.orders.models import PickupPoint, ShippingRate, ShippingTier, ShippingZone, StallOrder
from shop.orders.parcels import parcels_of, shipping_quotes
from shop.orders.services.place import place_order
from shop.storefront.queries.order import order_page
from tests.makers import BUYER, NOON, a_basket, a_checkout, a_product, a_stall
from vendors.stalls.queries.listings import sendings_of

pytestmark = pytest.mark.django_db
TODAY = tehran_date(NOON)


def a_rate(stall: Any, method: str = "post", **fields: Any) -> ShippingRate:
    """Post at 90,000 toman everywhere, 150,000 from two kilograms on."""
    rate = ShippingRate.objects.create(partner=stall.partner, method=method, position=9, **fields)
    for over_g, price in ((0, 900_000), (2_000, 1_500_000)):
        ShippingTier.objects.create(rate=rate, over_g=over_g, price=Rial(price))
    return rate


def a_zone(rate: ShippingRate, *provinces: str, price: int, days: int = 1) -> ShippingZone:
    zone = ShippingZone.objects.create(
        rate=rate, name="نزدیک", provinces=list(provinces), travel_days=days
    )
    ShippingTier.objects.create(rate=rate, zone=zone, over_g=0, price=Rial(price))
    return zone


def quote(rate: ShippingRate, *, province: str | None, weight_g: int = 500) -> Any:
    return ShippingRate.objects.priced().get(pk=rate.pk).quote(weight_g=weight_g, province=province)


@pytest.mark.parametrize(
    ("province", "weight_g", "price", "days"),
    [
        ("تهران", 500, 400_000, 1),
        ("البرز", 5_000, 400_000, 1),
        ("فارس", 500, 900_000, 3),
        ("فارس", 1_999, 900_000, 3),
        ("فارس", 2_000, 1_500_000, 3),
    ],
)
def test_the_province_and_the_weight_decide(
    province: str, weight_g: int, price: int, days: int
) -> None:
    rate = a_rate(a_stall())
    a_zone(rate, "تهران", "البرز", price=400_000)
    found = quote(rate, province=province, weight_g=weight_g)
    assert (found.price, found.travel_days, found.is_from) == (price, days, False)


def test_before_the_province_is_known_the_lowest_price_stands_there_as_from() -> None:
    rate = a_rate(a_stall())
    assert quote(rate, province=None).is_from is False
    a_zone(rate, "تهران", price=400_000)
    found = quote(rate, province=None)
    assert (found.price, found.is_from) == (400_000, True)


def test_a_way_that_goes_to_its_zones_alone_is_not_offered_elsewhere() -> None:
    rate = a_rate(a_stall(), is_everywhere=False)
    a_zone(rate, "تهران", price=400_000)
    assert quote(rate, province="تهران").price == 400_000
    assert quote(rate, province="فارس") is None


def test_a_parcel_lighter_than_every_tier_is_not_offered() -> None:
    rate = a_rate(a_stall())
    rate.tiers.filter(over_g=0).delete()
    assert quote(rate, province="فارس", weight_g=100) is None


def test_over_the_sum_a_way_is_free_to_every_province() -> None:
    rate = a_rate(a_stall(), free_over=Rial(10_000_000))
    rates = ShippingRate.objects.filter(pk=rate.pk).priced()
    for goods, price in ((9_999_999, 900_000), (10_000_000, 0)):
        [found] = shipping_quotes(rates, goods=Rial(goods), weight_g=1, province="فارس")
        assert found.price == price


def test_a_parcel_says_about_when_it_is_there() -> None:
    stall = a_stall()
    rate = a_rate(stall, travel_days=4)
    basket = a_basket((a_product(stall), 1))
    [parcel] = parcels_of(basket, today=TODAY, province="فارس")
    found = parcel.quote(rate.method)
    assert found is not None
    assert (parcel.arrives(found) - parcel.send_by).days == 4


def test_the_order_keeps_the_days_its_buyer_was_told() -> None:
    stall = a_stall()
    rate = a_rate(stall, travel_days=4)
    a_zone(rate, "تهران", price=400_000, days=1)
    near, far = (
        order(stall, province=province, total=total)
        for province, total in (("تهران", 1_400_000), ("فارس", 1_900_000))
    )
    rate.zones.update(travel_days=9)
    assert [StallOrder.objects.get(pk=each.pk).travel_days for each in (near, far)] == [1, 4]


def order(stall: Any, *, province: str, total: int, method: str = "post") -> StallOrder:
    basket = a_basket((a_product(stall, price=1_000_000), 1))
    checkout = replace(
        a_checkout(stall, total=total),
        buyer=replace(BUYER, province=province),
        shipping={stall.partner_id: method},
    )
    attempt = place_order(basket_id=basket.pk, checkout=checkout, user_id=None, now=NOON)
    return StallOrder.objects.get(order=attempt.order_id)


def test_the_order_costs_what_its_province_costs() -> None:
    stall = a_stall()
    a_zone(a_rate(stall), "تهران", price=400_000)
    assert order(stall, province="تهران", total=1_400_000).shipping == 400_000
    assert order(stall, province="فارس", total=1_900_000).shipping == 900_000


def test_a_near_price_is_not_had_for_a_far_province() -> None:
    stall = a_stall()
    a_zone(a_rate(stall), "تهران", price=400_000)
    with pytest.raises(PriceChanged):
        order(stall, province="فارس", total=1_400_000)
    assert not StallOrder.objects.exists()


def test_a_way_that_is_not_offered_there_can_not_be_ordered() -> None:
    stall = a_stall()
    a_zone(a_rate(stall, is_everywhere=False), "تهران", price=400_000)
    with pytest.raises(ShippingNotOffered):
        order(stall, province="فارس", total=1_400_000)


def a_point(name: str = "دفتر", **fields: Any) -> PickupPoint:
    return PickupPoint.objects.create(
        name=name, city="شهر", address="خیابان", hours="۹ تا ۱۷", **fields
    )


def test_a_parcel_is_not_fetched_where_it_is_closed() -> None:
    stall = a_stall()
    a_rate(stall, method="pickup_office", pickup_point=a_point())
    basket = a_basket((a_product(stall), 1))

    def methods() -> list[str]:
        [parcel] = parcels_of(basket, today=TODAY, province="فارس")
        return [quote.method for quote in parcel.quotes]

    def said_on_its_page() -> list[str]:
        sendings = sendings_of(partner_id=stall.partner_id, weight_g=700)
        return [sending.method for sending in sendings]

    both = ["city_courier", "pickup_office"]
    assert (methods(), said_on_its_page()) == (both, both)
    PickupPoint.objects.update(is_active=False)
    assert (methods(), said_on_its_page()) == (["city_courier"], ["city_courier"])


def test_an_order_keeps_the_place_it_was_placed_with() -> None:
    stall = a_stall()
    old, new = a_point("دفتر یک"), a_point("دفتر دو")
    rate = a_rate(stall, method="pickup_office", pickup_point=old)
    placed = order(stall, province="تهران", total=1_900_000, method="pickup_office")
    ShippingRate.objects.filter(pk=rate.pk).update(pickup_point=new)
    placed.refresh_from_db()
    assert placed.pickup_point == old
    page = order_page(number=placed.order.number)
    assert page is not None
    assert page.parcels[0].stall_order.pickup_point == old


def test_what_is_sent_has_no_place_to_fetch_it() -> None:
    stall = a_stall()
    a_rate(stall)
    assert order(stall, province="فارس", total=1_900_000).pickup_point is None


@given(
    everywhere=st.lists(st.integers(0, 10**7), max_size=3),
    near=st.lists(st.integers(0, 10**7), min_size=1, max_size=3),
    weight_g=st.integers(0, 3_000),
)
def test_no_province_is_cheaper_than_the_price_said_first(
    everywhere: list[int], near: list[int], weight_g: int
) -> None:
    rate = ShippingRate(pk=1, is_everywhere=True)
    zone = ShippingZone(pk=1, provinces=["تهران"], position=0)
    tiers = [ShippingTier(over_g=1_000 * n, price=Rial(p)) for n, p in enumerate(everywhere)]
    tiers += [ShippingTier(zone=zone, over_g=1_000 * n, price=Rial(p)) for n, p in enumerate(near)]
    known = ShippingTier.objects.none()
    known._result_cache = tiers
    rate._prefetched_objects_cache = {"tiers": known}
    said = rate.quote(weight_g=weight_g, province=None)
    assert said is not None
    for province in ("تهران", "فارس"):
        found = rate.quote(weight_g=weight_g, province=province)
        assert found is None or found.price >= said.price
