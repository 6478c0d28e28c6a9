"""News of stalls."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StallMoved:
    """A stall took a step: it opened, was sent back, paused, closed, or went on holiday."""

    decision_id: int


@dataclass(frozen=True)
class AppealAnswered:
    appeal_id: int
