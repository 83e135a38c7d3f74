"""Whom of those who share fingerprints an article is judged with. Pure.

Most articles are judged with everybody who shares enough of what is no boilerplate. An article that is boilerplate for
the most part is a form, or a story that everybody ran: there boilerplate does speak, and not everybody can be judged
with everybody. Of those who hold a fingerprint some `stand` for it, the first by what they say and not by when they
came; they are judged with all who hold it, and the others with them. So who is judged with whom depends on nothing but
who is there, until there are more than `HELD` of one form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_service.postings import Indices, Meetings
from ingest_service.sameness import Hashes
from ingest_service.sameness.fingerprints import is_first, ranges
from ingest_service.sameness.fold import Flags
from ingest_service.sameness.parameters import PARAMETERS

# Of a form so many holders are looked at, the first that came.
HELD = 200
# So many of them stand for it: as many as share a fingerprint that is no boilerplate, and one more.
STANDING = PARAMETERS.common + 1


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that share fingerprints, those with the most first; and which are boilerplate, in order of value.

    Of a form, and of what hundreds of others share, some may be `left_out`. Who is `displaced` stood for a form until
    this article came, and is no more to be judged with everybody.
    """

    articles: tuple[int, ...]
    masked: Hashes
    is_form: bool = False
    left_out: bool = False
    displaced: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Articles, the fingerprints of all of them in a row, and where these stand among the values asked for."""

    articles: Sequence[int]
    hashes: Hashes
    sizes: Indices
    values: Hashes
    places: Indices

    @classmethod
    def of(cls, queries: Mapping[int, Hashes]) -> "Asked":
        """The question about these articles."""
        hashes = np.concatenate([*queries.values()])
        # Each is in order already, which numpy's own `unique` makes nothing of.
        order = hashes.argsort(kind="stable")
        ordered = hashes.take(order)
        first = is_first(ordered)
        places = np.empty(len(hashes), dtype=np.int64)
        places[order] = first.cumsum() - 1
        return cls(tuple(queries), hashes, np.array([len(each) for each in queries.values()]), ordered[first], places)

    @property
    def asker(self) -> Indices:
        """Whose each fingerprint is, by number."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def own(self, number: int) -> slice:
        """Which of all fingerprints are those of one article."""
        end = int(self.sizes[: number + 1].sum())
        return slice(end - int(self.sizes[number]), end)

    def held_by(self, articles: Flags) -> Flags:
        """Which of the values these articles have."""
        held = np.zeros(len(self.values), dtype=bool)
        held[self.places[articles[self.asker]]] = True
        return held

    def forms(self, common: Flags) -> Flags:
        """Which of the articles are boilerplate for the most part; `common` are the values that are."""
        return np.asarray(2 * np.bincount(self.asker[common[self.places]], minlength=len(self.sizes)) > self.sizes)


def ranked(asked: Asked, common: Flags, met: Meetings) -> dict[int, Candidates]:
    """Whom each article is judged with, all at once, as if none was a form."""
    asker, masked = asked.asker, common[asked.places]
    shared, times = _shared(asker[~masked], asked.places[~masked], met)
    asker, shared = shared >> 32, shared & 0xFFFFFFFF
    enough = (times >= np.minimum(PARAMETERS.telling_prints, asked.sizes[asker])) & (
        shared != np.array(asked.articles)[asker]
    )
    asker, shared, times = asker[enough], shared[enough], times[enough]
    order = np.lexsort((shared, -times, asker))
    ends = np.searchsorted(asker, np.arange(len(asked.sizes) + 1)).tolist()
    found = {}
    for number, article in enumerate(asked.articles):
        best = shared[order[ends[number] : ends[number + 1]]]
        own, most = asked.own(number), PARAMETERS.neighbours
        found[article] = Candidates(
            tuple(best[:most].tolist()), asked.hashes[own][masked[own]], left_out=len(best) > most
        )
    return found


def _shared(asker: Indices, places: Indices, met: Meetings) -> tuple[Indices, Indices]:
    """Asker and holder as one number, each pair once and in order, and how many values both have."""
    which, rows = _rows(places, met)
    both = np.sort(asker.take(which) << 32 | met.holders.take(rows))
    starts = np.flatnonzero(is_first(both))
    return both[starts], np.diff(starts, append=len(both))


def _rows(places: Indices, met: Meetings, most: int | None = None) -> tuple[Indices, Indices]:
    """Which holders of each value were met, of which value; `most` of each at most, the first that came."""
    times = met.counts[places] if most is None else np.minimum(met.counts[places], most)
    first = (np.cumsum(met.counts) - met.counts)[places]
    return ranges(first, times)


@dataclass(frozen=True, slots=True)
class Forms:
    """Who holds each value of forms, and in which order they stand for it: a number for each holder met."""

    met: Meetings
    order: Indices

    @classmethod
    def of(cls, met: Meetings, digests: Mapping[int, str]) -> "Forms":
        """Ordered by the digests of what they say."""
        holders = np.unique(met.holders)
        told = sorted(range(len(holders)), key=lambda each: (digests.get(int(holders[each]), ""), each))
        order = np.zeros(len(holders), dtype=np.int64)
        order[told] = np.arange(len(holders))
        return cls(met, order[np.searchsorted(holders, met.holders)])

    def candidates(self, article: int, places: Indices, masked: Hashes, new: int | None) -> Candidates:
        """Whom one form is judged with; articles from the number `new` on are judged for the first time."""
        value, rows = _rows(places, self.met, HELD)
        times, holders = np.bincount(value, minlength=len(places)), self.met.holders[rows]
        # Who holds nothing only asks, and is told the first that came.
        order = self.order[rows] if (holders == article).any() else holders
        holders = holders[np.lexsort((order, value))]
        rank = _ranks(np.ones(len(holders), dtype=bool), times)
        stands = np.zeros(len(places), dtype=bool)
        stands[value[(holders == article) & (rank < STANDING)]] = True
        heard = ((rank < STANDING) | stands[value]) & (holders != article)
        best = _with_enough(holders[heard], len(places))
        displaced = np.zeros(len(holders), dtype=bool)
        if new is not None:
            older = holders < new
            displaced = stands[value] & (rank >= STANDING) & older & (_ranks(older, times) < STANDING)
        left_out = bool((self.met.counts[places] > HELD).any()) or len(best) > PARAMETERS.neighbours
        told = tuple(best[: PARAMETERS.neighbours].tolist())
        return Candidates(told, masked, True, left_out, tuple(np.unique(holders[displaced]).tolist()))

    def heirs(self, gone: Indices) -> tuple[int, ...]:
        """Who stands for a value now that so many who held it have gone, and may not have done so before."""
        value, rows = _rows(np.arange(len(gone)), self.met, HELD)
        left = np.bincount(value, minlength=len(gone))
        holders = self.met.holders[rows[np.lexsort((self.order[rows], value))]]
        rank = _ranks(np.ones(len(holders), dtype=bool), left)
        # Where no more held it than may stand for it, all have stood.
        new = (rank < STANDING) & (rank >= STANDING - gone[value]) & ((left + gone)[value] > STANDING)
        return tuple(np.unique(holders[new]).tolist())


def _ranks(counted: Flags, times: Indices) -> Indices:
    """How many of those counted stand before each in its group; groups have so many members each."""
    before: Indices = np.cumsum(counted) - counted
    return np.asarray(before - np.repeat(before[np.minimum(np.cumsum(times) - times, len(before) - 1)], times))


def _with_enough(holders: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int32]:
    """Those who were met often enough, those who were most often first."""
    found, times = np.unique(holders, return_counts=True)
    enough = times >= min(PARAMETERS.telling_prints, size)
    found, times = found[enough], times[enough]
    return found[np.lexsort((found, -times))]
