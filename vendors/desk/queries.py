"""What the staff of the shop have to look at. Read only: stalls send parcels, the sweeper asks the banks."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from shop.orders.models import StallOrder
from shop.payments.models import PaymentAttempt

State = StallOrder.State
# The lists of parcels a reader may ask for, each with the states it holds.
LISTS: dict[str, tuple[str, ...]] = {
    "open": (State.NEW, State.ACCEPTED, State.SENT),
    "late": StallOrder.TO_SEND,
    "new": (State.NEW,),
    "accepted": (State.ACCEPTED,),
    "sent": (State.SENT,),
    "delivered": (State.DELIVERED,),
}


@dataclass(frozen=True)
class OpenCounts:
    """How many parcels wait for something, and how many payments are being asked about at a bank."""

    n_new: int
    n_accepted: int
    n_sent: int
    n_late: int
    n_asked: int


def open_counts(*, today: date) -> OpenCounts:
    """Two queries; zeros for a quiet shop."""
    parcels = StallOrder.objects.filter(state__in=LISTS["open"]).aggregate(
        n_new=Count("pk", filter=Q(state=State.NEW)),
        n_accepted=Count("pk", filter=Q(state=State.ACCEPTED)),
        n_sent=Count("pk", filter=Q(state=State.SENT)),
        n_late=Count("pk", filter=Q(state__in=StallOrder.TO_SEND, send_by__lt=today)),
    )
    return OpenCounts(**parcels, n_asked=payments_being_asked().count())


def stall_orders(*, which: str, today: date) -> QuerySet[StallOrder]:
    """The parcels of one of LISTS with stall and order, marked when late.

    What should leave first stands first; delivered parcels, the newest first. Raises KeyError for another list.
    """
    found = (
        StallOrder.objects.filter(state__in=LISTS[which])
        .marked_late(today=today)
        .select_related("order", "partner__stall")
    )
    if which == "late":
        found = found.filter(send_by__lt=today)
    if which == "delivered":
        return found.order_by("-delivered_at", "-pk")
    # Parcels that still have to leave come before those on their way.
    is_on_its_way = ExpressionWrapper(Q(state=State.SENT), output_field=BooleanField())
    return found.order_by(is_on_its_way, "send_by", "pk")


def payments_being_asked() -> QuerySet[PaymentAttempt]:
    """Payments whose end no gateway has told us yet, the oldest first."""
    return (
        PaymentAttempt.objects.filter(state=PaymentAttempt.State.UNKNOWN)
        .select_related("order")
        .order_by("created_at")
    )


def payments_to_return() -> QuerySet[PaymentAttempt]:
    """Payments that came too late and are not given back yet, the oldest first."""
    return (
        PaymentAttempt.objects.filter(state=PaymentAttempt.State.REFUND_DUE)
        .select_related("order")
        .order_by("settled_at")
    )
