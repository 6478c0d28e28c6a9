"""Whom a request of the panel works for: every page begins here, and sees one stall alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from shop.accounts.models import User
from shop.orders.models import (
    BazaarSale,
    BazaarSaleQuerySet,
    Message,
    MessageQuerySet,
    StallOrder,
    StallOrderQuerySet,
)
from vendors.stalls.models import Listing, ListingQuerySet, Question, Review, Stall, StallMember
from vendors.stalls.models.reviews import OfListingQuerySet

CHOSEN = "panel_stall"  # in the session: public id of the stall a person of several has picked


@dataclass(frozen=True)
class Seat:
    """A person's place in a stall."""

    stall: Stall
    user: User
    is_facilitator: bool
    is_owner: bool
    may_choose: bool

    # What this person may see of the stall. Every page of the panel begins from one of these.

    @property
    def orders(self) -> StallOrderQuerySet:
        """From the payment on, and those the stall cancelled later too."""
        return StallOrder.objects.visible_to(self.user).filter(partner_id=self.stall.partner_id)

    @property
    def messages(self) -> MessageQuerySet:
        return Message.objects.visible_to(self.user).filter(
            stall_order__partner_id=self.stall.partner_id
        )

    @property
    def sales(self) -> BazaarSaleQuerySet:
        return BazaarSale.objects.visible_to(self.user).filter(partner_id=self.stall.partner_id)

    @property
    def listings(self) -> ListingQuerySet:
        return Listing.objects.visible_to(self.user).filter(stall=self.stall)

    @property
    def reviews(self) -> OfListingQuerySet:
        return Review.objects.visible_to(self.user).filter(listing__stall=self.stall)

    @property
    def questions(self) -> OfListingQuerySet:
        return Question.objects.visible_to(self.user).filter(listing__stall=self.stall)


PanelView = Callable[..., HttpResponse]


def memberships(user: User) -> list[StallMember]:
    """The stalls this person may work for, by name."""
    return list(
        StallMember.objects.filter(user=user)
        .select_related("stall__partner")
        .order_by("stall__name", "pk")
    )


def seated(view: PanelView) -> PanelView:
    """Give the view the seat of its visitor. Who keeps several stalls picks one first; who keeps none finds nothing."""

    @wraps(view)
    def with_seat(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_login(request)
        user = request.user
        places = memberships(user)
        if not places:
            return render(request, "panel/no_stall.html", status=404)
        place = _chosen(request, places)
        if place is None:
            return redirect("panel:choose")
        seat = Seat(
            stall=place.stall,
            user=user,
            is_facilitator=place.role == StallMember.Role.FACILITATOR,
            is_owner=place.role == StallMember.Role.OWNER,
            may_choose=len(places) > 1,
        )
        return view(request, seat, *args, **kwargs)

    return never_cache(with_seat)


def to_login(request: HttpRequest) -> HttpResponse:
    """To the login and back: to this page, or to the first one when a button was pressed."""
    home = reverse("panel:home")
    if request.headers.get("HX-Request"):  # a piece of a page: the whole window must go
        return HttpResponseClientRedirect(redirect_to_login(home).url)
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else home)


def _chosen(request: HttpRequest, places: list[StallMember]) -> StallMember | None:
    if len(places) == 1:
        return places[0]
    picked = request.session.get(CHOSEN)
    return next((place for place in places if str(place.stall.public_id) == picked), None)
