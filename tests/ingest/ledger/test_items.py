"""Publisher's identities: one item in several files, its versions in any order, cancellations and embargoes."""

import dataclasses
import itertools
import json
import random
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from catalog_service import contract
from ingest_service import model, sameness
from ingest_service.judging.judge import Judge
from ingest_service.ledger import adopted, embargo, entries, queries, rereads
from ingest_service.ledger.batch import FileChanges
from ingest_service.store import article_blob
from ingest_service.store.db import Database
from ingest_service.store.tables import EMBARGOED, PUBLISHED, Article, Item, Outbox
from ingest_service.workers.prepare import PreparedFile, PreparedItem
from tests import templates
from tests.ingest.ledger.histories import ORIGIN, empty, fact

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
GUID = "urn:example:ferry"
NOTHING = model.Publication()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    templates.bring_up(made)
    yield made
    made.close()


def item(
    text: str, publication: model.Publication = NOTHING, member: str | None = None, own: bytes | None = None
) -> PreparedItem:
    """An item of a file, with what its publisher says."""
    article = model.Article(f"Ferry {text}", (f"The ferry to the island sails at {text} from today, the line said.",))
    prepared = PreparedItem.of(member, article, sameness.prepare(article))
    original = None if own is None else model.Original(own, "text/plain", "utf-8")
    return dataclasses.replace(prepared, original=original, publication=publication)


def news(
    text: str, version: str | None, availability: model.Availability = "usable", embargo: datetime | None = None
) -> PreparedItem:
    """An item with the guid of all tests."""
    return item(text, model.Publication(GUID, version, availability, embargo))


def file(path: str, *items: PreparedItem, number: int = 1) -> FileChanges:
    """A file that was read; its bytes differ with its items."""
    words = ";".join(f"{it.article.digest} {it.publication} {it.member}" for it in items)
    original = model.Original(words.encode(), "application/x-news", None)
    return FileChanges(stored=[(fact(path, number), PreparedFile(original.digest, original, items))])


def both(*changes: FileChanges) -> FileChanges:
    """Several files of one batch."""
    return FileChanges(stored=[stored for change in changes for stored in change.stored])


def enter(database: Database, *changes: FileChanges, now: datetime = NOW, judged: bool = True) -> None:
    """Enters the changes one after the other, and judges what is new."""
    for change in changes:
        with database.writing() as session:
            entries.enter(session, entries.Context(ORIGIN, now), change)
    if judged:
        with database.writing() as session:
            Judge(ORIGIN).judge(session, 100)


def emitted(database: Database) -> list[dict[str, Any]]:
    """The bodies of all observation events, in the order in which they are sent."""
    with database.reading() as session:
        bodies = [json.loads(body) for body in session.scalars(sa.select(Outbox.body).order_by(Outbox.id))]
    for body in bodies:
        TypeAdapter(contract.AnyEvent).validate_python(body)
    return [body["data"] for body in bodies if body["type"] == contract.OBSERVED]


def history(database: Database) -> list[tuple[Any, ...]]:
    """Observation, cause, publisher's version and title of each observation event."""
    return [
        (data["observation"], data["cause"], data["item"]["version"], (data["article"] or {}).get("title"))
        for data in emitted(database)
    ]


def state(database: Database, path: str) -> contract.FileState:
    with database.reading() as session:
        (found,) = [file for file in queries.file_states(session) if file.path == path]
    return found


def test_files_with_one_guid_are_one_document(database: Database) -> None:
    enter(database, file("a", news("nine", "1")), file("b", news("ten", "2")))
    assert history(database) == [(1, "created", "1", "Ferry nine"), (2, "changed", "2", "Ferry ten")]
    assert len({data["document"] for data in emitted(database)}) == 1
    assert {(data["item"]["key"], data["item"]["by"]) for data in emitted(database)} == {(GUID, "guid")}


def test_keys_of_the_longest_paths_and_names_can_be_indexed(database: Database) -> None:
    # Random letters, since PostgreSQL compresses others before it indexes them.
    draw = random.Random(1)  # noqa: S311  Test data, the same each time.
    path, *members = ("".join(draw.choices(string.ascii_letters, k=length)) for length in (2_600, 900, 900))
    enter(database, file(path, *(item(member[:5], member=member) for member in members)))
    keys = {data["item"]["key"] for data in emitted(database)}
    assert len(keys) == 2
    assert all(len(key.encode()) <= 2_665 and key.startswith(f"{path}#") for key in keys)


def test_an_article_that_is_replaced_before_it_is_judged_is_still_a_version(database: Database) -> None:
    enter(database, file("a", news("nine", "1")), judged=False)
    enter(database, both(file("b", news("ten", "2")), file("c", news("noon", "3"))))
    assert [entry[:3] for entry in history(database)] == [(1, "created", "1"), (2, "changed", "2"), (3, "changed", "3")]


@pytest.mark.parametrize("together", [False, True])
def test_an_older_version_is_emitted_and_does_not_replace_the_newest(database: Database, together: bool) -> None:
    newest, older = file("a", news("ten", "2")), file("b", news("nine", "1"))
    enter(database, *([both(newest, older)] if together else [newest, older]))
    assert history(database) == [(1, "created", "2", "Ferry ten"), (2, "changed", "1", "Ferry nine")]
    with database.reading() as session:
        assert session.execute(sa.select(Item.version, Item.path, Item.observation)).all() == [("2", "a", 2)]


def test_versions_are_numbers_or_times() -> None:
    order = contract.version_order
    assert order("9") < order("10") < order("010x")
    assert order("2026-11-22T09:00:00Z") < order("2026-11-22T10:00:00Z")


def test_a_guid_is_withdrawn_with_its_last_file(database: Database) -> None:
    enter(database, file("a", news("nine", "1")), file("b", news("ten", "2")))
    enter(database, FileChanges(deleted=["b"]))
    assert [data["cause"] for data in emitted(database)] == ["created", "changed", "moved"]
    enter(database, FileChanges(deleted=["a"]))
    assert emitted(database)[-1]["reason"] == "file-gone"


@pytest.mark.parametrize("together", [False, True])
def test_a_document_is_where_a_file_that_holds_it_is(database: Database, together: bool) -> None:
    files = [file("a", news("nine", "1")), file("b", news("nine", "1"))]
    enter(database, *([both(*files)] if together else files))
    assert emitted(database)[-1]["path"] in ("a", "b")
    gone = emitted(database)[-1]["path"]
    enter(database, FileChanges(deleted=[gone]))
    moved = emitted(database)[-1]
    assert (moved["cause"], moved["previous_path"], {moved["path"], gone}) == ("moved", gone, {"a", "b"})


def test_a_moved_file_keeps_its_guid(database: Database) -> None:
    enter(database, file("a", news("nine", "1")), FileChanges(moved={"a": fact("in/b", 2)}))
    moved = emitted(database)[-1]
    assert (moved["cause"], moved["path"], moved["item"]["key"]) == ("moved", "in/b", GUID)


def test_a_cancellation_withdraws_and_only_a_newer_version_restores(database: Database) -> None:
    enter(database, file("a", news("nine", "1")), file("kill", news("", "2", "cancelled")))
    withdrawn = emitted(database)[-1]
    assert (withdrawn["cause"], withdrawn["reason"], withdrawn["item"]["version"]) == ("withdrawn", "cancelled", "2")
    enter(database, file("old", news("eight", "0")), file("same", news("noon", "2")))
    # Whatever the catalog makes of an article, it ends withdrawn.
    assert [entry[:3] for entry in history(database)[2:]] == [
        (3, "changed", "0"), (4, "withdrawn", "2"), (5, "changed", "2"), (6, "withdrawn", "2"),
    ]  # fmt: skip
    enter(database, file("new", news("ten", "3")))
    assert history(database)[-1] == (7, "restored", "3", "Ferry ten")


def test_a_cancellation_that_comes_first_withdraws_what_follows(database: Database) -> None:
    enter(database, file("kill", news("", "2", "cancelled")))
    assert emitted(database) == []
    enter(database, file("a", news("nine", "1")))
    assert [entry[:3] for entry in history(database)] == [(1, "created", "1"), (2, "withdrawn", "2")]
    enter(database, file("b", news("eight", "0")))
    assert [entry[:3] for entry in history(database)[2:]] == [(3, "changed", "0"), (4, "withdrawn", "2")]
    enter(database, file("c", news("ten", "3")))
    assert history(database)[-1][:3] == (5, "restored", "3")


def test_a_cancellation_without_versions_remains(database: Database) -> None:
    enter(database, file("a", news("nine", None)), file("kill", news("", None, "cancelled")))
    enter(database, file("b", news("ten", None)))
    assert [entry[1] for entry in history(database)] == ["created", "withdrawn", "changed", "withdrawn"]


def test_a_cancellation_in_the_batch_of_its_article_follows_it(database: Database) -> None:
    enter(database, both(file("a", news("nine", "1")), file("kill", news("", "2", "cancelled"))))
    assert [entry[:3] for entry in history(database)] == [(1, "created", "1"), (2, "withdrawn", "2")]


def test_an_older_cancellation_changes_nothing(database: Database) -> None:
    enter(database, file("a", news("ten", "3")), file("kill", news("", "2", "cancelled")))
    assert [entry[1] for entry in history(database)] == ["created"]


def test_reading_the_same_bytes_again_emits_nothing(database: Database) -> None:
    files = [
        file("a", news("ten", "2")), file("b", news("nine", "1")), file("c", item("noon", model.Publication("x"))),
        file("d", item("one", model.Publication("x"))), file("e", item("two", model.Publication("y"))),
        file("kill", item("", model.Publication("y", availability="cancelled"))),
    ]  # fmt: skip
    enter(database, *files)
    before = history(database)
    enter(database, *files, *reversed(files))
    enter(database, both(*files))
    assert history(database) == before


def test_an_item_under_embargo_is_stored_when_its_time_comes(database: Database) -> None:
    held = file("a", news("nine", "1", embargo=LATER))
    enter(database, held)
    assert emitted(database) == []
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Item)) == 0
        assert not rereads.is_due(session, LATER - timedelta(seconds=1))
        assert rereads.is_due(session, LATER)
    found = state(database, "a")
    assert (found.state, found.reason, found.retry_at) == (EMBARGOED, "embargo", LATER)
    assert found.detail == "held: embargo until 2026-11-22T12:00:00.000000Z"
    enter(database, held, now=LATER)
    assert [entry[1] for entry in history(database)] == ["created"]
    assert state(database, "a").state == PUBLISHED


def test_a_later_version_under_embargo_leaves_the_published_one(database: Database) -> None:
    enter(database, file("a", news("nine", "1")), file("a", news("ten", "2", embargo=LATER), number=2))
    assert [entry[1] for entry in history(database)] == ["created"]
    enter(database, file("a", news("ten", "2", embargo=LATER), number=2), now=LATER)
    assert history(database)[-1] == (2, "changed", "2", "Ferry ten")


def test_an_embargo_outlives_a_deletion_that_was_held(database: Database) -> None:
    later = file("a", news("ten", "2", embargo=LATER), number=2)
    enter(database, file("a", news("nine", "1")), later)
    with database.writing() as session:
        entries.hold(session, entries.Context(ORIGIN, NOW), ["a"])
        entries.release(session, entries.Context(ORIGIN, NOW), ["a"])
        assert rereads.is_due(session, NOW)
    enter(database, later)
    assert (state(database, "a").state, len(emitted(database))) == (EMBARGOED, 1)
    enter(database, later, now=LATER)
    assert history(database)[-1] == (2, "changed", "2", "Ferry ten")


def test_what_is_withheld_without_a_date_waits_for_a_person(database: Database) -> None:
    held = file("a", news("nine", "1", "withheld"))
    enter(database, held)
    assert (state(database, "a").reason, state(database, "a").retry_at) == ("withheld", None)
    with database.writing() as session:
        assert embargo.release(session, NOW, "a")
        assert not embargo.release(session, NOW, "b")
        assert rereads.is_due(session, NOW)
    enter(database, held)
    assert [entry[1] for entry in history(database)] == ["created"]
    # What was released is not held again when its bytes are read by a later release.
    enter(database, held)
    assert (state(database, "a").state, len(emitted(database))) == (PUBLISHED, 1)


def test_a_released_file_that_changed_is_held_again(database: Database) -> None:
    enter(database, file("a", news("nine", "1", "withheld")))
    with database.writing() as session:
        embargo.release(session, NOW, "a")
    enter(database, file("a", news("ten", "2", "withheld"), number=2))
    assert (emitted(database), state(database, "a").state) == ([], EMBARGOED)


@pytest.mark.parametrize("change", ["move", "touch"])
def test_a_file_under_embargo_that_is_moved_or_touched_stays_held(database: Database, change: str) -> None:
    enter(database, file("a", news("nine", "1", embargo=LATER)))
    moved = FileChanges(moved={"a": fact("b", 2)})
    enter(database, moved if change == "move" else FileChanges(touched=[fact("a", 2)]))
    found = state(database, "b" if change == "move" else "a")
    # It is read again at once, which finds the embargo anew.
    assert (found.state, found.retry_at, emitted(database)) == (EMBARGOED, NOW, [])


def test_items_that_share_the_bytes_of_an_embargoed_one_are_held_with_it(database: Database) -> None:
    held = item("nine", model.Publication("held", embargo=LATER))
    enter(database, file("a", held, item("ten", model.Publication("free")), item("noon", member="m", own=b"own bytes")))
    assert [data["item"]["key"] for data in emitted(database)] == ["a#m"]
    enter(
        database,
        file("a", held, item("ten", model.Publication("free")), item("noon", member="m", own=b"own bytes")),
        now=LATER,
    )
    assert sorted(data["item"]["key"] for data in emitted(database)) == ["a#m", "free", "held"]


def test_entries_that_left_a_feed_are_not_withdrawn_until_its_file_is_deleted(database: Database) -> None:
    def feed(*names: str, number: int) -> FileChanges:
        ((facts, prepared),) = file("feed.xml", *(item(name, member=name) for name in names), number=number).stored
        return FileChanges(stored=[(facts, dataclasses.replace(prepared, accumulates=True))])

    enter(database, feed("one", "two", number=1), feed("two", "three", number=2))
    assert [data["cause"] for data in emitted(database)] == ["created"] * 3
    enter(database, FileChanges(deleted=["feed.xml"]))
    assert Counter(data["cause"] for data in emitted(database)) == {"created": 3, "withdrawn": 3}


def test_unread_members_are_reported_with_the_file(database: Database) -> None:
    ((facts, prepared),) = file("a.zip", item("nine", member="m", own=b"own")).stored
    enter(database, FileChanges(stored=[(facts, dataclasses.replace(prepared, unread="one cannot be read: x"))]))
    found = state(database, "a.zip")
    assert (found.state, found.reason, found.detail) == (PUBLISHED, "members-unread", "one cannot be read: x")


def test_a_member_keeps_its_document_and_its_parent_when_the_archive_is_moved(database: Database) -> None:
    inner = dataclasses.replace(item("nine", member="mail.eml#2", own=b"own"), parent="mail.eml")
    enter(database, file("a.zip", inner), FileChanges(moved={"a.zip": fact("b.zip", 2)}))
    first, moved = emitted(database)
    assert (first["item"]["key"], first["item"]["parent"]) == ("a.zip#mail.eml#2", "a.zip#mail.eml")
    assert (moved["item"]["key"], moved["item"]["parent"]) == ("b.zip#mail.eml#2", "b.zip#mail.eml")
    assert moved["document"] == first["document"]


def test_a_lost_ledger_does_not_restore_what_was_cancelled(database: Database) -> None:
    article = news("nine", "1").article
    head = contract.Head(
        item=contract.Item(key=GUID, by="guid", version="2"), collection="seeds", path="a", observation=2,
        document="00000000-0000-0000-0000-000000000001", digest=article.digest, status="withdrawn",
        original="sha-256:" + "0" * 64,
    )  # fmt: skip
    with database.writing() as session:
        adopted.adopt(session, [head])
    enter(database, file("a", news("nine", "1")), file("kill", news("", "2", "cancelled")))
    # The catalog recognises the older version by its number.
    assert history(database) == [(3, "changed", "1", "Ferry nine")]


VERSIONS = st.sampled_from([None, "1", "2", "3"])
FILES = st.tuples(st.sampled_from("abc"), VERSIONS, st.sampled_from(["usable", "usable", "cancelled"]))


def recorded(observations: Sequence[dict[str, Any]]) -> tuple[str, str | None]:
    """Status and current title of a document as the catalog records these events, by the rules of the contract."""
    last, version, status, title = 0, None, "unknown", None
    for data in observations:
        own, article = data["item"]["version"], data["article"]
        is_older = article and own and version and contract.version_order(own) < contract.version_order(version)
        if data["observation"] > last and not (status != "unknown" and is_older):
            status = "current" if article else "withdrawn"
            title, version = article["title"] if article else title, own
        last = max(last, data["observation"])
    return status, title


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(FILES, min_size=1, max_size=3, unique_by=lambda it: it[0]), max_size=6))
def test_the_catalog_ends_with_what_the_ledger_has(
    database: Database, files: Sequence[Sequence[tuple[str, str | None, Any]]]
) -> None:
    with database.writing() as session:
        empty(session)
    numbers = itertools.count(1)
    for batch in files:
        changes = [file(path, news(str(next(numbers)), version, way)) for path, version, way in batch]
        enter(database, both(*changes), judged=False)
    enter(database)
    observations = [data["observation"] for data in emitted(database)]
    assert observations == sorted(set(observations))
    with database.reading() as session:
        statuses = list(session.scalars(sa.select(Item.status).where(Item.observation > 0)))
        contents = list(session.scalars(sa.select(Article.content)))
    status, title = recorded(emitted(database))
    assert statuses == ([] if status == "unknown" else ["current" if status == "current" else "cancelled"])
    assert [article_blob.unpacked(content).title for content in contents] == ([title] if status == "current" else [])
