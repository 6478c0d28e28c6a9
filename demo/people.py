"""Who may log in: six stall holders, two facilitators who help some of them, and the staff of the office."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shop.accounts.models import User
from shop.accounts.second_factor import enrol
from shop.accounts.services import invite
from vendors.settlements.access import let_settle
from vendors.stalls.access import let_look_after
from vendors.stalls.models import Stall, StallMember, Terms, TermsAcceptance

SETTLES = "the desk and the money"
LOOKS_AFTER_STALLS = "the desk"


def write_people(people: Mapping[str, Any], stalls: Mapping[str, Stall]) -> None:
    """Vendors and facilitators with their stalls; staff with a second factor whose secret is known."""
    for group, role in (
        ("vendors", StallMember.Role.OWNER),
        ("facilitators", StallMember.Role.FACILITATOR),
    ):
        for row in people[group]:
            user = invite(phone=row["phone"], name=row["name"])
            StallMember.objects.bulk_create(
                StallMember(stall=stalls[key], user=user, role=role) for key in row["stalls"]
            )
    for row in people["staff"]:
        user = invite(phone=row["phone"], name=row["name"], is_staff=True)
        enrol(user=user, secret=row["totp_secret"])
        if row["sees"] == SETTLES:
            let_settle(user)
        if row["sees"] == LOOKS_AFTER_STALLS:
            let_look_after(user)


def write_terms(terms: Mapping[str, str], *, at: datetime) -> None:
    """The terms of selling, and the yes of every stall holder on the day they logged in first."""
    held = Terms.objects.create(**terms, published_at=at)
    owners = StallMember.objects.filter(role=StallMember.Role.OWNER)
    TermsAcceptance.objects.bulk_create(
        TermsAcceptance(stall_id=owner.stall_id, terms=held, user_id=owner.user_id, at=at)
        for owner in owners
    )


def settlers(people: Mapping[str, Any]) -> list[User]:
    """The two who settle: one approves, the other sends."""
    phones = [row["phone"] for row in people["staff"] if row["sees"] == SETTLES]
    return list(User.objects.filter(phone__in=phones).order_by("phone"))


def carer(people: Mapping[str, Any]) -> User:
    """Who looks after the stalls, and has read what stands on their pages."""
    phones = [row["phone"] for row in people["staff"] if row["sees"] == LOOKS_AFTER_STALLS]
    return User.objects.get(phone=phones[0])
