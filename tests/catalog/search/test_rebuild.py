"""The search index is built anew beside the old one, whatever is recorded, erased or interrupted meanwhile."""

import itertools

import pytest
import sqlalchemy as sa

from catalog_service import search
from catalog_service.search import entries, rebuild, tables
from catalog_service.search.rebuild import Progress
from catalog_service.store.db import Database
from catalog_service.store.tables import Version
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 2)


def found(catalog: Database, q: str) -> set[str]:
    """The ids of the documents that a search finds."""
    with catalog.reading() as session:
        return {str(hit.document.id) for hit in search.find(session, search.Query(q=q, collapse="none")).hits}


def ids(*numbers: int) -> set[str]:
    return set(map(document_id, numbers))


def test_a_damaged_index_is_built_anew(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in range(1, 6)), event(6, article=article(text="An e-mail.")))
    with catalog.writing() as session:
        session.execute(sa.text("DELETE FROM search_entry"))
    assert found(catalog, "envoys") == set()
    assert list(rebuild.run(catalog))[-1] == Progress(6, 6)
    assert (found(catalog, "envoys"), found(catalog, "email")) == (ids(1, 2, 3, 4, 5), ids(6))
    record(event(7))
    assert found(catalog, "envoys") == ids(1, 2, 3, 4, 5, 7)
    assert list(rebuild.run(catalog))[-1] == Progress(7, 7)
    assert found(catalog, "envoys") == ids(1, 2, 3, 4, 5, 7)


def test_what_is_recorded_and_erased_during_a_build_is_so_after_it(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in range(1, 6)))
    build = rebuild.run(catalog)
    assert next(build) == Progress(2, 5)
    record(event(8))
    erase(catalog, 1)
    assert found(catalog, "envoys") == ids(2, 3, 4, 5, 8)
    assert next(build) == Progress(3, 5)
    record(event(9, 1))
    erase(catalog, 5)
    *_, last = build
    assert last == Progress(5, 5)
    assert found(catalog, "envoys") == ids(2, 3, 4, 8, 9)
    with catalog.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM search_entry")) == 5


def erase(catalog: Database, number: int) -> None:
    """Erases the versions of a document and its index entries, as a redaction does."""
    with catalog.writing() as session:
        search.remove(session, document_id(number))
        session.execute(sa.delete(Version).where(Version.document == document_id(number)))


def test_an_interrupted_build_continues(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in range(1, 8)))
    assert list(itertools.islice(rebuild.run(catalog), 2)) == [Progress(2, 7), Progress(4, 7)]
    assert found(catalog, "envoys") == ids(*range(1, 8))
    assert list(rebuild.run(catalog)) == [Progress(6, 7), Progress(7, 7), Progress(7, 7)]
    assert found(catalog, "envoys") == ids(*range(1, 8))


def test_two_builds_at_once_add_each_version_once(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in range(1, 8)))
    first, second = rebuild.run(catalog), rebuild.run(catalog)
    while next(first, None) or next(second, None):
        pass
    assert found(catalog, "envoys") == ids(*range(1, 8))
    with catalog.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM search_entry")) == 7
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.build)) == 0


def test_a_build_of_other_terms_begins_anew(catalog: Database, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record(*(event(number) for number in range(1, 5)))
    monkeypatch.setattr(entries, "ANALYSIS", 1)
    assert next(rebuild.run(catalog)) == Progress(2, 4)
    monkeypatch.undo()
    assert list(rebuild.run(catalog))[-1] == Progress(4, 4)
    assert found(catalog, "envoys") == ids(1, 2, 3, 4)
