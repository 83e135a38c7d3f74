"""How far a load has come: its step, counts, rate and time left. The pipeline updates it once a batch.

A load is a scan of the whole folder, or of many paths, with all that follows: its files are read and stored, the new
articles are judged, the events are delivered. The steps follow each other and differ in rate. So rate and time left are
those of the current step alone.
"""

from collections.abc import Callable

from catalog_service.contract import LoadProgress, LoadStep

# Seconds of a step before it has a rate.
FIRST_SECONDS = 1.0


class Progress:
    """Counts of files and articles since the start of the service, and the step of the current load.

    `clock` counts seconds. `found` is the number of files that the last scan of the whole folder found. `published`
    counts the events that the catalog has answered for.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._step: LoadStep = "idle"
        self._begun_at = clock()
        self._count_before = 0
        self._total: int | None = None
        self.found: int | None = None
        self.read = 0
        self.stored = 0
        self.judged = 0
        self.published: Callable[[], int] = lambda: 0

    def begin(self, step: LoadStep, total: int | None = None) -> None:
        """Begins a step that has `total` files, articles or events to do; None where that is not known."""
        self._step, self._total = step, total
        self._begun_at = self._clock()
        self._count_before = self._count()

    def add_read(self, files: int) -> None:
        """Counts files that were read, or that could not be read."""
        self.read += files

    def add_stored(self, files: int) -> None:
        """Counts files that the ledger has recorded after they were read."""
        self.stored += files

    def add_judged(self, articles: int) -> None:
        """Counts new articles that were judged."""
        self.judged += articles

    def figures(self) -> LoadProgress:
        """The figures of this moment."""
        done = self._count() - self._count_before
        step, total = self._step, self._total
        if step == "deliver" and total is not None and done >= total:
            step, total = "idle", None
        per_second = self._per_second(done) if total is not None else None
        return LoadProgress(
            step=step,
            found=self.found,
            read=self.read,
            stored=self.stored,
            judged=self.judged,
            published=self.published(),
            done=0 if total is None else min(done, total),
            total=total,
            per_second=per_second,
            seconds_left=max(0, total - done) / per_second if per_second and total is not None else None,
        )

    def _count(self) -> int:
        """The number of what the step does, since the start of the service."""
        return {"read": self.stored, "judge": self.judged, "deliver": self.published()}.get(self._step, 0)

    def _per_second(self, done: int) -> float | None:
        """The average rate since the step began; None while nothing is done, or too early to say."""
        seconds = self._clock() - self._begun_at
        return done / seconds if done and seconds >= FIRST_SECONDS else None
