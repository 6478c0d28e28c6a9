"""What the staff of the shop have to look at. Read only: stalls send parcels, the sweeper asks the banks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet

from shop.jalali import tehran_date
from shop.ledger.accounts import RIAL
from shop.ledger.models import Posting
from shop.orders.models import (
    Dispute,
    Refund,
    StallOrder,
    StallOrderQuerySet,
    is_silent_since,
)
from shop.payments.models import PaymentAttempt

State = StallOrder.State
# The lists of parcels a reader may ask for, each with the states it holds.
LISTS: dict[str, tuple[str, ...]] = {
    "open": StallOrder.ON_ITS_WAY,
    "late": StallOrder.TO_SEND,
    "unanswered": (State.NEW,),
    "new": (State.NEW,),
    "accepted": (State.ACCEPTED, State.PACKED),
    "sent": (State.SENT,),
    "sent-long-ago": (State.SENT,),
    "delivered": StallOrder.ARRIVED,
    "declined": (State.DECLINED,),
    "cancelled": (State.CANCELLED,),
    "returned": (State.RETURNED,),
}
PARCELS_ON_A_PAGE = 50
# The newest stand first in these.
DONE_LISTS = ("delivered", "declined", "cancelled", "returned")


@dataclass(frozen=True)
class OpenCounts:
    """How many parcels wait for something, and how many payments are being asked about at a bank."""

    n_new: int
    n_accepted: int
    n_sent: int
    n_late: int
    n_unanswered: int
    n_silent: int
    n_asked: int


def open_counts(*, now: datetime) -> OpenCounts:
    """Two queries; zeros for a quiet shop."""
    today = tehran_date(now)
    parcels = StallOrder.objects.filter(state__in=LISTS["open"]).aggregate(
        n_new=Count("pk", filter=Q(state=State.NEW)),
        n_accepted=Count("pk", filter=Q(state__in=LISTS["accepted"])),
        n_sent=Count("pk", filter=Q(state=State.SENT)),
        n_late=Count("pk", filter=Q(state__in=StallOrder.TO_SEND, send_by__lt=today)),
        n_unanswered=Count("pk", filter=_is_unanswered(now)),
        n_silent=Count("pk", filter=_is_silent(now)),
    )
    return OpenCounts(**parcels, n_asked=payments_being_asked().count())


def _is_unanswered(now: datetime) -> Q:
    """The stall has not said yes for so long that somebody has to call."""
    return Q(state=State.NEW, created_at__lte=now - timedelta(hours=settings.UNANSWERED_HOURS))


def _is_silent(now: datetime) -> Q:
    """It should be there for so long, and nobody says whether it is, that somebody has to call stall or buyer."""
    return is_silent_since(now - timedelta(days=settings.ARRIVAL_SILENT_DAYS))


def stall_orders(*, which: str, now: datetime) -> StallOrderQuerySet:
    """The parcels of one of LISTS with stall and order, marked when late; never what nobody paid for.

    What should leave first stands first; what is done, the newest first. Raises KeyError for another list.
    """
    today = tehran_date(now)
    found = (
        StallOrder.objects.paid()
        .filter(state__in=LISTS[which])
        .marked_late(today=today)
        .select_related("order", "partner__stall")
    )
    if which == "late":
        found = found.filter(send_by__lt=today)
    if which == "unanswered":
        found = found.filter(_is_unanswered(now))
    if which == "sent-long-ago":
        return found.filter(_is_silent(now)).order_by("sent_at", "pk")
    if which in DONE_LISTS:
        return found.order_by("-delivered_at" if which == "delivered" else "-created_at", "-pk")
    if which != "open":
        return found.order_by("send_by", "pk")
    # Parcels that still have to leave come before those on their way.
    is_on_its_way = ExpressionWrapper(Q(state=State.SENT), output_field=BooleanField())
    return found.order_by(is_on_its_way, "send_by", "pk")


@dataclass(frozen=True)
class ParcelsPage:
    """Some of a list, from its beginning or after a parcel; which page it is nobody counts."""

    parcels: tuple[StallOrder, ...]
    has_more: bool


def parcels_page(*, which: str, after: str, now: datetime) -> ParcelsPage:
    """A page of `stall_orders`, after the parcel of this number; from the beginning when it is not in the list."""
    found = stall_orders(which=which, now=now)
    last = found.filter(number=after).first() if after else None
    if last is not None:
        found = _beyond(found, last, which)
    rows = tuple(found[: PARCELS_ON_A_PAGE + 1])
    return ParcelsPage(rows[:PARCELS_ON_A_PAGE], has_more=len(rows) > PARCELS_ON_A_PAGE)


def _beyond(found: StallOrderQuerySet, last: StallOrder, which: str) -> StallOrderQuerySet:
    """What of a list comes after `last`, in the order of `stall_orders`."""
    if which in DONE_LISTS:
        return found.before(last, by="delivered_at" if which == "delivered" else "created_at")
    if which != "open":
        return found.to_send_after(last, by="sent_at" if which == "sent-long-ago" else "send_by")
    if last.state == State.SENT:
        return found.filter(state=State.SENT).to_send_after(last)
    is_later = Q(send_by__gt=last.send_by) | Q(send_by=last.send_by, pk__gt=last.pk)
    return found.filter(Q(state=State.SENT) | is_later)


def payments_being_asked() -> QuerySet[PaymentAttempt]:
    """Payments whose end no gateway has told us yet, the oldest first."""
    return (
        PaymentAttempt.objects.filter(state=PaymentAttempt.State.UNKNOWN)
        .select_related("order")
        .order_by("created_at")
    )


def refunds_by_hand() -> QuerySet[Refund]:
    """What the gateways could not give back, the oldest first: staff pay it themselves."""
    return (
        Refund.objects.filter(state=Refund.State.BY_HAND)
        .select_related("attempt__order")
        .order_by("created_at")
    )


def refunds_on_their_way() -> QuerySet[Refund]:
    """What a gateway still works on, the oldest first."""
    return (
        Refund.objects.filter(state__in=Refund.OPEN)
        .select_related("attempt__order")
        .order_by("created_at")
    )


def open_disputes() -> QuerySet[Dispute]:
    """Payments that buyers dispute at their banks, the most urgent first."""
    return (
        Dispute.objects.filter(state=Dispute.State.OPEN)
        .select_related("attempt__order")
        .order_by(F("evidence_due").asc(nulls_last=True), "opened_at")
    )


def told_by_letter() -> QuerySet[PaymentAttempt]:
    """Payments whose disputes reach us on paper: in rial, and of no gateway that tells them itself."""
    return PaymentAttempt.objects.filter(charge_currency=RIAL).exclude(gateway="stripe")


def money_of(stall_order: StallOrder) -> QuerySet[Posting]:
    """Every posting that a parcel made in the books, oldest first; `credit` is its amount with the sign turned."""
    return (
        Posting.objects.filter(stall_order_id=stall_order.pk)
        .select_related("account", "transaction")
        .annotate(credit=-F("amount"))
        .order_by("pk")
    )
