"""A command asks the service that runs on the same database, and no other one."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from catalog_service import contract
from ingest_service.cli import running
from ingest_service.settings import Settings

UNREADABLE = contract.FileState(
    path="a.bin", state="quarantined", reason="undecodable", since=datetime(2026, 11, 28, tzinfo=UTC)
)
Answer = Callable[[web.Request], web.Response]


def status(settings: Settings) -> contract.IngestStatus:
    """The status of a service with these settings."""
    return contract.IngestStatus(
        collection="seeds", instance="seeds", states={"published": 3}, outbox={}, ledger=settings.ledger,
        progress=contract.LoadProgress(step="judge"),
    )  # fmt: skip


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[int]:
    """A service on a port, which the block gets."""

    async def handle(request: web.Request) -> web.Response:
        return answer(request)

    app = web.Application()
    app.router.add_get("/v1/{resource}", handle)
    async with TestServer(app) as server:
        assert server.port
        yield server.port


def answering(report: contract.IngestStatus) -> Answer:
    """Answers as the service does."""

    def answer(request: web.Request) -> web.Response:
        if request.path == "/v1/status":
            return web.Response(text=report.model_dump_json())
        assert dict(request.query) == {"state": "quarantined", "limit": "10"}
        return web.Response(text=contract.Files(files=(UNREADABLE,)).model_dump_json())

    return answer


async def asked(answer: Answer, settings: Settings) -> running.Report | None:
    async with serving(answer) as port:
        return await asyncio.to_thread(running.ask, settings.model_copy(update={"port": port}), 10)


async def test_the_service_on_the_same_database_answers() -> None:
    settings = Settings()
    assert await asked(answering(status(settings)), settings) == (status(settings), (UNREADABLE,))


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])  # noqa: S104  An address to be asked, not to listen at.
async def test_a_service_that_listens_everywhere_is_asked_on_this_machine(host: str) -> None:
    settings = Settings(host=host)
    assert await asked(answering(status(settings)), settings) is not None


@pytest.mark.parametrize(
    "answer",
    [
        answering(status(Settings(database_url="sqlite:///other/ingest.db"))),
        answering(status(Settings()).model_copy(update={"ledger": None})),
        lambda _request: web.Response(status=503, text=status(Settings()).model_dump_json()),
        lambda _request: web.Response(text="<!doctype html>"),
        lambda _request: web.Response(body=b"\xff"),
    ],
    ids=["another database", "an older release", "a problem", "another program", "no text"],
)
async def test_another_answer_is_none(answer: Answer) -> None:
    assert await asked(answer, Settings()) is None


def test_no_service_is_none(unused_tcp_port: int) -> None:
    assert running.ask(Settings(port=unused_tcp_port), 10) is None


def test_a_service_that_does_not_answer_in_time_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ANSWER_SECONDS", 0.05)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        assert running.ask(Settings(port=silent.getsockname()[1]), 10) is None


def test_a_ledger_is_where_the_database_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.db").symlink_to("ingest.db")

    def ledger(url: str) -> str:
        return Settings(database_url=url).ledger

    here = ledger(f"sqlite:///{tmp_path}/ingest.db")
    assert ledger("sqlite:///ingest.db") == ledger("sqlite:///link.db") == here
    assert ledger("sqlite:///other.db") != here
    first = ledger("postgresql://a:secret@host/x")
    assert first == ledger("postgres://b:other@host/x")
    assert first != ledger("postgresql://a:secret@host/y")
