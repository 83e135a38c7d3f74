"""Diffs for requests are computed in threads of their own, and the last ones are kept."""

import asyncio
import threading
from concurrent.futures import Future
from uuid import UUID

import pytest

from catalog_service import differences as module
from catalog_service import diffing, document_versions
from catalog_service.diff_resources import Diff
from catalog_service.differences import Comparisons, Differences
from catalog_service.errors import NotFound
from catalog_service.resources import Version
from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event

ONE = UUID(document_id(1))


def thread_of(_before: Version, _after: Version, diff: Diff) -> tuple[str, int]:
    """The name of the thread that uses a diff, and the number of its operations."""
    return threading.current_thread().name, len(diff.ops)


async def test_a_diff_is_computed_once_and_never_in_the_event_loop(
    catalog: Database, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Envoys met on Friday.")))
    computed: list[str] = []

    def compare(first: str, second: str) -> diffing.Comparison:
        computed.append(threading.current_thread().name)
        return original(first, second)

    original = diffing.compare
    monkeypatch.setattr(diffing, "compare", compare)
    differences = Differences(catalog)
    for _ in range(2):
        name, operations = await differences.between((ONE, 1), (ONE, 2), thread_of)
        assert name.startswith("catalog-diff")
        assert operations == 2
    assert [name.startswith("catalog-diff") for name in computed] == [True]
    with pytest.raises(NotFound):
        await differences.between((ONE, 1), (ONE, 3), thread_of)
    await asyncio.to_thread(differences.close)


class Awaited(Future[diffing.Comparison]):
    """A future that says when a thread waits for it."""

    waiting = threading.Event()

    def result(self, timeout: float | None = None) -> diffing.Comparison:
        self.waiting.set()
        return super().result(timeout)


async def test_two_requests_at_once_share_one_computation(
    catalog: Database, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Envoys met on Friday.")))
    computed: list[str] = []

    def compare(first: str, second: str) -> diffing.Comparison:
        computed.append(first)
        assert Awaited.waiting.wait(timeout=10)
        if len(computed) == 1:
            raise MemoryError
        return original(first, second)

    original = diffing.compare
    monkeypatch.setattr(diffing, "compare", compare)
    monkeypatch.setattr(module, "Future", Awaited)
    differences = Differences(catalog)
    for times, expected in ((1, MemoryError), (2, tuple)):
        # The first computation fails: both requests fail, and the next ones compute the diff again.
        Awaited.waiting.clear()
        requests = (differences.between((ONE, 1), (ONE, 2), thread_of) for _ in range(2))
        results = await asyncio.gather(*requests, return_exceptions=True)
        assert [type(result) for result in results] == [expected, expected]
        assert len(computed) == times
    await asyncio.to_thread(differences.close)


def test_the_diffs_that_were_used_last_are_kept_up_to_a_number_of_operations(record: Record, catalog: Database) -> None:
    record(event(1), *(event(1, n, "changed", article=article(text=f"Envoys met {n} times.")) for n in range(2, 6)))
    with catalog.reading() as session:
        versions = [document_versions.version(session, ONE, number) for number in range(1, 6)]
    kept = Comparisons(most=16)
    first = kept.compare(versions[1], versions[2])
    second = kept.compare(versions[2], versions[3])
    assert len(first.ops) == len(second.ops) == 3
    assert kept.compare(versions[1], versions[2]) is first
    kept.compare(versions[3], versions[4])
    assert len(kept) == 2
    assert kept.compare(versions[1], versions[2]) is first
    assert kept.compare(versions[2], versions[3]) is not second
