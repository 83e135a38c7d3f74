"""How much of each of two texts stands in the other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.model import Span
from ingest_service.sameness.alignment import Match
from ingest_service.sameness.boilerplate import Boilerplate
from ingest_service.sameness.fold import Flags
from ingest_service.sameness.side import Side


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of each text stands in the other, from 0 to 1, and how many folded characters that is at least."""

    a: float
    b: float
    shared: int

    @property
    def of_shorter(self) -> float:
        """How much of the text that is covered more."""
        return max(self.a, self.b)

    @property
    def of_longer(self) -> float:
        """How much of the text that is covered less."""
        return min(self.a, self.b)


def covered(a: Side, b: Side, matches: Sequence[Match], boilerplate: Boilerplate | None = None) -> Coverage:
    """How much the matches cover. Boilerplate counts on neither side, unless both texts have little else."""
    masked: tuple[Flags | None, Flags | None] = (None, None)
    if boilerplate is not None and not (_is_most(boilerplate.a) and _is_most(boilerplate.b)):
        masked = boilerplate.a, boilerplate.b
    left = _covered([match.a for match in matches], len(a.string), masked[0])
    right = _covered([match.b for match in matches], len(b.string), masked[1])
    return Coverage(left[0] / max(1, left[1]), right[0] / max(1, right[1]), min(left[0], right[0]))


def equal_share(a: Side, b: Side, matches: Sequence[Match]) -> float:
    """How much of the longer text stands in the other character by character, from 0 to 1."""
    equal = sum(block.length for match in matches for block in match.blocks)
    return equal / max(1, len(a.string), len(b.string))


def _is_most(masked: Flags) -> bool:
    return 2 * int(masked.sum()) > len(masked)


def _covered(spans: Sequence[Span], length: int, masked: Flags | None) -> tuple[int, int]:
    """How many characters are covered, and of how many."""
    if masked is None:
        return sum(end - start for start, end in spans), length
    return sum(end - start - int(masked[start:end].sum()) for start, end in spans), length - int(masked.sum())
