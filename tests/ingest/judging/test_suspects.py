"""A text that says nothing is related to no other, not even to an equal one."""

import json
from dataclasses import dataclass, replace

import sqlalchemy as sa

from ingest_service import model
from ingest_service.judging.judge import Judge
from ingest_service.ledger import queries
from ingest_service.store.db import Database
from ingest_service.store.tables import Article, Outbox
from tests.quality import sameness_predict
from tests.quality.sameness_predict import ORIGIN, Document

WALL = (
    "Something about your browser made us think that you are a bot. To regain access, allow cookies and JavaScript, "
    "wait for a few seconds, and then load this page of the island's newspaper again with the same browser."
)


@dataclass(frozen=True, slots=True)
class SuspectDocument(Document):
    """A document whose text says nothing."""

    @property
    def article(self) -> model.Article:
        """The article, with its reason."""
        plain = model.Article(self.title, (self.text,) if self.text else ())
        return replace(plain, suspect="bot-wall" if self.text else "empty")


def relation_types(database: Database) -> list[str]:
    """The types of all relations in all events."""
    with database.reading() as session:
        bodies = [json.loads(body) for body in session.scalars(sa.select(Outbox.body))]
    return [relation["type"] for body in bodies for relation in body["data"]["relations"]]


def test_texts_that_say_nothing_have_no_relations(database: Database) -> None:
    judge = Judge(ORIGIN)
    pages = [SuspectDocument(f"{text[:1]}{number}", text, "Title") for text in ("", WALL) for number in range(3)]
    sameness_predict.store(database, pages)
    sameness_predict.judge(database, judge)
    assert relation_types(database) == []

    with database.writing() as session:
        session.execute(sa.update(Article).values(sameness_version="0"))
    sameness_predict.judge(database, judge)
    assert relation_types(database) == []
    with database.reading() as session:
        assert queries.unjudged(session) == 0


def test_a_report_that_has_all_words_of_such_a_page_is_not_related_to_it(database: Database) -> None:
    pages = [SuspectDocument("wall", WALL), Document("report", WALL), Document("copy", WALL)]
    sameness_predict.store(database, pages)
    sameness_predict.judge(database, Judge(ORIGIN))
    assert relation_types(database) == ["duplicate"]
