"""Starts the parts of the service, has them stop together, and lets none of them die alone."""

import asyncio
import signal
from collections.abc import Coroutine, Mapping
from typing import Any

import structlog

from ingest_service.errors import PartDied

log = structlog.get_logger()


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def supervise(parts: Mapping[str, Coroutine[Any, Any, object]], stop: asyncio.Event) -> None:
    """Runs the parts until `stop`, then ends them all. A part that ends by itself ends the others: raises PartDied."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_alive(name, part, stop), name=name) for name, part in parts.items()]
            await stop.wait()
            for task in tasks:
                task.cancel()
    except ExceptionGroup as died:
        # The first says it all; the others are in the log. Inside `except*` it might come out as a group again.
        raise died.exceptions[0] from None


async def _alive(name: str, part: Coroutine[Any, Any, object], stop: asyncio.Event) -> None:
    try:
        await part
    except Exception:
        log.exception("a part died", part=name)
        raise PartDied(f"{name} died; its log line says why") from None
    if not stop.is_set():
        raise PartDied(f"{name} ended by itself")
