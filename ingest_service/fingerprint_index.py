"""Who shares fingerprints with this article: one plain table; functions of a Session.

A fingerprint that has reached its cap of articles is boilerplate: it gets no more rows, starts no pair, and is told as
masked, so that neither the table nor a question grows with how often a footer repeats.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.sameness import Hashes
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.tables import Fingerprint

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that share fingerprints, those with the most first; and the fingerprints that are boilerplate."""

    articles: tuple[int, ...]
    masked: frozenset[int]


def add(session: Session, articles: Mapping[int, Hashes]) -> None:
    """Adds the fingerprints of new articles, those that are boilerplate by now left out."""
    counts = Counter({value: len(holders) for value, holders in _holders(session, articles.values()).items()})
    rows = []
    for article, fingerprints in articles.items():
        for value in fingerprints.tolist():
            if counts[value] < PARAMETERS.boilerplate:
                counts[value] += 1
                rows.append({"fingerprint": value, "article": article})
    if rows:
        # In the order of the key, so that neighbouring rows land on the same page.
        session.execute(sa.insert(Fingerprint), sorted(rows, key=lambda row: row["fingerprint"]))


def remove(session: Session, articles: Iterable[int]) -> None:
    """Forgets articles."""
    session.execute(sa.delete(Fingerprint).where(Fingerprint.article.in_(list(articles))))


def candidates(session: Session, queries: Mapping[int, Hashes]) -> dict[int, Candidates]:
    """For each article asked for, who shares fingerprints with it; itself left out."""
    holders = _holders(session, queries.values())
    return {article: _ranked(article, fingerprints, holders) for article, fingerprints in queries.items()}


def _ranked(article: int, fingerprints: Hashes, holders: Mapping[int, Sequence[int]]) -> Candidates:
    masked: set[int] = set()
    shared: Counter[int] = Counter()
    for value in fingerprints.tolist():
        found = holders.get(value, ())
        if len(found) >= PARAMETERS.boilerplate:
            masked.add(value)
        else:
            shared.update(found)
    shared.pop(article, None)
    ranked = sorted(shared, key=lambda each: (-shared[each], each))[: PARAMETERS.neighbours]
    return Candidates(tuple(ranked), frozenset(masked))


def _holders(session: Session, asked: Iterable[Hashes]) -> dict[int, list[int]]:
    """Which articles have each of these fingerprints."""
    sets = [each for each in asked if len(each)]
    if not sets:
        return {}
    holders: dict[int, list[int]] = {}
    for some in _chunked(np.unique(np.concatenate(sets)).tolist()):
        rows = session.execute(
            sa.select(Fingerprint.fingerprint, Fingerprint.article).where(Fingerprint.fingerprint.in_(some))
        )
        for value, article in rows:
            holders.setdefault(value, []).append(article)
    return holders


def _chunked(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
