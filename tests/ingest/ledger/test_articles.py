"""The judging queue: the state of each article, the order in which it is worked off, and what reading it costs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import versions
from ingest_service.folder.scan import FileFact
from ingest_service.judging.judge import Judge
from ingest_service.ledger import articles, entries, queries
from ingest_service.ledger.articles import Backlog
from ingest_service.ledger.batch import FileChanges
from ingest_service.store.db import Database
from ingest_service.store.tables import AGAIN, BOILERPLATE, DONE, NEW, Article, Item, Judging
from tests.quality import sameness_predict
from tests.quality.sameness_predict import NOW, ORIGIN, Document

TEXTS = [Document(f"{number}", f"Report {number} of the harbour master.") for number in range(5)]


def set_state(database: Database, name: str, judging: Judging, version: str = versions.SAMENESS) -> None:
    with database.writing() as session:
        article = session.scalars(sa.select(Article).join(Item).where(Item.key == name)).one()
        article.judging, article.sameness_version = judging, version


def states(database: Database) -> dict[str, str]:
    """The state of each article by its path."""
    with database.reading() as session:
        rows = session.execute(sa.select(Item.path, Article.judging).join(Article, Article.item == Item.id))
        return {row.path: row.judging for row in rows}


def queued(database: Database, *states: Judging, limit: int = 10) -> list[str]:
    with database.reading() as session:
        return [session.get_one(Item, row.item).key for row in articles.queued(session, states, limit)]


def backlog(database: Database) -> tuple[Backlog, int]:
    with database.reading() as session:
        return articles.backlog(session), queries.unjudged(session)


def test_an_article_is_new_until_it_is_judged(database: Database) -> None:
    assert backlog(database) == (Backlog(new=False, again=False), 0)
    sameness_predict.store(database, TEXTS[:2])
    assert states(database) == {"0": NEW, "1": NEW}
    assert backlog(database) == (Backlog(new=True, again=False), 2)
    sameness_predict.judge(database, Judge(ORIGIN))
    assert states(database) == {"0": DONE, "1": DONE}
    assert backlog(database) == (Backlog(new=False, again=False), 0)


def test_an_article_moved_before_it_was_judged_is_judged_again(database: Database) -> None:
    sameness_predict.store(database, TEXTS[:1])
    with database.writing() as session:
        moved = {"0": FileFact("moved", 1, 0, 0, 0, 0)}
        entries.enter(session, entries.Context(ORIGIN, NOW), FileChanges(moved=moved))
        [article] = session.scalars(sa.select(Article))
        assert article.pending is None
    assert states(database) == {"moved": AGAIN}


@pytest.mark.parametrize("state", [AGAIN, BOILERPLATE])
def test_an_article_queued_again_is_counted_and_judged(database: Database, state: Judging) -> None:
    sameness_predict.store(database, TEXTS)
    sameness_predict.judge(database, Judge(ORIGIN))
    set_state(database, "2", state)
    assert backlog(database) == (Backlog(new=False, again=True), 1)
    sameness_predict.judge(database, Judge(ORIGIN))
    assert set(states(database).values()) == {DONE}


@pytest.mark.parametrize("version", ["0", versions.SAMENESS + "0"])
def test_an_article_of_another_release_is_counted_once(database: Database, version: str) -> None:
    sameness_predict.store(database, TEXTS)
    set_state(database, "0", NEW, version)
    assert backlog(database) == (Backlog(new=True, again=True), 5)
    sameness_predict.judge(database, Judge(ORIGIN))
    for name, state in (("1", DONE), ("2", AGAIN), ("3", BOILERPLATE)):
        set_state(database, name, state, version)
    assert backlog(database) == (Backlog(new=False, again=True), 3)
    sameness_predict.judge(database, Judge(ORIGIN))
    assert backlog(database) == (Backlog(new=False, again=False), 0)


def test_only_judged_articles_of_this_release_are_queued_for_boilerplate(database: Database) -> None:
    sameness_predict.store(database, TEXTS)
    sameness_predict.judge(database, Judge(ORIGIN))
    set_state(database, "0", NEW)
    set_state(database, "1", AGAIN)
    set_state(database, "2", DONE, "0")
    with database.writing() as session:
        articles.queue_for_boilerplate(session, list(session.scalars(sa.select(Article.id))))
    assert states(database) == {"0": NEW, "1": AGAIN, "2": DONE, "3": BOILERPLATE, "4": BOILERPLATE}


def test_the_oldest_of_all_wanted_states_comes_first(database: Database) -> None:
    sameness_predict.store(database, TEXTS)
    for name, state in (("0", BOILERPLATE), ("1", AGAIN), ("2", DONE), ("3", BOILERPLATE)):
        set_state(database, name, state)
    assert queued(database, AGAIN, BOILERPLATE) == ["0", "1", "3"]
    assert queued(database, AGAIN, BOILERPLATE, limit=2) == ["0", "1"]
    assert queued(database, NEW) == ["4"]


QUESTIONS: dict[str, Callable[[Session], object]] = {
    "whether anything is queued": articles.backlog,
    "how much is queued": queries.unjudged,
    "the oldest new articles": lambda session: articles.queued(session, [NEW], 10),
    "the oldest articles to be judged again": lambda session: articles.queued(session, [AGAIN, BOILERPLATE], 10),
    "the oldest outdated articles": lambda session: articles.outdated(session, 10),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_the_queue_is_found_without_a_walk_over_the_table(
    database: Database, question: Callable[[Session], object]
) -> None:
    sameness_predict.store(database, TEXTS)
    statements: list[tuple[str, Any]] = []
    with database.reading() as session:
        if database.engine.dialect.name == "postgresql":
            # Otherwise PostgreSQL reads a table of five rows as a whole.
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))

        def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
            if statement != "BEGIN":
                statements.append((statement, parameters))

        sa.event.listen(database.engine, "before_cursor_execute", listen)
        question(session)
        sa.event.remove(database.engine, "before_cursor_execute", listen)
        plan = [step for statement, parameters in statements for step in steps(session, statement, parameters)]
    assert any("ix_article_" in step for step in plan), plan
    walks = ("Seq Scan on article", "Index Scan using pk_article")
    assert not [step for step in plan if step == "SCAN article" or any(walk in step for walk in walks)], plan


def steps(session: Session, statement: str, parameters: Any) -> list[str]:  # noqa: ANN401  As the driver takes them.
    """The plan of a statement, a line for each step."""
    explain = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{explain} {statement}", parameters)
    return [str(row[-1]) for row in rows]


def test_storing_a_text_finds_its_class_by_the_digest(database: Database) -> None:
    sameness_predict.store(database, TEXTS)
    statements: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        if statement.startswith("SELECT") and re.search(r"article\.folded_digest (IN|= ANY) ?\(", statement):
            statements.append((statement, parameters))

    sa.event.listen(database.engine, "before_cursor_execute", listen)
    sameness_predict.store(database, [Document("new", "Another report of the harbour master.")])
    sa.event.remove(database.engine, "before_cursor_execute", listen)
    assert statements
    with database.reading() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in statements:
            plan = steps(session, statement, parameters)
            assert any("ix_article_folded_digest" in step for step in plan), plan
