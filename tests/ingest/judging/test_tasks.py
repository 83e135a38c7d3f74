"""With which articles each one is judged: a pair of new articles once, copies with their representative, as sets."""

import json
import random
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from ingest_service.judging import tasks
from ingest_service.judging.judge import Judge
from ingest_service.store.db import Database
from ingest_service.store.tables import AGAIN, Article, Item, Outbox
from tests.ingest import budgets
from tests.quality import sameness_predict
from tests.quality.sameness_predict import NOW, ORIGIN, Document

BATCH = 100
# The statements that a batch of a hundred articles costs at most, whatever its articles share.
MOST_STATEMENTS = 20


def text(number: int) -> str:
    """A text of its own of sixty words, in four paragraphs."""
    draw = random.Random(number)  # noqa: S311  Nothing secret: the same words for the same number.
    return "\n\n".join(
        " ".join("".join(draw.choices("abcdefghij", k=7)) for _ in range(15)).capitalize() + "." for _ in range(4)
    )


def revision(number: int) -> str:
    """The text filed again, with one more paragraph."""
    return f"(LEAD) {text(number)}\n\nMore is to follow in the evening, the office said."


def store(database: Database, texts: Sequence[str], first: int = 0) -> None:
    documents = [Document(f"d{number:03}", text) for number, text in enumerate(texts, first)]
    sameness_predict.store(database, documents)


def judge(database: Database, limit: int = BATCH) -> None:
    with database.writing() as session:
        assert Judge(ORIGIN).judge(session, limit) == limit


def reported(database: Database) -> list[tuple[str, str, str]]:
    """The relations of all events in order: the reporting item, the other one and the type."""
    with database.reading() as session:
        names = dict(session.execute(sa.select(Item.document, Item.key)).all())
        bodies = [json.loads(body)["data"] for body in session.scalars(sa.select(Outbox.body).order_by(Outbox.id))]
    return [
        (names[data["document"]], names[relation["other"]["document"]], relation["type"])
        for data in bodies
        for relation in data["relations"]
    ]


def queue_again(database: Database, *names: str) -> None:
    """Queues the articles of these items for re-judging, and deletes all events."""
    with database.writing() as session:
        items = sa.select(Item.id).where(Item.key.in_(names))
        session.execute(sa.update(Article).where(Article.item.in_(items)).values(judging=AGAIN))
        session.execute(sa.delete(Outbox))


def judge_again(database: Database) -> int:
    with database.writing() as session:
        return Judge(ORIGIN).judge_again(session, BATCH, NOW)


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_a_pair_of_new_articles_is_reported_by_the_later_one_alone(database: Database, limit: int) -> None:
    store(database, [text(0), revision(0), text(1), text(0).upper()])
    for _ in range(4 // limit):
        judge(database, limit)
    assert reported(database) == [("d001", "d000", "revision"), ("d003", "d000", "duplicate")]


def test_an_article_judged_again_reports_later_articles_that_were_judged(database: Database) -> None:
    store(database, [text(0), revision(0)])
    judge(database, 2)
    queue_again(database, "d000")
    assert judge_again(database) == 1
    assert reported(database) == [("d000", "d001", "revision")]


def test_a_representative_judged_again_reports_its_copies(database: Database) -> None:
    store(database, [text(0), text(1), text(0).upper(), text(1).upper(), text(0).title()])
    judge(database, 5)
    queue_again(database, "d000", "d001")
    assert judge_again(database) == 2
    assert reported(database) == [
        ("d000", "d002", "duplicate"), ("d000", "d004", "duplicate"), ("d001", "d003", "duplicate"),
    ]  # fmt: skip


def test_copies_that_do_not_fit_into_the_event_of_their_representative_report_themselves(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MAX_COPIES", 1)
    store(database, [text(0), text(1), text(0).upper(), text(1).upper(), text(0).title()])
    judge(database, 5)
    queue_again(database, "d000", "d001")
    assert judge_again(database) == 2
    assert reported(database) == [("d001", "d003", "duplicate")]
    assert judge_again(database) == 2
    assert reported(database)[1:] == [("d002", "d000", "duplicate"), ("d004", "d000", "duplicate")]
    assert judge_again(database) == 0


def test_a_batch_of_which_half_are_copies_costs_twenty_statements(database: Database) -> None:
    store(database, [text(number) for number in range(50)])
    judge(database, 50)
    store(database, [text(number).upper() for number in range(50)] + [text(number) for number in range(50, 100)], 50)
    with budgets.statements(database.engine) as executed:
        judge(database)
    assert len(executed) <= MOST_STATEMENTS, executed
    assert len(reported(database)) == 50


def test_a_batch_of_which_half_are_revisions_costs_twenty_statements(database: Database) -> None:
    store(database, [text(number) for number in range(50)])
    judge(database, 50)
    store(database, [revision(number) for number in range(50)] + [text(number) for number in range(50, 100)], 50)
    with budgets.statements(database.engine) as executed:
        judge(database)
    assert len(executed) <= MOST_STATEMENTS, executed
    assert len(reported(database)) == 50


def test_representatives_with_copies_are_judged_again_by_twenty_statements(database: Database) -> None:
    store(database, [text(number) for number in range(100)])
    judge(database)
    store(database, [text(number).upper() for number in range(100)], 100)
    judge(database)
    queue_again(database, *(f"d{number:03}" for number in range(100)))
    with budgets.statements(database.engine) as executed:
        assert judge_again(database) == 100
    assert len(executed) <= MOST_STATEMENTS, executed
    assert reported(database) == [(f"d{number:03}", f"d{100 + number}", "duplicate") for number in range(100)]
