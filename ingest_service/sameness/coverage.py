"""Coverage: how much of each of two texts is found in the other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.model import Span
from ingest_service.sameness.alignment import Alignment
from ingest_service.sameness.boilerplate import SharedBoilerplate
from ingest_service.sameness.fold import Flags
from ingest_service.sameness.side import Side


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of each text that is found in the other, from 0 to 1; `shared` is the lesser number of characters.

    Characters are folded ones.
    """

    a: float
    b: float
    shared: int

    @property
    def of_shorter(self) -> float:
        """The coverage of the text that is covered more."""
        return max(self.a, self.b)


def covered(
    a: Side, b: Side, alignments: Sequence[Alignment], boilerplate: SharedBoilerplate | None = None
) -> Coverage:
    """The coverage by these alignments. Boilerplate is not counted, unless it is most of both texts."""
    masked: tuple[Flags | None, Flags | None] = (None, None)
    if boilerplate is not None and not (_is_most(boilerplate.a) and _is_most(boilerplate.b)):
        masked = boilerplate.a, boilerplate.b
    left = _covered([alignment.a for alignment in alignments], len(a.string), masked[0])
    right = _covered([alignment.b for alignment in alignments], len(b.string), masked[1])
    return Coverage(left[0] / max(1, left[1]), right[0] / max(1, right[1]), min(left[0], right[0]))


def equal_share(a: Side, b: Side, alignments: Sequence[Alignment]) -> float:
    """The share of the longer text that is found in the other character by character, from 0 to 1."""
    equal = sum(block.length for alignment in alignments for block in alignment.blocks)
    return equal / max(1, len(a.string), len(b.string))


def _is_most(masked: Flags) -> bool:
    return 2 * int(masked.sum()) > len(masked)


def _covered(spans: Sequence[Span], length: int, masked: Flags | None) -> tuple[int, int]:
    """The number of characters that the spans cover, and the number that count."""
    if masked is None:
        return sum(end - start for start, end in spans), length
    return sum(end - start - int(masked[start:end].sum()) for start, end in spans), length - int(masked.sum())
