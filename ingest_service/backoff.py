"""When a file that could not be read is read again, though it did not change. Pure."""

from dataclasses import dataclass
from datetime import timedelta

# Twice that often, any wait is the longest.
MOST_DOUBLINGS = 20
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Backoff:
    """After the first failure, wait `first`; after each other, twice as long as before, up to `longest`.

    After `attempts` failures the file is not read again by itself; None means that there is no such limit.
    """

    first: timedelta
    longest: timedelta
    attempts: int | None = None

    def wait(self, failures: int, draw: float) -> timedelta | None:
        """How long to wait after so many failures in a row; None for no further attempt.

        `draw`, a random number from 0 to 1, makes the wait up to a quarter longer: many files are then not due at once.
        """
        if self.attempts is not None and failures >= self.attempts:
            return None
        doubled: timedelta = self.first * 2 ** min(failures - 1, MOST_DOUBLINGS)
        return min(doubled, self.longest) * (1 + JITTER * draw)


# The machine or its disk failed: another attempt costs little.
SOON = Backoff(timedelta(seconds=10), timedelta(minutes=15))
# An attempt costs a worker all the time that it may have.
COSTLY = Backoff(timedelta(minutes=1), timedelta(hours=6))
# The file is most likely at fault, but a reader that ran out of memory once need not do so again.
FEW_TIMES = Backoff(timedelta(minutes=10), timedelta(hours=2), attempts=5)
