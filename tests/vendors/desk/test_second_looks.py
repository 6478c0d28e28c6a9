"""Photos and sizes that a new stall changes on goods in the shop: shown, and looked at once more by staff."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from shop.money import Rial
from tests.makers import (
    NOON,
    a_category,
    a_product,
    a_stall,
    a_user,
)
from vendors.stalls.models import Listing, ListingDecision, Stall
from vendors.stalls.queries.words import mark_of
from vendors.stalls.services.listing_states import approve_listing, show_again, take_down
from vendors.stalls.services.photos import add_photo, focus_photo, replace_photo
from vendors.stalls.services.variants import add_variant

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
State = Listing.State


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = tmp_path / "media", tmp_path / "private"


@pytest.fixture
def keeper():
    return a_user(name="سمیه")


@pytest.fixture
def listing(keeper):
    stall = a_stall(keeper=keeper)
    listing = Listing.objects.get(product=a_product(stall, category=a_category("ترشی")))
    add_photo(listing=listing, upload=a_photo(1))
    Listing.objects.update(photos_changed_at=None)
    return listing


def a_photo(shade: int) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (700, 500), (shade, 120, 60)).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def queue(client) -> list[Listing]:
    return list(client.get(reverse("desk:goods")).context["changed"])


def page_of(listing) -> str:
    return reverse("desk:goods_item", args=[listing.pk])


def add(listing) -> None:
    add_photo(listing=listing, upload=a_photo(2))


def replace(listing) -> None:
    replace_photo(listing=listing, photo_id=listing.photos.get().pk, upload=a_photo(3))


def focus(listing) -> None:
    assert focus_photo(listing=listing, photo_id=listing.photos.get().pk, focus_x=0, focus_y=0)


def size(listing) -> None:
    keeper = listing.stall.members.get().user
    more = {"price": Rial(1_000), "count": 1, "by_user": keeper, "now": NOON}
    add_variant(listing=listing, name="بزرگ", **more)


@pytest.mark.parametrize("change", [add, replace, focus, size])
def test_what_changed_is_in_the_queue_until_somebody_looked(client, carer, listing, change):
    assert queue(client) == []
    change(listing)
    assert queue(client) == [listing]
    listing.product.refresh_from_db()
    assert listing.product.is_public is True  # shown meanwhile
    page = client.get(page_of(listing))
    listing.refresh_from_db()
    changed = ("sizes_changed_at",) if change is size else ("photos_changed_at",)
    marks = ("photos_changed_at", "sizes_changed_at")
    assert tuple(name for name in marks if getattr(listing, name)) == changed
    for _time in range(2):
        client.post(page_of(listing), {"decision": "seen", "seen": page.context["last_change"]})
    assert queue(client) == []
    [decision] = ListingDecision.objects.all()
    assert (decision.from_state, decision.to_state, decision.by_user) == ("live", "live", carer)


def test_what_changed_again_meanwhile_is_looked_at_again(client, carer, listing):
    add(listing)
    Listing.objects.update(photos_changed_at=NOON)  # a while ago
    seen = client.get(page_of(listing)).context["last_change"]
    size(listing)
    client.post(page_of(listing), {"decision": "seen", "seen": seen})
    assert queue(client) == [listing]


@pytest.mark.parametrize("change", [add, size])
def test_a_trusted_stalls_changes_are_not_looked_at(client, carer, listing, change):
    Stall.objects.update(trust=Stall.Trust.TRUSTED)
    change(listing)
    assert queue(client) == []


def test_what_was_changed_while_it_was_put_away_is_looked_at_when_it_is_back(
    client, carer, listing
):
    Listing.objects.update(state=State.HIDDEN)
    replace(listing)
    assert queue(client) == []
    assert show_again(listing=listing) is True
    assert queue(client) == [listing]


def test_goods_that_come_through_the_first_look_are_not_in_the_second(client, carer, listing):
    Listing.objects.update(state=State.REVIEW)
    replace(listing)
    assert approve_listing(listing=listing, seen=mark_of(listing), by_user=carer, now=NOON)
    assert queue(client) == []


def test_what_was_taken_down_needs_no_second_look(client, carer, listing):
    replace(listing)
    assert take_down(listing=listing, reason="نه.", by_user=carer, now=NOON)
    listing.refresh_from_db()
    assert (listing.photos_changed_at, listing.sizes_changed_at) == (None, None)


@pytest.mark.urls("shop.urls.storefront")
@pytest.mark.parametrize("field", ["size", "colour"])
def test_a_size_is_no_place_for_a_phone_number(client, keeper, listing, field):
    client.force_login(keeper)
    typed = {"size": "بزرگ", "colour": "آبی", "price": "1000", "count": "1"}
    typed[field] = "زنگ ۰۹۱۲ ۳۴۵ ۶۷۸۹"
    page = client.post(f"/panel/products/{listing.product_id}/sizes/", typed)
    assert page.context["form"].errors == {field: ["اینجا شماره تلفن و نشانی ننویسید."]}
    assert listing.product.children.count() == 0
