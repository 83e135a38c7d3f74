"""How long to wait between attempts, for whatever is tried again: files, events, the catalog. Pure."""

from dataclasses import dataclass
from datetime import timedelta

# Keeps the power of two small; every wait has reached its longest before.
MAX_DOUBLINGS = 30
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Backoff:
    """After the first failure, wait `first`; after each other, twice as long as before, up to `longest`.

    After `attempts` failures there is no further attempt; None means that there is no such limit.
    """

    first: timedelta
    longest: timedelta
    attempts: int | None = None

    def doubled(self, failures: int) -> timedelta:
        """The wait after so many failures in a row, without a limit of attempts and without jitter."""
        wait: timedelta = self.first * 2 ** min(failures - 1, MAX_DOUBLINGS)
        return min(wait, self.longest)

    def wait(self, failures: int, draw: float = 0.0) -> timedelta | None:
        """How long to wait after so many failures in a row; None for no further attempt.

        `draw`, a random number from 0 to 1, makes the wait up to a quarter longer, so that not all are due at once.
        """
        if self.attempts is not None and failures >= self.attempts:
            return None
        return self.doubled(failures) * (1 + JITTER * draw)


# For files. The machine or its disk failed: another attempt costs little.
SOON = Backoff(timedelta(seconds=10), timedelta(minutes=15))
# An attempt costs a worker all the time that it may have.
COSTLY = Backoff(timedelta(minutes=1), timedelta(hours=6))
# The file is most likely at fault, but a reader that ran out of memory once need not do so again.
FEW_TIMES = Backoff(timedelta(minutes=10), timedelta(hours=2), attempts=5)
