"""How a stall begins, who works for it, and what its holder agrees to."""

import logging
import secrets
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from oscar.apps.partner.models import Partner

from shop.accounts.models import User
from shop.accounts.services import invite
from shop.notices.services import send_sms
from shop.orders.models import SellerTerms
from vendors.stalls.errors import AlreadyMember, LastOwner, StepRefused
from vendors.stalls.models import (
    Stall,
    StallDecision,
    StallMember,
    Terms,
    TermsAcceptance,
)
from vendors.stalls.queries.readiness import terms_to_accept

log = logging.getLogger(__name__)
Role = StallMember.Role


def begin_stall(*, name: str, owner: User, by_user: User, now: datetime) -> Stall:
    """A stall in preparation, which nobody but its people and the staff sees.

    Who has one in preparation already is given that one: a form sent twice makes one stall.
    """
    with transaction.atomic():
        # Held, so that two forms at once are read one after the other.
        User.objects.select_for_update().get(pk=owner.pk)
        begun = Stall.objects.filter(
            members__user=owner, members__role=Role.OWNER, state=Stall.State.DRAFT
        ).first()
        if begun is not None:
            return begun
        partner = Partner.objects.create(name=name)
        SellerTerms.objects.create(partner=partner, takes_orders=False)
        stall = Stall.objects.create(partner=partner, name=name, city="")
        StallMember.objects.create(stall=stall, user=owner, role=Role.OWNER)
        StallDecision.objects.create(
            stall=stall, to_state=Stall.State.DRAFT, by_user=by_user, at=now
        )
    log.info("stall.begun stall=%s", stall.pk)
    return stall


def invite_stall(
    *,
    phone: str,
    person: str,
    name: str,
    facilitator_phone: str,
    by_user: User,
    now: datetime,
) -> Stall:
    """Ask somebody to open a stall: person, draft stall and message in one.

    A facilitator stands beside them from the beginning, if one is named.
    """
    with transaction.atomic():
        owner = invite(phone=phone, name=person)
        stall = begin_stall(name=name, owner=owner, by_user=by_user, now=now)
        _tell(
            owner,
            key=f"invited:{stall.pk}:{owner.pk}",
            text=_(
                "Bazarche: a stall waits for you. Log in with this number and finish it: %(url)s"
            ),
            now=now,
        )
        known = {member.user.phone for member in stall.members.select_related("user")}
        if facilitator_phone and facilitator_phone not in known:
            add_member(
                stall=stall, phone=facilitator_phone, name="", role=Role.FACILITATOR, now=now
            )
    return stall


def add_member(
    *, stall: Stall, phone: str, name: str, role: StallMember.Role, now: datetime
) -> StallMember:
    """Let somebody work for a stall; they are told by SMS. Who does so in this very role is left in peace.

    Raises AlreadyMember for another role.
    """
    try:
        with transaction.atomic():
            user = invite(phone=phone, name=name)
            member = StallMember.objects.create(stall=stall, user=user, role=role)
            _tell(
                user,
                key=f"member:{member.pk}",
                text=_(
                    "Bazarche: you may now work for %(stall)s. Log in with this number: %(url)s"
                ),
                now=now,
                stall=stall.name,
            )
    except IntegrityError as taken:
        known = stall.members.filter(user__phone=phone, role=role).first()
        if known is not None:
            return known
        raise AlreadyMember from taken
    log.info("stall.member_added stall=%s role=%s", stall.pk, role)
    return member


def remove_member(*, stall: Stall, member_id: int, now: datetime) -> None:
    """Let somebody work there no more, from their next click on; they are told. Raises LastOwner for a stall's holder.

    Nothing happens when they are gone already.
    """
    member = stall.members.select_related("user").filter(pk=member_id).first()
    if member is None:
        return
    if member.role == Role.OWNER:
        raise LastOwner
    with transaction.atomic():
        removed, _each = stall.members.filter(pk=member_id).delete()
        if removed:
            _tell(
                member.user,
                key=f"member-gone:{member_id}",
                text=_("Bazarche: you no longer work for %(stall)s."),
                now=now,
                stall=stall.name,
            )
    log.info("stall.member_removed stall=%s", stall.pk)


def accept_terms(*, stall: Stall, terms_id: int, user: User, now: datetime) -> None:
    """Agree to the terms that were read. Raises StepRefused when newer ones were published meanwhile."""
    terms = terms_to_accept(stall)
    if terms is None:
        return
    if terms.pk != terms_id:
        raise StepRefused
    TermsAcceptance.objects.get_or_create(
        stall=stall, terms=terms, defaults={"user": user, "at": now}
    )
    log.info("terms.accepted stall=%s terms=%s", stall.pk, terms.version)


def publish_terms(*, version: str, text: str, audio: "File[bytes] | None", now: datetime) -> Terms:
    """Let these terms hold from now on, with a recording perhaps; every stall is asked to agree to them."""
    terms = Terms(version=version, text=text, published_at=now)
    if audio is not None:
        # The name says nothing of whose file it was.
        kind = PurePath(audio.name or "").suffix.lower()
        terms.audio.save(f"{secrets.token_hex(8)}{kind}", audio, save=False)
    terms.save(force_insert=True)
    log.info("terms.published terms=%s", terms.version)
    return terms


def _tell(user: User, *, key: str, text: Any, now: datetime, stall: str = "") -> None:
    with translation.override(settings.LANGUAGE_CODE):
        filled = str(text) % {"url": f"{settings.STOREFRONT_URL}/panel/", "stall": stall}
    send_sms(key=key, phone=user.phone, text=filled, now=now)
