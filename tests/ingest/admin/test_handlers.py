"""The service's own HTTP face: probes, numbers, states, and one shape of error."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from catalog_service import contract
from ingest_service.admin import handlers, problems, server
from ingest_service.errors import DatabaseAway
from tests.ingest.events import NOON

STATUS = contract.IngestStatus(
    collection="seeds", instance="test", states={"ingested": 5, "quarantined": 1},
    outbox={"owed": 2, "delivered": 5, "dead": 0}, to_judge=1, oldest_waiting_seconds=1.5,
)  # fmt: skip
FILE = contract.FileState(path="002.txt", state="quarantined", reason="empty", since=NOON)


class Service:
    """What stands behind the face."""

    def __init__(self) -> None:
        self.condition = handlers.Condition(outcomes={"recorded": 5})
        self.queries: list[handlers.FilesQuery] = []
        self.matched: list[str] = []
        self.away = False

    async def status(self) -> contract.IngestStatus:
        if self.away:
            raise DatabaseAway
        return STATUS

    async def files(self, query: handlers.FilesQuery) -> contract.Files:
        self.queries.append(query)
        return contract.Files(files=(FILE,), next="002.txt")

    async def match(self, text: str) -> contract.Matches:
        self.matched.append(text)
        return contract.Matches(matches=())

    @asynccontextmanager
    async def serving(self, host: str = "127.0.0.1") -> AsyncIterator[aiohttp.ClientSession]:
        """A client of this service on a port of its own."""
        sources = handlers.Sources(lambda: self.condition, self.status, self.files, self.match)
        app = handlers.create_app(sources, host, longest=1_000)
        async with server.serving(app, "127.0.0.1", 0) as url, aiohttp.ClientSession(url) as client:
            yield client


async def problem(response: aiohttp.ClientResponse) -> contract.Problem:
    assert response.content_type == "application/problem+json"
    refusal = contract.Problem.model_validate_json(await response.read())
    assert refusal.status == response.status
    return refusal


async def test_a_service_with_nothing_left_to_do_is_ready() -> None:
    async with Service().serving() as client:
        assert (await client.get("/livez")).status == 200
        assert (await client.get("/readyz")).status == 200


async def test_a_service_that_is_not_ready_says_what_is_missing() -> None:
    service = Service()
    service.condition = handlers.Condition(remaining=("adopt what the catalog knows",))
    async with service.serving() as client:
        assert (await client.get("/livez")).status == 200
        assert "adopt what the catalog knows" in (await problem(await client.get("/readyz"))).detail


async def test_a_text_is_matched_unchanged() -> None:
    service = Service()
    async with service.serving() as client:
        for sent in ({"data": "für\n\n ihn"}, {"json": {"text": "für\n\n ihn"}}):
            assert await (await client.post("/v1/match", **sent)).json() == {"matches": []}
    assert service.matched == ["für\n\n ihn", "für\n\n ihn"]


JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b"\xff", "text/plain", 400, "bad-body"),
        (b'{"text": 1}', JSON, 400, "bad-body"),
        (b"[" * 900, JSON, 400, "bad-body"),
        (b'{"text": "\xff"}', JSON, 400, "bad-body"),
        (b'{"text": "\\ud800"}', JSON, 400, "bad-body"),
        (b'{"text": "a", "b": 1}', JSON, 400, "bad-body"),
        ('{"text": "a"}'.encode("utf-16"), JSON, 400, "bad-body"),
        (b"", JSON, 400, "bad-body"),
        (b"a", "image/png", 415, "unsupported-media-type"),
        (b"a", "text/plain; charset=latin-1", 415, "unsupported-media-type"),
        (b'{"text": "a"}', "application/json; charset=utf-16", 415, "unsupported-media-type"),
        (b"a" * 1_001, "text/plain", 413, "too-large"),
    ],
)
async def test_a_body_that_is_no_text_is_refused(body: bytes, media_type: str, status: int, code: str) -> None:
    service = Service()
    async with service.serving() as client:
        refusal = await problem(await client.post("/v1/match", data=body, headers={"Content-Type": media_type}))
    assert (refusal.status, refusal.code) == (status, code)
    assert service.matched == []


@pytest.mark.parametrize(
    ("body", "media_type", "pointer", "detail"),
    [
        (b"ab\xff", "text/plain", "", "is not UTF-8 (byte 3)"),
        (b'{"text": 1}', JSON, "/text", "must be a string"),
        (b"{}", JSON, "/text", "is missing"),
        (b'{"text": "a", "a/~": 1}', JSON, "/a~1~0", "is not known here"),
        (b"[]", JSON, "", "must be an object"),
        (b'{"text":', JSON, "", "is not JSON (line 1, column 8)"),
    ],
)
async def test_what_is_wrong_with_a_body_is_said_with_its_place(
    body: bytes, media_type: str, pointer: str, detail: str
) -> None:
    async with Service().serving() as client:
        refusal = await problem(await client.post("/v1/match", data=body, headers={"Content-Type": media_type}))
    assert refusal.errors == (contract.FieldError(pointer=pointer, detail=detail),)
    assert refusal.detail == f"{pointer or 'the body'} {detail}."


@pytest.mark.parametrize("body", [b"a text", gzip.compress(b"a text", mtime=0), gzip.compress(b"a text", mtime=0)[:-9]])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "unheard-of", "gzip, gzip"])
async def test_a_compressed_body_is_refused_before_it_is_read(encoding: str, body: bytes) -> None:
    service = Service()
    headers = {"Content-Encoding": encoding, "Content-Type": "text/plain"}
    async with service.serving() as client:
        response = await client.post("/v1/match", data=body, headers=headers)
        assert (await problem(response)).code == "unsupported-media-type"
        assert response.headers["Accept-Encoding"] == "identity"
        # The connection is as good as before.
        assert (await client.post("/v1/match", data="a text", headers={"Content-Encoding": "identity"})).status == 200
    assert service.matched == ["a text"]


async def test_json_may_begin_with_a_mark_of_the_byte_order() -> None:
    service = Service()
    async with service.serving() as client:
        response = await client.post("/v1/match", data=b'\xef\xbb\xbf{"text": "a"}', headers={"Content-Type": JSON})
        assert response.status == 200
    assert service.matched == ["a"]


POSTED = b"POST /v1/match HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
        (b"nonsense\r\n\r\n", 400),
        (POSTED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (POSTED + b"Content-Length: many\r\n\r\n", 400),
    ],
)
async def test_what_is_no_proper_http_is_a_problem_too(sent: bytes, status: int) -> None:
    async with Service().serving() as client:
        base = client._base_url
        assert base is not None
        reader, writer = await asyncio.open_connection(base.host, base.port)
        writer.write(sent)
        head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
    assert head.startswith(f"HTTP/1.1 {status}".encode()) or head.startswith(f"HTTP/1.0 {status}".encode())
    assert contract.Problem.model_validate_json(body).status == status


async def test_a_problem_can_be_found_in_the_log_and_looked_up() -> None:
    async with Service().serving() as client:
        response = await client.get("/v1/files?limit=0", headers={"X-Request-Id": "mine"})
        refusal = await problem(response)
        assert (refusal.request_id, response.headers["X-Request-Id"]) == ("mine", "mine")
        assert refusal.instance == "/v1/files"
        page = await client.get(refusal.type)
        assert problems.BadQuery.__doc__ is not None
        assert problems.BadQuery.__doc__ in await page.text()
        assert (await problem(await client.get("/problems/unheard-of"))).code == "not-found"
        well = await client.get("/livez", headers={"X-Request-Id": "not one\u00e9"})
        assert len(well.headers["X-Request-Id"]) == 32


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/v1/status"])
async def test_a_database_that_is_away_is_said(path: str) -> None:
    service = Service()
    service.away = True
    async with service.serving() as client:
        refusal = await problem(await client.get(path))
        assert (refusal.status, refusal.code) == (503, "database-away")
        assert (await client.get("/livez")).status == 200


async def test_the_status_and_the_files_are_the_contract_s() -> None:
    service = Service()
    async with service.serving() as client:
        assert contract.IngestStatus.model_validate(await (await client.get("/v1/status")).json()) == STATUS
        answer = await client.get("/v1/files?state=quarantined&after=001.txt&limit=1")
        assert contract.Files.model_validate(await answer.json()).files == (FILE,)
    assert service.queries == [handlers.FilesQuery(state="quarantined", after="001.txt", limit=1)]


@pytest.mark.parametrize(
    ("path", "pointer", "detail"),
    [
        ("/v1/files?stat=x", "stat", "is not known here"),
        ("/v1/files?limit=0", "limit", "must be 1 or more"),
        ("/v1/files?limit=1001", "limit", "must be 1,000 or less"),
        ("/v1/files?limit=many", "limit", "must be a whole number"),
        ("/v1/files?state=a&state=b", "state", "is given more than once"),
        (f"/v1/files?state={'a' * 51}", "state", "may have 50 characters"),
        ("/v1/files?after=%00", "after", "holds a NUL character or a lone surrogate"),
        ("/v1/status?x=1", "x", "is not known here"),
        ("/livez?x=1", "x", "is not known here"),
        ("/metrics?x=1", "x", "is not known here"),
    ],
)
async def test_a_query_that_is_not_understood_is_refused_by_name(path: str, pointer: str, detail: str) -> None:
    async with Service().serving() as client:
        refusal = await problem(await client.get(path))
        assert (refusal.status, refusal.code) == (400, "bad-query")
        assert refusal.errors == (contract.FieldError(pointer=pointer, detail=detail),)


async def test_other_addresses_and_methods_are_problems_too() -> None:
    async with Service().serving() as client:
        assert (await problem(await client.get("/v2"))).code == "not-found"
        response = await client.post("/v1/status")
        assert (await problem(response)).code == "method-not-allowed"
        assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8081", "10.0.0.1", "127.0.0.1.evil.example", "["])
async def test_on_loopback_only_loopback_names_are_answered(host: str) -> None:
    async with Service().serving() as client:
        refusal = await problem(await client.get("/v1/status", headers={"Host": host}))
        assert (refusal.status, refusal.code) == (421, "host-unknown")


@pytest.mark.parametrize("host", ["localhost", "localhost:8081", "127.0.0.1", "[::1]:8081"])
async def test_every_name_of_loopback_is_answered(host: str) -> None:
    async with Service().serving() as client:
        assert (await client.get("/v1/status", headers={"Host": host})).status == 200


async def test_bound_to_another_address_any_name_is_answered() -> None:
    async with Service().serving("192.0.2.1") as client:
        assert (await client.get("/v1/status", headers={"Host": "ingest:8081"})).status == 200


async def test_the_numbers_are_read_by_prometheus() -> None:
    async with Service().serving() as client:
        text = await (await client.get("/metrics")).text()
    numbers = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert numbers["ingest_files", "quarantined"] == 1
    assert numbers["ingest_outbox_events", "owed"] == 2
    assert numbers["ingest_events_total", "recorded"] == 5
    assert numbers["ingest_oldest_waiting_seconds",] == 1.5
    assert numbers["ingest_ready",] == 1
    assert ("process_open_fds",) in numbers
