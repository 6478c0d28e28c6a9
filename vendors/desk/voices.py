"""What waits to be read of reviews, questions and reports, for the staff who look after stalls."""

from dataclasses import dataclass

from django.db.models import QuerySet

from vendors.stalls.models import Question, Report, Review


@dataclass(frozen=True)
class ToRead:
    """How much of each waits."""

    reviews: int
    questions: int
    reports: int


def to_read() -> ToRead:
    """Three statements."""
    return ToRead(
        reviews=reviews_to_read().count(),
        questions=questions_to_read().count(),
        reports=open_reports().count(),
    )


def said_review() -> QuerySet[Review]:
    """Every review with its goods, stall and photos."""
    return Review.objects.select_related(
        "listing__product", "listing__stall", "decided_by"
    ).prefetch_related("photos")


def said_question() -> QuerySet[Question]:
    """Every question with its goods and stall."""
    return Question.objects.select_related("listing__product", "listing__stall", "decided_by")


def reviews_to_read() -> QuerySet[Review]:
    """The oldest first."""
    return said_review().filter(state="waiting").order_by("created_at", "pk")


def questions_to_read() -> QuerySet[Question]:
    """Answered ones and those that still wait for their stall, the oldest first: a rude one need not wait."""
    return said_question().filter(state="waiting").order_by("created_at", "pk")


def open_reports() -> QuerySet[Report]:
    """What nobody has looked at yet, the oldest first."""
    return Report.objects.filter(settled_at=None).select_related(
        "review__listing__product",
        "review__listing__stall",
        "question__listing__product",
        "question__listing__stall",
        "listing__product",
        "listing__stall",
    )
