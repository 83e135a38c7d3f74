"""The catalog reads the ingest service's API, and reports since when it is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from catalog_service import contract, ingest_client
from catalog_service.errors import IngestAway
from catalog_service.ingest_client import IngestClient
from tests.catalog.fake_ingest import FakeIngest

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CLOSED = "http://127.0.0.1:1"


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[IngestClient]:
    """A client whose clock is an hour later at each look."""
    times = iter(NOON + timedelta(hours=hours) for hours in range(10))
    client = IngestClient(url, lambda: next(times))
    yield client
    await client.close()


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """A server whose every answer is that of the handler."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_it_reads_the_status_the_files_of_a_state_and_matches() -> None:
    quarantined, waiting = (
        contract.FileState(path=f"{state}.txt", state=state, since=NOON) for state in ("quarantined", "waiting")
    )
    service = FakeIngest(states=(quarantined, waiting))
    async with service.serving() as url, asking(url + "/") as client:
        assert (await client.status()).collection == "seeds"
        assert (await client.files("quarantined")).files == (quarantined,)
        assert (await client.match("“Ümlaut”\n\nand more")).matches == ()
    assert service.texts == ["“Ümlaut”\n\nand more"]


async def test_a_service_that_is_away_is_reported_with_the_time_of_the_first_failure() -> None:
    service = FakeIngest(away=True)
    async with service.serving() as url, asking(url) as client:
        for _ in range(2):
            with pytest.raises(IngestAway, match="503") as away:
                await client.status()
            assert away.value.since == NOON
        service.away = False
        await client.status()
        service.away = True
        with pytest.raises(IngestAway) as away:
            await client.match("text")
        assert away.value.since == NOON + timedelta(hours=1)
    async with asking(CLOSED) as client:
        with pytest.raises(IngestAway):
            await client.files("quarantined")


async def _other(request: web.Request) -> web.Response:
    return web.Response(text='{"another": "service"}')


async def _elsewhere(request: web.Request) -> web.Response:
    return web.Response(status=307, headers={"Location": "/v1/status"})


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 1_000)


async def _silent(request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize("handler", [_other, _elsewhere, _endless, _silent])
async def test_an_answer_of_something_else_counts_as_away(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_client, "ANSWER_BYTES", 10_000)
    monkeypatch.setattr(ingest_client, "STATUS_SECONDS", 0.1 if handler is _silent else 3.0)
    async with answering(handler) as url, asking(url) as client:
        with pytest.raises(IngestAway):
            await client.status()
