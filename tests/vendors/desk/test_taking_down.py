"""Goods in the shop that must not be there: taken down with a reason, and looked at before they come back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from shop.notices.models import Notice
from tests.makers import (
    NOON,
    a_category,
    a_member,
    a_product,
    a_stall,
    a_user,
)
from vendors.stalls.models import (
    Listing,
    ListingChange,
    ListingDecision,
    Report,
    Stall,
    StallMember,
)
from vendors.stalls.queries.words import mark_of
from vendors.stalls.services.listing_states import (
    approve_listing,
    send_listing,
    show_again,
    take_down,
)
from vendors.stalls.services.listing_words import throw_away, write_words

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
State = Listing.State


@pytest.fixture
def keeper():
    return a_user(name="سمیه")


@pytest.fixture
def listing(keeper):
    stall = a_stall(keeper=keeper, trust=Stall.Trust.TRUSTED)
    product = a_product(stall, category=a_category("ترشی"))
    listing = Listing.objects.get(product=product)
    listing.photos.create(key="k")
    return listing


def down(listing, by_user, *, now=NOON) -> bool:
    return take_down(listing=listing, reason="فروشش ممنوع است.", by_user=by_user, now=now)


def send(listing, by_user) -> str:
    return send_listing(listing=listing, is_facilitator=False, by_user=by_user, now=timezone.now())


@pytest.mark.parametrize("state", [State.LIVE, State.HIDDEN])
def test_goods_that_were_reported_are_taken_down_with_a_reason(
    client, carer, keeper, listing, state
):
    Listing.objects.update(state=state)
    Report.objects.create(listing=listing, reason="تقلبی است", created_at=NOON)
    page = reverse("desk:goods_item", args=[listing.pk])
    assert f'href="{page}"' in client.get(reverse("desk:reports")).content.decode()
    assert "تقلبی است" in client.get(page).content.decode()
    refused = client.post(page, {"decision": "down"})
    assert list(refused.context["form"].errors) == ["words"]
    for _time in range(2):
        client.post(page, {"decision": "down", "ready": "barred", "words": "<b>لطفاً</b> نفروشید."})
    listing.refresh_from_db()
    listing.product.refresh_from_db()
    reason = "این را نمی‌شود در بازارچه فروخت. لطفاً نفروشید."
    assert (listing.state, listing.reason, listing.product.is_public) == (
        State.SENT_BACK,
        reason,
        False,
    )
    [decision] = ListingDecision.objects.all()
    assert (decision.from_state, decision.to_state, decision.reason, decision.by_user) == (
        state,
        State.SENT_BACK,
        reason,
        carer,
    )
    [notice] = Notice.objects.all()
    assert notice.phone == keeper.phone
    assert notice.text.startswith(f"«ترشی لیته» فعلاً از بازارچه برداشته شد. {reason}")
    assert reason in client.get(page).content.decode()


def test_the_facilitator_who_entered_them_is_told_too(carer, listing):
    helper = a_user()
    a_member(listing.stall, helper, StallMember.Role.FACILITATOR)
    Listing.objects.update(entered_by=helper)
    assert down(listing, carer) is True
    assert Notice.objects.filter(phone=helper.phone).count() == 1


def test_even_a_trusted_stalls_goods_are_looked_at_before_they_come_back(carer, keeper, listing):
    down(listing, carer)
    with pytest.raises(Listing.DoesNotExist):
        Listing.objects.get(product__is_public=True)
    assert show_again(listing=listing) is False
    assert send(listing, keeper) == State.REVIEW
    assert approve_listing(listing=listing, seen=mark_of(listing), by_user=carer, now=NOON) is True
    listing.refresh_from_db()
    assert (listing.state, listing.taken_down_at) == (State.LIVE, None)
    assert list(ListingDecision.objects.values_list("to_state", flat=True).order_by("pk")) == [
        State.SENT_BACK,
        State.LIVE,
    ]


def test_a_holders_yes_does_not_lead_past_the_staff_either(carer, listing):
    from vendors.stalls.services.listing_states import confirm_listing

    down(listing, carer)
    helper = a_user()
    send_listing(listing=listing, is_facilitator=True, by_user=helper, now=NOON)
    assert confirm_listing(listing=listing, seen=mark_of(listing), now=NOON) is True
    listing.refresh_from_db()
    assert listing.state == State.REVIEW


def test_goods_that_were_in_the_shop_are_never_thrown_away(carer, keeper, listing):
    down(listing, carer)
    assert throw_away(listing=listing) is False
    send_listing(listing=listing, is_facilitator=True, by_user=a_user(), now=NOON)
    Listing.objects.update(state=State.DRAFT)  # the holder's no
    assert throw_away(listing=listing) is False
    assert Listing.objects.count() == 1


def test_a_draft_that_was_sent_back_may_be_thrown_away_and_its_decision_stays(
    client, carer, listing
):
    Listing.objects.update(state=State.REVIEW)
    client.post(
        reverse("desk:goods_item", args=[listing.pk]), {"decision": "back", "ready": "dark"}
    )
    assert throw_away(listing=listing) is True
    assert ListingDecision.objects.get().listing_id == listing.pk


def test_goods_that_are_looked_at_are_not_taken_down_but_sent_back(client, carer, listing):
    Listing.objects.update(state=State.REVIEW)
    assert down(listing, carer) is False
    page = client.get(reverse("desk:goods_item", args=[listing.pk])).content.decode()
    assert 'value="down"' not in page
    assert 'value="back"' in page


def test_new_words_that_waited_come_along_with_the_next_ones(client, carer, keeper, listing):
    Stall.objects.update(trust=Stall.Trust.NEW)
    writes = {"listing": listing, "by_user": keeper, "now": NOON}
    write_words(words={"title": "نام تازه", "description": "با سرکه"}, **writes)
    down(listing, carer)
    assert "نام تازه" not in client.get(reverse("desk:goods")).content.decode()
    write_words(words={"title": "نام سوم"}, **writes)
    listing.product.refresh_from_db()
    assert (listing.product.title, listing.product.description) == ("نام سوم", "با سرکه")
    assert ListingChange.objects.get().state == ListingChange.State.REPLACED
