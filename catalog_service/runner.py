"""Keeps a background task for as long as the service runs, and stops the service when the task dies."""

import asyncio
import signal
import textwrap
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from catalog_service.errors import PartDied

LONGEST_REASON = 300
log = structlog.get_logger()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Has SIGTERM and SIGINT set the event."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


@asynccontextmanager
async def supervised(name: str, part: Coroutine[Any, Any, object], stop: asyncio.Event) -> AsyncIterator[None]:
    """Runs a part beside the block and ends it with the block.

    A part that ends by itself sets `stop`, so that the block ends; then the end of the block raises PartDied.
    """
    task = asyncio.create_task(_until_stop(name, part, stop), name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until_stop(name: str, part: Coroutine[Any, Any, object], stop: asyncio.Event) -> None:
    try:
        await part
    except Exception as error:
        log.exception("a part died", part=name)
        # One line: an error of SQLAlchemy has its whole statement in its message, and the log line has it all.
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", LONGEST_REASON)
        raise PartDied(f"{name} died: {reason}") from None
    else:
        raise PartDied(f"{name} ended by itself")
    finally:
        stop.set()
