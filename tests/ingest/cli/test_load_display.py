"""The progress of a load on a terminal, in a file and beside a log of JSON."""

import asyncio
import fcntl
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pytest
import rich.console
import structlog

from catalog_service.contract import LoadProgress
from ingest_service import logs
from ingest_service.cli import load_display
from ingest_service.settings import Settings
from ingest_service.store.db import Database
from tests import templates
from tests.ingest.waiting import until

READING = LoadProgress(step="read", found=400, done=100, total=400, per_second=50.0, seconds_left=6.0)
WORDS = "step 2 of 4: reading, 100 of 400 files, 50.0 a second, 6 s left"
CONTROL = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|([\r\n])")


@dataclass
class Terminal:
    """A pseudo-terminal: `screen` is what a person sees, of the controls that the display uses."""

    master: int
    slave: int
    stream: TextIO
    output: str = ""

    def resize(self, columns: int) -> None:
        """Changes the width."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read(self) -> str:
        """All output so far."""
        os.set_blocking(self.master, False)
        while True:
            try:
                chunk = os.read(self.master, 65_536)
            except (BlockingIOError, OSError):
                return self.output
            if not chunk:
                return self.output
            self.output += chunk.decode()

    @property
    def screen(self) -> list[str]:
        """The lines on the screen."""
        lines, row, column, position = [""], 0, 0, 0
        output = self.read()
        for control in [*CONTROL.finditer(output), None]:
            text = output[position : control.start() if control else len(output)]
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
            if control is None:
                break
            position = control.end()
            if control[3] == "\r":
                column = 0
            elif control[3] == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif control[2] == "A":
                row -= int(control[1] or 1)
            elif control[2] == "K":
                lines[row] = ""
        return [line.rstrip() for line in lines]

    @property
    def is_cursor_shown(self) -> bool:
        """Whether the last command about the cursor shows it."""
        return self.read().rfind("\x1b[?25h") >= self.read().rfind("\x1b[?25l")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal of 100 columns."""
    master, slave = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    with open(slave, "w", closefd=False, encoding="utf-8") as stream:
        terminal = Terminal(master, slave, stream)
        terminal.resize(100)
        yield terminal
    os.close(slave)
    os.close(master)


@asynccontextmanager
async def displayed(terminal: Terminal, figures: load_display.Figures, **options: Any) -> AsyncIterator[None]:  # noqa: ANN401
    """Shows the progress while standard error is the terminal, and the log goes there."""
    settings, quiet = Settings.model_validate(options.get("settings", {})), options.get("quiet", False)
    # Not in the fixture: pytest replaces standard error before it calls the test.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", terminal.stream)
        # Rich reads the size of the terminal from the descriptors of the process, which are those of pytest.
        patch.setattr(rich.console, "_STD_STREAMS", (terminal.slave,))
        logs.configure(settings.log_format)
        async with load_display.chosen(settings, quiet=quiet)(figures):
            yield
        assert sys.stderr is terminal.stream
        structlog.get_logger().info("the end")
    structlog.reset_defaults()


def ended(terminal: Terminal) -> bool:
    """Whether the screen shows a line of the log alone."""
    return len(terminal.screen) == 2 and "the end" in terminal.screen[0]


async def test_a_terminal_shows_a_bar_that_leaves_no_trace(terminal: Terminal) -> None:
    async with displayed(terminal, lambda: READING):
        await until(lambda: WORDS in terminal.screen[-1], "the bar")
        assert re.match(r"[━╸╺ ]{20} ", terminal.screen[-1])
    assert ended(terminal)
    assert terminal.is_cursor_shown


async def test_lines_of_the_log_appear_above_the_bar(terminal: Terminal) -> None:
    path = "a" * 150
    async with displayed(terminal, lambda: READING):
        await until(lambda: WORDS in terminal.screen[-1], "the bar")
        for number in range(3):
            structlog.get_logger().info("a file was read", number=number, path=path)
        await until(lambda: len(terminal.screen) == 4 and WORDS in terminal.screen[-1], "the bar below the log")
    lines = terminal.screen
    assert [f"number={number}" in lines[number] and path in lines[number] for number in range(3)] == [True] * 3
    assert "the end" in lines[3]
    assert not any("step" in line for line in lines)


async def test_the_bar_fits_a_terminal_that_becomes_narrow(terminal: Terminal) -> None:
    async with displayed(terminal, lambda: READING):
        await until(lambda: WORDS in terminal.screen[-1], "the bar")
        terminal.resize(30)
        await until(lambda: terminal.screen[-1].startswith("step"), "the narrow bar")
        assert len(terminal.screen[-1]) < 30
    assert ended(terminal)


async def test_the_bar_ends_with_the_load(terminal: Terminal) -> None:
    figures: list[LoadProgress | None] = [READING]
    async with displayed(terminal, lambda: figures[-1]):
        await until(lambda: WORDS in terminal.screen[-1], "the bar")
        figures.append(None)
        await until(lambda: not any(terminal.screen), "the end of the bar")


@pytest.mark.parametrize(
    "options", [{"settings": {"log_format": "json"}}, {"quiet": True}], ids=["a log of JSON", "quiet"]
)
async def test_nothing_but_the_log_is_shown(terminal: Terminal, options: dict[str, Any]) -> None:
    async with displayed(terminal, lambda: READING, **options):
        for _ in range(10):
            await asyncio.sleep(0)
    assert ended(terminal)
    assert "step" not in terminal.read()


def test_without_a_terminal_there_are_few_lines(tmp_path: Path) -> None:
    moment = 0.0
    with (tmp_path / "log").open("w+", encoding="utf-8") as log:
        with load_display._lines(log, lambda: moment) as show:
            show(READING)
            for done in range(0, 100_001, 10):
                moment += 1
                show(READING.model_copy(update={"done": done, "total": 100_000}))
        log.seek(0)
        lines = log.read().splitlines()
    assert len(lines) == 21
    assert lines[0].startswith("ingest-service: step 2 of 4: reading, 40 of 100,000 files")
    assert all(line.isprintable() for line in lines)


def test_a_short_load_prints_no_line(tmp_path: Path) -> None:
    moment = 0.0
    with (tmp_path / "log").open("w+", encoding="utf-8") as log:
        with load_display._lines(log, lambda: moment) as show:
            for done in range(0, 301, 100):
                moment += 1
                show(READING.model_copy(update={"done": done}))
        assert log.tell() == 0


def test_a_step_with_nothing_to_do_prints_no_line(tmp_path: Path) -> None:
    moment = 0.0
    with (tmp_path / "log").open("w+", encoding="utf-8") as log:
        with load_display._lines(log, lambda: moment) as show:
            for step in ("scan", "read", "judge"):
                moment += 10
                show(LoadProgress.model_validate({"step": step, "total": None if step == "scan" else 0}))
        log.seek(0)
        assert log.read() == "ingest-service: step 1 of 4: looking at the folder\n"


def test_an_interrupted_run_leaves_the_terminal_as_it_was(terminal: Terminal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ingest.db'}"
    (tmp_path / "seeds").mkdir()
    database = Database(url)
    templates.bring_up(database)
    database.close()
    before = termios.tcgetattr(terminal.slave)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        # Connections are accepted by the kernel, and never answered.
        environment = {
            **os.environ, "INGEST_DATABASE_URL": url, "INGEST_SEEDS": str(tmp_path / "seeds"),
            "INGEST_CATALOG_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }  # fmt: skip
        process = subprocess.Popen(
            [Path(sys.executable).parent / "ingest-service", "once"],
            env=environment, stdin=terminal.slave, stdout=terminal.slave, stderr=terminal.slave,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while "waiting" not in terminal.read() and time.monotonic() < deadline:
                assert process.poll() is None, terminal.read()
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
        finally:
            process.kill()
            process.wait()
    assert terminal.is_cursor_shown
    assert termios.tcgetattr(terminal.slave) == before
    assert not any("waiting" in line for line in terminal.screen)
