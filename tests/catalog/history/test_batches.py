"""A batch is recorded by a fixed number of statements, with the result that its events have one by one."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from catalog_service import contract
from catalog_service.history import record as history
from catalog_service.store.db import Database
from catalog_service.store.tables import Change, Document, Receipt, Story, valid_at
from tests.catalog.conftest import Record, outcomes
from tests.catalog.events import article, document_id, event, original, raw_event, related, relation

MOST_STATEMENTS = 40
# Of new documents without relations: two selects and six inserts or seven, and five for the transaction and its turn.
STATEMENTS_OF_NEW_DOCUMENTS = 14
EVENT = contract.ObservedEvent.model_validate


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


def test_for_new_documents_nothing_is_read_that_they_cannot_have(catalog: Database, record: Record) -> None:
    record(*new_documents(3))
    with counted(catalog) as statements:
        record(*(event(number, original=original(str(number).encode())) for number in (10, 11)))
    assert len(statements) <= STATEMENTS_OF_NEW_DOCUMENTS, statements


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


def test_stories_that_join_divide_and_end_take_as_few_statements(catalog: Database, record: Record) -> None:
    def copy_of(number: int, *others: int) -> contract.ObservedEvent:
        return event(number, relations=[relation(other, type_="duplicate") for other in others])

    # Stories of a document, which connects the others, and four copies of it.
    firsts = range(1, 501, 5)
    record(*(event(first) for first in firsts))
    record(*(copy_of(first + place, first) for first in firsts for place in range(1, 5)))
    joined = [copy_of(1_000 + first, first, first + 5) for first in firsts[:40:2]]
    revised = [event(first, 2, article=article(text=f"Revised {first}.")) for first in firsts[40:60]]
    smaller = [event(first + 1, 2, "withdrawn") for first in firsts[60:80]]
    ended = [event(first + place, 2, "withdrawn") for first in firsts[80:] for place in range(1, 5)]
    with counted(catalog) as statements:
        assert set(outcomes(record(*joined, *revised, *smaller, *ended))) == {"recorded"}
    assert len(statements) <= MOST_STATEMENTS, statements
    with catalog.reading() as session:
        sizes = session.scalars(sa.select(Story.size).where(valid_at(Story)))
        assert Counter(sizes) == {11: 20, 4: 40}


def bad_events() -> list[contract.AnyEvent | history.Malformed]:
    """One event of each kind that is refused; document 1 is recorded, the others are not."""
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
        related(1, 1, [outside], "outside"),
        related(1, 1, [relation(1)], "itself"),
        related(1, 2, [], "later"),
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


def test_a_batch_of_bad_events_only_changes_nothing(catalog: Database, record: Record) -> None:
    record(event(1))
    for batch in (bad_events(), *([bad] for bad in bad_events())):
        assert outcomes(record(*batch)) == ["rejected"] * len(batch)
    with catalog.reading() as session:
        assert session.scalars(sa.select(Change.seq)).all() == [1]
        assert session.scalars(sa.select(Receipt.event)).all() == [event(1).id]


def test_every_bad_event_is_rejected_between_any_two_good_ones(record: Record) -> None:
    record(event(1))
    good = new_documents(20, first=2)
    batch = list(itertools.chain.from_iterable(zip(bad_events(), good, strict=False)))
    assert outcomes(record(*batch)) == ["rejected", "recorded"] * len(bad_events())


# The numbers of the events that the database refuses, of a batch of five.
REFUSED = pytest.mark.parametrize("refused", [(1,), (3,), (5,), (1, 2, 3, 4, 5)])
FIVE = range(1, 6)


@REFUSED
def test_an_event_that_the_database_cannot_store_is_rejected_alone(
    catalog: Database, record: Record, refused: Sequence[int]
) -> None:
    with catalog.writing() as session:
        session.execute(sa.text(REFUSE[catalog.engine.dialect.name]))
    titles = {number: "Refused" if number in refused else "Taken" for number in FIVE}
    check_rejected(catalog, record, [event(number, article=article(title=titles[number])) for number in FIVE], refused)


# Makes the database refuse one title: an error that no rule of the catalog foresees.
REFUSE = {
    "sqlite": "CREATE TRIGGER one_refused BEFORE INSERT ON version WHEN NEW.title = 'Refused' "
    "BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "postgresql": "CREATE INDEX one_refused ON version ((1 / CASE title WHEN 'Refused' THEN 0 ELSE 1 END))",
}


def check_rejected(
    catalog: Database, record: Record, events: Sequence[contract.AnyEvent], rejected: Sequence[int]
) -> None:
    """Of five new documents, exactly these are rejected; the others and the next batch are recorded."""
    receipts = record(*events)
    assert [number for number, outcome in enumerate(outcomes(receipts), start=1) if outcome == "rejected"] == [
        *rejected
    ]
    assert {receipt.problem.code for receipt in receipts if receipt.problem} == {"event-refused"}
    assert outcomes(record(event(6))) == ["recorded"]
    with catalog.reading() as session:
        assert list(session.scalars(sa.select(Change.seq).order_by(Change.seq))) == [*range(1, 7 - len(rejected))]


@REFUSED
@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_an_event_above_a_limit_of_postgresql_is_rejected_alone(
    catalog: Database, record: Record, refused: Sequence[int]
) -> None:
    with catalog.writing() as session:
        session.execute(sa.text("CREATE INDEX long_texts ON version (CAST(paragraphs AS text))"))
    # Digests, because PostgreSQL compresses the rows of an index; a row has at most 2,704 bytes.
    long = " ".join(contract.digest_of(bytes([number])) for number in range(100))
    texts = {number: long if number in refused else "Short." for number in FIVE}
    check_rejected(catalog, record, [event(number, article=article(text=texts[number])) for number in FIVE], refused)


def test_a_thousand_events_of_one_document_are_recorded_in_order(catalog: Database, record: Record) -> None:
    events = [event(1, number, article=article(text=f"Take {number}.")) for number in range(1, 1_001)]
    with counted(catalog) as statements:
        versions = [receipt.version for receipt in record(*events)]
    assert versions == list(range(1, 1_001))
    assert len(statements) <= MOST_STATEMENTS
