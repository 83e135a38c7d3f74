"""The parts run together, stop together, and none dies alone."""

import asyncio
import os
import signal

import pytest

from ingest_service import runner
from ingest_service.errors import PartDied, WorkersUnavailable


class Part:
    """A part that runs until it is ended, or told to end in its own way."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.ended = False
        self.fate: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        self.started.set()
        try:
            await self.fate
        finally:
            self.ended = True


async def test_a_signal_stops_every_part() -> None:
    stop = runner.stop_on_signals()
    first, second = Part(), Part()
    running = asyncio.create_task(runner.supervise({"first": first.run(), "second": second.run()}, stop))
    await first.started.wait()
    await second.started.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert first.ended
    assert second.ended
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("poison"), "ValueError: poison"),
        (WorkersUnavailable("no memory"), "no memory"),
        (None, "first ended by itself"),
    ],
)
async def test_a_part_that_ends_by_itself_ends_the_others(error: Exception | None, reason: str) -> None:
    first, second = Part(), Part()
    running = asyncio.create_task(runner.supervise({"first": first.run(), "second": second.run()}, asyncio.Event()))
    await first.started.wait()
    await second.started.wait()
    if error is None:
        first.fate.set_result(None)
    else:
        first.fate.set_exception(error)
    with pytest.raises(PartDied, match=f"first died: {reason}" if error else reason):
        await running
    assert second.ended
