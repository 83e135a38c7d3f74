"""Who shares fingerprints with this article: one plain table; functions of a Session.

A fingerprint that more articles have than `common` allows is boilerplate: it gets no more rows, starts no pair, and is
told as masked. So neither the table nor a question grows with how often a footer repeats. It stays boilerplate when
articles go: a row of theirs is kept as a mark, with the number of the article below zero.
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


def add(session: Session, articles: Mapping[int, Hashes]) -> frozenset[int]:
    """Adds the fingerprints of new articles, those that are boilerplate by now left out.

    Returns the other articles that have what has become boilerplate by this: they were judged as if it were not.
    """
    rows, recognised = [], set()
    holders = _holders(session, articles.values())
    for article, fingerprints in articles.items():
        for value in fingerprints.tolist():
            known = holders.setdefault(value, [])
            # One row more than is common says that it is: the table needs no second column to tell.
            if sum(each > 0 for each in known) <= PARAMETERS.common:
                known.append(article)
                rows.append({"fingerprint": value, "article": article})
                if len(known) == PARAMETERS.common + 1:
                    recognised.update(known)
    if rows:
        # In the order of the key, so that neighbouring rows land on the same page.
        session.execute(sa.insert(Fingerprint), sorted(rows, key=lambda row: row["fingerprint"]))
    return frozenset(each for each in recognised if each > 0) - articles.keys()


def remove(session: Session, article: int) -> None:
    """Forgets an article; of what is boilerplate a mark is left where it would be too few otherwise."""
    own = sa.select(Fingerprint.fingerprint).where(Fingerprint.article == article)
    held = sa.select(Fingerprint.fingerprint).where(Fingerprint.fingerprint.in_(own)).group_by(Fingerprint.fingerprint)
    marked = held.having(sa.func.count() == PARAMETERS.common + 1)
    its_own = Fingerprint.article == article
    values = session.scalars(marked).all()
    mark = sa.update(Fingerprint).where(its_own, Fingerprint.fingerprint == sa.bindparam("value"))
    if values:
        session.connection().execute(mark.values(article=-article), [{"value": value} for value in values])
    session.execute(sa.delete(Fingerprint).where(its_own))


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
    shared = Counter({other: count for other, count in shared.items() if other > 0})
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
