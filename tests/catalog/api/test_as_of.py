"""Answers as of a moment: a time or a `seq`, on every resource that changes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import sqlalchemy as sa

from catalog_service.contract import format_time
from catalog_service.history.record import record_batch
from catalog_service.store.db import Database
from catalog_service.store.tables import Document
from tests.catalog.api.conftest import Json, got, problem_of
from tests.catalog.events import article, document_id, event, relation

ONE, TWO = f"/v1/documents/{document_id(1)}", f"/v1/documents/{document_id(2)}"
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)
LATER = article(text="Envoys met on Tuesday.", publisher="Reuters")


@pytest.fixture
def moments(catalog: Database) -> list[int]:
    """The `seq` after each of these transactions, one a second: two documents, an edit, a withdrawal, a return."""
    batches = [
        [event(1)],
        [event(2, relations=[relation(1, type_="revision")])],
        [event(1, 2, "changed", article=LATER, relations=[relation(2, type_="duplicate")])],
        [event(2, 2, "withdrawn")],
        [event(2, 3, "restored", path="new.txt", relations=[relation(1, 2, type_="duplicate")])],
    ]
    seqs = []
    for number, batch in enumerate(batches):
        with catalog.writing() as session:
            seqs += [receipt.seq for receipt in record_batch(session, batch, START + number * SECOND)]
        with catalog.reading() as session:
            seqs[-1] = session.scalar(sa.text("SELECT seq FROM counter")) or 0
    return seqs


def at(number: int, offset: timedelta = timedelta()) -> str:
    """The query of the moment `offset` after the transaction with this number, from 0."""
    return f"as_of={quote(format_time(START + number * SECOND + offset))}"


async def test_a_document_is_read_as_of_a_time_and_of_a_seq(client: aiohttp.ClientSession, moments: list[int]) -> None:
    first = await got(client, f"{ONE}?{at(0)}")
    assert (first["version"], first["versions"], first["publisher"], first["story"]) == (1, 1, None, None)
    second = await got(client, f"{ONE}?{at(1)}")
    assert (second["story"]["size"], second["story"]["role"], second["relations"]) == (2, "head", {"revision": 1})
    # Half-open: until the last microsecond before the edit, the first version was the current one.
    assert await got(client, f"{ONE}?{at(2, -MICROSECOND)}") == second
    assert (await got(client, f"{ONE}?{at(2)}"))["version"] == 2
    assert await got(client, f"{ONE}?as_of=seq:{moments[1]}") == second
    assert await got(client, f"{ONE}?as_of=seq:{moments[-1]}") == await got(client, ONE)
    assert (await got(client, f"{TWO}?{at(2)}"))["path"] == "002.txt"
    # The same moment in another zone; a plus sign in an address is %2B.
    zone = quote("2026-11-22T12:00:01.500000+02:00")
    assert await got(client, f"{ONE}?as_of={zone}") == second


async def test_a_document_that_was_not_there_is_not_found_or_gone(
    client: aiohttp.ClientSession, moments: list[int]
) -> None:
    for moment in (at(0, -MICROSECOND), "as_of=seq:0", "as_of=1999-01-01T00:00:00Z"):
        async with client.get(f"{ONE}?{moment}") as response:
            assert (await problem_of(response))["code"] == "not-found", moment
        assert (await got(client, f"/v1/documents?{moment}"))["documents"] == []
        assert (await got(client, f"/v1/stories?{moment}"))["stories"] == []
    async with client.get(f"{TWO}?{at(3)}") as response:
        tombstone = (await problem_of(response))["tombstone"]
        assert (response.status, tombstone["path"], tombstone["seq"]) == (410, "002.txt", moments[2] + 1)
    async with client.get(f"{TWO}/relations?{at(0)}") as response:
        assert response.status == 404


async def test_a_moment_has_validators_of_its_own(client: aiohttp.ClientSession, moments: list[int]) -> None:
    async with client.get(f"{ONE}?{at(1)}") as response:
        etag = response.headers["ETag"]
        assert 'rel="latest-version"' not in response.headers["Link"]
    async with client.get(f"{ONE}?{at(1)}", headers={"If-None-Match": etag}) as response:
        assert response.status == 304
    async with client.get(f"{ONE}?{at(2)}", headers={"If-None-Match": etag}) as response:
        assert response.status == 200
    assert moments


async def test_lists_are_read_as_of_a_moment_page_by_page(client: aiohttp.ClientSession, moments: list[int]) -> None:
    page = await got(client, f"/v1/documents?limit=1&{at(2)}")
    assert page["snapshot"]["seq"] == moments[2]
    following = await got(client, f"/v1/documents?limit=1&{at(2)}&cursor={page['next']}")
    listed = [*page["documents"], *following["documents"]]
    assert [(document["path"], document["version"]) for document in listed] == [("002.txt", 1), ("001.txt", 2)]
    assert following["next"] is None
    for other in ("/v1/documents?limit=1", f"/v1/documents?limit=1&{at(1)}"):
        async with client.get(f"{other}&cursor={page['next']}") as response:
            assert (await problem_of(response))["code"] == "cursor-mismatch"
    assert [await ids(client, f"/v1/documents?status=withdrawn&{at(number)}") for number in (2, 3, 4)] == [
        [], [document_id(2)], []
    ]  # fmt: skip


async def ids(client: aiohttp.ClientSession, path: str) -> list[Any]:
    return [document["id"] for document in (await got(client, path))["documents"]]


async def test_relations_are_read_as_of_a_moment(client: aiohttp.ClientSession, moments: list[int]) -> None:
    types = [
        [row["type"] for row in (await got(client, f"/v1/relations?{at(number)}"))["relations"]] for number in range(5)
    ]
    assert types == [[], ["revision"], ["duplicate"], [], ["duplicate"]]
    [revision] = (await got(client, f"{TWO}/relations?{at(1)}"))["relations"]
    assert await got(client, f"/v1/relations/{revision['id']}?as_of=seq:{moments[1]}") == revision
    async with client.get(f"/v1/relations/{revision['id']}?{at(0)}") as response:
        assert response.status == 404
    counts = [len((await got(client, f"{ONE}/relations?versions=all&{at(n)}"))["relations"]) for n in range(5)]
    assert counts == [0, 1, 2, 2, 2]


async def test_stories_are_read_as_of_a_moment(client: aiohttp.ClientSession, moments: list[int]) -> None:
    sizes = [
        [story["size"] for story in (await got(client, f"/v1/stories?{at(number)}"))["stories"]] for number in range(5)
    ]
    assert sizes == [[], [2], [2], [], [2]]
    story = (await got(client, f"/v1/stories?{at(1)}"))["stories"][0]
    assert story["head"] == await got(client, f"/v1/documents/{story['head']['id']}?{at(1)}")
    whole = await got(client, f"/v1/stories/{story['id']}?{at(1)}")
    assert [document["version"] for document in whole["documents"]] == [1, 1]
    assert (whole["seq"], whole["snapshot"]["seq"]) == (moments[1], moments[1])
    async with client.get(f"/v1/stories/{story['id']}?{at(3)}") as response:
        assert (await problem_of(response))["code"] == "not-found"


LISTS = ("/v1/documents", ONE, "/v1/relations", f"{ONE}/relations", "/v1/stories", "/v1/search")
WRONG = ["", "seq:", "seq:-1", "seq:01", "seq:1.0", "2026-11-22", "2026-11-22T10:00:00", "2026-02-30T10:00:00Z", "now",
         "2026-11-22T10:00:00.1234567Z", "2026-11-22T25:00:00Z", "0001-01-01T00:00:00+14:00", "seq:" + "9" * 30,
         "٢٠٢٦-11-22T10:00:00Z", "seq:٣"]  # fmt: skip


async def test_a_search_is_read_as_of_a_moment(client: aiohttp.ClientSession, moments: list[int]) -> None:
    async def found(query: str) -> list[tuple[str, int]]:
        page = await got(client, f"/v1/search?{query}&total=exact&facets=publisher")
        assert sum(page["facets"]["publisher"].values()) == page["total"]["documents"] == len(page["hits"])
        return [(hit["document"]["path"], hit["document"]["version"]) for hit in page["hits"]]

    assert [await found(f"q=monday&{at(number)}") for number in (0, 1, 2, 3)] == [
        [("001.txt", 1)], [("002.txt", 1), ("001.txt", 1)], [("002.txt", 1)], []
    ]  # fmt: skip
    assert await found(f"q=tuesday&{at(2, -MICROSECOND)}") == []
    assert await found(f"publisher=Reuters&{at(2)}") == await found("publisher=Reuters") == [("001.txt", 2)]
    assert await found(f"status=withdrawn&{at(3)}") == [("002.txt", 1)]
    [story] = (await got(client, f"/v1/stories?{at(1)}"))["stories"]
    assert [len(await found(f"story={story['id']}&collapse=none&{at(number)}")) for number in (0, 1, 3)] == [0, 2, 0]
    # What two documents share at a moment decides which of them are copies.
    assert [len(await found(f"q=envoys&{at(number)}")) for number in (1, 2, 3)] == [2, 1, 1]
    page = await got(client, f"/v1/search?q=envoys&limit=1&{at(1)}")
    following = await got(client, f"/v1/search?q=envoys&limit=1&{at(1)}&cursor={page['next']}")
    assert (page["snapshot"]["seq"], len(following["hits"]), following["next"]) == (moments[1], 1, None)


async def test_a_feed_is_of_now(client: aiohttp.ClientSession, moments: list[int]) -> None:
    async with client.get(f"/feeds/search.atom?q=envoys&as_of=seq:{moments[0]}") as response:
        assert (await problem_of(response))["errors"] == [{"pointer": "as_of", "detail": "unknown parameter"}]
    paths = (await got(client, "/openapi.json"))["paths"]
    searched, fed = (
        {parameter["name"] for parameter in paths[path]["get"]["parameters"] if parameter["in"] == "query"}
        for path in ("/v1/search", "/feeds/search.{form}")
    )
    assert searched - fed == {"as_of", "cursor"}
    assert fed <= searched


async def test_a_moment_in_the_future_is_a_problem_of_its_own(
    client: aiohttp.ClientSession, moments: list[int]
) -> None:
    tomorrow = format_time(datetime.now(UTC) + timedelta(days=1))
    for path in LISTS:
        for written in (f"seq:{moments[-1] + 1}", tomorrow, "seq:999999999999999999"):
            async with client.get(f"{path}?as_of={written}") as response:
                problem = await problem_of(response)
            assert (problem["status"], problem["code"]) == (400, "future-moment"), (path, written)
            assert [error["pointer"] for error in problem["errors"]] == ["as_of"]
        for written in WRONG:
            async with client.get(f"{path}?as_of={quote(written)}") as response:
                assert (await problem_of(response))["code"] == "bad-query", (path, written)


async def test_a_redacted_document_is_absent_at_every_seq(
    client: aiohttp.ClientSession, catalog: Database, moments: list[int]
) -> None:
    [story] = (await got(client, f"/v1/stories?{at(1)}"))["stories"]
    with catalog.writing() as session:
        # As a redaction leaves it.
        session.execute(sa.update(Document).where(Document.id == document_id(2)).values(status="redacted"))
    for seq in range(moments[-1] + 1):
        moment = f"as_of=seq:{seq}"
        if seq >= moments[1]:
            async with client.get(f"{TWO}?{moment}") as response:
                assert response.status == 451
            async with client.get(f"{TWO}/relations?{moment}") as response:
                assert response.status == 451
        assert document_id(2) not in await ids(client, f"/v1/documents?{moment}")
        assert (await got(client, f"/v1/relations?versions=all&{moment}"))["relations"] == []
        hits = (await got(client, f"/v1/search?q=envoys&collapse=none&{moment}"))["hits"]
        assert document_id(2) not in [hit["document"]["id"] for hit in hits]
    listed: list[Json] = (await got(client, f"/v1/stories/{story['id']}?{at(1)}"))["documents"]
    assert [document["id"] for document in listed] == [document_id(1)]


async def test_times_ascend_although_a_clock_is_set_back(client: aiohttp.ClientSession, catalog: Database) -> None:
    for number, moment in ((1, START), (2, START - timedelta(hours=1)), (3, START + SECOND)):
        with catalog.writing() as session:
            record_batch(session, [event(number)], moment)
    assert len(await ids(client, f"/v1/documents?{at(0, -MICROSECOND)}")) == 0
    assert len(await ids(client, f"/v1/documents?{at(0)}")) == 2
    assert len(await ids(client, f"/v1/documents?{at(1)}")) == 3
