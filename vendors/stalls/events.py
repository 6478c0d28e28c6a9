"""News of stalls, and of what is said of their goods."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StallMoved:
    """A stall took a step: it opened, was sent back, paused, closed, or went on holiday."""

    decision_id: int


@dataclass(frozen=True)
class AppealAnswered:
    appeal_id: int


@dataclass(frozen=True)
class QuestionAsked:
    question_id: int


@dataclass(frozen=True)
class QuestionShown:
    """Answered, looked at, and on the page of the goods."""

    question_id: int


@dataclass(frozen=True)
class QuestionRefused:
    question_id: int


@dataclass(frozen=True)
class ReviewShown:
    review_id: int


@dataclass(frozen=True)
class AnswerTakenOff:
    """The stall's answer to a review is gone; `version` is that of the review when it stood there."""

    review_id: int
    version: int


@dataclass(frozen=True)
class PhotoAdded:
    """A photo has its first pictures and wants the others."""

    photo_id: int


@dataclass(frozen=True)
class PhotosGone:
    """Pictures that a product or a stall shows no more; others may still show them."""

    keys: list[str]
