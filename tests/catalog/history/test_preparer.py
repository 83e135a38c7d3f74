"""What takes long of a long version is computed before the writer's turn, and is right whatever happens meanwhile."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from catalog_service import diffing
from catalog_service.history.preparer import LONG_TEXT, Preparer
from catalog_service.history.record import record_batch
from catalog_service.search import entries
from catalog_service.store.db import Database
from catalog_service.store.tables import Version
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event

LONG = "\n\n".join(f"The council of ward {number} met on Monday." for number in range(LONG_TEXT // 36))
EDITED, OTHER = LONG.replace("ward 7 met", "ward 7 sat"), "The council met elsewhere.\n\n" + LONG


@pytest.fixture
def preparer(catalog: Database) -> Iterator[Preparer]:
    made = Preparer(catalog)
    yield made
    made.close()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads in which texts were compared or analysed for the index since the test cleared the list."""
    names: list[str] = []
    for module, function in ((diffing, "compare"), (entries, "make_entry")):
        monkeypatch.setattr(module, function, _noting(getattr(module, function), names))
    return names


def _noting(function: Any, names: list[str]) -> Any:  # noqa: ANN401  Any function.
    def noting(*args: Any) -> Any:  # noqa: ANN401
        names.append(threading.current_thread().name.partition("_")[0])
        return function(*args)

    return noting


def record(catalog: Database, preparer: Preparer, *texts: str, first: int = 1) -> None:
    """Records the texts as observations of one document, with what is prepared."""
    events = [event(1, number, "changed", article=article(text=text)) for number, text in enumerate(texts, first)]
    with catalog.writing() as session:
        assert {receipt.outcome for receipt in record_batch(session, events, NOW, preparer.prepared)} == {"recorded"}


def changes(catalog: Database) -> list[tuple[int, int]]:
    """The words added and removed by each version."""
    with catalog.reading() as session:
        found = session.scalars(select(Version.change).order_by(Version.number))
        return [(change["words_added"], change["words_removed"]) for change in found]


async def test_long_versions_are_compared_and_analysed_before_the_turn(
    catalog: Database, preparer: Preparer, threads: list[str]
) -> None:
    record(catalog, preparer, LONG)
    threads.clear()
    sent = [event(1, number, "changed", article=article(text=text)) for number, text in ((2, EDITED), (3, OTHER))]
    async with preparer.preparing(sent):
        assert threads == ["catalog-prepare"] * 4
        record(catalog, preparer, EDITED, OTHER, first=2)
    assert threads == ["catalog-prepare"] * 4
    assert changes(catalog) == [(len(LONG.split()), 0), (1, 1), (5, 1)]
    assert not preparer.prepared.changes
    assert not preparer.prepared.index_rows


async def test_a_change_from_another_version_than_expected_is_compared_in_the_turn(
    catalog: Database, preparer: Preparer, threads: list[str]
) -> None:
    record(catalog, preparer, LONG)
    async with preparer.preparing([event(1, 3, "changed", article=article(text=OTHER))]):
        record(catalog, preparer, EDITED, first=2)
        threads.clear()
        record(catalog, preparer, OTHER, first=3)
    assert threads == ["MainThread"]
    assert changes(catalog)[-1] == (5, 1)


async def test_an_article_with_the_digest_of_another_text_prepares_nothing(
    catalog: Database, preparer: Preparer
) -> None:
    record(catalog, preparer, LONG)
    forged = article(text=OTHER) | {"digest": article(text=EDITED)["digest"]}
    async with preparer.preparing([event(1, 2, "changed", article=forged)]):
        assert not preparer.prepared.index_rows
        record(catalog, preparer, EDITED, first=2)
    assert changes(catalog)[-1] == (1, 1)


async def test_short_versions_are_not_prepared(catalog: Database, preparer: Preparer, threads: list[str]) -> None:
    async with preparer.preparing([event(1, 1, "changed")]):
        assert not threads
