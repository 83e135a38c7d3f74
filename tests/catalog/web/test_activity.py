"""The page of activity: what waits, what cannot be read and what to do, refused events, and changes as they happen."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from playwright.async_api import Browser

from catalog_service import contract, server
from catalog_service.app import create_app
from catalog_service.settings import Settings
from catalog_service.store.db import Database
from catalog_service.web import file_reasons
from tests.catalog.conftest import NOW, Record
from tests.catalog.events import article, document_id, event, raw_event
from tests.catalog.fake_ingest import FakeIngest
from tests.catalog.web.conftest import fetched, is_wider_than_its_window, violations, words_of

HOSTILE = "\u202e" + "x" * 300 + ".txt"
CODES = Path(__file__).parents[3] / "docs" / "reference" / "codes.md"


@pytest.fixture
def ingest() -> FakeIngest:
    """An ingest service with something of everything."""
    problem = contract.Problem(type="x", title="Bad", status=400, detail="It is too large.", code="too-large")
    letter = contract.DeadLetter(
        event="e:1", document=UUID(document_id(1)), path="bad.txt", created_at=NOW, problem=problem
    )
    embargoed = contract.FileState(path="secret.txt", state="embargoed", reason="embargo", since=NOW)
    status = contract.IngestStatus(
        collection="seeds",
        instance="test",
        states={"published": 5, "quarantined": 3, "gone-held": 1, "embargoed": 1},
        outbox={"owed": 2, "dead": 1},
        oldest_waiting_seconds=190,
        watcher={"root": "/srv/seeds"},
        healthy=False,
        reasons=("deletions of 1 files are held: ingest-service confirm-deletes",),
        dead_letters=(letter,),
        embargoed=(embargoed,),
    )
    files = (
        contract.FileState(path=HOSTILE, state="quarantined", reason="encrypted", since=NOW),
        contract.FileState(
            path="busy.txt", state="quarantined", reason="took-too-long", since=NOW, retry_at=NOW + timedelta(hours=1)
        ),
        contract.FileState(path="new.txt", state="quarantined", reason="a-new-reason", detail="Odd.", since=NOW),
        contract.FileState(path="gone.txt", state="gone-held", reason="deletions-held", since=NOW),
    )
    return FakeIngest(status, files)


@pytest.fixture
async def site(catalog: Database, database_url: str, ingest: FakeIngest) -> AsyncIterator[str]:
    """The URL of a running catalog that reads from the ingest service."""
    async with ingest.serving() as ingest_url:
        app = create_app(Settings(database_url=database_url, ingest_url=ingest_url), catalog)
        async with server.serving(app, "127.0.0.1", 0) as url:
            yield url


async def test_activity_says_what_waits_what_cannot_be_read_and_what_to_do(
    record: Record, site: str, ingest: FakeIngest
) -> None:
    record(event(1))
    _, page = await fetched(site, "/activity")
    words = words_of(page)
    assert "The ingest service watches /srv/seeds. 2 things wait to be read, judged or recorded" in words
    assert "the oldest for three minutes" in words
    assert "It is encrypted. Remove the password." in words
    assert "next attempt 2026-11-22 11:00 UTC" in words
    assert "new.txt Odd. a-new-reason" in words
    assert "gone.txt" in words.partition("Deletions that are held")[2]
    assert "bad.txt It is too large." in words.partition("Events that the catalog refused")[2]
    assert "1 files, which are not named before their time" in words
    assert "secret.txt" not in words
    assert "Peace talks resume" in words.partition("As it happens")[2]
    ingest.away = True
    _, page = await fetched(site, "/activity")
    assert re.search("The ingest service does not answer, since [-0-9]+ [0-9:]+ UTC", words_of(page))
    assert "Peace talks resume" in words_of(page)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_activity_shows_a_change_as_it_happens_and_is_accessible(
    record: Record, site: str, chromium: Browser
) -> None:
    record(event(1, article=article("Before")))
    page = await chromium.new_page(base_url=site)
    await page.goto("/activity")
    await page.get_by_text("Live: changes appear here by themselves.").wait_for()
    for width in (320, 1440):
        await page.set_viewport_size({"width": width, "height": 900})
        assert not await is_wider_than_its_window(page)
    assert await violations(page) == []
    sent = raw_event(2, article=article("After", "Other."))
    headers = {"Content-Type": "application/cloudevents+json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{site}/v1/events", json=sent, headers=headers) as response,
    ):
        assert response.status == 200
    await page.locator("#stream").get_by_text("After").wait_for()


def test_every_reason_of_a_file_has_words_and_advice() -> None:
    section = (
        CODES.read_text(encoding="utf-8").partition("## Why a file is not in the catalog")[2].partition("\n## ")[0]
    )
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))
    assert documented == set(file_reasons.REASONS)
