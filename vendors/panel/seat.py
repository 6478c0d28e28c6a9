"""Whom a request of the panel works for: every page begins here, and sees one stall alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.storage.base import BaseStorage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from shop.accounts.doors import at_office
from shop.accounts.models import User
from shop.orders.models import (
    BazaarSale,
    BazaarSaleQuerySet,
    Message,
    MessageQuerySet,
    StallOrder,
    StallOrderQuerySet,
)
from vendors.settlements.models import PayoutAccount
from vendors.settlements.queries import account_state_of_stall
from vendors.stalls.access import may_look_after
from vendors.stalls.models import (
    ActedFor,
    Errand,
    Listing,
    ListingQuerySet,
    Question,
    Review,
    Sheet,
    Stall,
    StallMember,
)
from vendors.stalls.models.reviews import OfListingQuerySet
from vendors.stalls.services.errands import running_errand, write_down

CHOSEN = "panel_stall"  # in the session: public id of the stall a person of several has picked
Role, Capacity = StallMember.Role, ActedFor.Capacity


@dataclass(frozen=True)
class Seat:
    """A person's place in a stall. Staff on an errand sit there without being of the stall."""

    stall: Stall
    user: User
    role: StallMember.Role | None
    may_choose: bool = False
    errand: Errand | None = None
    account_state: str | None = None  # of the bank account that was named for the stall

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_facilitator(self) -> bool:
        return self.role == Role.FACILITATOR

    @property
    def is_guest(self) -> bool:
        """Whether this person works in another's stall; whatever they do is written down."""
        return self.role not in (Role.OWNER, Role.HELPER)

    @property
    def sees_money(self) -> bool:
        """Whether the pages of money are there: for its holder, and for the facilitator who goes through it with them.

        A helper packs, and is told nothing of the stall's earnings; neither is staff on an errand.
        """
        return self.role in (Role.OWNER, Role.FACILITATOR)

    @property
    def decides_money(self) -> bool:
        """Whether this person may say what happens to the stall's money: nobody does in its holder's name."""
        return self.is_owner

    @property
    def lacks_account(self) -> bool:
        """Whether this is the stall holder, and cannot be paid yet."""
        return self.is_owner and self.account_state != PayoutAccount.State.APPROVED

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
    def sheets(self) -> QuerySet[Sheet]:
        return Sheet.objects.filter(stall=self.stall, stall__in=Stall.objects.visible_to(self.user))

    @property
    def reviews(self) -> OfListingQuerySet[Review]:
        return Review.objects.visible_to(self.user).filter(listing__stall=self.stall)

    @property
    def questions(self) -> OfListingQuerySet[Question]:
        return Question.objects.visible_to(self.user).filter(listing__stall=self.stall)


PanelView = Callable[..., HttpResponse]


def memberships(user: User) -> list[StallMember]:
    """The stalls this person may work for, by name."""
    return list(
        StallMember.objects.filter(user=user)
        .select_related("stall__partner__terms")
        .annotate(account_state=account_state_of_stall())
        .order_by("stall__name", "pk")
    )


def seated(view: PanelView) -> PanelView:
    """Give the view the seat of its visitor.

    Who keeps several stalls picks one first; who keeps none finds nothing. Through the office door come staff alone,
    and each to the stall of their errand. What is done in another's stall is written down (`_was_done`).
    """

    @wraps(view)
    def with_seat(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_login(request)
        found = _errand_seat(request) if at_office() else _own_seat(request)
        if isinstance(found, HttpResponse):
            return found
        if not found.is_guest or request.method != "POST":
            return view(request, found, *args, **kwargs)
        n_refusals = _refusals(request)
        answer = view(request, found, *args, **kwargs)
        if _was_done(request, answer, n_refusals):
            write_down(
                stall=found.stall,
                user=found.user,
                capacity=Capacity.STAFF if found.errand else Capacity.FACILITATOR,
                deed=request.resolver_match.view_name if request.resolver_match else "",
                subject="/".join(str(value) for value in kwargs.values()),
                now=timezone.now(),
            )
        return answer

    return never_cache(with_seat)


def note_deed(request: HttpRequest, *, is_done: bool) -> None:
    """Say whether something was done, where the answer alone does not tell it (`_was_done`)."""
    request.panel_deed = is_done  # type: ignore[attr-defined]  # kept on the request for the seat


def _was_done(request: HttpRequest, answer: HttpResponse, n_refusals: int) -> bool:
    """What was done leads on to another page and says no error; what was refused stays or says one.

    A page that answers otherwise says it itself, by `note_deed`.
    """
    said: bool | None = getattr(request, "panel_deed", None)
    if said is not None:
        return said
    leads_on = answer.status_code == HTTPStatus.FOUND
    return leads_on and _refusals(request) == n_refusals


def _refusals(request: HttpRequest) -> int:
    """How many errors wait to be shown to this visitor."""
    waiting = cast(BaseStorage, messages.get_messages(request))
    n_errors = sum(1 for message in waiting if message.level >= messages.ERROR)
    waiting.used = False  # counted, not shown
    return n_errors


def for_money(view: PanelView) -> PanelView:
    """Under `seated`: a page of money, which is not there for helpers and for staff on an errand."""
    return _only_if(lambda seat: seat.sees_money, view)


def for_owner(view: PanelView) -> PanelView:
    """Under `seated`: what the holder of the stall alone decides; for everybody else it is not there."""
    return _only_if(lambda seat: seat.is_owner, view)


def for_facilitator(view: PanelView) -> PanelView:
    """Under `seated`: what only who helps a stall needs; its own people find nothing there."""
    return _only_if(lambda seat: seat.is_facilitator, view)


def _only_if(allows: Callable[[Seat], bool], view: PanelView) -> PanelView:
    @wraps(view)
    def where_allowed(request: HttpRequest, seat: Seat, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allows(seat):
            raise Http404
        return view(request, seat, *args, **kwargs)

    return where_allowed


def to_login(request: HttpRequest) -> HttpResponse:
    """To the login and back: to this page, or to the first one when a button was pressed."""
    home = reverse("panel:home")
    if request.headers.get("HX-Request"):  # a piece of a page: the whole window must go
        return HttpResponseClientRedirect(redirect_to_login(home).url)
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else home)


def _own_seat(request: HttpRequest) -> Seat | HttpResponse:
    places = memberships(cast(User, request.user))
    if not places:
        return render(request, "panel/no_stall.html", status=404)
    place = _chosen(request, places)
    if place is None:
        return redirect("panel:choose")
    return Seat(
        stall=place.stall,
        user=cast(User, request.user),
        role=Role(place.role),
        may_choose=len(places) > 1,
        account_state=getattr(place, "account_state", None),
    )


def _chosen(request: HttpRequest, places: list[StallMember]) -> StallMember | None:
    if len(places) == 1:
        return places[0]
    picked = request.session.get(CHOSEN)
    return next((place for place in places if str(place.stall.public_id) == picked), None)


def _errand_seat(request: HttpRequest) -> Seat | HttpResponse:
    """The stall this member of staff looks after just now; without an errand there is none."""
    user = cast(User, request.user)
    if not may_look_after(user):
        raise Http404
    errand = running_errand(user=user, now=timezone.now())
    if errand is None:
        return redirect("desk:stalls")
    return Seat(stall=errand.stall, user=user, role=None, errand=errand)
