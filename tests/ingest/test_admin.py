"""The service's own HTTP face: probes, numbers, states, and one shape of error."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from catalog_service import contract
from ingest_service import admin
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
        self.condition = admin.Condition(outcomes={"recorded": 5})
        self.asked: list[admin.FilesAsked] = []
        self.matched: list[str] = []
        self.away = False

    async def status(self) -> contract.IngestStatus:
        if self.away:
            raise DatabaseAway
        return STATUS

    async def files(self, asked: admin.FilesAsked) -> contract.Files:
        self.asked.append(asked)
        return contract.Files(files=(FILE,), next="002.txt")

    async def match(self, text: str) -> contract.Matches:
        self.matched.append(text)
        return contract.Matches(matches=())

    @asynccontextmanager
    async def serving(self, host: str = "127.0.0.1") -> AsyncIterator[aiohttp.ClientSession]:
        """A client of this service on a port of its own."""
        sources = admin.Sources(lambda: self.condition, self.status, self.files, self.match)
        app = admin.create_app(sources, host, longest=1_000)
        async with admin.serving(app, "127.0.0.1", 0) as url, aiohttp.ClientSession(url) as client:
            yield client


async def problem(response: aiohttp.ClientResponse) -> contract.Problem:
    assert response.content_type == "application/problem+json"
    said = contract.Problem.model_validate_json(await response.read())
    assert said.status == response.status
    return said


async def test_a_service_with_nothing_left_to_do_is_ready() -> None:
    async with Service().serving() as client:
        assert (await client.get("/livez")).status == 200
        assert (await client.get("/readyz")).status == 200


async def test_a_service_that_is_not_ready_says_what_is_missing() -> None:
    service = Service()
    service.condition = admin.Condition(still=("adopt what the catalog knows",))
    async with service.serving() as client:
        assert (await client.get("/livez")).status == 200
        assert "adopt what the catalog knows" in (await problem(await client.get("/readyz"))).detail


async def test_a_text_is_asked_about_as_it_stands() -> None:
    service = Service()
    async with service.serving() as client:
        for sent in ({"data": "für\n\n ihn"}, {"json": {"text": "für\n\n ihn"}}):
            assert await (await client.post("/v1/match", **sent)).json() == {"matches": []}
    assert service.matched == ["für\n\n ihn", "für\n\n ihn"]


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b"\xff", "text/plain", 400, "bad-body"),
        (b'{"text": 1}', "application/json", 400, "bad-body"),
        (b"[" * 900, "application/json", 400, "bad-body"),
        (b'{"text": "a", "b": 1}', "application/json", 400, "bad-body"),
        (b"a", "image/png", 415, "unsupported-media-type"),
        (b"a" * 1_001, "text/plain", 413, "too-large"),
    ],
)
async def test_a_body_that_is_no_text_is_refused(body: bytes, media_type: str, status: int, code: str) -> None:
    service = Service()
    async with service.serving() as client:
        said = await problem(await client.post("/v1/match", data=body, headers={"Content-Type": media_type}))
    assert (said.status, said.code) == (status, code)
    assert service.matched == []


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/v1/status"])
async def test_a_database_that_is_away_is_said(path: str) -> None:
    service = Service()
    service.away = True
    async with service.serving() as client:
        said = await problem(await client.get(path))
        assert (said.status, said.code) == (503, "database-away")
        assert (await client.get("/livez")).status == 200


async def test_the_status_and_the_files_are_the_contract_s() -> None:
    service = Service()
    async with service.serving() as client:
        assert contract.IngestStatus.model_validate(await (await client.get("/v1/status")).json()) == STATUS
        answer = await client.get("/v1/files?state=quarantined&after=001.txt&limit=1")
        assert contract.Files.model_validate(await answer.json()).files == (FILE,)
    assert service.asked == [admin.FilesAsked(state="quarantined", after="001.txt", limit=1)]


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/v1/files?stat=x", "stat"),
        ("/v1/files?limit=0", "limit"),
        ("/v1/files?limit=1001", "limit"),
        ("/v1/files?limit=many", "limit"),
        ("/v1/files?state=a&state=b", "state"),
        ("/v1/status?x=1", "x"),
        ("/livez?x=1", "x"),
        ("/metrics?x=1", "x"),
    ],
)
async def test_a_query_that_is_not_understood_is_refused_by_name(path: str, pointer: str) -> None:
    async with Service().serving() as client:
        said = await problem(await client.get(path))
        assert (said.status, said.code) == (400, "bad-query")
        assert [wrong.pointer for wrong in said.errors] == [pointer]


async def test_other_addresses_and_methods_are_problems_too() -> None:
    async with Service().serving() as client:
        assert (await problem(await client.get("/v2"))).code == "not-found"
        response = await client.post("/v1/status")
        assert (await problem(response)).code == "method-not-allowed"
        assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8081", "10.0.0.1", "127.0.0.1.evil.example", "["])
async def test_on_loopback_only_loopback_names_are_answered(host: str) -> None:
    async with Service().serving() as client:
        said = await problem(await client.get("/v1/status", headers={"Host": host}))
        assert (said.status, said.code) == (421, "host-unknown")


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
