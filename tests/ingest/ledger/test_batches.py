"""A batch of files is entered by a fixed number of statements, with the result that its files have one by one."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest_service import errors, model, sameness
from ingest_service.judging.judge import Judge
from ingest_service.ledger import entries, queries
from ingest_service.ledger.batch import Batch, FileChanges
from ingest_service.ledger.decide import decide
from ingest_service.store import tables
from ingest_service.store.db import Database
from ingest_service.store.tables import Article, File, Item, Outbox
from ingest_service.workers.prepare import PreparedFile, PreparedItem
from tests import templates
from tests.ingest import budgets
from tests.ingest.ledger.histories import CONTEXT, HISTORIES, ORIGIN, Round, entered, fact


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=HISTORIES, adopting=st.booleans())
def test_batches_of_any_size_end_in_equal_tables(database: Database, history: list[Round], adopting: bool) -> None:
    by_size = {size: entered(database, history, size, adopting=adopting) for size in (1, 7, 100)}
    assert by_size[7] == by_size[1]
    assert by_size[100] == by_size[1]


def file_of(*texts: str, names: Sequence[str | None] = (None,)) -> PreparedFile:
    """A file with an item of each text."""
    original = model.Original("".join(texts).encode(), "text/plain", "utf-8")
    articles = (model.Article("", (text,)) for text in texts)
    items = (PreparedItem.of(name, each, sameness.prepare(each)) for name, each in zip(names, articles, strict=True))
    return PreparedFile(original.digest, original, tuple(items))


def new_files(count: int, *, take: int = 1) -> FileChanges:
    """Files that were read, each with a text of its own."""
    words = range(100, 160)
    files = (file_of(" ".join(f"{word}x{number}x{take}" for word in words)) for number in range(count))
    return FileChanges(stored=[(fact(f"{number}.txt", take), file) for number, file in enumerate(files)])


def cost(database: Database, changes: FileChanges) -> list[str]:
    """The statements that enter a batch, without the one that begins the transaction."""
    with budgets.statements(database.engine) as statements, database.writing() as session:
        entries.enter(session, CONTEXT, changes)
    return [statement for statement in statements if not statement.startswith("BEGIN")]


def paths(changes: FileChanges) -> list[str]:
    """The paths of the files that were read."""
    return [file.path for file, _ in changes.stored]


def judged(database: Database, count: int) -> None:
    """Judges all new articles."""
    with database.writing() as session:
        assert Judge(ORIGIN).judge(session, count) == count


# How many statements a batch may take.
BUDGETS = {"new": 15, "pending": 20, "edited": 20, "moved": 10, "deleted": 16}


@pytest.mark.parametrize("count", [1, 100, 1_000])
def test_the_number_of_statements_does_not_grow_with_the_batch(database: Database, count: int) -> None:
    new = new_files(count)
    elsewhere = {path: fact(f"in/{path}", 9) for path in paths(new)}
    statements = {"new": cost(database, new), "pending": cost(database, new_files(count, take=2))}
    judged(database, count)
    statements["edited"] = cost(database, new_files(count, take=3))
    judged(database, count)
    statements["moved"] = cost(database, FileChanges(moved=elsewhere))
    statements["deleted"] = cost(database, FileChanges(deleted=[moved.path for moved in elsewhere.values()]))
    for change, most in BUDGETS.items():
        assert len(statements[change]) <= most, statements[change]
    with database.reading() as session:
        assert len(list(session.scalars(sa.select(Outbox.id)))) == 4 * count
        assert queries.counts(session) == {}


def test_files_that_are_touched_or_fail_cost_two_statements(database: Database) -> None:
    new = new_files(100)
    cost(database, new)
    touched = cost(database, FileChanges(touched=[fact(path, 2) for path in paths(new)]))
    failed = cost(database, FileChanges(failed=[(fact(path, 3), errors.UnknownFormat()) for path in paths(new)]))
    added = cost(database, FileChanges(failed=[(fact(f"in/{path}", 3), errors.Empty()) for path in paths(new)]))
    assert [len(statements) for statements in (touched, failed, added)] == [2, 2, 2]
    with database.reading() as session:
        assert queries.counts(session) == {tables.QUARANTINED: 200}


def test_the_members_of_a_hundred_files_cost_as_much_as_a_hundred_files(database: Database) -> None:
    names = ("one", "two", "three")
    files = [file_of(*(f"Part {name} of mail {number}." for name in names), names=names) for number in range(100)]
    mails = FileChanges(stored=[(fact(f"{number}.eml", 1), file) for number, file in enumerate(files)])
    assert len(cost(database, mails)) <= BUDGETS["new"]
    deleted = cost(database, FileChanges(deleted=paths(mails)))
    assert len(deleted) <= BUDGETS["deleted"] + len(names), deleted
    with database.reading() as session:
        assert len(list(session.scalars(sa.select(Outbox.id)))) == 2 * 300


def test_swapped_paths_in_one_batch_cost_no_document(database: Database) -> None:
    cost(database, new_files(2))
    with database.reading() as session:
        before = dict(session.execute(sa.select(Item.document, Item.path)).all())
    cost(database, FileChanges(moved={"0.txt": fact("1.txt", 2), "1.txt": fact("0.txt", 3)}))
    with database.reading() as session:
        after = dict(session.execute(sa.select(Item.document, Item.path)).all())
        assert list(session.scalars(sa.select(File.path).order_by(File.path))) == ["0.txt", "1.txt"]
    assert after == {document: {"0.txt": "1.txt", "1.txt": "0.txt"}[path] for document, path in before.items()}


def test_of_a_path_that_occurs_twice_in_a_batch_the_last_reading_counts(database: Database) -> None:
    first, second = file_of("One.", "Two.", names=("a", "b")), file_of("Two.", names=("b",))
    cost(database, FileChanges(stored=[(fact("a.eml", 1), first), (fact("a.eml", 2), second)]))
    with database.reading() as session:
        assert list(session.scalars(sa.select(Item.key))) == ["a.eml#b"]
        assert list(session.scalars(sa.select(File.digest))) == [second.digest]


def wait_until_locked(database: Database, other: Future[Any]) -> None:
    """Returns when the other transaction waits for a lock, or has ended without."""
    is_waiting = False
    while not (is_waiting or other.done()):
        threading.Event().wait(0.01)
        with database.reading() as session:
            is_waiting = bool(session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


@pytest.mark.postgres
def test_a_document_redacted_while_its_file_is_entered_stays_redacted(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgres_url)
    templates.bring_up(database)
    cost(database, new_files(2))
    with database.reading() as session:
        document = session.scalars(sa.select(Item.document).where(Item.key == "0.txt")).one()

    def redact() -> None:
        with database.writing() as session:
            entries.purge(session, document)

    def decide_meanwhile(batch: Batch, changes: FileChanges) -> None:
        decide(batch, changes)
        redactions.append(threads.submit(redact))
        wait_until_locked(database, redactions[0])

    redactions: list[Future[None]] = []
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(entries, "decide", decide_meanwhile)
        cost(database, FileChanges(stored=new_files(1, take=2).stored, deleted=["1.txt"]))
        redactions[0].result()
    with database.reading() as session:
        assert dict(session.execute(sa.select(Item.key, Item.status)).all()) == {
            "0.txt": "redacted", "1.txt": "withdrawn",
        }  # fmt: skip
        assert not list(session.scalars(sa.select(Article.id)))
    database.close()


@pytest.mark.postgres
def test_an_item_is_withdrawn_when_two_processes_delete_its_two_files(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    templates.bring_up(database)
    # The member "b#c" of one file and the member "c" of the other one are the same item.
    text = "Envoys of both sides met on Monday."
    cost(database, FileChanges(stored=[(fact("a", 1), file_of(text, names=("b#c",)))]))
    cost(database, FileChanges(stored=[(fact("a#b", 2), file_of(text, names=("c",)))]))
    judged(database, 1)

    def decide_meanwhile(batch: Batch, changes: FileChanges) -> None:
        decide(batch, changes)
        if not deletions:
            deletions.append(threads.submit(cost, other, FileChanges(deleted=["a#b"])))
            wait_until_locked(database, deletions[0])

    deletions: list[Future[list[str]]] = []
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(entries, "decide", decide_meanwhile)
        cost(database, FileChanges(deleted=["a"]))
        deletions[0].result()
    with database.reading() as session:
        assert list(session.scalars(sa.select(Item.status))) == ["withdrawn"]
        assert not list(session.scalars(sa.select(Article.id)))
    database.close()
    other.close()
