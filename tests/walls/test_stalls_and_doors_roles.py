"""What was decided, agreed to and done in a stall's name: neither door's database role changes or removes it."""

import os

import pytest
from django.utils import timezone

from shop import postgres
from tests.makers import a_product, a_stall, a_user
from tests.walls.test_books_and_doors_roles import as_role, refused
from vendors.stalls.models import (
    ActedFor,
    ListingDecision,
    StallDecision,
    Terms,
    TermsAcceptance,
)
from vendors.stalls.services.errands import begin_errand

pytestmark = [
    pytest.mark.wall,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        bool(os.environ.get("DATABASE_URL")), reason="roles of another server are its owner's"
    ),
]
T = "vendors_stalls_"
KEPT = [
    f"UPDATE {T}stalldecision SET reason = 'x'",
    f"DELETE FROM {T}stalldecision",
    f"UPDATE {T}listingdecision SET reason = 'x'",
    f"DELETE FROM {T}listingdecision",
    f"UPDATE {T}actedfor SET deed = 'x'",
    f"DELETE FROM {T}actedfor",
    f"UPDATE {T}termsacceptance SET at = now()",
    f"DELETE FROM {T}termsacceptance",
    f"DELETE FROM {T}terms",
]
STAFF_ONLY = [
    f"UPDATE {T}errand SET until = now() + interval '1 year'",
    f"INSERT INTO {T}errand (stall_id, user_id, reason, began_at, until)"
    f" SELECT stall_id, user_id, 'x', now(), now() + interval '1 day' FROM {T}errand",
    f"UPDATE {T}terms SET text = 'x'",
    f"INSERT INTO {T}listingdecision (listing_id, from_state, to_state, reason, by_user_id, at)"
    f" SELECT listing_id, from_state, to_state, 'x', by_user_id, now() FROM {T}listingdecision",
]


@pytest.fixture(autouse=True)
def _rows():
    user, now = a_user(is_staff=True), timezone.now()
    stall = a_stall(keeper=user)
    StallDecision.objects.create(stall=stall, to_state="open", by_user=user, at=now)
    listing = a_product(stall).listing
    ListingDecision.objects.create(
        listing=listing, from_state="live", to_state="sent_back", by_user=user, at=now
    )
    ActedFor.objects.create(stall=stall, user=user, capacity="staff", deed="panel:ask", at=now)
    terms = Terms.objects.create(version="1", text="…", published_at=now)
    TermsAcceptance.objects.create(stall=stall, terms=terms, user=user, at=now)
    begin_errand(stall=stall, user=user, reason="کمک", now=now)


@pytest.mark.parametrize("role", [postgres.STOREFRONT, postgres.OFFICE])
@pytest.mark.parametrize("statement", KEPT)
def test_what_was_written_stays(role: str, statement: str) -> None:
    with as_role(role) as session:
        assert refused(session, statement)


@pytest.mark.parametrize("statement", STAFF_ONLY)
def test_the_storefront_sends_nobody_on_an_errand_and_writes_no_terms_and_decisions(
    statement: str,
) -> None:
    with as_role(postgres.STOREFRONT) as session:
        assert refused(session, statement)


@pytest.mark.parametrize("statement", STAFF_ONLY)
def test_the_office_does(statement: str) -> None:
    """Negative control: the same statements, by the role that may."""
    with as_role(postgres.OFFICE) as session:
        assert session.execute(statement).rowcount == 1
