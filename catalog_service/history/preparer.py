"""Computes before the writer's turn what takes long for a long text: its change, and its rows of the search index.

Other writers wait during a turn, for more than a second if all of 4.5 MB is compared and analysed in it. What is
prepared is found by the digests of title and text. So it is right whatever is recorded in the meantime; if another
version has become the current one, the change is computed in the turn.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from catalog_service import contract, search
from catalog_service.errors import DigestMismatch, EventRefused
from catalog_service.history import versions
from catalog_service.history.record import Malformed
from catalog_service.history.state import Prepared
from catalog_service.store import bulk
from catalog_service.store.db import Database
from catalog_service.store.rows import DocumentRow, VersionRow
from catalog_service.store.tables import Document, Version

# In code points. The comparison of shorter texts takes less than 50 ms.
LONG_TEXT = 50_000


class Preparer:
    """Prepares long versions in a thread of its own, outside of transactions; `close` ends the thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="catalog-prepare")
        self.prepared = Prepared()
        """What is prepared for the requests that wait."""

    @asynccontextmanager
    async def preparing(self, events: Sequence[contract.AnyEvent | Malformed]) -> AsyncIterator[None]:
        """While this lasts, what takes long of the events is prepared."""
        long = [event for event in events if isinstance(event, contract.ObservedEvent) and _is_long(event)]
        if not long:
            yield
            return
        current = await self._database.read(_current, {str(event.data.document) for event in long})
        loop = asyncio.get_running_loop()
        own = await loop.run_in_executor(self._thread, _prepare, self._database.engine.dialect.name, long, current)
        self.prepared.add(own)
        try:
            yield
        finally:
            self.prepared.remove(own)

    def close(self) -> None:
        """Waits for the thread."""
        self._thread.shutdown()


def _is_long(event: contract.ObservedEvent) -> bool:
    article = event.data.article
    return article is not None and sum(map(len, article.paragraphs)) >= LONG_TEXT


def _current(session: Session, documents: set[str]) -> dict[str, VersionRow]:
    """The current versions of these documents, also of withdrawn ones."""
    keys = [(row.id, row.number) for row in bulk.select(session, DocumentRow, Document.id, documents)]
    rows = bulk.select(session, VersionRow, (Version.document, Version.number), keys) if keys else ()
    return {row.document: row for row in rows}


def _prepare(dialect: str, events: Sequence[contract.ObservedEvent], current: dict[str, VersionRow]) -> Prepared:
    """What takes long of the events, each compared with the version before it."""
    prepared = Prepared()
    for draft in _drafts(events):
        before = current.get(draft.document)
        if before is not None and versions.same_content(before, draft):
            continue
        if before is not None:
            prepared.changes[before.digest, draft.digest] = versions.compare(before, draft)
        prepared.index_rows[draft.digest] = search.rows(dialect, draft)
        current[draft.document] = draft
    return prepared


def _drafts(events: Sequence[contract.ObservedEvent]) -> Iterator[VersionRow]:
    """The versions of the events; without those that contradict themselves, whose digest may be of another text."""
    for event in events:
        with suppress(EventRefused, DigestMismatch):
            yield versions.draft(event.data, datetime.now(UTC))
