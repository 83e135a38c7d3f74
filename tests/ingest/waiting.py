"""Waiting for a condition, with a deadline."""

import asyncio
import time
from collections.abc import Callable

DEADLINE_SECONDS = 20.0


async def until(condition: Callable[[], object], what: str) -> None:
    """Returns when `condition` holds; fails with `what` was waited for when it does not in time."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.005)
