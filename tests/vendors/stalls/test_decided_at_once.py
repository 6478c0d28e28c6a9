"""Goods are looked at while their words change: what comes into the shop is what was seen, however the two meet."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from shop.accounts.models import User
from tests.makers import NOON, a_category, a_product, a_staff_member, a_stall, a_user
from vendors.stalls.errors import ChangedMeanwhile
from vendors.stalls.models import Listing, ListingChange
from vendors.stalls.queries.words import mark_of
from vendors.stalls.services import listing_states
from vendors.stalls.services.listing_states import approve_listing, confirm_listing
from vendors.stalls.services.listing_words import write_words

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
State = Listing.State
# Long enough for a writer that nothing holds; one that waits for the decision waits longer.
GRACE_SECONDS = 3


class Writer:
    """The stall writes another name, in a thread of its own."""

    def __init__(self, listing: Listing, keeper: User, *, holds: bool = False) -> None:
        self.listing, self.keeper, self.holds = listing, keeper, holds
        self.has_written, self.may_commit = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        try:
            with transaction.atomic():
                write_words(
                    listing=Listing.objects.get(pk=self.listing.pk),
                    words={"title": "نام ندیده"},
                    by_user=self.keeper,
                    now=NOON,
                )
                self.has_written.set()
                if self.holds:
                    self.may_commit.wait(GRACE_SECONDS)
        finally:
            connection.close()


@pytest.fixture
def keeper() -> User:
    return a_user()


@pytest.fixture
def listing(keeper: User) -> Listing:
    product = a_product(a_stall(keeper=keeper), category=a_category("ترشی"), is_public=False)
    listing = Listing.objects.get(product=product)
    listing.photos.create(key="k")
    return listing


def shown(listing: Listing) -> tuple[str, str]:
    listing = Listing.objects.select_related("product").get(pk=listing.pk)
    return listing.state, listing.product.title


def approve_while_it_is_rewritten(
    listing: Listing, keeper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words change between the look at the mark and the step into the shop, if anything lets them."""
    Listing.objects.update(state=State.REVIEW)
    seen, carer = mark_of(listing), a_staff_member(is_enrolled=False)
    writer = Writer(listing, keeper)

    def mark_and_wait(found: Listing) -> str:
        mark = mark_of(found)
        writer.thread.start()
        writer.thread.join(GRACE_SECONDS)
        return mark

    monkeypatch.setattr(listing_states, "mark_of", mark_and_wait)
    approve_listing(listing=listing, seen=seen, by_user=carer, now=NOON)
    writer.thread.join()


def test_words_that_come_while_goods_are_approved_wait_to_be_looked_at(
    listing: Listing, keeper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve_while_it_is_rewritten(listing, keeper, monkeypatch)
    assert shown(listing) == (State.LIVE, "ترشی لیته")
    assert ListingChange.objects.get().changes == {"title": "نام ندیده"}


def test_without_the_lock_unseen_words_are_in_the_shop(
    listing: Listing, keeper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(listing_states, "_hold", lambda found: Listing.objects.get(pk=found.pk))
    approve_while_it_is_rewritten(listing, keeper, monkeypatch)
    assert shown(listing) == (State.LIVE, "نام ندیده")


Decision = Callable[[Listing, str], object]


def approve(listing: Listing, seen: str) -> object:
    return approve_listing(listing=listing, seen=seen, by_user=a_user(), now=NOON)


def confirm(listing: Listing, seen: str) -> object:
    return confirm_listing(listing=listing, seen=seen, now=NOON)


@pytest.mark.parametrize(("state", "decide"), [(State.REVIEW, approve), (State.CONFIRM, confirm)])
def test_words_that_were_being_written_are_seen_by_who_waited_for_them(
    listing: Listing, keeper: User, state: str, decide: Decision
) -> None:
    """The decision begins while the words are written and not committed: it must not go by the old ones."""
    Listing.objects.update(state=state)
    seen, writer = mark_of(listing), Writer(listing, keeper, holds=True)
    writer.thread.start()
    assert writer.has_written.wait(GRACE_SECONDS * 5)
    threading.Timer(0.5, writer.may_commit.set).start()
    with pytest.raises(ChangedMeanwhile):
        decide(listing, seen)
    writer.thread.join()
    assert shown(listing) == (state, "نام ندیده")
