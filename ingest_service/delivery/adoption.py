"""Adoption: an empty ledger takes over the heads of the catalog before the first scan.

Files therefore keep their documents after the ledger was lost, and no document is published twice.
"""

import tempfile
from collections.abc import Callable, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import IO

from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service.delivery.transport import Transport
from ingest_service.store import state
from ingest_service.store.db import Database

IN_MEMORY_BYTES = 16 * 2**20
Take = Callable[[Session, Iterable[contract.Head]], int]


def is_needed(session: Session) -> bool:
    """Whether this ledger has not adopted yet."""
    return state.get(session, "adopted") is None


async def adopt(database: Database, transport: Transport, collection: str, take: Take, now: datetime) -> int:
    """Adopts every head of the collection, or none. Returns how many. Raises CatalogTrouble, Refused, DatabaseAway.

    The heads are spooled first, so that no transaction is open while the network is used.
    """
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
        async with aclosing(transport.heads(collection)) as heads:
            async for head in heads:
                spool.write(head.model_dump_json().encode() + b"\n")
        spool.seek(0)
        return await database.write(_take, spool, take, now)


def _take(session: Session, spool: IO[bytes], take: Take, now: datetime) -> int:
    count = take(session, (contract.Head.model_validate_json(line) for line in spool))
    state.remember(session, "adopted", contract.format_time(now))
    return count
