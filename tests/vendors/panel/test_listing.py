"""From a photo to the shop: drafts, sending, what is missing, and who says yes."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from oscar.apps.catalogue.models import Category
from PIL import Image

from shop.notices.models import Notice
from tests.makers import NOON, a_category, a_member, a_product, a_product_with_variants, a_user
from vendors.panel.listing_queries import category_tiles
from vendors.stalls.models import Listing, ListingChange, PriceChange, Stall, StallMember
from vendors.stalls.services.goods import change_price

pytestmark = pytest.mark.django_db
State = Listing.State
NEW = "/panel/products/new/"
FILL, AMOUNT = "لطفاً این خانه را پر کنید.", "یک عدد کامل بنویسید، مانند ۱٬۲۰۰."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"


@pytest.fixture
def category():
    return a_category("ترشی")


def a_photo(shade: int = 90, size=(700, 500)) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", size, (shade, 120, 60)).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def filled(category, **more):
    return {
        "key": "0123456789abcdef",
        "photos": a_photo(),
        "title": "ترشی لیته",
        "price": "۱۶۵٬۰۰۰",
        "kind": "stock",
        "count": "۱۲",
        "made_days": "",
        "weight_g": "700",
        "category": category.pk,
        "do": "send",
    } | more


def the_listing() -> Listing:
    return Listing.objects.select_related("product__fulfilment").get()


def trust(stall) -> None:
    Stall.objects.filter(pk=stall.pk).update(trust=Stall.Trust.TRUSTED)


def test_one_form_puts_goods_of_a_trusted_stall_into_the_shop(client, stall, category):
    trust(stall)
    assert client.post(NEW, filled(category)).url == "/panel/products/"
    listing = the_listing()
    record = listing.product.stockrecords.get()
    assert (listing.state, listing.product.is_public) == (State.LIVE, True)
    assert (listing.product.title, int(record.price), record.num_in_stock) == (
        "ترشی لیته",
        1_650_000,
        12,
    )
    assert listing.product.fulfilment.weight_g == 700
    assert list(listing.product.categories.all()) == [category]
    assert "ترشی لیته" in client.get(f"/p/{listing.product.slug}/").content.decode()


def test_goods_of_a_new_stall_are_looked_at_first(client, stall, category):
    client.post(NEW, filled(category))
    listing = the_listing()
    assert (listing.state, listing.product.is_public) == (State.REVIEW, False)
    assert client.get(f"/p/{listing.product.slug}/").status_code == 404


def test_the_same_form_sent_twice_is_one_listing_with_one_photo(client, stall, category):
    for _time in range(2):
        client.post(NEW, filled(category))
    assert the_listing().photos.count() == 1


def test_a_photo_alone_is_kept_as_a_draft(client, stall, category):
    answer = client.post(NEW, {"photos": a_photo(), "do": "keep"})
    listing = the_listing()
    assert answer.url == f"/panel/products/{listing.product_id}/"
    assert (listing.state, listing.photos.count()) == (State.DRAFT, 1)
    assert listing.photos.get().key in client.get(answer.url).content.decode()


def test_nothing_at_all_is_not_kept(client, stall):
    page = client.post(NEW, {"do": "keep"})
    assert page.context["form"].non_field_errors() == ["اول یک عکس بگیرید یا بنویسید اسمش چیست."]
    assert not Listing.objects.exists()


def test_what_is_missing_is_said_and_what_was_typed_stays(client, stall, category):
    page = client.post(NEW, filled(category, price="", count="", photos=[]))
    assert page.context["form"].errors == {"price": [FILL], "count": [FILL]}
    assert 'value="ترشی لیته"' in page.content.decode()
    assert not Listing.objects.exists()


def test_photos_outlive_a_wrong_price_and_nothing_else_does(client, stall, category):
    page = client.post(NEW, filled(category, price="1e5"))
    assert page.context["form"].errors == {"price": [AMOUNT]}
    listing = the_listing()
    assert (listing.photos.count(), listing.product.title) == (1, "")
    assert f'action="/panel/products/{listing.product_id}/"' in page.content.decode()


def no_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.jpg", "این عکس نیست".encode(), "image/jpeg")


def test_a_refused_photo_is_named_and_those_behind_it_are_kept(client, stall, category):
    photos = [a_photo(10), no_photo(), a_photo(200), no_photo()]
    page = client.post(NEW, filled(category, photos=photos))
    refused = (
        "این فایل عکسی نیست که بتوانیم نشان دهیم. لطفاً عکس JPEG یا PNG یا WebP یا HEIC انتخاب کنید."
    )
    assert page.context["form"].errors == {"photos": [f"عکس ۲: {refused}", f"عکس ۴: {refused}"]}
    assert the_listing().photos.count() == 2
    assert 'value="ترشی لیته"' in page.content.decode()


def test_the_ninth_photo_and_those_behind_it_are_not_asked_about(client, stall, category):
    page = client.post(NEW, filled(category, photos=[*map(a_photo, range(0, 200, 20))]))
    [said] = page.context["form"].errors["photos"]
    assert said.startswith("جا برای ۸ عکس هست.")
    assert the_listing().photos.count() == 8


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("NaN", AMOUNT),
        ("-1", AMOUNT),
        ("0", "دست‌کم ۱."),
        ("9" * 30, "حداکثر ۱۰۰٬۰۰۰٬۰۰۰."),
        ("9" * 400, AMOUNT),
        ("۱۲٫۵", AMOUNT),
        ("<b>1</b>", AMOUNT),
    ],
)
def test_a_price_that_is_none_is_refused_in_words(client, stall, category, price, said):
    page = client.post(NEW, filled(category, price=price, photos=[]))
    assert page.context["form"].errors == {"price": [said]}
    assert not Listing.objects.exists()


@pytest.mark.parametrize("price", ["165000", "۱۶۵٬۰۰۰", "١٦٥،٠٠٠", "165,000", "۱۶۵ ۰۰۰", "165.000"])
def test_a_price_may_be_typed_in_every_usual_way(client, stall, category, price):
    client.post(NEW, filled(category, price=price))
    assert int(the_listing().product.stockrecords.get().price) == 1_650_000


def test_made_to_order_needs_days_and_no_count(client, stall, category):
    page = client.post(NEW, filled(category, kind="made", count="", photos=[]))
    assert page.context["form"].errors == {"made_days": [FILL]}
    client.post(NEW, filled(category, kind="made", count="", made_days="۱۰"))
    listing = the_listing()
    assert listing.product.fulfilment.made_days == 10
    assert listing.product.stockrecords.get().num_in_stock is None


def test_a_category_that_vanished_meanwhile_is_said_beside_it(client, stall, category):
    gone = category.pk
    category.delete()
    page = client.post(NEW, filled(a_category("نان"), photos=[]) | {"category": gone})
    assert page.context["form"].errors == {
        "category": ["این دسته دیگر نیست. لطفاً دستهٔ دیگری انتخاب کنید."]
    }


def test_a_category_that_goes_while_the_form_is_kept_leaves_the_price_too(
    client, stall, category, monkeypatch
):
    product = a_product(stall, category=category)
    tiles = category_tiles()
    Category.objects.filter(pk=category.pk).update(is_public=False)
    monkeypatch.setattr("vendors.panel.listing.category_tiles", lambda: tiles)  # read before
    page = client.post(f"/panel/products/{product.pk}/", filled(category, price="۹۹", photos=[]))
    assert page.context["form"].errors == {
        "category": ["این دسته دیگر نیست. لطفاً دستهٔ دیگری انتخاب کنید."]
    }
    record = product.stockrecords.get()
    assert (int(record.price), record.num_in_stock) == (1_650_000, 10)


def test_markup_is_taken_out_of_words(client, stall, category):
    client.post(NEW, filled(category, title="ترشی <script>alert(1)</script><b>لیته</b>"))
    assert the_listing().product.title == "ترشی لیته"


def test_new_words_of_a_new_stall_wait_beside_the_old_ones(client, stall, category):
    product = a_product(stall, category=category)
    client.post(
        f"/panel/products/{product.pk}/",
        filled(category, title="ترشی تازه", price="170000", count="9", photos=[], do="keep"),
    )
    product.refresh_from_db()
    change = ListingChange.objects.get()
    assert (product.title, product.is_public) == ("ترشی لیته", True)
    assert (change.state, change.changes) == ("waiting", {"title": "ترشی تازه"})
    record = product.stockrecords.get()  # price and count never wait
    assert (int(record.price), record.num_in_stock) == (1_700_000, 9)
    page = client.get(f"/panel/products/{product.pk}/").content.decode()
    assert 'value="ترشی تازه"' in page


def test_the_same_words_again_change_nothing_and_the_old_ones_take_the_proposal_back(
    client, stall, category
):
    product = a_product(stall, category=category)
    path = f"/panel/products/{product.pk}/"
    for _time in range(2):
        client.post(path, filled(category, title="ترشی تازه", photos=[], do="keep"))
    assert ListingChange.objects.count() == 1
    client.post(path, filled(category, title="ترشی لیته", photos=[], do="keep"))
    assert [change.state for change in ListingChange.objects.all()] == ["replaced"]


def test_new_words_of_a_trusted_stall_are_shown_at_once(client, stall, category):
    trust(stall)
    product = a_product(stall, category=category)
    client.post(
        f"/panel/products/{product.pk}/", filled(category, title="ترشی تازه", photos=[], do="keep")
    )
    product.refresh_from_db()
    assert (product.title, ListingChange.objects.count()) == ("ترشی تازه", 0)


def test_an_empty_form_takes_nothing_from_goods_in_the_shop(client, stall, category):
    product = a_product(stall, category=category)
    page = client.post(f"/panel/products/{product.pk}/", {})
    assert set(page.context["form"].errors) == {"title", "price", "kind", "category"}
    product.refresh_from_db()
    assert product.title == "ترشی لیته"


def test_goods_are_taken_out_and_shown_again(client, stall, category):
    product = a_product(stall, category=category)
    Listing.objects.get().photos.create(key="k")
    for _time in range(2):
        client.post(f"/panel/products/{product.pk}/hide/")
    listing = the_listing()
    assert (listing.state, listing.product.is_public) == (State.HIDDEN, False)
    client.post(f"/panel/products/{product.pk}/show/")
    listing = the_listing()
    assert (listing.state, listing.product.is_public) == (State.LIVE, True)


def test_a_draft_is_thrown_away_and_goods_that_were_shown_are_not(client, stall, category):
    client.post(NEW, {"photos": a_photo(), "do": "keep"})
    draft = the_listing()
    assert client.post(f"/panel/products/{draft.product_id}/delete/").url == "/panel/products/"
    assert not Listing.objects.exists()
    product = a_product(stall)
    client.post(f"/panel/products/{product.pk}/delete/")
    assert the_listing().product == product


def test_a_copy_is_a_draft_with_the_words_and_without_photos(client, stall, category):
    product = a_product(stall, category=category)
    Listing.objects.get().photos.create(key="k")
    for _time in range(2):
        client.post(f"/panel/products/{product.pk}/copy/", {"key": "0123456789abcdef"})
    copy = Listing.objects.exclude(product=product).get()
    assert (copy.state, copy.product.title, copy.photos.count()) == (
        State.DRAFT,
        "ترشی لیته",
        0,
    )
    assert int(copy.product.stockrecords.get().price) == 1_650_000
    assert list(copy.product.categories.all()) == [category]


def test_a_copy_of_goods_with_sizes_has_the_sizes_and_counts_nothing(client, stall):
    product = a_product_with_variants(stall, variants={"پیراهن گلدار، ۴": 3, "پیراهن گلدار، ۶": 2})
    client.post(f"/panel/products/{product.pk}/copy/")
    copy = Listing.objects.exclude(product=product).get().product
    children = copy.children.order_by("pk")
    assert [child.title for child in children] == ["پیراهن گلدار، ۴", "پیراهن گلدار، ۶"]
    assert [child.stockrecords.get().num_in_stock for child in children] == [0, 0]


def test_the_first_size_takes_over_price_count_and_code(client, stall):
    product = a_product(stall, stock=5)
    record = product.stockrecords.get()
    path = f"/panel/products/{product.pk}/sizes/"
    client.post(path, {"size": "۴", "colour": "قرمز", "price": "200000", "count": "6"})
    client.post(path, {"size": "۶", "colour": "", "price": "210000", "count": "2"})
    first, second = product.children.order_by("pk")
    assert (first.title, second.title) == ("ترشی لیته، ۴، قرمز", "ترشی لیته، ۶")
    record.refresh_from_db()
    assert (record.product, int(record.price), record.num_in_stock) == (first, 2_000_000, 6)
    assert int(second.stockrecords.get().price) == 2_100_000
    page = client.post(path, {"size": "۶", "price": "1", "count": "1"})
    assert page.context["form"].errors == {"size": ["این اندازه و رنگ از پیش هست."]}
    client.post(f"{path}{second.pk}/away/")
    second.refresh_from_db()
    assert second.is_public is False
    client.post(path, {"size": "۶", "price": "220000", "count": "3"})
    assert product.children.count() == 2


def test_the_history_of_a_price_names_who_changed_it(client, stall, keeper):
    product = a_product(stall)
    record = product.stockrecords.get()
    client.post(reverse("panel:change_goods", args=[record.pk]), {"price": "170000", "count": "10"})
    change_price(record=record, price=1_700_000, now=NOON)  # the same again is no step
    [step] = PriceChange.objects.all()
    assert (step.before, step.after, step.by_user) == (1_650_000, 1_700_000, keeper)
    page = client.get(f"/panel/products/{product.pk}/prices/").content.decode()
    assert "از ۱۶۵٬۰۰۰ به ۱۷۰٬۰۰۰ تومان" in page


@pytest.fixture
def facilitator(client, stall):
    user = a_user(name="نرگس عباسی")
    a_member(stall, user, StallMember.Role.FACILITATOR)
    client.force_login(user)
    return user


def link_in_the_message() -> str:
    text = Notice.objects.get(key__startswith="listing-asked").text
    return re.search(r"http\S+(/yes/\S+)", text)[1]


def test_a_facilitators_goods_wait_for_the_holders_yes(client, stall, category, facilitator):
    for _time in range(2):
        client.post(NEW, filled(category))
    listing = the_listing()
    assert (listing.state, listing.entered_by) == (State.CONFIRM, facilitator)
    client.logout()
    path = link_in_the_message()
    page = client.get(path)
    assert "ترشی لیته" in page.content.decode()
    assert "۱۶۵٬۰۰۰" in page.content.decode()
    for _time in range(2):
        client.post(path, {"answer": "yes", "seen": page.context["seen"]})
    listing = the_listing()
    assert listing.state == State.REVIEW
    assert listing.confirmed_at is not None
    assert client.get("/panel/products/").status_code == 302  # the link is no login


def test_a_holders_no_gives_the_goods_back_with_a_note(client, stall, category, facilitator):
    client.post(NEW, filled(category))
    client.logout()
    client.post(link_in_the_message(), {"answer": "no", "note": "قیمتش <b>کم</b> است"})
    listing = the_listing()
    assert (listing.state, listing.reason, listing.confirmed_at) == (
        State.DRAFT,
        "قیمتش کم است",
        None,
    )


def test_a_yes_to_what_was_changed_meanwhile_is_asked_again(client, stall, category, facilitator):
    client.post(NEW, filled(category))
    path = link_in_the_message()
    seen = client.get(path).context["seen"]
    change_price(record=the_listing().product.stockrecords.get(), price=1, now=NOON)
    page = client.post(path, {"answer": "yes", "seen": seen})
    assert page.context["error"].startswith("از وقتی این صفحه را باز کردید")
    assert the_listing().state == State.CONFIRM


@pytest.mark.parametrize("token", ["nonsense", "1-1.abc.def"])
def test_a_link_that_we_did_not_make_leads_nowhere(client, db, token):
    assert client.get(f"/yes/{token}/").status_code == 404


def test_anothers_goods_are_not_there(client, stall, neighbour):
    other = a_product(neighbour)
    for page in ("", "more/", "sizes/", "prices/", "delete/"):
        assert client.get(f"/panel/products/{other.pk}/{page}").status_code == 404
    for deed in ("", "more/", "sizes/", "copy/", "hide/", "show/", "delete/"):
        assert client.post(f"/panel/products/{other.pk}/{deed}").status_code == 404
    assert Listing.objects.get(product=other).state == State.LIVE
