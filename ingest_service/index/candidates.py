"""The candidates of an article: those that share enough fingerprints to be aligned and judged with it. Pure.

Fingerprints that many articles hold are boilerplate, and most articles are compared by their other fingerprints only.
If most of an article's fingerprints are boilerplate, it is template text (a form, or syndicated copy), and boilerplate
is the only evidence, so it counts there. Such groups are large, so not every pair of a group can be judged. Instead
each fingerprint has at most REPRESENTATIVES representatives, which are compared with every member: the first members by
digest, not by arrival. So which pairs are judged depends only on which articles exist, as long as no fingerprint has
more than MAX_HOLDERS holders.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_service.index.postings import Holders
from ingest_service.index.runs import Indices
from ingest_service.sameness import Hashes
from ingest_service.sameness.fingerprints import is_first, ranges
from ingest_service.sameness.fold import Flags
from ingest_service.sameness.parameters import PARAMETERS

# The most holders of a fingerprint that are looked at, the first that were added.
MAX_HOLDERS = 200
# The representatives of a fingerprint: one more than may hold a fingerprint that is no boilerplate.
REPRESENTATIVES = PARAMETERS.document_frequency_cap + 1


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of one article, those that share the most fingerprints first.

    `masked` are the article's fingerprints that are boilerplate, in order of value. The list is `truncated` if more
    articles share enough. `displaced` are template texts that were representatives until this article was added, so
    their own candidates have changed.
    """

    articles: tuple[int, ...]
    masked: Hashes
    is_template: bool = False
    truncated: bool = False
    displaced: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryBatch:
    """The fingerprints of several articles, looked up together.

    `hashes` are the fingerprints of all articles one after the other, `sizes` how many each has. `values` are the
    distinct fingerprints in order, and `value_numbers` the index in `values` of each of the `hashes`.
    """

    articles: Sequence[int]
    hashes: Hashes
    sizes: Indices
    values: Hashes
    value_numbers: Indices

    @classmethod
    def of(cls, fingerprints: Mapping[int, Hashes]) -> "QueryBatch":
        """The batch for these articles and their fingerprints."""
        hashes = np.concatenate([*fingerprints.values()])
        # The fingerprints of each article are sorted already; numpy's own `unique` makes no use of that.
        order = hashes.argsort(kind="stable")
        ordered = hashes.take(order)
        first = is_first(ordered)
        numbers = np.empty(len(hashes), dtype=np.int64)
        numbers[order] = first.cumsum() - 1
        sizes = np.array([len(own) for own in fingerprints.values()])
        return cls(tuple(fingerprints), hashes, sizes, ordered[first], numbers)

    @property
    def owners(self) -> Indices:
        """For each of the `hashes` the index in `articles` of the article it belongs to."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def own(self, number: int) -> slice:
        """The range of `hashes` that belongs to the article with this index."""
        end = int(self.sizes[: number + 1].sum())
        return slice(end - int(self.sizes[number]), end)

    def templates(self, is_boilerplate: Flags) -> Flags:
        """Which articles are template text, given which of the `values` are boilerplate: more than half of theirs."""
        owners_of_boilerplate = self.owners[is_boilerplate[self.value_numbers]]
        return np.asarray(2 * np.bincount(owners_of_boilerplate, minlength=len(self.sizes)) > self.sizes)


def by_rare_fingerprints(queries: QueryBatch, is_boilerplate: Flags, holders: Holders) -> dict[int, Candidates]:
    """The candidates of each article: the articles that share enough of its fingerprints that are not boilerplate.

    Those that share most come first; `max_candidates` are kept, and `truncated` says that there were more.
    `is_boilerplate` and `holders` refer to the `values` of the batch.
    """
    owners, masked = queries.owners, is_boilerplate[queries.value_numbers]
    owner, candidate, shared = _shared(owners[~masked], queries.value_numbers[~masked], holders)
    enough = (shared >= np.minimum(PARAMETERS.evidence_fingerprints, queries.sizes[owner])) & (
        candidate != np.array(queries.articles)[owner]
    )
    owner, candidate, shared = owner[enough], candidate[enough], shared[enough]
    order = np.lexsort((candidate, -shared, owner))
    ends = np.searchsorted(owner, np.arange(len(queries.sizes) + 1)).tolist()
    candidates = {}
    for number, article in enumerate(queries.articles):
        best = candidate[order[ends[number] : ends[number + 1]]]
        own, most = queries.own(number), PARAMETERS.max_candidates
        candidates[article] = Candidates(
            tuple(best[:most].tolist()), queries.hashes[own][masked[own]], truncated=len(best) > most
        )
    return candidates


def _shared(owners: Indices, value_numbers: Indices, holders: Holders) -> tuple[Indices, Indices, Indices]:
    """Each pair of an owner and an article that holds a value of it, in order, and how many values they share."""
    queries, positions = _positions(value_numbers, holders)
    # Both in one number: sorted several times as fast as by two keys.
    pairs = np.sort(owners.take(queries) << 32 | holders.articles.take(positions))
    starts = np.flatnonzero(is_first(pairs))
    return pairs[starts] >> 32, pairs[starts] & 0xFFFFFFFF, np.diff(starts, append=len(pairs))


def _positions(value_numbers: Indices, holders: Holders, most: int | None = None) -> tuple[Indices, Indices]:
    """For each value the positions of its holders in `holders.articles`, the first `most` of them.

    Returns two arrays of equal length: the index in `value_numbers`, and the position.
    """
    counts = holders.counts[value_numbers] if most is None else np.minimum(holders.counts[value_numbers], most)
    starts = (np.cumsum(holders.counts) - holders.counts)[value_numbers]
    return ranges(starts, counts)


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """What the ledger knows of an article that holds values of template texts.

    `digest` is that of its fold. `is_template` says that it was judged as template text, `is_queued` that it is queued
    for re-judging because of boilerplate.
    """

    digest: str
    is_template: bool
    is_queued: bool


UNKNOWN = HolderFacts("", is_template=False, is_queued=False)


@dataclass(frozen=True, slots=True)
class TemplateHolders:
    """The articles that hold values of template texts, with facts about each position in `holders.articles`.

    `rank` orders the articles by digest. `was_template` marks those judged as template text before, `is_template` also
    those that are being judged now. `may_become` marks other articles that may turn out to be template text.
    """

    holders: Holders
    rank: Indices
    was_template: Flags
    is_template: Flags
    may_become: Flags

    @classmethod
    def of(
        cls,
        holders: Holders,
        facts: Mapping[int, HolderFacts],
        judged: Collection[int] = (),
        new_boilerplate: Flags | None = None,
    ) -> "TemplateHolders":
        """The holders of the values, ranked by the digest of their article, with the facts about each.

        `judged` are the template texts that are being judged now. `new_boilerplate` marks the values that have just
        become boilerplate: each of their holders may now be template text.
        """
        articles = np.unique(holders.articles)
        holder_facts = [facts.get(article, UNKNOWN) for article in articles.tolist()]
        rank = np.zeros(len(articles), dtype=np.int64)
        by_digest = sorted(range(len(articles)), key=lambda number: (holder_facts[number].digest, number))
        rank[by_digest] = np.arange(len(articles))
        was_template = np.array([holder.is_template for holder in holder_facts], dtype=bool)
        is_template = was_template | np.isin(articles, list(judged))
        may_become = np.array([holder.is_queued for holder in holder_facts], dtype=bool)
        if new_boilerplate is not None:
            may_become |= np.isin(articles, holders.articles[np.repeat(new_boilerplate, holders.counts)])
        numbers = np.searchsorted(articles, holders.articles)
        return cls(
            holders, rank[numbers], was_template[numbers], is_template[numbers], (may_become & ~is_template)[numbers]
        )

    def candidates(self, article: int, value_numbers: Indices, masked: Hashes) -> Candidates:
        """The candidates of one template text with these values."""
        values, positions = _positions(value_numbers, self.holders, MAX_HOLDERS)
        rank, is_template = self.rank[positions], self.is_template[positions]
        if not (self.holders.articles[positions] == article).any():
            # The article is not in the index, as in a query by text: it gets the first holders, templates or not.
            rank, is_template = positions, np.ones(len(positions), dtype=bool)
        # In the order of representatives: of each value the template texts first, by digest.
        order = np.lexsort((rank, ~is_template, values))
        positions, is_template = positions[order], is_template[order]
        holders, was_template = self.holders.articles[positions], self.was_template[positions]
        may_become = self.may_become[positions]
        counts = np.bincount(values, minlength=len(value_numbers))
        place = _places(np.ones(len(positions), dtype=bool), counts)
        # Boilerplate is evidence between template texts only; a rarer value is evidence for every holder.
        has_evidence = is_template | (counts <= PARAMETERS.document_frequency_cap)[values]
        represents = np.zeros(len(value_numbers), dtype=bool)
        represents[values[(holders == article) & (place < REPRESENTATIVES)]] = True
        chosen = ((place < REPRESENTATIVES) | represents[values]) & has_evidence & (holders != article)
        # Also include articles queued for re-judging: their own judgement will drop a wrong pair. Cap them, since
        # truncated candidate lists are not re-judged.
        chosen |= may_become & (_places(may_become, counts) < REPRESENTATIVES)
        best = _with_enough_shared(holders[chosen], len(value_numbers))
        displaced = represents[values] & was_template & (place >= REPRESENTATIVES)
        displaced &= _places(was_template, counts) < REPRESENTATIVES
        # Articles like this one share most of its values, so they are found unless most values have too many holders.
        unseen = 2 * np.count_nonzero(self.holders.counts[value_numbers] > MAX_HOLDERS) > len(value_numbers)
        return Candidates(
            tuple(best[: PARAMETERS.max_candidates].tolist()),
            masked,
            is_template=True,
            truncated=bool(unseen) or len(best) > PARAMETERS.max_candidates,
            displaced=tuple(np.unique(holders[displaced]).tolist()),
        )

    def successors(self, deleted: Indices) -> tuple[int, ...]:
        """The articles that may have become representatives of a value by a deletion.

        `deleted` counts for each value the deleted template texts that held it.
        """
        values, positions = _positions(np.arange(len(deleted)), self.holders, MAX_HOLDERS)
        positions = positions[np.lexsort((self.rank[positions], ~self.was_template[positions], values))]
        place = _places(np.ones(len(positions), dtype=bool), np.bincount(values, minlength=len(deleted)))
        is_new = self.was_template[positions] & (place < REPRESENTATIVES) & (place >= REPRESENTATIVES - deleted[values])
        return tuple(np.unique(self.holders.articles[positions][is_new]).tolist())


def _places(counted: Flags, counts: Indices) -> Indices:
    """For each element how many counted ones precede it in its group; `counts` are the sizes of the groups."""
    before = np.concatenate(([0], np.cumsum(counted)))
    return np.asarray(before[:-1] - np.repeat(before[np.cumsum(counts) - counts], counts))


def _with_enough_shared(holders: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int32]:
    """The articles that occur often enough among the holders of `size` values, the most frequent first."""
    articles, shared = np.unique(holders, return_counts=True)
    enough = shared >= min(PARAMETERS.evidence_fingerprints, size)
    articles, shared = articles[enough], shared[enough]
    return articles[np.lexsort((articles, -shared))]
