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
from ingest_service.following import STORED
from ingest_service.neighbours import Asked, Candidates, Forms, Told
from ingest_service.postings import Meetings
from ingest_service.sameness import Hashes
from ingest_service.sameness.fingerprints import is_first
from ingest_service.sameness.matching import among
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.tables import BOILERPLATE, Article, Boilerplate, DeletedTemplate, Fingerprints

# A fingerprint was none of boilerplate only for the first who had it, and for what one transaction added to them.
FIRST_HOLDERS = 1_000


def add(session: Session, articles: Mapping[int, Hashes]) -> None:
    """Adds the fingerprints of new articles."""
    rows = [{"article": article, "hashes": hashes.astype(STORED).tobytes()} for article, hashes in articles.items()]
    if rows:
        session.execute(sa.insert(Fingerprints), rows)
        following.wrote(session)


def remove(session: Session, articles: Sequence[int], templates: Sequence[int] = ()) -> None:
    """Forgets articles. What those of them had that are forms is kept until their `heirs` are known.

    A row without fingerprints stays of each, for those who follow the table.
    """
    for some in chunked(templates):
        had = sa.select(Fingerprints.hashes).where(Fingerprints.article.in_(some), Fingerprints.hashes.is_not(None))
        session.execute(sa.insert(DeletedTemplate).from_select(["hashes"], had.order_by(Fingerprints.id)))
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


def candidates(session: Session, queries: Mapping[int, Hashes]) -> dict[int, Candidates]:
    """For each article asked for, who shares fingerprints enough to be judged with it; itself left out."""
    if not queries:
        return {}
    asked = Asked.of(queries)
    with following.arrays(session) as followed:
        met = followed.postings.ask(asked.values, PARAMETERS.common + 1)
        known = among(asked.values, followed.boilerplate)
        common = (met.counts > PARAMETERS.common) | known
        forms = asked.forms(common)
        of_forms = np.zeros(len(asked.values), dtype=bool)
        of_forms[asked.places[forms[asked.asker]]] = True
        held = followed.postings.ask(asked.values[of_forms], neighbours.HELD + 1) if forms.any() else None
    found = neighbours.ranked(asked, common, met)
    if held is not None:
        numbers = np.flatnonzero(forms).tolist()
        judged = [asked.articles[number] for number in numbers]
        told = Forms.of(held, _told(session, held), judged, (common & ~known)[of_forms])
        places = np.cumsum(of_forms) - 1
        for number in numbers:
            article, own = asked.articles[number], asked.places[asked.own(number)]
            found[article] = told.candidates(article, places[own], found[article].masked)
    return found


def heirs(session: Session, limit: int) -> tuple[int, tuple[int, ...]]:
    """Of up to `limit` forms that went: how many they were, and who stands in their place and is to be judged again."""
    rows = session.execute(
        sa.select(DeletedTemplate.id, DeletedTemplate.hashes).order_by(DeletedTemplate.id).limit(limit)
    ).all()
    if not rows:
        return 0, ()
    asked = Asked.of({number: np.frombuffer(hashes, dtype=STORED) for number, hashes in rows})
    with following.arrays(session) as followed:
        held = followed.postings.ask(asked.values, neighbours.HELD + 1)
    session.execute(sa.delete(DeletedTemplate).where(DeletedTemplate.id.in_([row.id for row in rows])))
    # Those that are still to be looked at went as well, and may have held any of the values.
    others = session.scalar(sa.select(sa.func.count()).select_from(DeletedTemplate)) or 0
    gone = np.bincount(asked.places, minlength=len(asked.values)) + others
    return len(rows), Forms.of(held, _told(session, held)).heirs(gone)


def _told(session: Session, met: Meetings) -> dict[int, Told]:
    """What is known of those who were met."""
    asked = sa.select(Article.id, Article.folded_digest, Article.template, Article.judging == BOILERPLATE)
    found: dict[int, Told] = {}
    for some in chunked(np.unique(met.holders).tolist()):
        rows = asked.where(Article.id.in_(some))
        found |= {article: Told(digest, form, open_) for article, digest, form, open_ in session.execute(rows)}
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
