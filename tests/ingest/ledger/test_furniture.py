"""Furniture in the ledger, on both databases: learned in batches, scheduled to be lifted, and forgotten."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ingest_service import model, sameness, versions
from ingest_service.delivery import events
from ingest_service.folder.scan import FileFact
from ingest_service.furniture import RULE, Page, page_of
from ingest_service.ledger import entries, furniture, rereads
from ingest_service.ledger.batch import FileChanges
from ingest_service.model import Article, Note
from ingest_service.store.db import Database
from ingest_service.store.tables import EdgeLine, File, Item
from ingest_service.workers.prepare import PreparedFile, PreparedItem
from tests.ingest.budgets import statements
from tests.ingest.furniture.pages import BODIES, FOOTER, MENU, article
from tests.ingest.furniture.test_suspect_texts import WALL, sent

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CONTEXT = entries.Context(events.Origin("seeds", "/ingest/seeds"), NOW)
# Reading and writing the progress, the articles, lines and pages, and the schedule; the same for each batch.
MOST_STATEMENTS = 14


def store(database: Database, articles: Sequence[Article], first: int = 0) -> None:
    """Stores the articles as files `0.txt`, `1.txt` and so on."""
    stored = []
    for number, one in enumerate(articles, first):
        content = f"{number} {one.text}".encode()
        original = model.Original(content, "text/plain", "utf-8")
        item = PreparedItem.of(None, one, sameness.prepare(one))
        fact = FileFact(f"{number}.txt", len(content), 0, 0, 0, number)
        stored.append((fact, PreparedFile(original.digest, original, (item,))))
    with database.writing() as session:
        entries.enter(session, CONTEXT, FileChanges(stored=stored))


def learn(database: Database, limit: int = 100) -> furniture.Taught:
    """Learns from one batch."""
    with database.writing() as session:
        return furniture.learn(session, NOW, limit)


def lines(database: Database) -> dict[str, tuple[str, ...]]:
    """The evidence of each line that was learned."""
    with database.reading() as session:
        return {line.text: line.evidence for line in furniture.lines(session)}


def test_learning_goes_on_from_batch_to_batch(database: Database) -> None:
    store(database, [article(number) for number in range(4)])
    for number in range(2):
        taught = learn(database, 1)
        assert (taught.pages, taught.lines, taught.files) == (1, (), 0), number
    assert len(learn(database, 1).lines) == len(MENU + FOOTER)
    assert lines(database) == dict.fromkeys((*MENU, *FOOTER), ("0.txt", "1.txt", "2.txt"))
    with database.reading() as session:
        assert furniture.count(session) == 1
        assert rereads.count(session) == 3
        assert not set(session.scalars(sa.select(EdgeLine.key))).intersection(*furniture.load(session).keys.values())
    taught = learn(database, 1)
    assert (taught.pages, taught.lines, taught.files) == (1, (), 1)
    assert learn(database) == furniture.Taught(0, (), 0)


def test_a_suspect_text_is_learned_from_batch_to_batch_and_undone(database: Database) -> None:
    walls = [sent(number, *WALL) for number in range(4)]
    store(database, walls)
    assert [len(learn(database, 1).lines) for _ in walls] == [0, 0, 1, 0]
    with database.reading() as session:
        assert rereads.count(session) == 4
        assert furniture.load(session).suspect(sent(5, *WALL)) == "bot-wall"
        [line] = furniture.lines(session)
        documents = list(session.scalars(sa.select(Item.document).order_by(Item.id)))
    assert (line.suspect, line.text, line.evidence) == ("bot-wall", walls[2].text, ("0.txt", "1.txt", "2.txt"))
    with database.writing() as session:
        session.execute(sa.update(File).values(readers=versions.READERS))
        assert furniture.switch(session, line.id, disabled=True) == 4
        assert furniture.load(session).suspect(walls[0]) is None
    with database.writing() as session:
        assert furniture.switch(session, line.id, disabled=False) == 0, "all are to be read again already"
        for document in documents[:3]:
            entries.purge(session, document)
    assert lines(database) == {}


def test_copies_of_a_page_are_read_again_with_it(database: Database) -> None:
    store(database, [article(0), article(0), article(1), article(2)])
    assert learn(database).files == 4


def test_a_batch_costs_the_same_statements_however_many_pages_are_stored(database: Database) -> None:
    counts = []
    for batch in range(3):
        words = [f"{body} {batch}".split() for body in BODIES]
        store(database, [article(number, " ".join(reversed(words[number]))) for number in range(4)], 4 * batch)
        with statements(database.engine) as executed:
            learn(database)
        counts.append(len([statement for statement in executed if statement not in ("BEGIN", "BEGIN IMMEDIATE")]))
    assert counts[2] <= counts[1] <= MOST_STATEMENTS


def test_a_page_without_its_furniture_loads_no_earlier_pages(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, [article(number) for number in range(3)])
    learn(database)
    loaded: list[Article] = []

    def counted(one: Article) -> Page:
        loaded.append(one)
        return page_of(one)

    monkeypatch.setattr(furniture, "page_of", counted)
    notes = tuple(Note(RULE, None, line) for line in (*MENU, *FOOTER))
    later = dataclasses.replace(article(3, menu=(), footer=()), notes=notes)
    store(database, [later], 3)
    assert learn(database).pages == 1
    assert loaded == [later], "the number of the address was learned as a line, not as the form of one"


def test_a_redacted_page_is_no_evidence(database: Database) -> None:
    store(database, [article(number) for number in range(3)])
    learn(database)
    with database.reading() as session:
        documents = list(session.scalars(sa.select(Item.document).order_by(Item.id)))
    with database.writing() as session:
        entries.purge(session, documents[0])
    assert set(lines(database).values()) == {("1.txt", "2.txt")}
    with database.writing() as session:
        for document in documents[1:]:
            entries.purge(session, document)
    assert lines(database) == {}


def test_other_rules_learn_again_and_leave_what_a_person_disabled(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, [article(number) for number in range(3)])
    learn(database)
    with database.writing() as session:
        [first, *_] = furniture.lines(session)
        furniture.switch(session, first.id, disabled=True)
        before = furniture.progress(session)
    monkeypatch.setattr(versions, "FURNITURE", "0")
    learn(database)
    with database.reading() as session:
        now = list(furniture.lines(session))
        assert furniture.progress(session).revision > before.revision
    assert [line.id for line in now if line.disabled] == [first.id]
    assert {line.text for line in now} == {*MENU, *FOOTER}
    assert min(line.id for line in now if not line.disabled) > first.id + len(MENU + FOOTER) - 1
