"""Who shares fingerprints with this article: functions of a Session.

The table keeps the fingerprints of each article as one row, in the transaction of the article: that alone is the truth.
What is asked is asked of arrays that follow it (`following`). A fingerprint that more articles have than `common`
allows is boilerplate: it starts no pair and is told as masked, so no question grows with how often a footer repeats.
Once recognised it stays so when articles go.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import following, neighbours
from ingest_service.db import chunked
from ingest_service.following import STORED, Followed
from ingest_service.neighbours import Asked, Candidates, Forms
from ingest_service.postings import Meetings
from ingest_service.sameness import Hashes
from ingest_service.sameness.fingerprints import is_first
from ingest_service.sameness.fold import Flags
from ingest_service.sameness.matching import among
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.tables import Article, Boilerplate, Fingerprints, Gone

# A fingerprint was none of boilerplate only for the first who had it, and for what one transaction added to them.
FIRST_HOLDERS = 1_000


def add(session: Session, articles: Mapping[int, Hashes]) -> None:
    """Adds the fingerprints of new articles."""
    rows = [{"article": article, "hashes": hashes.astype(STORED).tobytes()} for article, hashes in articles.items()]
    if rows:
        session.execute(sa.insert(Fingerprints), rows)
        following.wrote(session)


def remove(session: Session, articles: Sequence[int]) -> None:
    """Forgets articles that went. What they had is kept until their `heirs` are known."""
    for some in chunked(articles):
        had = sa.select(Fingerprints.hashes).where(Fingerprints.article.in_(some), Fingerprints.hashes.is_not(None))
        session.execute(sa.insert(Gone).from_select(["hashes"], had.order_by(Fingerprints.id)))
    clear(session, articles)


def clear(session: Session, articles: Sequence[int]) -> None:
    """Forgets what articles have. A row without fingerprints stays of each, for those who follow the table."""
    for some in chunked(articles):
        own = sa.and_(Fingerprints.article.in_(some), Fingerprints.hashes.is_not(None))
        gone = session.scalars(sa.delete(Fingerprints).where(own).returning(Fingerprints.article)).all()
        if gone:
            session.execute(sa.insert(Fingerprints), [{"article": article, "hashes": None} for article in sorted(gone)])
            following.wrote(session)


def of(session: Session, articles: Sequence[int]) -> dict[int, Hashes]:
    """The fingerprints of articles that have not been removed."""
    found: dict[int, Hashes] = {}
    for some in chunked(articles):
        rows = sa.select(Fingerprints.article, Fingerprints.hashes).where(
            Fingerprints.article.in_(some), Fingerprints.hashes.is_not(None)
        )
        found |= {article: np.frombuffer(hashes or b"", dtype=STORED) for article, hashes in session.execute(rows)}
    return found


def candidates(session: Session, queries: Mapping[int, Hashes], new: int | None = None) -> dict[int, Candidates]:
    """For each article asked for, who shares fingerprints enough to be judged with it; itself left out.

    Articles from the number `new` on are judged for the first time.
    """
    if not queries:
        return {}
    asked = Asked.of(queries)
    with following.arrays(session) as followed:
        met, common = _met(followed, asked)
        forms = asked.forms(common)
        of_forms = asked.held_by(forms)
        held = followed.postings.ask(asked.values[of_forms], neighbours.HELD + 1) if forms.any() else None
    found = neighbours.ranked(asked, common, met)
    if held is not None:
        told = Forms.of(held, _digests(session, np.unique(held.holders).tolist()))
        places = np.cumsum(of_forms) - 1
        for number in np.flatnonzero(forms).tolist():
            article, own = asked.articles[number], asked.places[asked.own(number)]
            found[article] = told.candidates(article, places[own], found[article].masked, new)
    return found


def heirs(session: Session, limit: int) -> tuple[int, tuple[int, ...]]:
    """Of up to `limit` articles that went: how many they were, and who stands for forms in their place."""
    rows = session.execute(sa.select(Gone.id, Gone.hashes).order_by(Gone.id).limit(limit)).all()
    if not rows:
        return 0, ()
    asked = Asked.of({number: np.frombuffer(hashes, dtype=STORED) for number, hashes in rows})
    with following.arrays(session) as followed:
        _, common = _met(followed, asked)
        forms = asked.forms(common)
        of_forms = asked.held_by(forms)
        held = followed.postings.ask(asked.values[of_forms], neighbours.HELD + 1)
    session.execute(sa.delete(Gone).where(Gone.id.in_([row.id for row in rows])))
    gone = np.bincount(asked.places[forms[asked.asker]], minlength=len(asked.values))[of_forms]
    return len(rows), Forms.of(held, _digests(session, np.unique(held.holders).tolist())).heirs(gone)


def _met(followed: Followed, asked: Asked) -> tuple[Meetings, Flags]:
    """Who has the values asked for, and which of these are boilerplate."""
    met = followed.postings.ask(asked.values, PARAMETERS.common + 1)
    return met, (met.counts > PARAMETERS.common) | among(asked.values, followed.boilerplate)


def _digests(session: Session, articles: Sequence[int]) -> dict[int, str]:
    """What articles say, told by the digests of their words."""
    found: dict[int, str] = {}
    for some in chunked(articles):
        found |= dict(session.execute(sa.select(Article.id, Article.folded_digest).where(Article.id.in_(some))).all())
    return found


def _distinct(values: Hashes) -> Hashes:
    """Each value once, in order."""
    ordered = np.sort(values)
    return ordered[is_first(ordered)]


def recognise(session: Session, found: Iterable[Candidates]) -> list[int]:
    """Writes down what of the masked was not known as boilerplate, and tells who has it, in order.

    They may have been judged as if it were none; of very many only the first were.
    """
    masked = _distinct(np.concatenate([*(each.masked for each in found), np.zeros(0, dtype=np.int64)]))
    with following.arrays(session) as followed:
        new = masked[~among(masked, followed.boilerplate)]
        holders = np.unique(followed.postings.ask(new, FIRST_HOLDERS).holders)
    if len(new):
        session.execute(sa.insert(Boilerplate), [{"fingerprint": value} for value in new.tolist()])
        following.wrote(session)
    return [int(article) for article in holders]
