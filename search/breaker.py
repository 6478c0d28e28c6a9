"""Leaves a search server alone that does not answer, so that no page waits for it twice."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

FAILURES = 5
WITHIN_SECONDS = 10.0
REST_SECONDS = 15.0


class Breaker:
    """Opens after five failures within ten seconds, for fifteen; then one request tries again.

    One a process: it is a hint that saves time, so processes need not agree.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self.clock, self.rest_seconds = clock, rest_seconds
        self.failures: deque[float] = deque(maxlen=failures)
        self.rests_until = 0.0  # zero: it answered last time

    @property
    def is_open(self) -> bool:
        return self.clock() < self.rests_until

    def succeeded(self) -> None:
        self.failures.clear()
        self.rests_until = 0.0

    def failed(self) -> None:
        now = self.clock()
        self.failures.append(now)
        is_storm = (
            len(self.failures) == self.failures.maxlen and now - self.failures[0] <= WITHIN_SECONDS
        )
        # Whoever tried after a rest and failed sends it to rest again.
        if is_storm or self.rests_until:
            self.rests_until = now + self.rest_seconds
