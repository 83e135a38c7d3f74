"""Delivery from the relay to a real catalog: receipts, rejections, originals, heads."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import catalog_service.settings
import catalog_service.store.db
import catalog_service.store.schema
from catalog_service import contract, server
from catalog_service.app import create_app
from ingest_service import model
from ingest_service.delivery import outbox
from ingest_service.delivery.http import HttpTransport
from ingest_service.delivery.relay import Relay, RelayConfig
from ingest_service.store import tables
from ingest_service.store.db import Database
from tests import templates
from tests.ingest.events import document_id, event_id, observed, put_event, related

LARGE = b"%PDF" * 100_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'ingest.db'}")
    templates.bring_up(database)
    yield database
    database.close()


@pytest.fixture
async def catalog(database_url: str) -> AsyncIterator[str]:
    """The URL of a real catalog, once on SQLite and once on PostgreSQL."""
    store = catalog_service.store.db.Database(database_url)
    await asyncio.to_thread(templates.bring_up, store)
    app = create_app(catalog_service.settings.Settings(database_url=database_url), store)
    async with server.serving(app, "127.0.0.1", 0) as url:
        yield url
    store.close()


@asynccontextmanager
async def relay_to(url: str, database: Database) -> AsyncIterator[Relay]:
    async with HttpTransport(url) as transport:
        yield Relay(database, transport, RelayConfig("seeds"), purge=nothing, clock=lambda: datetime.now(UTC))


def nothing(_session: Session, _document: str) -> None:
    """Nothing is redacted here."""
    raise AssertionError("nothing is redacted here")


def put(database: Database, *events: contract.ObservedEvent | contract.RelatedEvent) -> None:
    with database.writing() as session:
        for event in events:
            put_event(session, event)


def outcomes(database: Database) -> dict[str, str]:
    """The outcome of each event's receipt, or its state in the outbox while it has none."""
    with database.reading() as session:
        return {row.event: (row.receipt or {}).get("outcome", row.state) for row in session.query(tables.Outbox)}


async def test_every_event_gets_its_receipt(catalog: str, database: Database) -> None:
    put(
        database, observed("seoul"), observed("seoul", 2, text="It snowed."), observed("seoul", 3, text="It snowed."),
        related("seoul", 2), observed("tokyo"),
    )  # fmt: skip
    async with relay_to(catalog, database) as relay:
        await relay.drain()
    assert outcomes(database) == {
        event_id("seoul"): "recorded", event_id("seoul", 2): "recorded", event_id("seoul", 3): "unchanged",
        related("seoul", 2).id: "unchanged", event_id("tokyo"): "recorded",
    }  # fmt: skip


async def test_an_event_that_is_sent_twice_is_recorded_once(catalog: str, database: Database) -> None:
    put(database, observed("seoul"))
    async with relay_to(catalog, database) as relay:
        await relay.drain()
        with database.writing() as session:
            outbox.recall(session)
        await relay.drain()
        assert relay.outcomes["recorded"] == 1
        assert relay.outcomes["replayed"] >= 1
    assert outcomes(database) == {event_id("seoul"): "replayed"}


async def test_a_rejected_event_is_a_dead_letter_with_the_catalogs_problem(catalog: str, database: Database) -> None:
    good = observed("tokyo")
    assert good.data.article is not None
    article = good.data.article.model_copy(update={"digest": model.digest_of(b"something else")})
    bad = good.model_copy(update={"data": good.data.model_copy(update={"article": article})})
    put(database, observed("seoul"), bad, observed("wellington"))
    async with relay_to(catalog, database) as relay:
        await relay.drain()
    assert outcomes(database) == {
        event_id("seoul"): "recorded", event_id("tokyo"): "dead", event_id("wellington"): "recorded"
    }  # fmt: skip
    with database.reading() as session:
        dead = session.query(tables.Outbox).filter_by(state="dead").one()
        assert dead.problem is not None
        assert dead.problem["code"]
        assert dead.problem["detail"]


# Edits of a body, as an error of the program could write it, and the words in the catalog's problem.
BROKEN: dict[str, tuple[bytes, bytes, str]] = {
    "no JSON": (b"{", b"{{", "is not JSON"),
    "half a surrogate pair": (b"It rained.", b"It \\ud800 rained.", "is not JSON"),
    "a type of another version": (b"observed.v1", b"observed.v9", "observed.v9"),
    "no article": (b'"article":{', b'"text":{', "carries an article"),
    "no title": (b'"title":', b'"headline":', "/data/article/title: Field required"),
    "no such month": (b"2026-11-22T", b"2026-13-22T", "month value"),
    "a NUL": (b"It rained.", b"It \\u0000 rained.", "NUL"),
    "no such document": (b'"subject":"', b'"subject":"0', "/subject: Input should be a valid UUID"),
}


@pytest.mark.parametrize(("old", "new", "words"), BROKEN.values(), ids=BROKEN)
async def test_a_body_that_breaks_the_contract_is_a_dead_letter_and_its_neighbours_are_recorded(
    catalog: str, database: Database, old: bytes, new: bytes, words: str
) -> None:
    put(database, observed("seoul"), observed("tokyo"), observed("tokyo", 2, text="It snowed."), observed("wellington"))
    with database.writing() as session:
        row = session.query(tables.Outbox).filter_by(event=event_id("tokyo")).one()
        assert old in row.body
        row.body = row.body.replace(old, new)
    async with relay_to(catalog, database) as relay:
        await relay.drain()
        assert relay.outcomes["rejected"] == 1
    assert outcomes(database) == {
        event_id("seoul"): "recorded", event_id("tokyo"): "dead", event_id("tokyo", 2): "recorded",
        event_id("wellington"): "recorded",
    }  # fmt: skip
    with database.reading() as session:
        [letter] = outbox.dead_letters(session, limit=9)
    assert letter.problem is not None
    reasons = [letter.problem.detail, *(f"{error.pointer}: {error.detail}" for error in letter.problem.errors)]
    assert any(words in reason for reason in reasons), reasons


async def test_a_large_original_is_put_before_its_event(catalog: str, database: Database) -> None:
    digest = model.digest_of(LARGE)
    original = contract.Original(digest=digest, size=len(LARGE), media_type="application/pdf")
    with database.writing() as session:
        session.add(tables.Original(digest=digest, size=len(LARGE), media_type="application/pdf", content=LARGE))
        put_event(session, observed("seoul", original=original), original=digest)
    async with relay_to(catalog, database) as relay:
        await relay.drain()
    assert outcomes(database) == {event_id("seoul"): "recorded"}
    with database.reading() as session:
        assert outbox.original(session, digest) is None


async def test_the_heads_are_the_newest_recorded_observations(catalog: str, database: Database) -> None:
    put(database, observed("seoul"), observed("seoul", 2, text="It snowed."), observed("tokyo"))
    async with relay_to(catalog, database) as relay:
        await relay.drain()
    async with HttpTransport(catalog) as transport:
        heads = {head.document: head async for head in transport.heads("seeds")}
        assert [head async for head in transport.heads("another")] == []
    assert {document: head.observation for document, head in heads.items()} == {
        document_id("seoul"): 2, document_id("tokyo"): 1
    }  # fmt: skip
    assert heads[document_id("tokyo")].item == contract.Item(key="tokyo.txt")
    assert heads[document_id("tokyo")].status == "current"
