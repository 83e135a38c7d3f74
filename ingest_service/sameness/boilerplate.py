"""What two texts share only because too many texts have it. Pure."""

from dataclasses import dataclass

import numpy as np

from ingest_service.sameness.alignment import Alignment, FoldedText, trimmed
from ingest_service.sameness.fingerprints import Hashes
from ingest_service.sameness.fold import Flags, Fold
from ingest_service.sameness.matching import SharedFingerprints, among
from ingest_service.sameness.parameters import PARAMETERS


@dataclass(frozen=True, slots=True)
class SharedBoilerplate:
    """The boilerplate of two texts: the fingerprints, in order of value, and which folded characters they cover."""

    fingerprints: Hashes
    a: Flags
    b: Flags


def shared_boilerplate(
    a: FoldedText, b: FoldedText, common: SharedFingerprints, masked: Hashes
) -> SharedBoilerplate | None:
    """The part of `masked` that both texts hold, so that the order of the texts does not matter; None if it is empty.

    `common` are the fingerprints that the texts share.
    """
    both = masked[among(masked, common.hashes)]
    return SharedBoilerplate(both, _covered(a, both), _covered(b, both)) if len(both) else None


def _covered(folded: FoldedText, hashes: Hashes) -> Flags:
    """Which folded characters are boilerplate: those in grams of these hashes, or between two neighbouring ones."""
    positions = np.sort(folded.fingerprints.positions_of(hashes))
    # Within boilerplate, winnowing keeps a gram at least every `window` characters: a longer distance is a break.
    breaks = (positions[1:] - positions[:-1] > PARAMETERS.gram + PARAMETERS.window).nonzero()[0].tolist()
    flags = np.zeros(len(folded.fold.string), dtype=bool)
    for first, last in zip([0, *(index + 1 for index in breaks)], [*breaks, len(positions) - 1], strict=True):
        flags[positions[first] : positions[last] + PARAMETERS.gram] = True
    return flags


def without(boilerplate: SharedBoilerplate, alignment: Alignment, a: Fold, b: Fold) -> Alignment | None:
    """The alignment without boilerplate at its ends, trimmed to whole words; None if nothing is left."""
    own = _own(alignment.a, boilerplate.a), _own(alignment.b, boilerplate.b)
    if own[0].all() and own[1].all():
        return alignment
    starts, ends = _inside(alignment, (a.starts, b.starts), own), _inside(alignment, (a.ends, b.ends), own)
    return trimmed(alignment.blocks, starts, ends)


def _own(span: tuple[int, int], is_boilerplate: Flags) -> Flags:
    """Which characters of the span are no boilerplate.

    Boilerplate need not begin and end with a gram: fewer than `window` characters before the first and after the last
    gram count as boilerplate too.
    """
    own = ~is_boilerplate[slice(*span)]
    covered = np.flatnonzero(~own)
    if len(covered) and covered[0] < PARAMETERS.window:
        own[: covered[0]] = False
    if len(covered) and len(own) - covered[-1] <= PARAMETERS.window:
        own[covered[-1] :] = False
    return own


def _inside(alignment: Alignment, edges: tuple[Flags, Flags], own: tuple[Flags, Flags]) -> tuple[Flags, Flags]:
    """The word edges that lie in the alignment and outside boilerplate."""
    # Zeros that are never written cost no memory, however long the text is.
    kept = np.zeros(len(edges[0]), dtype=bool), np.zeros(len(edges[1]), dtype=bool)
    for side, span in ((0, alignment.a), (1, alignment.b)):
        kept[side][slice(*span)] = edges[side][slice(*span)] & own[side]
    return kept
