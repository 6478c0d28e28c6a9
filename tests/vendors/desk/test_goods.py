"""Goods and new words at the desk: looked at, shown, sent back; trust; categories."""

from datetime import timedelta

import pytest
from django.urls import reverse
from oscar.apps.catalogue.models import Category, ProductAttribute, ProductClass

from shop.notices.models import Notice
from tests.makers import (
    NOON,
    a_category,
    a_product,
    a_staff_member,
    a_stall,
    a_user,
    log_in_at_office,
)
from vendors.stalls.models import CategoryClass, Listing, ListingChange, Stall
from vendors.stalls.queries.words import mark_of, missing_of
from vendors.stalls.services.listing_states import send_listing
from vendors.stalls.services.listing_words import write_words

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
State = Listing.State


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = tmp_path / "media", tmp_path / "private"


@pytest.fixture
def category():
    return a_category("ترشی")


@pytest.fixture
def stall():
    return a_stall(keeper=a_user(name="سمیه"))


def a_waiting_listing(stall, category) -> Listing:
    product = a_product(stall, category=category, is_public=False)
    Listing.objects.filter(product=product).update(state=State.REVIEW)
    listing = Listing.objects.select_related("product").get(product=product)
    listing.photos.create(key="k")
    return listing


def test_what_was_sent_first_is_looked_at_first_however_old_its_draft_is(
    client, carer, stall, category
):
    keeper = stall.members.get().user
    old_draft, new_draft = (a_waiting_listing(stall, category) for _n in range(2))
    Listing.objects.update(state=State.DRAFT)
    for hours, listing in enumerate((new_draft, old_draft)):
        now = NOON + timedelta(hours=hours)
        send_listing(listing=listing, is_facilitator=False, by_user=keeper, now=now)
    page = client.get(reverse("desk:goods")).context["page"]
    assert list(page) == [new_draft, old_draft]
    Listing.objects.filter(pk=new_draft.pk).update(state=State.SENT_BACK)  # and sent once more
    now = NOON + timedelta(hours=9)
    send_listing(listing=new_draft, is_facilitator=False, by_user=keeper, now=now)
    assert list(client.get(reverse("desk:goods")).context["page"]) == [old_draft, new_draft]


def decide(client, listing, **what):
    return client.post(reverse("desk:goods_item", args=[listing.pk]), what)


def test_goods_that_were_looked_at_are_shown_and_their_stall_is_told_once(
    client, carer, stall, category
):
    listing = a_waiting_listing(stall, category)
    assert "ترشی لیته" in client.get(reverse("desk:goods")).content.decode()
    page = client.get(reverse("desk:goods_item", args=[listing.pk]))
    for _time in range(2):
        decide(client, listing, decision="show", seen=page.context["seen"])
    listing.refresh_from_db()
    listing.product.refresh_from_db()
    assert (listing.state, listing.product.is_public) == (State.LIVE, True)
    [notice] = Notice.objects.all()
    assert notice.text.startswith("«ترشی لیته» حالا در بازارچه است. http")
    assert notice.text.endswith(f"/panel/products/{listing.product_id}/")


def test_goods_that_were_changed_meanwhile_are_looked_at_again(client, carer, stall, category):
    listing = a_waiting_listing(stall, category)
    seen = mark_of(listing)
    write_words(listing=listing, words={"title": "چیز دیگر"}, by_user=carer, now=NOON)
    decide(client, listing, decision="show", seen=seen)
    listing.refresh_from_db()
    assert listing.state == State.REVIEW


def test_goods_are_sent_back_with_a_reason_the_stall_reads(client, carer, stall, category):
    listing = a_waiting_listing(stall, category)
    page = decide(client, listing, decision="back")
    assert page.context["form"].errors == {
        "words": ["یک دلیل انتخاب کنید یا بنویسید؛ غرفه‌دار همین را می‌خواند."]
    }
    decide(client, listing, decision="back", ready="dark", words="ممنون <b>از شما</b>")
    listing.refresh_from_db()
    assert (listing.state, listing.reason) == (
        State.SENT_BACK,
        "عکس تاریک یا تار است. لطفاً دوباره کنار پنجره بگیرید. ممنون از شما",
    )
    assert listing.reason in Notice.objects.get().text


def test_goods_whose_category_vanished_cannot_be_shown(client, carer, stall, category):
    listing = a_waiting_listing(stall, category)
    Category.objects.filter(pk=category.pk).update(is_public=False)
    assert missing_of(listing) == ["دسته"]
    decide(client, listing, decision="show", seen=mark_of(listing))
    listing.refresh_from_db()
    assert listing.state == State.REVIEW


def a_proposal(stall, category, **words) -> ListingChange:
    listing = Listing.objects.select_related("product").get(
        product=a_product(stall, category=category)
    )
    keeper = stall.members.get().user
    write_words(listing=listing, words=words or {"title": "ترشی تازه"}, by_user=keeper, now=NOON)
    return ListingChange.objects.get()


def test_new_words_stand_beside_the_old_ones_and_are_put_into_the_shop(
    client, carer, stall, category
):
    change = a_proposal(stall, category, title="ترشی تازه", description="با سرکهٔ خانگی")
    path = reverse("desk:goods_change", args=[change.pk])
    page = client.get(path).content.decode()
    assert "<del>ترشی لیته</del>" in page
    assert "<ins>ترشی تازه</ins>" in page
    for _time in range(2):
        client.post(path, {"decision": "show"})
    change.refresh_from_db()
    product = change.listing.product
    assert (change.state, change.decided_by, product.title, product.description) == (
        "applied",
        carer,
        "ترشی تازه",
        "با سرکهٔ خانگی",
    )
    assert Notice.objects.count() == 1


def test_refused_words_leave_the_goods_as_they_are(client, carer, stall, category):
    change = a_proposal(stall, category)
    client.post(
        reverse("desk:goods_change", args=[change.pk]), {"decision": "back", "ready": "words"}
    )
    change.refresh_from_db()
    assert (change.state, change.listing.product.title) == ("refused", "ترشی لیته")
    assert change.listing.product.is_public is True


def test_words_that_were_replaced_meanwhile_are_decided_no_more(client, carer, stall, category):
    change = a_proposal(stall, category)
    write_words(listing=change.listing, words={"title": "سومی"}, by_user=carer, now=NOON)
    client.post(reverse("desk:goods_change", args=[change.pk]), {"decision": "show"})
    change.listing.product.refresh_from_db()
    assert change.listing.product.title == "ترشی لیته"


def test_a_trusted_stalls_next_words_are_shown_at_once(client, carer, stall, category):
    listing = a_waiting_listing(stall, category)
    for _time in range(2):
        client.post(reverse("desk:trust_stall", args=[listing.pk]), {"trust": "1"})
    stall.refresh_from_db()
    assert stall.trust == Stall.Trust.TRUSTED
    client.post(reverse("desk:trust_stall", args=[listing.pk]), {"trust": "0"})
    stall.refresh_from_db()
    assert stall.trust == Stall.Trust.NEW


def test_what_a_kind_of_goods_must_say_is_asked_before_it_is_shown(stall, category):
    kind = ProductClass.objects.create(name="خوراکی", slug="edible")
    ProductAttribute.objects.create(
        product_class=kind, code="ingredients", name="مواد", type="text", required=True
    )
    CategoryClass.objects.create(category=category, product_class=kind)
    listing = a_waiting_listing(stall, category)
    assert missing_of(listing) == ["مواد"]
    words = {"category": category.pk, "attributes": {"ingredients": "کلم، سرکه"}}
    write_words(listing=listing, words=words, by_user=stall.members.get().user, now=NOON)
    assert missing_of(listing) == []


def test_a_category_is_made_renamed_and_hidden(client, carer):
    parent = a_category("خوراکی")
    path = reverse("desk:new_category")
    for _time in range(2):
        answer = client.post(path, {"name": "مربا", "parent": parent.pk})
    made = Category.objects.get(name="مربا")
    assert (made.get_parent(), answer.url) == (parent, f"/categories/{made.pk}/")
    kind = ProductClass.objects.create(name="خوراکی", slug="edible")
    client.post(answer.url, {"name": "مربا و رب", "kind": kind.pk})
    made.refresh_from_db()
    assert (made.name, made.is_public, made.goods_class.product_class) == (
        "مربا و رب",
        False,
        kind,
    )


def test_a_name_that_stands_under_another_parent_is_a_category_of_its_own(client, carer):
    food, cloth = a_category("خوراکی"), a_category("پوشاک")
    path = reverse("desk:new_category")
    for parent in (food, cloth):
        client.post(path, {"name": "ویژه", "parent": parent.pk})
    client.post(path, {"name": "ویژه"})
    made = Category.objects.filter(name="ویژه").order_by("depth", "path")
    assert [each.get_parent() for each in made] == [None, food, cloth]


def test_who_does_not_look_after_stalls_finds_no_queue(client, stall, category):
    log_in_at_office(client, a_staff_member())
    assert client.get(reverse("desk:goods")).status_code == 404
    assert client.get(reverse("desk:categories")).status_code == 404
