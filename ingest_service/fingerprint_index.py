"""Who shares fingerprints with this article: one plain table; functions of a Session.

A fingerprint that more articles have than `common` allows is boilerplate: it gets no more rows, starts no pair, and is
told as masked. So neither the table nor a question grows with how often a footer repeats.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from ingest_service.sameness import Hashes
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.tables import Fingerprint


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that share fingerprints, those with the most first; and which are boilerplate, in order of value."""

    articles: tuple[int, ...]
    masked: Hashes


def add(session: Session, articles: Mapping[int, Hashes]) -> None:
    """Adds the fingerprints of new articles, those that are boilerplate by now left out."""
    counts = Counter({value: len(holders) for value, holders in _holders(session, articles.values()).items()})
    rows = []
    for article, fingerprints in articles.items():
        for value in fingerprints.tolist():
            # One row more than is common says that it is: the table needs no second column to tell.
            if counts[value] <= PARAMETERS.common:
                counts[value] += 1
                rows.append({"fingerprint": value, "article": article})
    if rows:
        # In the order of the key, so that neighbouring rows land on the same page.
        session.execute(sa.insert(Fingerprint), sorted(rows, key=lambda row: row["fingerprint"]))


def remove(session: Session, articles: Iterable[int]) -> None:
    """Forgets articles."""
    session.execute(sa.delete(Fingerprint).where(Fingerprint.article.in_(list(articles))))


def candidates(session: Session, queries: Mapping[int, Hashes]) -> dict[int, Candidates]:
    """For each article asked for, who shares fingerprints enough to be judged with it; itself left out."""
    holders = _holders(session, queries.values())
    return {article: _ranked(article, fingerprints, holders) for article, fingerprints in queries.items()}


def _ranked(article: int, fingerprints: Hashes, holders: Mapping[int, Sequence[int]]) -> Candidates:
    values = fingerprints.tolist()
    masked = [value for value in values if len(holders.get(value, ())) > PARAMETERS.common]
    # What is boilerplate through and through is a form, or a story that everybody ran: there its fingerprints do speak.
    speaking = set(values) if 2 * len(masked) > len(values) else set(values).difference(masked)
    shared = Counter(other for value in speaking for other in holders.get(value, ()))
    shared.pop(article, None)
    ranked = sorted(shared, key=lambda each: (-shared[each], each))[: PARAMETERS.neighbours]
    few = min(PARAMETERS.telling_prints, len(values))
    return Candidates(
        tuple(each for each in ranked if shared[each] >= few), np.array(masked, dtype=np.int64)
    )  # fmt: skip


def _holders(session: Session, asked: Iterable[Hashes]) -> dict[int, list[int]]:
    """Which articles have each of these fingerprints, as the table has them."""
    sets = [each for each in asked if len(each)]
    if not sets:
        return {}
    holders: dict[int, list[int]] = {}
    for value, article in session.execute(_ask(session, np.unique(np.concatenate(sets)).tolist())):
        holders.setdefault(value, []).append(article)
    return holders


def _ask(session: Session, values: list[int]) -> sa.Select[int, int]:
    """The question, with all values in one argument: thousands of them would take longer to compile than to answer."""
    wanted: sa.ColumnElement[int]
    if session.get_bind().dialect.name == "sqlite":
        wanted = sa.func.json_each(json.dumps(values)).table_valued("value").c.value
    else:
        wanted = sa.func.unnest(sa.cast(values, postgresql.ARRAY(sa.BigInteger))).column_valued("value")
    return sa.select(Fingerprint.fingerprint, Fingerprint.article).where(Fingerprint.fingerprint.in_(sa.select(wanted)))
