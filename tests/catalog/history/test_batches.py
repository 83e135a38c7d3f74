"""A batch is recorded by a fixed number of statements, with the result that its events have one by one."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.history import record as history
from catalog_service.store.base import Base
from catalog_service.store.db import Database
from catalog_service.store.tables import Change, Counter, Document, Story
from tests.catalog.conftest import NOW, Record, outcomes
from tests.catalog.events import article, document_id, event, original, raw_event, related, relation

MOST_STATEMENTS = 60
EVENT = contract.ObservedEvent.model_validate
WRITERS = 8
TEXTS = ("Envoys met on Monday.", "Envoys met on Tuesday.", "No envoy came.")
PATHS = ("001.txt", "new/002.txt")
KINDS = ("article", "article", "article", "moved", "withdrawn", "late", "related", "again", "bad")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while the context is open; one that is executed for many rows counts once."""
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", count)
    yield statements
    sa.event.remove(database.engine, "before_cursor_execute", count)


def new_documents(count: int, first: int = 1) -> list[contract.ObservedEvent]:
    """Events of new documents; every third is a copy of the one before it, every third a reuse of it."""
    types = {1: "duplicate", 2: "reuse"}
    return [
        event(
            number,
            article=article(text=f"Envoys met on day {number}."),
            original=original(str(number).encode()),
            relations=[relation(number - 1, type_=types[number % 3])] if number % 3 and number > first else [],
        )
        for number in range(first, first + count)
    ]


@pytest.mark.parametrize("count", [1, 100, 1_000])
def test_the_number_of_statements_does_not_grow_with_the_batch(catalog: Database, record: Record, count: int) -> None:
    record(*new_documents(50))
    with counted(catalog) as statements:
        assert set(outcomes(record(*new_documents(count, first=1_000)))) == {"recorded"}
    assert len(statements) <= MOST_STATEMENTS, statements


def test_edits_moves_and_withdrawals_take_as_few_statements(catalog: Database, record: Record) -> None:
    record(*new_documents(100))
    edits = [event(number, 2, article=article(text=f"Edit {number}.")) for number in range(1, 41)]
    moves = [event(number, 2, "moved", path=f"new/{number}.txt") for number in range(41, 71)]
    withdrawals = [event(number, 2, "withdrawn") for number in range(71, 101)]
    with counted(catalog) as statements:
        assert set(outcomes(record(*edits, *moves, *withdrawals))) == {"recorded"}
    assert len(statements) <= MOST_STATEMENTS, statements


def test_copies_of_many_former_texts_take_as_few_statements(catalog: Database, record: Record) -> None:
    firsts = range(1, 301, 3)
    copies = [
        event(first + place, relations=[relation(first, type_="duplicate")]) for first in firsts for place in (1, 2)
    ]
    record(*(event(first) for first in firsts), *copies)
    batches: list[list[contract.AnyEvent]] = [
        [event(first, 2, "withdrawn") for first in firsts],
        [related(first + 2, 1, [relation(first + 1, type_="duplicate")]) for first in firsts],
        [event(first, 3, "restored", relations=[relation(first + 1, type_="duplicate")]) for first in firsts],
    ]
    for batch in batches:
        with counted(catalog) as statements:
            assert set(outcomes(record(*batch))) == {"recorded"}
        assert len(statements) <= MOST_STATEMENTS, statements


def bad_events() -> list[contract.AnyEvent | history.Malformed]:
    """One event of each kind that is refused, all of documents that are not recorded otherwise."""
    problem = contract.Problem(type="/problems/event-refused", title="", status=422, detail="", code="event-refused")
    absent = {**original(b"never put"), "bytes": None}
    outside = relation(1, passages=[{"self": [0, 500], "other": [0, 5], "words": 8}])
    return [
        history.Malformed("unreadable", problem),
        event(901, article=article() | {"digest": contract.digest_of(b"another text")}),
        event(902, original=original() | {"digest": contract.digest_of(b"other bytes")}),
        event(903, original=original() | {"size": 1}),
        event(904, original=absent),
        event(905, relations=[relation(905)]),
        event(906, relations=[outside]),
        event(907, 1, "moved"),
        event(908, 1, "withdrawn"),
        related(909, 1, [relation(1)]),
        EVENT(raw_event(910) | {"id": f"{document_id(1)}:1"}),
    ]


@pytest.mark.parametrize("place", [0, 1, 5, 10])
def test_of_a_batch_exactly_the_bad_events_are_rejected(catalog: Database, record: Record, place: int) -> None:
    record(event(1))
    good = new_documents(10, first=2)
    batch = [*good[:place], *bad_events(), *good[place:]]
    expected = ["recorded"] * place + ["rejected"] * len(bad_events()) + ["recorded"] * (10 - place)
    assert outcomes(record(*batch)) == expected
    with catalog.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Document)) == 11


def test_every_bad_event_is_rejected_between_any_two_good_ones(record: Record) -> None:
    record(event(1))
    good = new_documents(20, first=2)
    batch = list(itertools.chain.from_iterable(zip(bad_events(), good, strict=False)))
    assert outcomes(record(*batch)) == ["rejected", "recorded"] * len(bad_events())


def test_an_event_that_the_database_cannot_store_is_rejected_alone(catalog: Database, record: Record) -> None:
    with catalog.writing() as session:
        session.execute(sa.text(REFUSE[catalog.engine.dialect.name]))
    check_one_refused(
        catalog, record, [event(n, article=article(title="Refused" if n == 3 else "Taken")) for n in FIVE]
    )


# Makes the database refuse one title: an error that no rule of the catalog foresees.
REFUSE = {
    "sqlite": "CREATE TRIGGER one_refused BEFORE INSERT ON version WHEN NEW.title = 'Refused' "
    "BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "postgresql": "CREATE INDEX one_refused ON version ((1 / CASE title WHEN 'Refused' THEN 0 ELSE 1 END))",
}
FIVE = range(1, 6)


def check_one_refused(catalog: Database, record: Record, events: Sequence[contract.AnyEvent]) -> None:
    """Of five new documents, the third is rejected and the others are recorded; the next batch is recorded too."""
    receipts = record(*events)
    assert outcomes(receipts) == ["recorded", "recorded", "rejected", "recorded", "recorded"]
    assert receipts[2].problem is not None
    assert receipts[2].problem.code == "event-refused"
    assert outcomes(record(event(6))) == ["recorded"]
    with catalog.reading() as session:
        assert list(session.scalars(sa.select(Change.seq).order_by(Change.seq))) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_an_event_above_a_limit_of_postgresql_is_rejected_alone(catalog: Database, record: Record) -> None:
    with catalog.writing() as session:
        session.execute(sa.text("CREATE INDEX long_texts ON version (CAST(paragraphs AS text))"))
    # Digests, because PostgreSQL compresses the rows of an index; a row has at most 2,704 bytes.
    long = " ".join(contract.digest_of(bytes([number])) for number in range(100))
    check_one_refused(catalog, record, [event(n, article=article(text=long if n == 3 else "Short.")) for n in FIVE])


def test_a_thousand_events_of_one_document_are_recorded_in_order(catalog: Database, record: Record) -> None:
    events = [event(1, number, article=article(text=f"Take {number}.")) for number in range(1, 1_001)]
    with counted(catalog) as statements:
        versions = [receipt.version for receipt in record(*events)]
    assert versions == list(range(1, 1_001))
    assert len(statements) <= MOST_STATEMENTS


def test_batches_that_race_on_the_same_documents_are_recorded_once_and_in_order(catalog: Database) -> None:
    batches = [
        [event(number, take, article=article(text=f"Take {take} of {number}.")) for number in range(1, 6)]
        for take in range(1, WRITERS + 1)
    ]

    def write(batch: Sequence[contract.AnyEvent]) -> list[contract.Receipt]:
        with catalog.writing() as session:
            return history.record_batch(session, [*batch, *batches[0]], NOW)

    with ThreadPoolExecutor(WRITERS) as threads:
        recorded = [receipt for batch in threads.map(write, batches) for receipt in batch]
    assert set(outcomes(recorded)) <= {"recorded", "late", "replayed"}
    with catalog.reading() as session:
        seqs = list(session.scalars(sa.select(Change.seq).order_by(Change.seq)))
        assert seqs == list(range(1, len(seqs) + 1))
        shown = session.execute(sa.select(Document.observation, Document.versions)).all()
        assert [tuple(row) for row in shown] == [(WRITERS, WRITERS)] * 5


STEPS = st.tuples(
    st.sampled_from(KINDS),
    st.integers(1, 4),
    st.sampled_from(TEXTS),
    st.sampled_from(PATHS),
    st.dictionaries(st.integers(1, 4), st.sampled_from(["duplicate", "revision", "reuse"]), max_size=2),
)
Step = tuple[str, int, str, str, dict[int, str]]


def events_of(steps: Sequence[Step]) -> list[contract.AnyEvent]:
    """Events of four documents: articles, moves, withdrawals, late and repeated events, judgements, bad events."""
    observations = dict.fromkeys(range(1, 5), 0)
    events: list[contract.AnyEvent] = []
    for kind, number, text, path, types in steps:
        reported = [
            relation(other, max(observations[other], 1), type_) for other, type_ in types.items() if other != number
        ]
        if kind == "again" and events:
            events.append(events[number % len(events)])
        elif kind == "related" and observations[number]:
            events.append(related(number, observations[number], reported, f"r{len(events)}"))
        elif kind in ("moved", "withdrawn"):
            observations[number] += 1
            events.append(event(number, observations[number], kind, path=path))
        elif kind in ("article", "late", "bad"):
            observations[number] += 2 if kind == "late" else 1
            content = article(text=text) | ({"digest": contract.digest_of(b"")} if kind == "bad" else {})
            newest = observations[number]
            seen = (newest, newest - 1) if kind == "late" else (newest,)
            events += [event(number, seq, path=path, article=content, relations=reported) for seq in seen]
    return events


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, min_size=8, max_size=30))
def test_batches_of_any_size_end_in_equal_tables_and_logs(catalog: Database, steps: list[Step]) -> None:
    events = events_of(steps)
    by_size = {size: _recorded(catalog, events, size) for size in (1, 7, 100)}
    assert by_size[7] == by_size[1]
    assert by_size[100] == by_size[1]


def _recorded(catalog: Database, events: Sequence[contract.AnyEvent], size: int) -> dict[str, Any]:
    """The contents of an empty catalog after the events were recorded in batches of this size."""
    with catalog.writing() as session:
        _empty(session)
    answers = []
    for start in range(0, len(events), size):
        with catalog.writing() as session:
            answers += history.record_batch(session, events[start : start + size], NOW)
    with catalog.reading() as session:
        _check_stories(session)
        position = _positions(session)
        contents: dict[str, Any] = {table.name: _rows(session, table, position) for table in _tables()}
        contents["stories"] = _stories(session)
    return contents | {"answers": [answer.model_dump(exclude={"epoch", "seq"}) for answer in answers]}


def _tables() -> list[sa.Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in ("counter", "story", "token")]


def _empty(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        if table.name != "counter":
            session.execute(sa.delete(table))
    session.execute(sa.text("DELETE FROM search_entry"))
    session.execute(sa.update(Counter).values(seq=0))


def _positions(session: Session) -> Callable[[int], int]:
    """A function from a `seq` to the number of entries of the log up to it, entries of stories not counted."""
    last = session.scalars(sa.select(Counter.seq)).one()
    others = set(session.scalars(sa.select(Change.seq).where(Change.type != "story.changed.v1")))
    counts = list(itertools.accumulate((number in others for number in range(1, last + 1)), initial=0))
    return counts.__getitem__


def _rows(session: Session, table: sa.Table, position: Callable[[int], int]) -> list[str]:
    """The rows of a table without stories, each `seq` as its position."""
    rows = []
    for row in session.execute(sa.select(table)).mappings():
        values = {name: value for name, value in row.items() if name != "story"}
        if values.get("type") != "story.changed.v1":
            seqs = {name: position(value) for name, value in values.items() if name.endswith("seq") and value}
            rows.append(repr(values | seqs))
    return sorted(rows)


def _stories(session: Session) -> list[tuple[str, int, list[str]]]:
    """The head, the size and the documents of each story."""
    members: dict[str | None, list[str]] = {}
    for id_, story in session.execute(sa.select(Document.id, Document.story).order_by(Document.id)):
        members.setdefault(story, []).append(id_)
    return sorted((row.head, row.size, members[row.id]) for row in session.scalars(sa.select(Story)))


def _check_stories(session: Session) -> None:
    """The last entry of the log about each story is what its table has."""
    entries = session.scalars(sa.select(Change).where(Change.type == "story.changed.v1").order_by(Change.seq))
    last = {entry.data["story"]: (entry.data["size"], entry.data["head"]) for entry in entries}
    stored = {row.id: (row.size, row.head) for row in session.scalars(sa.select(Story))}
    assert {story: state for story, state in last.items() if state[0]} == stored
