"""Who shares fingerprints with this article: functions of a Session.

The table keeps the fingerprints of each article as one row, in the transaction of the article: that alone is the truth.
To ask, a process follows the table from where it last was into sorted arrays of its own (`postings`); one that starts
goes on from the arrays that were kept on disk (`checkpoint`). A fingerprint that more articles have than `common`
allows is boilerplate: it starts no pair and is told as masked, so no question grows with how often a footer repeats.
Once recognised it stays so when articles go.
"""

import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ingest_service import checkpoint, neighbours, state
from ingest_service.checkpoint import Checkpoint
from ingest_service.db import chunked
from ingest_service.neighbours import Asked, Candidates, Forms
from ingest_service.postings import Postings
from ingest_service.sameness import Hashes
from ingest_service.sameness.fingerprints import is_first
from ingest_service.sameness.matching import among
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.tables import Article, Boilerplate, Fingerprints

STORED = np.dtype("<i8")
CHUNK = 100
# So many rows later the arrays are kept on disk again: what a process that starts has to read of the table at most.
KEEP_EVERY = 5_000
# A transaction may take its row numbers before another one and commit behind it: so many numbers that are missing, and
# no further back, are looked for again.
LATE = 500
FURTHEST = 10_000
# A fingerprint was none of boilerplate only for the first who had it, and for what one transaction added to them.
FIRST_HOLDERS = 1_000
# What a transaction remembers: that it wrote, and that it need not look again for what others wrote.
_WROTE = "fingerprints written"
_FOLLOWED = "fingerprints followed"


@dataclass(slots=True)
class _Followed:
    """The arrays of one database, and how far its table was followed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    postings: Postings = field(default_factory=Postings)
    last: int = 0
    kept: int = 0
    gaps: frozenset[int] = frozenset()
    boilerplate: Hashes = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    last_boilerplate: int = 0


log = structlog.get_logger()
_all_followed: weakref.WeakKeyDictionary[sa.Engine, _Followed] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def add(session: Session, articles: Mapping[int, Hashes]) -> None:
    """Adds the fingerprints of new articles."""
    rows = [{"article": article, "hashes": hashes.astype(STORED).tobytes()} for article, hashes in articles.items()]
    if rows:
        session.execute(sa.insert(Fingerprints), rows)
        session.info[_WROTE] = True


def remove(session: Session, articles: Sequence[int]) -> None:
    """Forgets articles. A row without fingerprints stays of each, for those who follow the table."""
    for some in chunked(articles):
        own = sa.and_(Fingerprints.article.in_(some), Fingerprints.hashes.is_not(None))
        gone = session.scalars(sa.delete(Fingerprints).where(own).returning(Fingerprints.article)).all()
        if gone:
            session.execute(sa.insert(Fingerprints), [{"article": article, "hashes": None} for article in sorted(gone)])
            session.info[_WROTE] = True


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
    with _following(session) as followed:
        met = followed.postings.ask(asked.values, PARAMETERS.common + 1)
        common = (met.counts > PARAMETERS.common) | among(asked.values, followed.boilerplate)
        forms = asked.forms(common)
        of_forms = np.zeros(len(asked.values), dtype=bool)
        of_forms[asked.places[forms[asked.asker]]] = True
        held = followed.postings.ask(asked.values[of_forms], neighbours.HELD + 1) if forms.any() else None
    found = neighbours.ranked(asked, common, met)
    if held is not None:
        told = Forms.of(held, _digests(session, np.unique(held.holders).tolist()))
        places = np.cumsum(of_forms) - 1
        for number in np.flatnonzero(forms).tolist():
            article, own = asked.articles[number], asked.places[asked.own(number)]
            found[article] = told.candidates(article, places[own], found[article].masked, new)
    return found


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


def follow(session: Session) -> None:
    """Catches up with the table, so that whoever asks next has not to wait: the first time it is read as a whole."""
    with _following(session):
        pass


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept on disk, by its token: the rows of the table from behind `before` up to `last`, but for gaps."""

    token: str
    before: int
    last: int
    gaps: frozenset[int]


def keep(session: Session) -> Kept | None:
    """Keeps the arrays on disk when much has come since they last were: what `remember` is to be told, or None."""
    with _following(session) as followed:
        now = Checkpoint(followed.postings.copy(), followed.last, followed.gaps)
        before = followed.kept
        if now.last - before < KEEP_EVERY:
            return None
        followed.kept = now.last
    try:
        token, written = checkpoint.save(_folder(session), now, state.get(session, "fingerprints"))
    except OSError as error:
        log.warning("the fingerprints cannot be kept on disk; the next start takes longer", reason=str(error))
        return None
    with followed.lock:
        followed.postings.replace(written)
    return Kept(token, before, now.last, now.gaps)


def remember(session: Session, kept: Kept) -> None:
    """Has processes that start go on from what was kept.

    Rows that told it that an article went have told everybody: who starts without it meets the article no more either.
    Whoever else has followed the table is the one service that kept this, or asks once and ends.
    """
    state.remember(session, "fingerprints", kept.token)
    # Some came late to what was kept before.
    told = Fingerprints.id.between(kept.before - FURTHEST, kept.last)
    session.execute(
        sa.delete(Fingerprints).where(told, Fingerprints.hashes.is_(None), Fingerprints.id.not_in(kept.gaps))
    )


def recognise(session: Session, found: Iterable[Candidates]) -> list[int]:
    """Writes down what of the masked was not known as boilerplate, and tells who has it, in order.

    They may have been judged as if it were none; of very many only the first were.
    """
    masked = _distinct(np.concatenate([*(each.masked for each in found), np.zeros(0, dtype=np.int64)]))
    with _following(session) as followed:
        new = masked[~among(masked, followed.boilerplate)]
        holders = np.unique(followed.postings.ask(new, FIRST_HOLDERS).holders)
    if len(new):
        session.execute(sa.insert(Boilerplate), [{"fingerprint": value} for value in new.tolist()])
        session.info[_WROTE] = True
    return [int(article) for article in holders]


@contextmanager
def _following(session: Session) -> Iterator[_Followed]:
    """The arrays as this session sees the table, for us alone."""
    wrote = bool(session.info.get(_WROTE))
    if wrote:
        # What is not committed may still be undone: it goes into arrays that are thrown away.
        followed = _Followed()
    else:
        with _lock:
            followed = _all_followed.setdefault(session.get_bind().engine, _Followed())
    with followed.lock:
        if wrote or not session.info.get(_FOLLOWED):
            if not followed.last:
                _begin(session, followed)
            _follow(session, followed)
            session.info[_FOLLOWED] = True
        yield followed


def _folder(session: Session) -> Path:
    """Where the arrays of a database are kept: beside an SQLite file, else in `var` where the service was started."""
    url = session.get_bind().engine.url
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).with_suffix(".index")
    return Path("var", f"{url.database}.index")


def _begin(session: Session, followed: _Followed) -> None:
    """Goes on from where the arrays were kept, if they were."""
    token = state.get(session, "fingerprints")
    if token is None:
        return
    found = checkpoint.load(_folder(session), token)
    if found is None:
        log.info("the fingerprints kept on disk cannot be used; the table is read")
        return
    followed.postings, followed.last, followed.gaps = found.postings, found.last, found.gaps
    followed.kept = found.last


def _follow(session: Session, followed: _Followed) -> None:
    """Takes over what was added to the table and taken from it since."""
    if followed.gaps:
        _take_over(session, followed, Fingerprints.id.in_(followed.gaps))
    # A question of its own: asked for either, SQLite walks over the whole table.
    _take_over(session, followed, Fingerprints.id > followed.last)
    new = sa.select(Boilerplate.id, Boilerplate.fingerprint).where(Boilerplate.id > followed.last_boilerplate - LATE)
    marks = session.execute(new).all()
    if marks:
        followed.boilerplate = np.union1d(followed.boilerplate, np.array([mark.fingerprint for mark in marks]))
        followed.last_boilerplate = max(mark.id for mark in marks)


def _take_over(session: Session, followed: _Followed, which: sa.ColumnElement[bool]) -> None:
    rows = sa.select(Fingerprints.id, Fingerprints.article, Fingerprints.hashes).where(which).order_by(Fingerprints.id)
    for some in session.execute(rows, execution_options={"yield_per": CHUNK}).partitions():
        _take(followed.postings, [(article, hashes) for _, article, hashes in some])
        _remember(followed, [row.id for row in some])


def _remember(followed: _Followed, numbers: Sequence[int]) -> None:
    """How far the table was followed, and which numbers before that may still come."""
    last = max(followed.last, numbers[-1])
    gaps = followed.gaps.union(range(max(followed.last, last - FURTHEST) + 1, last)).difference(numbers)
    followed.last, followed.gaps = last, frozenset(sorted(gaps)[-LATE:])


def _take(postings: Postings, rows: Sequence[tuple[int, bytes | None]]) -> None:
    """Rows of the table in their order: an article whose row has no fingerprints is gone, until it is added again."""
    for article, hashes in rows:
        if hashes is None:
            postings.drop(article)
    held = {article: np.frombuffer(hashes, dtype=STORED) for article, hashes in rows if hashes is not None}
    if held:
        articles = np.repeat(np.array(list(held), dtype=np.int32), [len(each) for each in held.values()])
        postings.add(np.concatenate(list(held.values())).astype(np.int64), articles)
