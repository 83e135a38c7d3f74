"""A migrated catalog for each test, on both databases."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from catalog_service import contract
from catalog_service.history.record import record_batch
from catalog_service.store.db import Database
from tests import templates

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
Record = Callable[..., list[contract.Receipt]]


@pytest.fixture
def catalog(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, once on SQLite and once on PostgreSQL."""
    database = Database(database_url)
    templates.bring_up(database)
    yield database
    database.close()


@pytest.fixture
def record(catalog: Database) -> Record:
    """Records events in one batch and returns their receipts."""

    def recorded(*events: contract.AnyEvent) -> list[contract.Receipt]:
        with catalog.writing() as session:
            return record_batch(session, events, NOW)

    return recorded


def outcomes(receipts: Sequence[contract.Receipt]) -> list[str]:
    """The outcome of each event."""
    return [receipt.outcome for receipt in receipts]
