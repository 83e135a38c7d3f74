"""Drawn outboxes, drawn events that fail for ever, and a relay that is killed again and again: always the same end."""

import asyncio
import tempfile
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_service import contract
from ingest_service.delivery import outbox
from ingest_service.store import tables
from ingest_service.store.db import Database
from tests.ingest.delivery.test_relay import AT_ONCE, CAPITALS, LASTING, counts, put, relaying
from tests.ingest.events import event_id, observed
from tests.ingest.fake_catalog import FakeCatalog
from tests.ingest.waiting import until

GOOD = "harbour"
documents = st.lists(st.sampled_from(CAPITALS), min_size=1, max_size=12)
troubles = st.dictionaries(st.integers(0, 11), st.sampled_from(sorted(LASTING)), max_size=6)
kills = st.lists(st.integers(1, 8), max_size=5)


def drawn(names: list[str]) -> list[contract.ObservedEvent]:
    """One event for each name, numbered per document."""
    seen: Counter[str] = Counter()
    events = []
    for name in names:
        seen[name] += 1
        events.append(observed(name, seen[name]))
    return events


async def delivered(database: Database, catalog: FakeCatalog, sends: list[int], dead: int) -> None:
    """Runs a relay to the end; before, one that is killed after each of so many sends."""
    async with catalog.serving():
        for count in sends:
            limit = len(catalog.batches) + count
            async with relaying(database, catalog.url):
                await until(partial(sent_or_finished, database, catalog, limit), "sends")
        async with relaying(database, catalog.url):
            await until(lambda: finished(database), "an outbox without pending events")
    assert counts(database)["dead"] == dead


def sent_or_finished(database: Database, catalog: FakeCatalog, limit: int) -> bool:
    """Whether so many batches were sent, or no event is left to be sent."""
    return len(catalog.batches) >= limit or finished(database)


def finished(database: Database) -> bool:
    """Whether no event is pending."""
    return counts(database)["owed"] == 0


def recorded_by_document(catalog: FakeCatalog) -> dict[str, list[int]]:
    """The observations that were recorded, per document, in the order of the recording."""
    order: dict[str, list[int]] = {}
    for name in catalog.recorded:
        document, observation = name.split(":")
        order.setdefault(document, []).append(int(observation))
    return order


@settings(max_examples=25, deadline=None)
@given(names=documents, failing=troubles, sends=kills, place=st.integers(0, 12))
def test_every_event_is_delivered_or_a_dead_letter_in_order(
    names: list[str], failing: dict[int, str], sends: list[int], place: int
) -> None:
    events = drawn([*names[:place], GOOD, *names[place:]])
    bad = {
        events[number].id: LASTING[way]
        for number, way in failing.items()
        if number < len(events) and events[number].id != event_id(GOOD)
    }
    catalog = FakeCatalog(troubles=bad)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Database(f"sqlite:///{Path(folder) / 'test.db'}")) as database,
        mock.patch.object(outbox, "REFUSALS", AT_ONCE),
    ):
        tables.Base.metadata.create_all(database.engine)
        put(database, *events)
        asyncio.run(delivered(database, catalog, sends, len(bad)))
    assert sorted(catalog.recorded) == sorted({event.id for event in events} - bad.keys())
    assert all(order == sorted(order) for order in recorded_by_document(catalog).values())
