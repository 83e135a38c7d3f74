"""Which files of a scan come from other paths: the order in which to enter them, and the match of their bytes. Pure.

Where a file left its path to another one, the file that left is entered first, or both at once. Entered first, the
other one would replace a document that only moved.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingest_service.folder.scan import FileFact, Known

# The digests of possible origins that are sent to a worker with a file.
MAX_DIGESTS = 100


def in_order(facts: Sequence[FileFact], origins: Mapping[str, str]) -> Iterator[list[FileFact]]:
    """The files, each after those that may come from its path; files that changed places in a cycle are one group."""
    remaining = {fact.path: fact for fact in facts}
    # How many of the remaining files may come from each path.
    left = Counter(origins[path] for path in remaining if path in origins)
    for fact in facts:
        path = fact.path
        while path in remaining and not left[path]:
            yield [remaining.pop(path)]
            if (origin := origins.get(path)) is not None:
                left[origin] -= 1
                path = origin
    # One file comes from the path of each that remains.
    for fact in facts:
        cycle, path = [], fact.path
        while path in remaining:
            cycle.append(remaining.pop(path))
            path = origins[path]
        if cycle:
            yield cycle


class MoveMatcher:
    """Matches missing or changed files with files of the same bytes at other paths, each of them once.

    `origins` has the likely path that a file comes from, by the path where it is now.
    """

    def __init__(self, files: Mapping[str, Known], origins: Mapping[str, str]) -> None:
        self._origins = origins
        self._digests = {path: file.digest for path, file in files.items() if file.digest is not None}
        self._matched: set[str] = set()
        self.postponed: set[str] = set()
        """The paths that this scan leaves as they are in the ledger."""
        # The unmatched paths of each digest, and the unmatched digests of each size, in the order of the files.
        self._paths: dict[str, dict[str, int]] = {}
        self._of_size: dict[int, dict[str, None]] = {}
        for path, digest in self._digests.items():
            self._paths.setdefault(digest, {})[path] = files[path].fact.size
            self._of_size.setdefault(files[path].fact.size, {})[digest] = None

    def digests(self, fact: FileFact) -> frozenset[str]:
        """The digests of unmatched files of the same size, at most MAX_DIGESTS, with that of the likely origin."""
        likely = self._origins.get(fact.path, "")
        digests = [*itertools.islice(self._of_size.get(fact.size, ()), MAX_DIGESTS), self._digests.get(likely)]
        return frozenset(digest for digest in digests if digest in self._paths)

    def stays(self, path: str) -> bool:
        """Excludes a file that is unchanged at its own path; False when it was matched with another path before."""
        self.exclude(path)
        return path not in self._matched

    def exclude(self, path: str) -> None:
        """Excludes a file, unless it is excluded or matched: it stays, or another one replaces it in the ledger."""
        digest = self._digests.pop(path, None)
        if digest is None:
            return
        size = self._paths[digest].pop(path)
        if not self._paths[digest]:
            del self._paths[digest]
            self._of_size[size].pop(digest, None)

    def postpone(self, paths: Iterable[str]) -> set[str]:
        """Records that the files at these paths cannot be entered in this scan. Returns these and all that must wait.

        A file waits if the one that may come from its path does; so does the deletion of a path without a file.
        """
        waiting: set[str] = set()
        for start in paths:
            path: str | None = start
            while path is not None and path not in waiting:
                waiting.add(path)
                path = self._origins.get(path)
                if path is not None:
                    self.exclude(path)
        self.postponed |= waiting
        return waiting

    def claim(self, path: str, digest: str) -> str | None:
        """The path that the bytes at a path come from, the likely one if it is one of several; None if none is left."""
        likely, paths = self._origins.get(path), self._paths.get(digest, {})
        origin = likely if likely in paths else next(iter(paths), None)
        if origin is not None:
            self.exclude(origin)
            self._matched.add(origin)
        return origin
