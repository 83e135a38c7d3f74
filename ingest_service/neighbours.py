"""Whom of those who share fingerprints an article is judged with. Pure.

Most articles are judged with everybody who shares enough of what is no boilerplate. An article that is boilerplate for
the most part is a form, or a story that everybody ran: there boilerplate does speak, and not everybody can be judged
with everybody. Of the forms that hold a fingerprint some `stand` for it, the first by what they say and not by when
they came; they are judged with all forms that hold it, and the others with them. So who is judged with whom depends on
nothing but who is there, until there are more than `HELD` of one form.
"""

from collections.abc import Collection, Mapping, Sequence
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
class Told:
    """What is known of an article that holds values of forms: the digest of what it says, and whether it is a form.

    It is `open` while it is to be judged again by what is boilerplate now.
    """

    digest: str
    is_form: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Forms:
    """Who holds each value of forms, and in which order they stand for it: something of each holder met.

    `known` were judged as forms before, `forms` are those and the ones that are judged now; `open` are others that may
    turn out to be forms.
    """

    met: Meetings
    order: Indices
    known: Flags
    forms: Flags
    open: Flags

    @classmethod
    def of(
        cls, met: Meetings, told: Mapping[int, Told], judged: Collection[int] = (), new: Flags | None = None
    ) -> "Forms":
        """Ordered by the digests of what they say; `judged` are forms, and `new` are values only now boilerplate."""
        holders = np.unique(met.holders)
        nobody = Told("", is_form=False, open=False)
        each = [told.get(holder, nobody) for holder in holders.tolist()]
        order = np.zeros(len(holders), dtype=np.int64)
        order[sorted(range(len(holders)), key=lambda number: (each[number].digest, number))] = np.arange(len(holders))
        known = np.array([one.is_form for one in each], dtype=bool)
        forms = known | np.isin(holders, list(judged))
        open_ = np.array([one.open for one in each], dtype=bool)
        if new is not None:
            open_ |= np.isin(holders, met.holders[np.repeat(new, met.counts)])
        places = np.searchsorted(holders, met.holders)
        return cls(met, order[places], known[places], forms[places], (open_ & ~forms)[places])

    def candidates(self, article: int, places: Indices, masked: Hashes) -> Candidates:
        """Whom one form is judged with."""
        value, rows = _rows(places, self.met, HELD)
        order, forms = self.order[rows], self.forms[rows]
        if not (self.met.holders[rows] == article).any():
            # Who holds nothing only asks, and is told the first that came, forms or not.
            order, forms = rows, np.ones(len(rows), dtype=bool)
        sorted_ = np.lexsort((order, ~forms, value))
        rows, forms = rows[sorted_], forms[sorted_]
        holders, known, open_ = self.met.holders[rows], self.known[rows], self.open[rows]
        times = np.bincount(value, minlength=len(places))
        rank = _ranks(np.ones(len(rows), dtype=bool), times)
        # By boilerplate a form is like forms only; what few have says something of everybody who has it.
        may = forms | (times <= PARAMETERS.common)[value]
        stands = np.zeros(len(places), dtype=bool)
        stands[value[(holders == article) & (rank < STANDING)]] = True
        heard = ((rank < STANDING) | stands[value]) & may & (holders != article)
        # They will tell themselves whether they were rightly heard; but of too many forms they cannot.
        heard |= open_ & (_ranks(open_, times) < STANDING)
        best = _with_enough(holders[heard], len(places))
        displaced = stands[value] & known & (rank >= STANDING) & (_ranks(known, times) < STANDING)
        # Who is like this form shares most of its values, so it is met by those that are not held by too many.
        unseen = 2 * np.count_nonzero(self.met.counts[places] > HELD) > len(places)
        return Candidates(
            tuple(best[: PARAMETERS.neighbours].tolist()),
            masked,
            is_form=True,
            left_out=bool(unseen) or len(best) > PARAMETERS.neighbours,
            displaced=tuple(np.unique(holders[displaced]).tolist()),
        )

    def heirs(self, gone: Indices) -> tuple[int, ...]:
        """Who stands for a value now that so many forms that held it have gone, and may not have done so before."""
        value, rows = _rows(np.arange(len(gone)), self.met, HELD)
        sorted_ = rows[np.lexsort((self.order[rows], ~self.known[rows], value))]
        rank = _ranks(np.ones(len(rows), dtype=bool), np.bincount(value, minlength=len(gone)))
        new = self.known[sorted_] & (rank < STANDING) & (rank >= STANDING - gone[value])
        return tuple(np.unique(self.met.holders[sorted_][new]).tolist())


def _ranks(counted: Flags, times: Indices) -> Indices:
    """How many of those counted stand before each in its group; groups have so many members each."""
    before = np.concatenate(([0], np.cumsum(counted)))
    return np.asarray(before[:-1] - np.repeat(before[np.cumsum(times) - times], times))


def _with_enough(holders: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int32]:
    """Those who were met often enough, those who were most often first."""
    found, times = np.unique(holders, return_counts=True)
    enough = times >= min(PARAMETERS.telling_prints, size)
    found, times = found[enough], times[enough]
    return found[np.lexsort((found, -times))]
