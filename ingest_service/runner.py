"""Runs the parts of the service as one group of tasks: they stop together, and one that dies stops the others."""

import asyncio
import signal
import textwrap
from collections.abc import Coroutine, Mapping
from typing import Any

import structlog

from ingest_service.errors import IngestError, PartDied

LONGEST_REASON = 300
log = structlog.get_logger()


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def supervise(parts: Mapping[str, Coroutine[Any, Any, object]], stop: asyncio.Event) -> None:
    """Runs the parts until `stop`, then ends them. A part that ends by itself ends the others: raises PartDied."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_alive(name, part, stop), name=name) for name, part in parts.items()]
            await stop.wait()
            for task in tasks:
                task.cancel()
    except ExceptionGroup as died:
        # The first part to die is the reason; the log has the others. Raised inside `except*` it could become a group.
        raise died.exceptions[0] from None


async def _alive(name: str, part: Coroutine[Any, Any, object], stop: asyncio.Event) -> None:
    try:
        await part
    except IngestError as error:
        log.error("a part died", part=name, code=error.code, reason=str(error))  # noqa: TRY400  The reason says it all.
        raise PartDied(f"{name} died: {error}") from None
    except Exception as error:
        log.exception("a part died", part=name)
        # One line: an error of SQLAlchemy has its whole statement in its message, and the log line has it all.
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", LONGEST_REASON)
        raise PartDied(f"{name} died: {reason}") from None
    if not stop.is_set():
        raise PartDied(f"{name} ended by itself")
