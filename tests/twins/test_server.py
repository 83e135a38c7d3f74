"""The socket of each service: an address that cannot be had is one sentence, broken HTTP is a problem."""

import asyncio
import json
import socket
from typing import Any

import pytest
from aiohttp import web

from tests.twins.conftest import Command, Twin

BROKEN = [
    (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "bad-request"),
    (b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "bad-request"),
    (b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "bad-request"),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400, "bad-request"),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", 400, "bad-request"),
    (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 431, "headers-too-large"),
]


async def fail(_request: web.Request) -> web.Response:
    raise LookupError


async def answered(url: str, request: bytes) -> dict[str, Any]:
    """The problem with which a request of these bytes is answered."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.write(request)
    head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    described: dict[str, Any] = json.loads(body)
    assert b"application/problem+json" in head
    assert f"X-Request-Id: {described['request_id']}".encode() in head
    return described


@pytest.mark.parametrize(("request_bytes", "status", "code"), BROKEN)
async def test_broken_http_is_a_problem(twin: Twin, request_bytes: bytes, status: int, code: str) -> None:
    async with twin.module("server").serving(web.Application(), "127.0.0.1", 0) as url:
        described = await answered(url, request_bytes)
    assert (described["status"], described["code"]) == (status, code)


async def test_a_failure_outside_every_middleware_is_a_problem(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    twin.module("logs").configure("json")
    app = web.Application()
    app.router.add_get("/", fail)
    async with twin.module("server").serving(app, "127.0.0.1", 0) as url:
        described = await answered(url, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (described["status"], described["code"]) == (500, f"{twin.name}-error")
    line = json.loads(capsys.readouterr().err)
    assert (line["request_id"], "LookupError" in line["exception"]) == (described["request_id"], True)


@pytest.mark.parametrize("host", ["nosuch.invalid", "a" * 70, "256.1.1.1", "192.0.2.1", "..", "local host"])
async def test_an_address_that_cannot_be_had_is_one_sentence(twin: Twin, host: str) -> None:
    cannot_listen = twin.module("errors").CannotListen
    with pytest.raises(cannot_listen, match=f"{twin.variable}HOST and {twin.variable}PORT: ") as refused:
        async with twin.module("server").serving(web.Application(), host, 8080):
            pass
    assert "\n" not in str(refused.value)


def test_a_port_that_is_taken_ends_the_service(
    twin: Twin, command: Command, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("migrate", "up", DATABASE_URL=sqlite_url)[0] == 0
    monkeypatch.setenv("INGEST_SEEDS", sqlite_url.removeprefix("sqlite:///").rpartition("/")[0] + "/seeds")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, errors = command(twin.serve, DATABASE_URL=sqlite_url, PORT=port)
    assert code == 3
    assert f"127.0.0.1:{port}: " in errors.splitlines()[-1]
    assert "Traceback" not in errors
