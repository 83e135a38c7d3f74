"""A ledger that knows nothing learns from the catalog, all or nothing, and once."""

from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service.delivery import adoption
from ingest_service.delivery.http import HttpTransport
from ingest_service.errors import CatalogAway, CatalogFailed, CatalogTrouble
from ingest_service.store import tables
from ingest_service.store.db import Database
from tests.ingest import fake_catalog
from tests.ingest.events import NOON, head
from tests.ingest.fake_catalog import FakeCatalog


class Ledger:
    """Takes heads, and can fail in the middle."""

    def __init__(self) -> None:
        self.known: list[contract.Head] = []
        self.fails = False

    def adopt(self, session: Session, heads: Iterable[contract.Head]) -> int:
        self.known = []
        for sent_head in heads:
            self.known.append(sent_head)
            session.add(tables.State(key=sent_head.path, value="adopted"))
            if self.fails:
                raise LookupError
        return len(self.known)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    tables.Base.metadata.create_all(made.engine)
    yield made
    made.close()


def is_needed(database: Database) -> bool:
    with database.reading() as session:
        return adoption.is_needed(session)


async def adopt(database: Database, catalog: FakeCatalog, ledger: Ledger) -> int:
    async with HttpTransport(catalog.url) as transport:
        return await adoption.adopt(database, transport, "seeds", ledger.adopt, NOON)


async def test_every_head_is_adopted_once(database: Database) -> None:
    ledger = Ledger()
    catalog = FakeCatalog(heads=[head("seoul", 3), head("tokyo")])
    assert is_needed(database)
    async with catalog.serving():
        assert await adopt(database, catalog, ledger) == 2
    assert ledger.known == catalog.heads
    assert not is_needed(database)


async def test_an_empty_catalog_is_adopted_too(database: Database) -> None:
    async with FakeCatalog().serving() as catalog:
        assert await adopt(database, catalog, Ledger()) == 0
    assert not is_needed(database)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [(fake_catalog.breaks_off, CatalogFailed), (fake_catalog.status(503), CatalogAway)],
)
async def test_half_an_answer_adopts_nothing(
    database: Database, fault: fake_catalog.Fault, trouble: type[CatalogTrouble]
) -> None:
    ledger = Ledger()
    async with FakeCatalog(heads=[head()]).serving() as catalog:
        catalog.faults.append(fault)
        with pytest.raises(trouble):
            await adopt(database, catalog, ledger)
    assert ledger.known == []
    assert is_needed(database)


async def test_a_ledger_that_fails_half_way_keeps_nothing(database: Database) -> None:
    ledger = Ledger()
    ledger.fails = True
    async with FakeCatalog(heads=[head("seoul"), head("tokyo")]).serving() as catalog:
        with pytest.raises(LookupError):
            await adopt(database, catalog, ledger)
    assert is_needed(database)
    with database.reading() as session:
        assert session.get(tables.State, "seoul.txt") is None
