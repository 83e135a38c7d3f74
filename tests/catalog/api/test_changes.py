"""The change feed skips nothing, repeats nothing, and wakes a waiting reader."""

import asyncio
import json

import aiohttp
from sqlalchemy import update
from yarl import URL

from catalog_service.store.db import Database
from catalog_service.store.tables import Counter
from tests.catalog.api.conftest import Json, got, problem_of, publish
from tests.catalog.events import article, document_id, raw_event, relation


async def read_all(client: aiohttp.ClientSession, query: str) -> list[Json]:
    """All events of the feed, read page by page."""
    events, cursor, more = [], "0", True
    while more:
        page = await got(client, f"/v1/changes?since={cursor}&{query}")
        events += page["events"]
        cursor, more = page["cursor"], page["more"]
    return events


async def test_the_feed_has_every_change_once_and_in_order(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(2), raw_event(1, 2, "changed", article=article(text="New.")))
    await publish(client, raw_event(2, 2, "withdrawn"))
    events = await read_all(client, "limit=2")
    assert [event["data"]["seq"] for event in events] == sorted({event["data"]["seq"] for event in events})
    documents = [(e["type"].split(".")[1], e["subject"]) for e in events if e["type"].startswith("document.")]
    one, two = document_id(1), document_id(2)
    assert documents == [("created", one), ("created", two), ("changed", one), ("withdrawn", two)]
    only = await read_all(client, f"limit=1&types=document.created.v1,document.withdrawn.v1&document={two}")
    assert [event["type"] for event in only] == ["document.created.v1", "document.withdrawn.v1"]


async def test_a_reader_that_waits_is_woken_by_a_commit(client: aiohttp.ClientSession) -> None:
    cursor = (await got(client, "/v1/changes?since=now"))["cursor"]
    waiting = asyncio.create_task(got(client, f"/v1/changes?since={cursor}&wait=25"))
    await publish(client, raw_event(1))
    page = await asyncio.wait_for(waiting, 10)
    assert [event["subject"] for event in page["events"]] == [document_id(1)]


async def test_waiting_ends_with_an_empty_page_when_nothing_changes(client: aiohttp.ClientSession) -> None:
    page = await got(client, "/v1/changes?since=now&wait=0.05")
    assert (page["events"], page["more"]) == ([], False)


async def test_a_cursor_of_another_epoch_is_gone(client: aiohttp.ClientSession, catalog: Database) -> None:
    await publish(client, raw_event(1))
    cursor = (await got(client, "/v1/changes"))["cursor"]
    async with client.get(f"/v1/changes?since={cursor}&collection=seeds") as response:
        assert (await problem_of(response))["code"] == "cursor-mismatch"
    with catalog.writing() as session:
        session.execute(update(Counter).values(epoch="restored"))
    async with client.get(f"/v1/changes?since={cursor}") as response:
        assert ((await problem_of(response))["status"], response.reason) == (410, "Gone")


WRONG = (
    "since=x since=%00 wait=26 wait=nan types=, types=document.read.v1 limit=0 document=x collection= since=0&since=0"
)


async def test_a_wrong_query_is_a_problem(client: aiohttp.ClientSession) -> None:
    for query in WRONG.split():
        async with client.get(URL(f"/v1/changes?{query}", encoded=True)) as response:
            assert (await problem_of(response))["status"] == 400, query


async def test_every_form_has_the_same_events_and_the_next_cursor(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(2, relations=[relation(1, type_="duplicate")]))
    page = await got(client, "/v1/changes?limit=3")
    for form in ("application/cloudevents-batch+json", "application/jsonl"):
        async with client.get("/v1/changes?limit=3", headers={"Accept": form}) as response:
            text = await response.text()
        events = json.loads(text if form.endswith("json") else f"[{','.join(text.splitlines())}]")
        assert (response.content_type, events) == (form, page["events"])
        rest = await got(client, URL(response.links["next"]["url"]).path_qs)
        assert len(rest["events"]) == 1
        seqs = [event["data"]["seq"] for event in page["events"] + rest["events"]]
        assert seqs == sorted(set(seqs))


async def test_a_change_without_a_document_has_no_subject(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(2, relations=[relation(1, type_="duplicate")]))
    events = await read_all(client, "limit=100")
    assert {"relation.added.v1", "story.changed.v1"} < {event["type"] for event in events}
    for event in events:
        assert event.get("subject", "absent") == (event["data"]["document"] or "absent")
