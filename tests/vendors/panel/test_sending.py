"""How a stall sends, from its panel: ways, prices by weight, provinces with a price of their own."""

from typing import Any

import pytest
from django.test import Client

from shop.orders.models import PickupPoint, ShippingRate, ShippingZone
from tests.makers import a_stall, a_user
from vendors.stalls.queries.readiness import missing_of

pytestmark = pytest.mark.django_db
PRICES = {"travel_days": "۳", "price_0": "۷۸٬۰۰۰", "price_1000": "", "price_3000": "۱۳۰٬۰۰۰"}


@pytest.fixture
def stall(client: Client) -> Any:
    keeper = a_user()
    client.force_login(keeper)
    return a_stall(keeper=keeper)


def tiers(**where: Any) -> list[tuple[int, int]]:
    rate = ShippingRate.objects.get(method="post")
    return list(rate.tiers.filter(**where).values_list("over_g", "price"))


def test_a_way_is_offered_with_its_prices_in_persian_digits(client: Client, stall: Any) -> None:
    answer = client.post("/panel/sending/post/", {**PRICES, "free_over": "۹۰۰٬۰۰۰"}, follow=True)
    assert "ذخیره شد. برای سفارش‌های بعدی است." in answer.content.decode()
    assert tiers(zone=None) == [(0, 780_000), (3_000, 1_300_000)]
    rate = ShippingRate.objects.get(method="post")
    assert (rate.free_over, rate.travel_days, rate.is_everywhere) == (9_000_000, 3, True)


def test_a_new_zone_sent_twice_is_one_and_no_error(client: Client, stall: Any) -> None:
    client.post("/panel/sending/post/", PRICES)
    typed = {**PRICES, "name": "نزدیک", "provinces": ["قم"]}
    answers = [client.post("/panel/sending/post/provinces/", typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ShippingZone.objects.count() == 1
    other = client.post("/panel/sending/post/provinces/", {**typed, "name": "جای دیگر"})
    assert "field__error" in other.content.decode()


def test_pressing_twice_leaves_one_way(client: Client, stall: Any) -> None:
    for _press in range(2):
        client.post("/panel/sending/post/", PRICES)
    assert tiers() == [(0, 780_000), (3_000, 1_300_000)]


@pytest.mark.parametrize("typed", ["-1", "NaN", "دو", "1e5", "۹" * 30])
def test_a_price_that_is_none_is_said_beside_its_box_and_stays(
    client: Client, stall: Any, typed: str
) -> None:
    page = client.post("/panel/sending/post/", {**PRICES, "price_0": typed}).content.decode()
    assert 'id="id_price_0_error"' in page
    assert typed in page
    assert "۱۳۰٬۰۰۰" in page
    assert not ShippingRate.objects.filter(method="post").exists()


def test_the_price_of_a_light_parcel_is_asked_for(client: Client, stall: Any) -> None:
    page = client.post("/panel/sending/post/", {**PRICES, "price_0": ""}).content.decode()
    assert "بنویسید بستهٔ سبک چقدر است؛ اگر رایگان است، صفر بنویسید." in page


def test_some_provinces_have_a_price_of_their_own(client: Client, stall: Any) -> None:
    client.post("/panel/sending/post/", PRICES)
    zone = {
        "name": "نزدیک",
        "provinces": ["تهران", "البرز"],
        "travel_days": "1",
        "price_0": "50000",
    }
    client.post("/panel/sending/post/provinces/", zone)
    written = ShippingZone.objects.get()
    assert (written.provinces, written.travel_days) == (["تهران", "البرز"], 1)
    assert tiers(zone=written) == [(0, 500_000)]
    page = client.get("/panel/sending/post/").content.decode()
    assert "نزدیک" in page
    client.post(f"/panel/sending/post/provinces/{written.pk}/", {**zone, "price_0": "40000"})
    assert tiers(zone=written) == [(0, 400_000)]


def test_a_province_stands_in_one_zone_alone(client: Client, stall: Any) -> None:
    client.post("/panel/sending/post/", PRICES)
    zone = {"name": "نزدیک", "provinces": ["تهران"], "travel_days": "1", "price_0": "50000"}
    client.post("/panel/sending/post/provinces/", zone)
    page = client.post("/panel/sending/post/provinces/", {**zone, "name": "دور"}).content.decode()
    assert "این‌ها در منطقهٔ دیگری هستند: تهران." in page
    assert ShippingZone.objects.count() == 1


def test_a_province_that_is_none_is_refused(client: Client, stall: Any) -> None:
    client.post("/panel/sending/post/", PRICES)
    zone = {"name": "ماه", "provinces": ["ماه"], "travel_days": "1", "price_0": "50000"}
    client.post("/panel/sending/post/provinces/", zone)
    assert not ShippingZone.objects.exists()


def test_without_a_price_of_its_own_a_way_goes_to_its_provinces_alone(
    client: Client, stall: Any
) -> None:
    client.post("/panel/sending/post/", PRICES)
    zone = {"name": "نزدیک", "provinces": ["تهران"], "travel_days": "1", "price_0": "50000"}
    client.post("/panel/sending/post/provinces/", zone)
    client.post("/panel/sending/post/", {"travel_days": "3"})
    assert ShippingRate.objects.get(method="post").is_everywhere is False
    page = client.get("/panel/sending/post/").content.decode()
    assert "از این راه فقط به همین استان‌ها می‌فرستید." in page


def near(client: Client, *provinces: str, name: str = "نزدیک") -> ShippingZone:
    zone = {"name": name, "provinces": provinces, "travel_days": "1", "price_0": "50000"}
    client.post("/panel/sending/post/provinces/", zone)
    return ShippingZone.objects.get(name=name)


def test_a_zone_is_taken_away_and_the_usual_price_holds(client: Client, stall: Any) -> None:
    client.post("/panel/sending/post/", PRICES)
    zone = near(client, "تهران")
    path = f"/panel/sending/post/provinces/{zone.pk}/stop/"
    assert "آنجا دوباره قیمت همیشگی برقرار است." in client.post(path, follow=True).content.decode()
    assert not ShippingZone.objects.exists()
    assert tiers() == [(0, 780_000), (3_000, 1_300_000)]
    assert client.post(path).status_code == 404


def test_the_last_zone_of_a_way_that_goes_nowhere_else_stays(client: Client, stall: Any) -> None:
    client.post("/panel/sending/post/", PRICES)
    zone, other = near(client, "تهران"), near(client, "البرز", name="دور")
    client.post("/panel/sending/post/", {"travel_days": "3"})
    page = client.post(f"/panel/sending/post/provinces/{other.pk}/stop/", follow=True)
    assert "دیگر از این راه به آنجا نمی‌فرستید." in page.content.decode()
    page = client.post(f"/panel/sending/post/provinces/{zone.pk}/stop/", follow=True)
    assert "این راه فقط به همین استان‌ها می‌رود و برای همین می‌مانند." in page.content.decode()
    assert ShippingZone.objects.get() == zone
    client.post("/panel/sending/post/stop/")
    assert list(ShippingRate.objects.values_list("method", flat=True)) == ["city_courier"]


def test_a_way_without_any_price_counts_as_none(client: Client, stall: Any) -> None:
    ShippingRate.objects.create(partner=stall.partner, method="post", is_everywhere=False)
    page = client.get("/panel/sending/").content.decode()
    assert "قیمتی ندارد؛ خریدار نمی‌تواند انتخابش کند." in page
    client.post("/panel/sending/city_courier/stop/")
    assert ShippingRate.objects.filter(method="city_courier").exists()
    assert "sending" not in missing_of(stall)
    ShippingRate.objects.filter(method="city_courier").delete()
    assert "sending" in missing_of(stall)


def test_a_heavy_parcels_price_alone_is_not_enough(client: Client, stall: Any) -> None:
    client.post("/panel/sending/post/", PRICES)
    near(client, "تهران")
    typed = {"travel_days": "3", "price_1000": "90000"}
    page = client.post("/panel/sending/post/", typed).content.decode()
    assert "بنویسید بستهٔ سبک چقدر است؛ اگر رایگان است، صفر بنویسید." in page
    assert tiers(zone=None) == [(0, 780_000), (3_000, 1_300_000)]


def test_the_last_way_stays(client: Client, stall: Any) -> None:
    page = client.post("/panel/sending/city_courier/stop/", follow=True).content.decode()
    assert "غرفه دست‌کم یک راه ارسال می‌خواهد. اول یکی دیگر اضافه کنید." in page
    client.post("/panel/sending/post/", PRICES)
    client.post("/panel/sending/city_courier/stop/")
    assert list(ShippingRate.objects.values_list("method", flat=True)) == ["post"]


FETCHED = {"travel_days": "0", "price_0": "0"}


def a_point(name: str = "دفتر", **fields: Any) -> PickupPoint:
    return PickupPoint.objects.create(
        name=name, city="شهر", address="خیابان", hours="۹ تا ۱۷", **fields
    )


def test_fetching_needs_a_place_of_the_shops(client: Client, stall: Any) -> None:
    a_point("بسته", is_active=False)
    page = client.post("/panel/sending/pickup_office/", FETCHED).content.decode()
    assert "الان هیچ محل تحویلی باز نیست. از بازارچه بپرسید." in page
    point = a_point()
    client.post("/panel/sending/pickup_office/", FETCHED)
    assert ShippingRate.objects.get(method="pickup_office").pickup_point == point


def test_of_two_open_places_the_stall_chooses_one(client: Client, stall: Any) -> None:
    a_point("دفتر یک")
    second = a_point("دفتر دو")
    a_point("دفتر سه", is_active=False)
    path = "/panel/sending/pickup_office/"
    asked = client.post(path, FETCHED).content.decode()
    assert "یک محل را انتخاب کنید." in asked
    assert ("دفتر یک" in asked, "دفتر دو" in asked, "دفتر سه" in asked) == (True, True, False)
    client.post(path, {**FETCHED, "pickup_point": str(second.pk)})
    assert ShippingRate.objects.get(method="pickup_office").pickup_point == second
    assert f'value="{second.pk}" id="id_pickup_point_1" required checked' in client.get(
        path
    ).content.decode().replace("  ", " ")


def test_a_place_that_closed_meanwhile_is_not_taken(client: Client, stall: Any) -> None:
    for name in ("دفتر یک", "دفتر دو"):
        a_point(name)
    closed = a_point("دفتر سه", is_active=False)
    typed = {**FETCHED, "pickup_point": str(closed.pk)}
    page = client.post("/panel/sending/pickup_office/", typed).content.decode()
    assert "این محل بسته است. یکی دیگر را انتخاب کنید." in page
    assert not ShippingRate.objects.filter(method="pickup_office").exists()


def test_a_way_whose_place_closed_says_that_it_rests(client: Client, stall: Any) -> None:
    point = a_point("دفتر اسلامشهر")
    client.post("/panel/sending/pickup_office/", FETCHED)
    PickupPoint.objects.update(is_active=False)
    other = a_point("دفتر چهاردانگه")
    ways = client.get("/panel/sending/").content.decode()
    assert "فعلاً نمی‌شود: محلی که خریدار از آن می‌گیرد بسته است." in ways
    path = "/panel/sending/pickup_office/"
    assert f"{point.name} فعلاً بسته است." in client.get(path).content.decode()
    client.post(path, {**FETCHED, "pickup_point": str(other.pk)})
    assert ShippingRate.objects.get(method="pickup_office").pickup_point == other


def test_the_last_way_that_does_not_rest_stays(client: Client, stall: Any) -> None:
    a_point()
    client.post("/panel/sending/pickup_office/", FETCHED)
    PickupPoint.objects.update(is_active=False)
    page = client.post("/panel/sending/city_courier/stop/", follow=True).content.decode()
    assert "غرفه دست‌کم یک راه ارسال می‌خواهد. اول یکی دیگر اضافه کنید." in page
    client.post("/panel/sending/pickup_office/stop/")
    assert list(ShippingRate.objects.values_list("method", flat=True)) == ["city_courier"]


def test_a_neighbours_zone_is_not_there(client: Client, stall: Any) -> None:
    other = a_stall("دیگر")
    zone = ShippingZone.objects.create(rate=other.partner.shipping_rates.get(), name="x")
    path = f"/panel/sending/city_courier/provinces/{zone.pk}/"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}stop/").status_code == 404
    assert ShippingZone.objects.count() == 1


def test_no_such_way(client: Client, stall: Any) -> None:
    for path in ("balloon/", "balloon/stop/", "balloon/provinces/"):
        assert client.post(f"/panel/sending/{path}", PRICES).status_code == 404
