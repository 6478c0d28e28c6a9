"""A stall holder sees and moves what is the stall's own; everything else is not there."""

import pytest
from django.urls import reverse

from shop.orders.models import StallOrder
from tests.makers import BUYER, a_member, a_paid_order, a_product, a_user
from tests.vendors.panel.test_photos import a_photo
from vendors.stalls.models import Photo, StallMember

pytestmark = [pytest.mark.django_db, pytest.mark.wall]


@pytest.fixture
def mixed(stall, neighbour):
    """One order of both stalls: (mine, the neighbour's)."""
    mine = a_product(stall, "کلاه من", price=1_000_000)
    theirs = a_product(neighbour, "ترشی همسایه", price=3_000_000)
    return a_paid_order((mine, 1), (theirs, 2))


def test_a_mixed_order_shows_each_its_own_lines(client, mixed):
    own, _other = mixed
    for path in ("/panel/orders/", reverse("panel:order", args=[own.number])):
        page = client.get(path).content.decode()
        assert "کلاه من" in page
        assert "ترشی همسایه" not in page
        assert "۶۰۰٬۰۰۰" not in page


def test_another_stalls_addresses_are_not_there(client, mixed, neighbour):
    _own, other = mixed
    record = neighbour.partner.stockrecords.get()
    listing = neighbour.listings.get()
    before = (StallOrder.objects.values().get(pk=other.pk), int(record.price), record.num_in_stock)
    gets = [
        reverse("panel:order", args=[other.number]),
        reverse("panel:photos", args=[listing.product_id]),
    ]
    posts = [
        (reverse("panel:accept", args=[other.number]), {}),
        (reverse("panel:send", args=[other.number]), {"carrier": "پست"}),
        (reverse("panel:deliver", args=[other.number]), {}),
        (reverse("panel:change_goods", args=[record.pk]), {"price": "1", "count": "0"}),
        (reverse("panel:photos", args=[listing.product_id]), {"photo": a_photo()}),
    ]
    assert [client.get(path).status_code for path in gets] == [404] * len(gets)
    assert [client.post(path, typed).status_code for path, typed in posts] == [404] * len(posts)
    record.refresh_from_db()
    after = (StallOrder.objects.values().get(pk=other.pk), int(record.price), record.num_in_stock)
    assert after == before
    assert Photo.objects.count() == 0


def test_another_stalls_photo_cannot_be_replaced_by_its_id(client, mixed, stall, neighbour):
    theirs = Photo.objects.create(listing=neighbour.listings.get(), key="theirs")
    path = reverse("panel:photos", args=[stall.listings.get().product_id])
    answers = [
        client.post(path, {"photo": a_photo(), "replace": replaced}).status_code
        for replaced in (theirs.pk, "x", "٣", "9" * 30)
    ]
    assert answers == [404] * 4
    assert list(Photo.objects.values_list("key", flat=True)) == ["theirs"]


def test_another_stall_cannot_be_chosen_by_its_id(client, stall, neighbour):
    for chosen in (neighbour.public_id, "", "x"):
        assert client.post("/panel/stalls/", {"stall": chosen}).status_code == 404
    assert client.get("/panel/").context["seat"].stall == stall


def test_nothing_of_another_stall_is_on_any_page(client, mixed):
    own, other = mixed
    paths = ["", "products/", "orders/", "money/", f"orders/{own.number}/"]
    pages = "".join(client.get(f"/panel/{path}").content.decode() for path in paths)
    for canary in ("ترشی همسایه", "ترشی سبزینه", other.number, "اکرم"):
        assert canary not in pages


@pytest.mark.parametrize(
    "path", ["", "stalls/", "products/", "orders/", "orders/done/", "money/", "orders/1-1/"]
)
def test_a_stranger_must_log_in(client, path):
    assert client.get(f"/panel/{path}").url == f"/login/?next=/panel/{path}"


def test_a_button_pressed_after_the_session_ended_leads_to_the_login_and_home(client, mixed):
    client.logout()
    path = reverse("panel:accept", args=[mixed[0].number])
    assert client.post(path).url == "/login/?next=/panel/"
    piece = client.post(path, headers={"HX-Request": "true"})
    assert (piece.status_code, piece["HX-Redirect"]) == (200, "/login/?next=/panel/")


def test_who_keeps_no_stall_is_told_so(client):
    client.force_login(a_user())
    for path in ("", "stalls/", "products/", "orders/", "money/"):
        page = client.get(f"/panel/{path}")
        assert page.status_code == 404
        assert "غرفه‌ای به نام شما نیست" in page.content.decode()


def test_a_facilitator_picks_a_stall_and_sees_for_whom(client, mixed, stall, neighbour):
    helper = a_user(name="نرگس عباسی")
    for place in (stall, neighbour):
        a_member(place, helper, role=StallMember.Role.FACILITATOR)
    client.force_login(helper)
    assert client.get("/panel/orders/").url == "/panel/stalls/"
    client.post("/panel/stalls/", {"stall": neighbour.public_id})
    page = client.get("/panel/orders/").content.decode()
    assert "دارید به غرفهٔ <b><bdi>ترشی سبزینه</bdi></b> کمک می‌کنید." in page
    assert "ترشی همسایه" in page
    assert "کلاه من" not in page
    assert client.get(reverse("panel:order", args=[mixed[0].number])).status_code == 404


def test_who_left_a_stall_has_left_it(client, keeper, stall, mixed):
    StallMember.objects.filter(user=keeper).delete()
    assert client.get("/panel/orders/").status_code == 404
    assert client.post(reverse("panel:accept", args=[mixed[0].number])).status_code == 404
    mixed[0].refresh_from_db()
    assert mixed[0].state == StallOrder.State.NEW


def test_the_public_pages_of_the_panel_hint_at_no_plan(client, mixed):
    pages = "".join(
        client.get(f"/panel/{path}").content.decode() for path in ("", "products/", "money/")
    )
    for word in ("مددجو", "کمیته", "طرح اشتغال", "تسهیلات"):
        assert word not in pages
    assert BUYER.address not in pages
