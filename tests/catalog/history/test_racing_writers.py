"""Batches that race on the same documents end as the same batches do one after the other, in the order of commits."""

import itertools
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from catalog_service import contract
from catalog_service.history.record import record_batch
from catalog_service.store.db import Database
from catalog_service.store.tables import Change, Receipt
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event, related, relation
from tests.catalog.history import contents

WRITERS = 8
BATCHES = 6
DOCUMENTS = range(1, 7)
TEXTS = ("Envoys met on Monday.", "Envoys met on Tuesday.", "No envoy came.")
Batch = Sequence[contract.AnyEvent]


def batches_of(writer: int) -> list[Batch]:
    """The batches of a writer: one event of each document, in an order of its own. Some events are those of others."""
    drawn = random.Random(writer)  # noqa: S311  Every run races with the same events.
    return [drawn.sample([event_of(drawn, number) for number in DOCUMENTS], len(DOCUMENTS)) for _ in range(BATCHES)]


def event_of(drawn: random.Random, number: int) -> contract.AnyEvent:
    """An article, a move, a withdrawal or a judgement of the test's document."""
    observation = drawn.randint(1, 2 * BATCHES)
    others = [other for other in drawn.sample(DOCUMENTS, 2) if other != number]
    relations = [relation(other, drawn.randint(1, 4), drawn.choice(["duplicate", "revision"])) for other in others]
    kind = drawn.choice(["changed", "changed", "changed", "moved", "withdrawn", "judged"])
    if kind == "judged":
        return related(number, observation, relations, f"r{drawn.random()}")
    if kind == "changed":
        return event(number, observation, kind, article=article(text=drawn.choice(TEXTS)), relations=relations)
    return event(number, observation, kind, path=drawn.choice(["001.txt", "new/002.txt"]))


def test_eight_writers_end_as_one(catalog: Database) -> None:
    committed: list[Batch] = []
    start = threading.Barrier(WRITERS)

    def write(writer: int) -> list[contract.Receipt]:
        start.wait()
        receipts = []
        for batch in batches_of(writer):
            with catalog.writing() as session:
                receipts += record_batch(session, batch, NOW)
                # The writer's turn lasts until the commit, so this is the order of the commits.
                committed.append(batch)
        return receipts

    with ThreadPoolExecutor(WRITERS) as threads:
        receipts = list(itertools.chain.from_iterable(threads.map(write, range(WRITERS))))
    assert {"recorded", "late", "replayed"} <= {receipt.outcome for receipt in receipts}
    raced = state(catalog)
    with catalog.writing() as session:
        contents.empty(session)
    for batch in committed:
        with catalog.writing() as session:
            record_batch(session, batch, NOW)
    assert state(catalog) == raced


def state(catalog: Database) -> object:
    """The rows of the tables and the stories, after a check of the log, the receipts and the intervals."""
    with catalog.reading() as session:
        seqs = list(session.scalars(sa.select(Change.seq).order_by(Change.seq)))
        assert seqs == list(range(1, len(seqs) + 1))
        answered = list(session.scalars(sa.select(Receipt.event)))
        assert len(answered) == len(set(answered))
        contents.check_intervals(session)
        return contents.recorded_rows(session), contents.stories(session)
