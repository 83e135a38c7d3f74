"""What two texts share only because too many texts have it. Pure."""

from dataclasses import dataclass

import numpy as np

from ingest_service.sameness.alignment import Folded, Match, trimmed
from ingest_service.sameness.fingerprints import Hashes
from ingest_service.sameness.fold import Flags, Fold
from ingest_service.sameness.matching import Meeting, among
from ingest_service.sameness.parameters import PARAMETERS


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The fingerprints of boilerplate that two texts share, in order of value, and what they cover of each text."""

    prints: Hashes
    a: Flags
    b: Flags


def shared(a: Folded, b: Folded, met: Meeting, masked: Hashes) -> Boilerplate | None:
    """What of `masked` both texts have, so that it does not matter who asked; None when they have none of it."""
    both = masked[among(masked, met.hashes)]
    return Boilerplate(both, _flags(a, both), _flags(b, both)) if len(both) else None


def _flags(folded: Folded, masked: Hashes) -> Flags:
    """Which folded characters stand in boilerplate: in masked grams, or between two that belong together."""
    places = np.sort(folded.prints.places_of(masked))
    # Of a run of boilerplate a gram is kept at least every `window` characters.
    breaks = (places[1:] - places[:-1] > PARAMETERS.gram + PARAMETERS.window).nonzero()[0].tolist()
    flags = np.zeros(len(folded.fold.string), dtype=bool)
    for first, last in zip([0, *(each + 1 for each in breaks)], [*breaks, len(places) - 1], strict=True):
        flags[places[first] : places[last] + PARAMETERS.gram] = True
    return flags


def without(found: Boilerplate, match: Match, a: Fold, b: Fold) -> Match | None:
    """The match without boilerplate at its ends, trimmed to whole words; None when nothing is left."""
    own = _own(match.a, found.a), _own(match.b, found.b)
    if own[0].all() and own[1].all():
        return match
    starts, ends = _inside(match, (a.starts, b.starts), own), _inside(match, (a.ends, b.ends), own)
    return trimmed(match.blocks, starts, ends)


def _own(span: tuple[int, int], masked: Flags) -> Flags:
    """Which characters of the span are not boilerplate; what little is left of it beyond the last gram is."""
    own = ~masked[slice(*span)]
    met = np.flatnonzero(~own)
    if len(met) and met[0] < PARAMETERS.window:
        own[: met[0]] = False
    if len(met) and len(own) - met[-1] <= PARAMETERS.window:
        own[met[-1] :] = False
    return own


def _inside(match: Match, edges: tuple[Flags, Flags], own: tuple[Flags, Flags]) -> tuple[Flags, Flags]:
    """The edges of words that stand in the match and outside boilerplate."""
    # Zeros that nobody touches cost nothing, however long the text is.
    kept = np.zeros(len(edges[0]), dtype=bool), np.zeros(len(edges[1]), dtype=bool)
    for side, span in ((0, match.a), (1, match.b)):
        kept[side][slice(*span)] = edges[side][slice(*span)] & own[side]
    return kept
