"""The feed as server-sent events: nothing skipped or repeated over cuts, restores and processes; ended at once."""

import asyncio
import json
import random
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
import sqlalchemy as sa

from catalog_service import server
from catalog_service.api import event_stream
from catalog_service.app import create_app
from catalog_service.keys import BROADCAST
from catalog_service.settings import Limits, Settings
from catalog_service.store.db import Database
from catalog_service.store.tables import Change, Counter
from tests import templates
from tests.catalog.api.conftest import Json, got, problem_of, publish
from tests.catalog.conftest import NOW
from tests.catalog.events import article, document_id, raw_event

STREAM = {"Accept": "text/event-stream"}
Event = dict[str, str]


async def events(response: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    """The blocks of a stream that have fields, as the standard parses them; comments are left out."""
    event: Event = {}
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(":")
        if name:
            event[name] = value.removeprefix(" ")
        elif event:
            yield event
            event = {}


async def take(response: aiohttp.ClientResponse, count: int) -> list[Event]:
    """The next events of a stream."""
    stream = events(response)
    async with asyncio.timeout(20):
        return [await anext(stream) for _ in range(count)]


def seqs(taken: list[Event]) -> list[int]:
    """The `seq` of each event that is a change."""
    return [json.loads(event["data"])["data"]["seq"] for event in taken if event.get("event") != "reset"]


async def all_seqs(client: aiohttp.ClientSession) -> list[int]:
    """What the feed has, by one page of JSON."""
    page: Json = await got(client, "/v1/changes?limit=1000")
    return [event["data"]["seq"] for event in page["events"]]


async def test_a_stream_has_every_change_once_however_often_it_is_cut(client: aiohttp.ClientSession) -> None:
    await publish(client, *(raw_event(number) for number in range(1, 40)))
    chance = random.Random(4)  # noqa: S311  Not for secrets.
    read: list[int] = []
    last: dict[str, str] = {}
    for number in range(40, 46):
        async with client.get("/v1/changes", headers={**STREAM, **last}) as response:
            publishing = asyncio.create_task(publish(client, raw_event(number)))
            taken = await take(response, chance.randint(1, 12))
            await publishing
        read += seqs(taken)
        last = {"Last-Event-ID": taken[-1]["id"]}
    expected = await all_seqs(client)
    async with client.get("/v1/changes?since=0", headers={**STREAM, **last}) as response:
        read += seqs(await take(response, len(expected) - len(read)))
    assert read == expected


async def test_a_stream_that_begins_now_begins_with_the_id_to_resume_from(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    async with client.get("/v1/changes?since=now", headers=STREAM) as response:
        [first] = await take(response, 1)
    assert (first["event"], json.loads(first["data"])) == ("start", {"cursor": first["id"]})
    await publish(client, raw_event(2))
    headers = {**STREAM, "Last-Event-ID": first["id"]}
    async with client.get("/v1/changes?since=now", headers=headers) as response:
        [missed] = await take(response, 1)
    assert json.loads(missed["data"])["subject"] == document_id(2)


async def test_a_filter_applies_to_old_and_new_changes(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1), raw_event(2))
    query = f"types=document.created.v1,document.changed.v1&document={document_id(2)}&collection=seeds"
    async with client.get(f"/v1/changes?{query}", headers=STREAM) as response:
        old = await take(response, 1)
        await publish(client, raw_event(1, 2, "changed", article=article(text="One.")))
        await publish(client, raw_event(2, 2, "changed", article=article(text="Two.")))
        new = await take(response, 1)
    assert [json.loads(event["data"])["type"] for event in old + new] == ["document.created.v1", "document.changed.v1"]
    assert {json.loads(event["data"])["subject"] for event in old + new} == {document_id(2)}


async def test_a_restored_catalog_resets_its_readers(client: aiohttp.ClientSession, catalog: Database) -> None:
    await publish(client, raw_event(1))
    async with client.get("/v1/changes", headers=STREAM) as response:
        before = await take(response, 1)
        with catalog.writing() as session:
            session.execute(sa.update(Counter).values(epoch="restored"))
        await publish(client, raw_event(2))
        connected = await take(response, 3)
    async with client.get("/v1/changes", headers={**STREAM, "Last-Event-ID": before[0]["id"]}) as response:
        resumed = await take(response, 3)
    for taken in (connected, resumed):
        assert taken[0]["event"] == "reset"
        assert json.loads(taken[0]["data"])["code"] == "cursor-expired"
        assert seqs(taken) == await all_seqs(client)
    async with client.get("/v1/changes", headers={**STREAM, "Last-Event-ID": resumed[0]["id"]}) as response:
        assert seqs(await take(response, 2)) == await all_seqs(client)


@pytest.mark.parametrize(("query", "last"), [("since=x", ""), ("", "x" * 10_000), ("", "é"), ("types=a.b.v1", "")])
async def test_a_wrong_stream_is_a_problem(client: aiohttp.ClientSession, query: str, last: str) -> None:
    async with client.get(f"/v1/changes?{query}", headers={**STREAM, "Last-Event-ID": last}) as response:
        assert (await problem_of(response))["status"] == 400


async def test_a_silent_stream_has_comments_without_an_id(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "COMMENT_SECONDS", 0.02)
    async with client.get("/v1/changes", headers=STREAM) as response, asyncio.timeout(10):
        lines = [await response.content.readline() for _ in range(6)]
    assert {line[:1] for line in lines} == {b":", b"\n"}
    assert (response.content_type, response.headers["X-Accel-Buffering"]) == ("text/event-stream", "no")


async def test_a_stream_ends_after_its_longest_time(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "LONGEST_SECONDS", 0.05)
    async with client.get("/v1/changes", headers=STREAM) as response, asyncio.timeout(10):
        assert (await response.read()).startswith(b":")


async def test_head_has_the_headers_of_a_stream_and_ends(client: aiohttp.ClientSession) -> None:
    async with client.head("/v1/changes", headers=STREAM) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")


async def test_a_commit_of_another_process_wakes_a_stream(
    client: aiohttp.ClientSession, catalog: Database, database_url: str
) -> None:
    elsewhere = Database(database_url)
    other = create_app(Settings(database_url=database_url), elsewhere)
    async with (
        server.serving(other, "127.0.0.1", 0) as url,
        aiohttp.ClientSession(url) as reader,
        reader.get("/v1/changes", headers=STREAM) as response,
    ):
        await publish(client, raw_event(1))
        [event] = await take(response, 1)
    elsewhere.close()
    assert json.loads(event["data"])["subject"] == document_id(1)


@asynccontextmanager
async def streams(client: aiohttp.ClientSession, count: int) -> AsyncIterator[list[aiohttp.ClientResponse]]:
    """So many streams that begin now, each with its first event read."""
    async with AsyncExitStack() as stack:
        responses = [
            await stack.enter_async_context(client.get("/v1/changes?since=now", headers=STREAM)) for _ in range(count)
        ]
        await asyncio.gather(*(take(response, 1) for response in responses))
        yield responses


async def test_a_change_is_read_once_for_all_readers(client: aiohttp.ClientSession, catalog: Database) -> None:
    reads = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM change" in statement:
            reads.append(statement)

    async with streams(client, 20) as responses:
        sa.event.listen(catalog.engine, "before_cursor_execute", count)
        await publish(client, raw_event(1))
        taken = await asyncio.gather(*(take(response, 1) for response in responses))
    assert {json.loads(event["data"])["subject"] for [event] in taken} == {document_id(1)}
    # By the notice of the commit, by that of the database, and by the clock.
    assert 1 <= len(reads) <= 4


READERS, CHANGES = 500, 8


@pytest.fixture
def many_files() -> Iterator[None]:
    """As many open files as the system allows: a stream needs one, and its reader, in the same process, another."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def read_and_cut(client: aiohttp.ClientSession, cuts: list[int]) -> list[int]:
    """The changes that a reader gets whose connection is cut after so many bytes, each time, and then not any more."""
    read: list[int] = []
    last: dict[str, str] = {}
    for most in [*cuts, None]:
        received = b""
        async with client.get("/v1/changes", headers={**STREAM, **last}) as response:
            while (most is None or len(received) < most) and len(read) + received.count(b"\ndata: ") < CHANGES:
                received += await response.content.readany()
            response.close()
        # What is behind the last empty line is no whole event.
        blocks = received[:most].decode().split("\n\n")[:-1]
        fields = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks if "data: " in block]
        read += seqs(fields)
        last = {"Last-Event-ID": fields[-1]["id"]} if fields else last
    return read


@pytest.mark.usefixtures("many_files")
async def test_five_hundred_readers_get_every_change_once_however_they_are_cut(sqlite_url: str) -> None:
    chance = random.Random(500)  # noqa: S311  Not for secrets.
    catalog = Database(sqlite_url)
    templates.bring_up(catalog)
    app = create_app(Settings(database_url=sqlite_url), catalog)
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        server.serving(app, "127.0.0.1", 0) as url,
        aiohttp.ClientSession(url, connector=connector) as client,
        asyncio.timeout(60),
    ):
        cuts = [[chance.randint(1, 5_000)] for _ in range(READERS)]
        readers = [asyncio.create_task(read_and_cut(client, own)) for own in cuts]
        for number in range(1, CHANGES + 1):
            await publish(client, raw_event(number))
        assert await asyncio.gather(*readers) == [list(range(1, CHANGES + 1))] * READERS
        while app[BROADCAST].readers:  # noqa: ASYNC110  The count of readers has no event.
            await asyncio.sleep(0.01)
    catalog.close()


async def test_one_reader_too_many_is_refused_until_another_leaves(catalog: Database, database_url: str) -> None:
    app = create_app(Settings(database_url=database_url, limits=Limits(readers=2)), catalog)
    async with server.serving(app, "127.0.0.1", 0) as url, aiohttp.ClientSession(url) as client, streams(client, 2):
        for path in ("/v1/changes", "/v1/changes?since=now&wait=1"):
            headers = {} if "wait" in path else STREAM
            async with client.get(path, headers=headers) as refused:
                assert ((await problem_of(refused))["code"], refused.status) == ("too-many-readers", 503)
        assert app[BROADCAST].readers == 2


def add_long_changes(catalog: Database, count: int) -> None:
    """Adds entries of 4 KB to the change log, more together than the buffers of a connection hold."""
    with catalog.writing() as session:
        rows = [
            {"seq": seq, "type": "story.changed.v1", "time": NOW, "data": {"seq": seq, "path": "x" * 4_000}}
            for seq in range(1, count + 1)
        ]
        session.execute(sa.insert(Change), rows)
        session.execute(sa.update(Counter).values(seq=count))


@pytest.mark.parametrize("stuck", [False, True])
async def test_stopping_ends_streams_at_once(catalog: Database, database_url: str, stuck: bool) -> None:
    add_long_changes(catalog, 4_000 if stuck else 1)
    app = create_app(Settings(database_url=database_url), catalog)
    async with aiohttp.ClientSession() as client:
        async with server.serving(app, "127.0.0.1", 0) as url:
            response = await client.get(f"{url}/v1/changes", headers=STREAM)
            await take(response, 1)
            if stuck:
                transport = response.connection and response.connection.transport
                assert isinstance(transport, asyncio.Transport)
                transport.pause_reading()
            stopped = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - stopped < server.STOP_SECONDS / 2
        response.close()


async def test_a_reader_that_is_stuck_is_cut_off(
    catalog: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "STUCK_SECONDS", 0.1)
    add_long_changes(catalog, 4_000)
    app = create_app(Settings(database_url=database_url), catalog)
    async with (
        server.serving(app, "127.0.0.1", 0) as url,
        aiohttp.ClientSession(url) as client,
        client.get("/v1/changes", headers=STREAM) as response,
    ):
        async with asyncio.timeout(10):
            while app[BROADCAST].readers:  # noqa: ASYNC110  The count of readers has no event.
                await asyncio.sleep(0.01)
        with pytest.raises(aiohttp.ClientError):
            await response.read()
