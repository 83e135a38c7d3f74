"""Shows the progress of a load on standard error: a bar on a terminal, else plain lines; nothing in a log of JSON."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from typing import TextIO, TypeAlias

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from catalog_service import contract
from ingest_service import logs
from ingest_service.cli import output
from ingest_service.settings import Settings

# Seconds between two looks at the figures.
REFRESH_SECONDS = 0.25
BAR_COLUMNS = 20
# A plain line after so many seconds, or for so many percent of a step: whichever is later. So their number is bounded.
LINE_SECONDS = 5.0
LINE_PERCENT = 5

Figures: TypeAlias = Callable[[], contract.LoadProgress | None]
"""The figures of this moment; None when the load is over."""
Display: TypeAlias = Callable[[Figures], AbstractAsyncContextManager[None]]
Show: TypeAlias = Callable[[contract.LoadProgress], None]


def chosen(settings: Settings, *, quiet: bool) -> Display:
    """The display for these settings and for what standard error is."""
    if quiet or sys.stderr is None or settings.log_format == "json":
        return _nothing
    # A terminal whose cursor cannot be moved (TERM=dumb) gets lines.
    console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
    if console.is_terminal and not console.is_dumb_terminal:
        return lambda figures: _shown(_bar(console, settings), figures)
    return lambda figures: _shown(_lines(sys.stderr, time.monotonic), figures)


@asynccontextmanager
async def _nothing(_figures: Figures) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def _shown(display: AbstractContextManager[Show], figures: Figures) -> AsyncIterator[None]:
    """Shows the figures until the load is over, at the latest until the block ends."""
    task = asyncio.create_task(_follow(display, figures), name="progress")
    try:
        yield
    finally:
        task.cancel()
        # A terminal that was closed ends the display, not the load.
        with suppress(asyncio.CancelledError, OSError):
            await task


async def _follow(display: AbstractContextManager[Show], figures: Figures) -> None:
    with display as show:
        while (now := figures()) is not None:
            show(now)
            await asyncio.sleep(REFRESH_SECONDS)


@contextmanager
def _bar(console: Console, settings: Settings) -> Iterator[Show]:
    """A bar in the last line of the terminal. It is erased at the end; lines of the log appear above it."""
    live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)
    try:
        with live:
            # A process that is killed cannot show the cursor again.
            console.show_cursor(True)
            # The log now writes to what `live` has put in the place of standard error.
            logs.configure(settings.log_format)
            yield lambda now: live.update(bar_line(now, console.width), refresh=True)
    finally:
        logs.configure(settings.log_format)


def bar_line(now: contract.LoadProgress, columns: int) -> Table:
    """The bar and the figures in one line of a terminal that is so wide."""
    words = Text(output.progress_line(now))
    words.truncate(max(1, columns - BAR_COLUMNS - 2), overflow="ellipsis")
    line = Table.grid(padding=(0, 1))
    if columns >= 2 * BAR_COLUMNS:
        line.add_row(ProgressBar(total=now.total, completed=now.done, width=BAR_COLUMNS, pulse=not now.total), words)
    else:
        line.add_row(words)
    return line


@contextmanager
def _lines(stream: TextIO, clock: Callable[[], float]) -> Iterator[Show]:
    """Plain lines, the first one after some seconds: a short load prints none."""
    printed_at, printed = clock(), ("idle", 0)

    def show(now: contract.LoadProgress) -> None:
        nonlocal printed_at, printed
        percent = 100 * now.done // now.total if now.total else 0
        step = now.step, percent // LINE_PERCENT
        if now.total != 0 and step != printed and clock() - printed_at >= LINE_SECONDS:
            printed_at, printed = clock(), step
            stream.write(f"ingest-service: {output.progress_line(now)}\n")
            stream.flush()

    yield show
