"""What buyers say and visitors ask of one stall's goods, for its panel."""

from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from vendors.panel.seat import Seat
from vendors.stalls.models import Question, Review, Shown


def questions_to(seat: Seat) -> QuerySet[Question]:
    """What is asked about the stall's goods: what waits for its answer first, then the newest."""
    waits = ExpressionWrapper(Q(state=Shown.WAITING, answered_at=None), output_field=BooleanField())
    return seat.questions.select_related("listing__product").order_by(
        waits.desc(), "-created_at", "-pk"
    )


def reviews_for(seat: Seat) -> QuerySet[Review]:
    """What buyers say of the stall's goods on their pages, the newest first, with their photos."""
    return seat.reviews.shown().select_related("listing__product").prefetch_related("photos")


@dataclass(frozen=True)
class VoicesWaiting:
    """How many questions and reviews the stall may still answer."""

    questions: int
    reviews: int


def voices_waiting(seat: Seat) -> VoicesWaiting:
    """Two statements."""
    return VoicesWaiting(
        questions=seat.questions.filter(answered_at=None).waiting().count(),
        reviews=seat.reviews.filter(answer="").shown().count(),
    )
