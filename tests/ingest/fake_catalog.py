"""A catalog on a real loopback port that can be told to misbehave: only the door, nothing behind it."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from catalog_service import contract
from tests.ingest.events import EPOCH, problem, receipt

Fault = Callable[["FakeCatalog", web.Request], Awaitable[web.StreamResponse | None]]


@dataclass
class FakeCatalog:
    """Answers `POST /v1/events` with receipts, after the faults it was given have each been used once.

    `troubles` holds faults that last: for an event, or for the digest of an original.
    """

    epoch: str = EPOCH
    faults: deque[Fault] = field(default_factory=deque)
    refused: set[str] = field(default_factory=set)
    """Events for which a whole batch is answered 422."""
    troubles: dict[str, Fault] = field(default_factory=dict)
    outcomes: dict[str, contract.Outcome] = field(default_factory=dict)
    """Events that get another outcome than `recorded`."""
    most_events: int = 1_000
    token: str | None = None
    recorded: list[str] = field(default_factory=list)
    """The ids of the events, in the order in which they were first recorded."""
    batches: list[list[str]] = field(default_factory=list)
    originals: dict[str, bytes] = field(default_factory=dict)
    heads: list[contract.Head] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    url: str = ""

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator["FakeCatalog"]:
        """Serves on a loopback port until the block ends; open requests are cut off."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/events", self._events)
        app.router.add_put("/v1/originals/{digest}", self._original)
        app.router.add_get("/v1/heads", self._heads)
        runner = web.AppRunner(app, shutdown_timeout=0.01)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        events = json.loads(await request.read())
        names = [event["id"] for event in events]
        self.batches.append(names)
        self.headers.append(dict(request.headers))
        if self.token is not None and request.headers.get("Authorization") != f"Bearer {self.token}":
            return answer(problem("unauthorized", 401))
        if self.faults and (response := await self.faults.popleft()(self, request)) is not None:
            return response
        for name in names:
            if name in self.troubles and (response := await self.troubles[name](self, request)) is not None:
                return response
        if len(names) > self.most_events:
            return answer(problem("too-large", 413))
        if self.refused & set(names):
            return answer(problem("event-invalid", 422))
        return web.json_response(text=contract.Receipts(receipts=tuple(self.record(names))).model_dump_json())

    def record(self, names: Iterable[str]) -> list[contract.Receipt]:
        """What the catalog would do with these events."""
        receipts = []
        for name in names:
            outcome = "replayed" if name in self.recorded else self.outcomes.get(name, "recorded")
            if outcome not in ("replayed", "rejected"):
                self.recorded.append(name)
                self.log.append(name)
            receipts.append(receipt(name, outcome, epoch=self.epoch))
        return receipts

    def sends(self, name: str) -> int:
        """How often an event was sent."""
        return sum(name in batch for batch in self.batches)

    async def _original(self, request: web.Request) -> web.StreamResponse:
        digest, content = request.match_info["digest"], await request.read()
        if digest in self.refused:
            return answer(problem("digest-mismatch", 422))
        if digest in self.troubles and (response := await self.troubles[digest](self, request)) is not None:
            return response
        status = 200 if digest in self.originals else 201
        self.originals[digest] = content
        self.log.append(digest)
        return web.Response(status=status)

    async def _heads(self, request: web.Request) -> web.StreamResponse:
        if self.faults and (response := await self.faults.popleft()(self, request)) is not None:
            return response
        lines = "".join(head.model_dump_json() + "\n" for head in self.heads)
        return web.Response(text=lines, content_type="application/jsonl")


def answer(problem: contract.Problem, **headers: str) -> web.Response:
    """A problem as an HTTP answer."""
    return web.Response(
        text=problem.model_dump_json(), status=problem.status, content_type="application/problem+json", headers=headers
    )


def status(code: int, **headers: str) -> Fault:
    """Answers once with this status."""

    async def fault(_catalog: FakeCatalog, _request: web.Request) -> web.StreamResponse:
        return answer(problem(f"status-{code}", code), **headers)

    return fault


def says(text: str, media_type: str = "text/html") -> Fault:
    """Answers once with 200 and something that is not the catalog's."""

    async def fault(_catalog: FakeCatalog, _request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=media_type)

    return fault


async def records_and_hangs_up(catalog: FakeCatalog, request: web.Request) -> None:
    """Records everything, then cuts the connection instead of answering."""
    catalog.record(event["id"] for event in json.loads(await request.read()))
    assert request.transport is not None
    request.transport.abort()


async def hangs_up(_catalog: FakeCatalog, request: web.Request) -> None:
    """Cuts the connection and records nothing."""
    assert request.transport is not None
    request.transport.abort()
    # Nothing may be answered any more: the handler ends with the connection.
    await asyncio.Event().wait()


async def never_answers(_catalog: FakeCatalog, _request: web.Request) -> None:
    """Holds the request until the other side gives up."""
    await asyncio.Event().wait()


async def breaks_off(_catalog: FakeCatalog, request: web.Request) -> web.StreamResponse:
    """Starts a stream and cuts the connection in the middle of it."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b'{"half": ')
    assert request.transport is not None
    request.transport.abort()
    return response
