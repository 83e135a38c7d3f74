"""The listening socket, and the answers to bytes that are not a valid request.

`catalog_service/server.py` is the twin of this module; `tests/twins` compares the two.
"""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast
from uuid import uuid4

import structlog
from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from ingest_service.admin import problems
from ingest_service.admin.problems import AdminError, BadRequest, HeadersTooLarge
from ingest_service.errors import CannotListen

# A longer line or header is answered with 431.
LINE_BYTES = 8_190
FIELD_BYTES = 8_190
STOP_SECONDS = 1.0
SETTINGS = "INGEST_HOST and INGEST_PORT"
SILENT = logging.getLogger("ingest_service.silent")
SILENT.disabled = True
log = structlog.get_logger()


class Protocol(web.RequestHandler):
    """Answers broken HTTP in the shape of every other error."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """A problem for what the parser could not read, or for what failed outside every middleware."""
        if request.writer.output_size > 0:
            raise ConnectionError(
                "The answer has begun; closing the connection shows the client that it is incomplete."
            )
        request_id = uuid4().hex
        if status >= 500:
            log.error("unforeseen", request_id=request_id, exc_info=exc)
        response = problems.render(_meaning(status, exc), request_id)
        response.headers["X-Request-Id"] = request_id
        response.force_close()
        return response


def _meaning(status: int, exc: BaseException | None) -> AdminError:
    if status >= 500:
        return AdminError()
    return (
        HeadersTooLarge("The request line or a header is too long.") if isinstance(exc, LineTooLong) else BadRequest()
    )


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serves the application while the block lasts; gives the URL it listens at. Raises CannotListen.

    At the end it accepts no connection, and requests that it has begun to answer have `STOP_SECONDS` to finish.
    """
    runner = web.AppRunner(app, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        listening = await _listen(runner, host, port)
        try:
            yield _url(*listening.sockets[0].getsockname()[:2])
        finally:
            listening.close()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(functools.partial(_connected, runner, loop), host, port)
    except OSError as error:
        raise CannotListen(f"{SETTINGS}: {host}:{port}: {error.strerror or error}") from error
    except UnicodeError as error:
        # What the encoding of host names (IDNA) raises.
        raise CannotListen(f"{SETTINGS}: {host!r} is no name of a host") from error


def _connected(runner: web.AppRunner, loop: asyncio.AbstractEventLoop) -> Protocol:
    """The protocol of a new connection. The framework's log of requests is silent; bodies stay compressed."""
    manager = cast(web.Server, runner.server)
    return Protocol(
        manager,
        loop=loop,
        access_log=SILENT,
        auto_decompress=False,
        max_line_size=LINE_BYTES,
        max_field_size=FIELD_BYTES,
    )


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
