"""How fast the relay tries again after a failure, and how long it rests with nothing to do."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ingest_service.backoff import Backoff


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait, in seconds: after the first failure, at most, at most when asked to, and with nothing to do."""

    first: float = 0.25
    longest: float = 10.0
    longest_asked: float = 300.0
    idle: float = 5.0
    jitter: Callable[[], float] = random.random

    def after(self, failures: int, retry_after: float | None = None) -> float:
        """The wait after so many failures in a row: doubled each time, and between half and all of it by chance.

        A wait that the catalog asked for (Retry-After) is kept in full, and a tenth more by chance.
        """
        if retry_after is not None:
            return min(retry_after, self.longest_asked) * (1 + self.jitter() / 10)
        doubled = Backoff(timedelta(seconds=self.first), timedelta(seconds=self.longest)).doubled(failures)
        return doubled.total_seconds() * (1 + self.jitter()) / 2
