"""Goods that a facilitator entered: their holder answers by the link or in the panel; a no reaches the facilitator."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from shop.notices.models import Notice
from tests.makers import a_category, a_member, a_product, a_stall, a_user
from vendors.stalls.errors import NobodyToAsk
from vendors.stalls.models import Listing, StallMember
from vendors.stalls.queries.words import mark_of
from vendors.stalls.services.listing_states import (
    ask_holder_again,
    send_listing,
    send_listing_back,
)

pytestmark = pytest.mark.django_db
State, Role = Listing.State, StallMember.Role


@pytest.fixture
def facilitator(stall):
    user = a_user(name="نرگس عباسی")
    a_member(stall, user, Role.FACILITATOR)
    return user


@pytest.fixture
def listing(stall, facilitator):
    """Pickles that the facilitator sent and their holder has not answered."""
    product = a_product(stall, category=a_category("ترشی"), is_public=False)
    listing = Listing.objects.get(product=product)
    listing.photos.create(key="k")
    Listing.objects.update(state=State.DRAFT)
    send_listing(listing=listing, is_facilitator=True, by_user=facilitator, now=timezone.now())
    return listing


def page_of(listing) -> str:
    return f"/panel/products/{listing.product_id}/"


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def a_day_passes() -> None:
    """What was sent before has another second in its key, too."""
    long_ago = timezone.now() - timedelta(hours=24, minutes=1)
    Notice.objects.update(key=Concat("key", Value("0")), created_at=long_ago)


def texts_to(user) -> list[str]:
    return list(
        Notice.objects.filter(phone=user.phone).order_by("pk").values_list("text", flat=True)
    )


def test_the_holder_says_yes_in_the_panel_when_the_link_was_lost(client, stall, listing):
    for page in (page_of(listing), "/panel/products/"):
        assert f'href="{page_of(listing)}answer/"' in client.get(page).content.decode()
    page = client.get(f"{page_of(listing)}answer/")
    for _time in range(2):
        answer = client.post(
            f"{page_of(listing)}answer/", {"answer": "yes", "seen": page.context["seen"]}
        )
    assert answer.url == page_of(listing)
    listing.refresh_from_db()
    assert listing.state == State.REVIEW
    assert listing.confirmed_at is not None
    assert client.get(f"{page_of(listing)}answer/").url == page_of(listing)


def test_a_yes_in_the_panel_to_what_was_changed_meanwhile_is_asked_again(client, listing):
    answer = client.post(f"{page_of(listing)}answer/", {"answer": "yes", "seen": "another"})
    assert said(answer)[0].startswith("از وقتی این صفحه را باز کردید")
    listing.refresh_from_db()
    assert (listing.state, listing.confirmed_at) == (State.CONFIRM, None)


def test_a_no_in_the_panel_reaches_the_facilitator_with_its_note(
    client, stall, listing, facilitator
):
    for _time in range(2):
        client.post(f"{page_of(listing)}answer/", {"answer": "no", "note": "قیمتش <b>کم</b> است."})
    listing.refresh_from_db()
    assert (listing.state, listing.reason) == (State.DRAFT, "قیمتش کم است.")
    [text] = texts_to(facilitator)
    assert text.startswith("غرفه‌دار نمی‌خواهد «ترشی لیته» این‌طور فروخته شود. قیمتش کم است. http")
    assert text.endswith(page_of(listing))


def test_a_no_without_a_note_is_told_too(client, listing, facilitator):
    client.post(f"{page_of(listing)}answer/", {"answer": "no", "note": " "})
    listing.refresh_from_db()
    assert listing.reason == "غرفه‌دار گفت نه."
    [text] = texts_to(facilitator)
    assert text.startswith("غرفه‌دار نمی‌خواهد «ترشی لیته» این‌طور فروخته شود. http")


@pytest.mark.parametrize("role", [Role.OWNER, Role.FACILITATOR])
def test_the_page_that_asks_costs_few_statements(
    client, stall, listing, role, django_assert_max_num_queries
):
    client.force_login(stall.members.get(role=role).user)
    pages = [page_of(listing), f"{page_of(listing)}answer/"]
    for page in pages[: 2 if role == Role.OWNER else 1]:
        client.get(page)  # what is asked once in a process
        with django_assert_max_num_queries(12):
            assert client.get(page).status_code == 200


@pytest.mark.parametrize("role", [Role.HELPER, Role.FACILITATOR])
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_nobody_else_gives_the_holders_answer(client, stall, listing, role, answer):
    person = a_user()
    a_member(stall, person, role)
    client.force_login(person)
    assert f"{page_of(listing)}answer/" not in client.get(page_of(listing)).content.decode()
    typed = {"answer": answer, "seen": mark_of(listing)}
    assert client.post(f"{page_of(listing)}answer/", typed).status_code == 404
    listing.refresh_from_db()
    assert listing.state == State.CONFIRM


def test_the_facilitator_asks_once_more_and_once_a_day(client, stall, listing, facilitator):
    keeper = stall.members.get(role=Role.OWNER).user
    client.force_login(facilitator)
    assert f"{page_of(listing)}ask-again/" not in client.get(page_of(listing)).content.decode()
    client.post(f"{page_of(listing)}ask-again/")  # pressed in an old page: asked a moment ago
    assert len(texts_to(keeper)) == 1
    a_day_passes()
    assert f"{page_of(listing)}ask-again/" in client.get(page_of(listing)).content.decode()
    answers = [client.post(f"{page_of(listing)}ask-again/") for _time in range(2)]
    assert [said(answer)[-1] for answer in answers] == [
        "دوباره با پیامک از غرفه‌دار پرسیدیم.",
        "در همین یک روز از غرفه‌دار پرسیده‌ایم، یا غرفه‌دار پاسخ داده است.",
    ]
    assert len(texts_to(keeper)) == 2
    assert "/yes/" in texts_to(keeper)[-1]


@pytest.mark.parametrize("role", [Role.HELPER, Role.OWNER])
def test_the_button_to_ask_is_the_facilitators(client, stall, listing, role):
    person = a_user()
    a_member(stall, person, role)
    a_day_passes()
    client.force_login(person)
    assert f"{page_of(listing)}ask-again/" not in client.get(page_of(listing)).content.decode()
    assert client.post(f"{page_of(listing)}ask-again/").status_code == 404


def test_goods_that_were_answered_are_asked_about_no_more(stall, listing):
    a_day_passes()
    Listing.objects.update(state=State.REVIEW)
    assert ask_holder_again(listing=listing, now=timezone.now()) is False
    assert Notice.objects.count() == 1


def test_without_a_holder_there_is_nobody_to_ask(stall, listing):
    a_day_passes()
    stall.members.filter(role=Role.OWNER).delete()
    with pytest.raises(NobodyToAsk):
        ask_holder_again(listing=listing, now=timezone.now())


def test_what_staff_send_back_is_told_to_the_facilitator_who_entered_it(
    stall, listing, facilitator
):
    keeper = stall.members.get(role=Role.OWNER).user
    Listing.objects.update(state=State.REVIEW)
    Notice.objects.all().delete()
    listing.refresh_from_db()
    sent_back = {"reason": "عکس تاریک است.", "by_user": a_user(), "now": timezone.now()}
    assert send_listing_back(listing=listing, **sent_back) is True
    assert texts_to(facilitator) == texts_to(keeper)
    assert "عکس تاریک است." in texts_to(facilitator)[0]


def test_who_helps_the_stall_no_more_is_told_nothing(stall, listing, facilitator):
    stall.members.filter(user=facilitator).delete()
    a_member(a_stall("همسایه"), facilitator, Role.FACILITATOR)
    Listing.objects.update(state=State.REVIEW)
    listing.refresh_from_db()
    send_listing_back(listing=listing, reason="نه.", by_user=a_user(), now=timezone.now())
    assert texts_to(facilitator) == []
