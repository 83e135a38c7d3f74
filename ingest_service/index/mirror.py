"""The mirror: sorted arrays in memory that reflect the fingerprints table; functions of a Session.

Each process has one mirror for each database. Before a transaction searches it, the rows that were added to the table
since are loaded into the arrays (`postings`). A process that starts loads the last `checkpoint` first.
"""

import itertools
import threading
import weakref
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ingest_service.index import checkpoint, place
from ingest_service.index.checkpoint import Checkpoint
from ingest_service.index.loaded_rows import MAX_DISTANCE, LoadedRows
from ingest_service.index.postings import Postings
from ingest_service.sameness import Hashes
from ingest_service.store import bulk, state
from ingest_service.store.prepared import NamedRow, Prepared
from ingest_service.store.tables import Boilerplate, Fingerprints

STORED = np.dtype("<i8")
# Rows loaded at once.
CHUNK = 100
# Rows between two checkpoints, so the most that a process which starts has to load from the table.
CHECKPOINT_ROWS = 5_000
_ROWS = sa.select(Fingerprints.id, Fingerprints.article, Fingerprints.hashes).order_by(Fingerprints.id)
_ROWS_AFTER = Prepared(lambda: _ROWS.where(Fingerprints.id > sa.bindparam("last")))
_ROWS_AT = Prepared(lambda: _ROWS.where(bulk.any_of(Fingerprints.id)))
_BOILERPLATE = sa.select(Boilerplate.id, Boilerplate.fingerprint).order_by(Boilerplate.id)
_BOILERPLATE_AFTER = Prepared(lambda: _BOILERPLATE.where(Boilerplate.id > sa.bindparam("last")))
_BOILERPLATE_AT = Prepared(lambda: _BOILERPLATE.where(bulk.any_of(Boilerplate.id)))
# Keys of a session's info: whether its transaction wrote fingerprints, the mirror that it has then, and whether the
# mirror has all that the transaction sees.
_WROTE = "fingerprints written"
_OWN = "own mirror of fingerprints"
_UPDATED = "fingerprints mirrored"


@dataclass(slots=True)
class Mirror:
    """The arrays of one database, and how much of its tables they reflect.

    `rows` are those loaded of the fingerprints, and `saved` is the highest of their ids in the last checkpoint.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    postings: Postings = field(default_factory=Postings)
    rows: LoadedRows = field(default_factory=LoadedRows)
    saved: int = 0
    boilerplate: Hashes = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    boilerplate_rows: LoadedRows = field(default_factory=LoadedRows)


log = structlog.get_logger()
_mirrors: weakref.WeakKeyDictionary[sa.Engine, Mirror] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def mark_written(session: Session) -> None:
    """Records that this transaction wrote fingerprints or boilerplate, which only itself may see until it commits."""
    session.info[_WROTE] = True
    session.info[_UPDATED] = False


@contextmanager
def arrays(session: Session) -> Iterator[Mirror]:
    """The mirror with all that this transaction sees of the table, locked for this thread.

    A transaction that wrote gets a mirror of its own, since its rows may still be rolled back; see `keep`.
    """
    shared = _shared(session.get_bind().engine)
    mirror = _own(session, shared) if session.info.get(_WROTE) else shared
    with mirror.lock:
        if not session.info.get(_UPDATED):
            if not mirror.rows.last:
                _load_checkpoint(session, mirror)
            _update(session, mirror)
            session.info[_UPDATED] = True
        yield mirror


def _shared(engine: sa.Engine) -> Mirror:
    with _lock:
        return _mirrors.setdefault(engine, Mirror())


def _own(session: Session, shared: Mirror) -> Mirror:
    own: Mirror | None = session.info.get(_OWN)
    if own is None:
        with shared.lock:
            own = replace(shared, lock=threading.Lock(), postings=shared.postings.copy())
        session.info[_OWN] = own
    return own


def written(session: Session) -> Mirror | None:
    """The mirror of a transaction that wrote and then searched, for `keep`; else None."""
    return session.info.get(_OWN)


def keep(engine: sa.Engine, own: Mirror | None) -> None:
    """Makes the mirror of a transaction that has committed the one of the process, so that its rows are not read again.

    Without it the next search reads them.
    """
    shared = _shared(engine)
    with shared.lock:
        if own is not None and own.rows.last > shared.rows.last:
            shared.postings, shared.rows = own.postings, own.rows
            shared.boilerplate, shared.boilerplate_rows = own.boilerplate, own.boilerplate_rows


def update(session: Session) -> None:
    """Updates the mirror, so that the next search need not. The first time this loads the whole table."""
    with arrays(session):
        pass


@dataclass(frozen=True, slots=True)
class SavedCheckpoint:
    """A checkpoint that was saved: its token, and the rows it added to the previous one.

    These are the rows after `previous` up to `last`, except for `gaps`.
    """

    token: str
    previous: int
    last: int
    gaps: frozenset[int]


def is_checkpoint_due(engine: sa.Engine) -> bool:
    """Whether `CHECKPOINT_ROWS` rows were loaded since the last checkpoint."""
    mirror = _mirrors.get(engine)
    return mirror is not None and mirror.rows.last - mirror.saved >= CHECKPOINT_ROWS


def save(session: Session) -> SavedCheckpoint | None:
    """Saves a checkpoint to disk if `CHECKPOINT_ROWS` rows were added since the last one; `record` takes the result.

    Returns None if fewer rows were added, or if the disk cannot be written.
    """
    with arrays(session) as mirror:
        mirror.postings.distribute()
        current = Checkpoint(mirror.postings.copy(), mirror.rows.last, mirror.rows.gaps)
        previous = mirror.saved
        if current.last - previous < CHECKPOINT_ROWS:
            return None
        mirror.saved = current.last
    try:
        token, written = checkpoint.save(_folder(session), current, state.get(session, "fingerprints"))
    except OSError as error:
        log.warning("the fingerprints cannot be saved to disk; the next start takes longer", reason=str(error))
        return None
    with mirror.lock:
        mirror.postings.replace(written)
    return SavedCheckpoint(token, previous, current.last, current.gaps)


def record(session: Session, saved: SavedCheckpoint) -> None:
    """Makes a saved checkpoint the one that processes load when they start, and deletes tombstones it reflects.

    Tombstone rows up to `last` can be deleted: a process that starts now loads a checkpoint without those articles.
    Every other process either is the service that saved the checkpoint, or ends after one search.
    """
    state.remember(session, "fingerprints", saved.token)
    # Rows that were gaps of the previous checkpoint have lower ids than `previous`.
    reflected = Fingerprints.id.between(saved.previous - MAX_DISTANCE, saved.last)
    tombstones = sa.and_(Fingerprints.hashes.is_(None), reflected, Fingerprints.id.not_in(saved.gaps))
    session.execute(sa.delete(Fingerprints).where(tombstones))


def _folder(session: Session) -> Path:
    return place.index_folder(session.get_bind().engine.url)


def _load_checkpoint(session: Session, mirror: Mirror) -> None:
    """Loads the recorded checkpoint; without a usable one the mirror stays empty, and the whole table is read."""
    token = state.get(session, "fingerprints")
    if token is None:
        return
    loaded = checkpoint.load(_folder(session), token)
    if loaded is None:
        log.info("the fingerprints saved to disk cannot be used; the table is read")
        return
    mirror.postings, mirror.rows = loaded.postings, LoadedRows(loaded.last, loaded.gaps)
    mirror.saved = loaded.last


def _update(session: Session, mirror: Mirror) -> None:
    """Loads the rows that were committed since the last update."""
    if mirror.rows.gaps:
        _load_rows(mirror, _ROWS_AT.stream(session, CHUNK, values=sorted(mirror.rows.gaps)))
    # A query of its own: with both conditions in one, SQLite scans the whole table.
    _load_rows(mirror, _ROWS_AFTER.stream(session, CHUNK, last=mirror.rows.last))
    late = bulk.rows(session, _BOILERPLATE_AT, mirror.boilerplate_rows.gaps)
    new = [*late, *_BOILERPLATE_AFTER.rows(session, last=mirror.boilerplate_rows.last)]
    if new:
        mirror.boilerplate = np.union1d(mirror.boilerplate, np.array([row.fingerprint for row in new]))
        mirror.boilerplate_rows = mirror.boilerplate_rows.with_ids([row.id for row in new])


def _load_rows(mirror: Mirror, stream: Generator[NamedRow, None, None]) -> None:
    with closing(stream) as rows:
        while chunk := list(itertools.islice(rows, CHUNK)):
            _apply(mirror.postings, [(article, hashes) for _, article, hashes in chunk])
            mirror.rows = mirror.rows.with_ids([row.id for row in chunk])


def _apply(postings: Postings, rows: Sequence[tuple[int, bytes | None]]) -> None:
    """Applies rows: a tombstone deletes its article, any other row adds one."""
    # Tombstones first: one replaces the row of its article, so a row of the same article can only be newer.
    for article, hashes in rows:
        if hashes is None:
            postings.delete(article)
    added = {article: np.frombuffer(hashes, dtype=STORED) for article, hashes in rows if hashes is not None}
    if added:
        articles = np.repeat(np.array(list(added), dtype=np.int32), [len(hashes) for hashes in added.values()])
        postings.add(np.concatenate(list(added.values())).astype(np.int64), articles)
