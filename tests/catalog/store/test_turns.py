"""Concurrent writers: each change has its own `seq`, and no change appears below a `seq` that a reader has seen."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

from catalog_service import changes, contract
from catalog_service.history import record
from catalog_service.store.db import Database
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event, relation

WRITERS, ROUNDS = 4, 5


def test_readers_see_the_changes_of_concurrent_writers_in_order(catalog: Database) -> None:
    done = threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        reader = threads.submit(_follow, catalog, done)
        written = list(threads.map(lambda number: _write(catalog, number), range(1, WRITERS + 1)))
        done.set()
        seen = reader.result()
    assert seen == list(range(1, len(seen) + 1))
    receipts = list(itertools.chain.from_iterable(written))
    assert {receipt.outcome for receipt in receipts} == {"recorded"}
    assert len({receipt.seq for receipt in receipts}) == WRITERS * ROUNDS


def test_the_same_event_sent_twice_at_once_is_recorded_once(catalog: Database) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        receipts = list(threads.map(lambda _: _record(catalog, event(1)), range(WRITERS)))
    assert sorted(receipt.outcome for receipt in receipts) == ["recorded", *["replayed"] * (WRITERS - 1)]
    assert len({(receipt.seq, receipt.version) for receipt in receipts}) == 1


def test_the_same_original_put_twice_at_once_is_stored_once(catalog: Database) -> None:
    digest = contract.digest_of(b"large")

    def put(_: int) -> bool:
        with catalog.writing() as session:
            return record.put_original(session, digest, b"large")

    with ThreadPoolExecutor(WRITERS) as threads:
        assert any(threads.map(put, range(WRITERS)))


def _write(catalog: Database, number: int) -> list[contract.Receipt]:
    """Records `ROUNDS` edits of one document, each related to the document of the next writer."""
    other = [relation(number % WRITERS + 1)]
    return [
        _record(catalog, event(number, take, article=article(text=f"Take {take} of {number}."), relations=other))
        for take in range(1, ROUNDS + 1)
    ]


def _record(catalog: Database, sent: contract.AnyEvent) -> contract.Receipt:
    with catalog.writing() as session:
        [receipt] = record.record_batch(session, [sent], NOW)
    return receipt


def _follow(catalog: Database, done: threading.Event) -> list[int]:
    """The `seq`s that a reader of the feed sees, reading on from the last one until `done` is set."""
    seen = [0]
    while True:
        last = done.is_set()
        with catalog.reading() as session:
            seen += [int(str(change.data["seq"])) for change in changes.since(session, seen[-1])]
        if last:
            return seen[1:]
