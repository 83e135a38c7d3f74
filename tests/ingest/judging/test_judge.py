"""Judging costs what it should: copies, footers, and the bytes that events still need."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog_service import contract
from ingest_service.delivery import outbox
from ingest_service.folder.scan import FileFact
from ingest_service.judging.judge import Judge
from ingest_service.ledger import entries, queries
from ingest_service.ledger.batch import FileChanges
from ingest_service.store.db import Database
from ingest_service.store.tables import Article, File, FileItem, Fingerprints, Item, Original, Outbox
from tests.ingest import budgets
from tests.quality import sameness_predict, sameness_set
from tests.quality.sameness_predict import NOW, ORIGIN, Document

NOTICE = (
    "Readers of this notice are kindly asked to send whatever they know of it to the office of the harbour master, "
    "and never to touch, move or sell anything found on the shore before it has been seen."
)
Related = dict[frozenset[str], tuple[str, object]]


def arrive(database: Database, judging: Judge, documents: Sequence[Document]) -> None:
    sameness_predict.store(database, documents)
    sameness_predict.judge(database, judging)


def remove(database: Database, *names: str) -> None:
    with database.writing() as session:
        entries.remove(session, entries.Context(ORIGIN, NOW), names)


def published(database: Database) -> Related:
    """The relations that all events report: a related event replaces the earlier ones of its document."""
    latest: Related = {}
    with database.reading() as session:
        names = dict(session.execute(sa.select(Item.document, Item.key)).all())
        bodies = [json.loads(body) for body in session.scalars(sa.select(Outbox.body).order_by(Outbox.id))]
    for body in bodies:
        own = names[body["data"]["document"]]
        if body["type"] == "document.related.v1":
            latest = {pair: relation for pair, relation in latest.items() if own not in pair}
        for relation in body["data"]["relations"]:
            other = names[relation["other"]["document"]]
            spans = {
                frozenset({(own, *passage["self"]), (other, *passage["other"])}) for passage in relation["passages"]
            }
            latest[frozenset({own, other})] = (relation["type"], frozenset(spans))
    return latest


def test_the_seeds_have_their_four_passages_and_nothing_else(database: Database) -> None:
    gold = json.loads((Path(sameness_set.__file__).parent / "seeds.json").read_text(encoding="utf-8"))
    seeds = [Document(name, "\n\n".join(entry["paragraphs"])) for name, entry in gold["documents"].items()]
    arrive(database, Judge(ORIGIN), seeds)
    [relation] = gold["relations"]
    a, b = relation["a"], relation["b"]
    spans = {frozenset({(a, *passage["a"]), (b, *passage["b"])}) for passage in relation["passages"]}
    assert published(database) == {frozenset({a, b}): (relation["type"], frozenset(spans))}


def test_boilerplate_known_in_hindsight_ends_what_rested_on_it(database: Database) -> None:
    articles = [f"{' '.join(f'Note {number} of {note}: nothing.' for note in range(40))}" for number in range(60)]
    documents = [Document(f"d{number}", f"{text}\n\n{NOTICE}") for number, text in enumerate(articles)]
    judging = Judge(ORIGIN)
    arrive(database, judging, documents[:3])
    assert len(published(database)) == 3
    arrive(database, judging, documents[3:])
    assert published(database) == {}


def test_the_three_hundredth_copy_costs_what_the_second_did(database: Database) -> None:
    text = sameness_set.generate().documents[0].text
    judging = Judge(ORIGIN)
    arrive(database, judging, [Document("first", text)])
    statements: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    def cost_of(name: str) -> tuple[int, list[int]]:
        before = counted(database)
        statements.clear()
        arrive(database, judging, [Document(name, text)])
        statement_count = len(statements)
        return statement_count, [after - then for after, then in zip(counted(database), before, strict=True)]

    second = cost_of("second")
    arrive(database, judging, [Document(f"copy-{number}", text) for number in range(3, 300)])
    three_hundredth = cost_of("three_hundredth")
    assert second == three_hundredth
    # No fingerprints; one article, one event, one relation.
    assert three_hundredth[1] == [0, 1, 1, 1]


def test_a_hundred_new_articles_without_candidates_cost_thirty_statements(database: Database) -> None:
    texts = [" ".join(f"{word}{number}" for word in range(100, 160)) for number in range(100)]
    sameness_predict.store(database, [Document(f"d{number}", text) for number, text in enumerate(texts)])
    with budgets.statements(database.engine) as executed, database.writing() as session:
        assert Judge(ORIGIN).judge(session, 100) == 100
    assert len(executed) <= 30, executed
    assert counted(database) == [100, 100, 100, 0]


def test_of_copies_that_go_together_none_takes_the_place_of_another(database: Database) -> None:
    text = sameness_set.generate().documents[0].text
    statements: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    def cost_of(count: int) -> int:
        """Of so many copies all but the last go, then that one."""
        *names, last = [f"{count} {number:03}" for number in range(count)]
        arrive(database, Judge(ORIGIN), [Document(name, text) for name in (*names, last)])
        statements.clear()
        remove(database, *names)
        statement_count = len(statements)
        with database.reading() as session:
            [left] = session.scalars(sa.select(Article))
            held = sa.select(Fingerprints.article).where(Fingerprints.hashes.is_not(None))
            assert left.indexed
            assert list(session.scalars(held)) == [left.id]
        remove(database, last)
        return statement_count

    # Each has its event, and that is all.
    assert cost_of(200) - cost_of(5) <= 200 - 5


def test_of_copies_that_go_only_those_that_no_file_holds_are_withdrawn(database: Database) -> None:
    judging = Judge(ORIGIN)
    arrive(database, judging, [Document(name, NOTICE) for name in ("a", "b", "c")])
    with database.writing() as session:
        held = session.scalars(sa.select(Item).where(Item.key == "a")).one()
        elsewhere = session.scalars(sa.select(File.id).where(File.path == "c")).one()
        session.add(FileItem(file=elsewhere, item=held.id))
    remove(database, "a", "b")
    with database.reading() as session:
        states = dict(session.execute(sa.select(Item.key, Item.status)).all())
        assert states == {"a": "current", "b": "withdrawn", "c": "current"}
        assert len(list(session.scalars(sa.select(Article)))) == 2


def judge_one(database: Database) -> None:
    with database.writing() as session:
        assert Judge(ORIGIN).judge(session, 1) == 1


def test_bytes_are_kept_while_another_article_owes_them(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "MAX_INLINE_ORIGINAL", 10)
    sameness_predict.store(database, [Document(name, NOTICE) for name in ("a", "b")])
    judge_one(database)
    with database.writing() as session:
        [event] = outbox.claim(session, limit_events=9, limit_bytes=10**6, now=NOW)
        receipt = contract.Receipt(event=event.event, outcome="recorded", epoch="one", seq=1)
        outbox.delivered(session, [receipt], NOW)
    judge_one(database)
    with database.writing() as session:
        [event] = outbox.claim(session, limit_events=9, limit_bytes=10**6, now=NOW)
        sent_original = json.loads(event.body)["data"]["original"]
        assert (sent_original["size"], outbox.original(session, sent_original["digest"])) == (
            len(NOTICE),
            NOTICE.encode(),
        )
        outbox.delivered(session, [receipt.model_copy(update={"event": event.event})], NOW)
        assert outbox.original(session, sent_original["digest"]) is None


def test_bytes_that_an_earlier_release_dropped_are_not_reported_as_empty(database: Database) -> None:
    sameness_predict.store(database, [Document("a", NOTICE)])
    with database.writing() as session:
        session.execute(sa.update(Original).values(content=None))
    judge_one(database)
    with database.reading() as session:
        [body] = session.scalars(sa.select(Outbox.body))
    sent_original = json.loads(body)["data"]["original"]
    assert (sent_original["size"], sent_original.get("bytes")) == (len(NOTICE), None)


@pytest.mark.parametrize("how", ["redacted", "edited"])
def test_bytes_that_no_pending_event_needs_are_dropped(database: Database, how: str) -> None:
    arrive(database, Judge(ORIGIN), [Document("a", "The first words of it.")])
    sameness_predict.store(database, [Document("a", NOTICE)])
    with database.writing() as session:
        if how == "redacted":
            document = session.scalars(sa.select(Item.document)).one()
            entries.purge(session, document)
            outbox.erase(session, document)
    if how == "edited":
        arrive(database, Judge(ORIGIN), [Document("a", "The last words of it.")])
    with database.reading() as session:
        assert not [row.digest for row in session.scalars(sa.select(Original)) if row.content is not None]


def outdate(database: Database) -> None:
    """As if an earlier release had taken all fingerprints, fewer of them."""
    with database.writing() as session:
        session.execute(sa.update(Article).values(sameness_version="0"))
        for row in session.scalars(sa.select(Fingerprints)):
            row.hashes = row.hashes and row.hashes[: len(row.hashes) // 16 * 8]


def fingerprints_of(database: Database) -> dict[str, list[int]]:
    """How many fingerprints each row of an item has."""
    with database.reading() as session:
        query = sa.select(Item.key, Fingerprints.hashes).join(Article, Article.item == Item.id)
        rows = session.execute(query.join(Fingerprints, Fingerprints.article == Article.id)).all()
    return {key: [len(row.hashes or b"") // 8 for row in rows if row.key == key] for key, _ in rows}


def test_whoever_is_marked_meanwhile_has_its_fingerprints_taken_anew(database: Database) -> None:
    texts = [
        Document(f"d{n:02}", f"{' '.join(f'Note {n} of {note}.' for note in range(40))} {NOTICE}") for n in range(30)
    ]
    judging = Judge(ORIGIN)
    arrive(database, judging, texts[:20])
    right = fingerprints_of(database)
    sameness_predict.store(database, [Document("owed", texts[0].text.upper())])
    outdate(database)
    with database.writing() as session:
        file = session.scalars(sa.select(File).where(File.path == "owed")).one()
        fact = FileFact("moved", file.size, 0, 0, 0, file.inode)
        entries.enter(session, entries.Context(ORIGIN, NOW), FileChanges(moved={"owed": fact}))
    arrive(database, judging, texts[20:])
    taken = fingerprints_of(database)
    assert {key: taken[key] for key in right} == right
    with database.reading() as session:
        assert queries.unjudged(session) == 0


def test_a_copy_of_an_outdated_text_does_not_count_twice(database: Database) -> None:
    text = sameness_set.generate().documents[0].text
    judging = Judge(ORIGIN)
    arrive(database, judging, [Document("first", text), Document("second", text)])
    [right] = fingerprints_of(database)["first"]
    outdate(database)
    sameness_predict.store(database, [Document("copy", text)])
    assert fingerprints_of(database) == {"first": [right]}
    remove(database, "first")
    sameness_predict.judge(database, judging)
    [held] = fingerprints_of(database).values()
    assert held == [right]


def counted(database: Database) -> list[int]:
    """Rows of fingerprints, articles and events, and how many relations the events tell."""
    with database.reading() as session:
        rows = [
            session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (Fingerprints, Article, Outbox)
        ]
        bodies = session.scalars(sa.select(Outbox.body))
        return [*rows, sum(len(json.loads(body)["data"]["relations"]) for body in bodies)]
