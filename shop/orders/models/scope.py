"""Whose rows a person may work with: the one rule behind every `visible_to`.

A stall is reached by the names of its relations: this package knows no stall model.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from oscar.apps.partner.models import Partner

from shop.accounts.models import User


def partners_of(user: User | AnonymousUser) -> "QuerySet[Any]":
    """The sellers this person works for: as one of the stall's people, or on an errand that still runs.

    Nothing for a stranger. Each once, so that what is filtered by it is neither doubled nor barred from an update.
    """
    partners: QuerySet[Any] = Partner.objects.all()
    if not user.is_authenticated:
        return partners.none()
    member = partners.filter(stall__members__user=user)
    errand = partners.filter(stall__errands__user=user, stall__errands__until__gt=Now())
    return partners.filter(Q(pk__in=member.values("pk")) | Q(pk__in=errand.values("pk")))
