"""Which rows of a table a process has loaded, while other transactions still commit rows with lower ids. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

# A transaction may take its row ids before another one and commit after it. So ids that are missing are looked for
# again: this many of them, and no further back than MAX_DISTANCE before the last.
MAX_GAPS = 500
MAX_DISTANCE = 10_000


@dataclass(frozen=True, slots=True)
class LoadedRows:
    """The rows with ids up to `last` are loaded, except for `gaps`: ids that may still be committed."""

    last: int = 0
    gaps: frozenset[int] = frozenset()

    def with_ids(self, ids: Sequence[int]) -> "LoadedRows":
        """The loaded rows together with those of these ids, which are in order."""
        if not ids:
            return self
        last = max(self.last, ids[-1])
        gaps = self.gaps.union(range(max(self.last, last - MAX_DISTANCE) + 1, last)).difference(ids)
        return LoadedRows(last, frozenset(sorted(gaps)[-MAX_GAPS:]))
