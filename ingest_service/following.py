"""The arrays of fingerprints as a session sees the table: they follow it row by row; functions of a Session.

A process takes over what was written since it last looked into sorted arrays of its own (`postings`); one that starts
goes on from the arrays that were kept on disk (`checkpoint`).
"""

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ingest_service import checkpoint, state
from ingest_service.checkpoint import Checkpoint
from ingest_service.postings import Postings
from ingest_service.sameness import Hashes
from ingest_service.tables import Boilerplate, Fingerprints

STORED = np.dtype("<i8")
CHUNK = 100
# So many rows later the arrays are kept on disk again: what a process that starts has to read of the table at most.
KEEP_EVERY = 5_000
# A transaction may take its row numbers before another one and commit behind it: so many numbers that are missing, and
# no further back, are looked for again.
LATE = 500
FURTHEST = 10_000
# What a transaction remembers: that it wrote, and that it need not look again for what others wrote.
_WROTE = "fingerprints written"
_FOLLOWED = "fingerprints followed"


@dataclass(slots=True)
class Followed:
    """The arrays of one database, and how far its table was followed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    postings: Postings = field(default_factory=Postings)
    last: int = 0
    kept: int = 0
    gaps: frozenset[int] = frozenset()
    boilerplate: Hashes = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    last_boilerplate: int = 0


log = structlog.get_logger()
_all_followed: weakref.WeakKeyDictionary[sa.Engine, Followed] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def wrote(session: Session) -> None:
    """This transaction wrote fingerprints, or what is boilerplate."""
    session.info[_WROTE] = True


@contextmanager
def arrays(session: Session) -> Iterator[Followed]:
    """The arrays with all that this session sees of the table, for us alone."""
    own = bool(session.info.get(_WROTE))
    if own:
        # What is not committed may still be undone: it goes into arrays that are thrown away.
        followed = Followed()
    else:
        with _lock:
            followed = _all_followed.setdefault(session.get_bind().engine, Followed())
    with followed.lock:
        if own or not session.info.get(_FOLLOWED):
            if not followed.last:
                _begin(session, followed)
            _follow(session, followed)
            session.info[_FOLLOWED] = True
        yield followed


def follow(session: Session) -> None:
    """Catches up with the table, so that whoever asks next has not to wait: the first time it is read as a whole."""
    with arrays(session):
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
    with arrays(session) as followed:
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


def _folder(session: Session) -> Path:
    return index_folder(session.get_bind().engine.url)


def index_folder(url: sa.URL) -> Path:
    """Where the arrays of a database are kept: beside an SQLite file, else in `var` where the service was started."""
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).with_suffix(".index")
    return Path("var", f"{url.database}.index")


def _begin(session: Session, followed: Followed) -> None:
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


def _follow(session: Session, followed: Followed) -> None:
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


def _take_over(session: Session, followed: Followed, which: sa.ColumnElement[bool]) -> None:
    rows = sa.select(Fingerprints.id, Fingerprints.article, Fingerprints.hashes).where(which).order_by(Fingerprints.id)
    for some in session.execute(rows, execution_options={"yield_per": CHUNK}).partitions():
        _take(followed.postings, [(article, hashes) for _, article, hashes in some])
        _remember(followed, [row.id for row in some])


def _remember(followed: Followed, numbers: Sequence[int]) -> None:
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
