"""The line of a request is the same from the template as from structlog, in both forms."""

import asyncio
import io
import json
import logging
import re
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import pytest
import structlog

from catalog_service import logs
from catalog_service.request_log import RequestLog

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
PATHS = [
    "/livez", "/v1/documents/7f1f77b8-5d8b-4f0e-9a3a-0d3f6c1e2b11", "/%41/~a!$&+,;@-_.", "/two words", "/a=b", "/it's",
    '/"quoted"', "/a\nb", "/a\\b", "/Envoyé", "/://reader:hunter2@db/", "/" + chr(0x202E), "/\udcff", "",
]  # fmt: skip
REQUEST = {"request_id": "r-1"}
TRACE = {"trace_id": "0123456789abcdef" * 2}


@pytest.fixture(autouse=True)
def logging_of_the_process(logs_restored: None) -> None:
    """Every test here configures the logs."""


def written(capsys: pytest.CaptureFixture[str]) -> tuple[datetime, str]:
    """The time of the line that was written, and the line without it."""
    line = capsys.readouterr().err
    [time] = TIME.findall(line)
    return datetime.fromisoformat(time), TIME.sub("", line)


@pytest.mark.parametrize("form", ["console", "json"])
async def test_each_line_is_that_of_structlog(
    form: Literal["console", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(form)
    structlog_log, request_log = structlog.get_logger(), RequestLog(form)
    # In JSON, structlog writes the values of its context in any order.
    read = json.loads if form == "json" else str
    for path in PATHS:
        for context in (REQUEST, {**REQUEST, **TRACE}, {"request_id": "it's=1"}, {"request_id": "a://b:c@d", **TRACE}):
            with structlog.contextvars.bound_contextvars(**context):
                structlog_log.info("request", method="GET", path=path, status=304, seconds=0.0001)
                _, expected = written(capsys)
                request_log.write("GET", path, 304, 0.0001, context)
                request_log.flush()
            assert read(written(capsys)[1]) == read(expected)


async def test_a_line_has_the_time_of_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    request_log = RequestLog("console")
    for _ in range(2):
        before = datetime.now(UTC)
        request_log.write("GET", "/livez", 200, 0.0, REQUEST)
        after = datetime.now(UTC)
        request_log.flush()
        assert before <= written(capsys)[0] <= after


def events(output: str) -> list[str]:
    """What each line of JSON reports: the path of a request, or the event."""
    return [line.get("path") or line["event"] for line in map(json.loads, output.splitlines())]


async def test_the_lines_of_one_turn_of_the_event_loop_are_written_at_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    request_log = RequestLog("json")
    for path in ("/a", "/b"):
        request_log.write("GET", path, 200, 0.0, REQUEST)
    assert not capsys.readouterr().err
    await asyncio.sleep(0)
    assert events(capsys.readouterr().err) == ["/a", "/b"]


async def test_all_lines_are_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    request_log = RequestLog("json")
    request_log.keep_order()
    request_log.write("GET", "/a", 200, 0.0, REQUEST)
    structlog.get_logger().info("an event")
    request_log.write("GET", "/b", 200, 0.0, REQUEST)
    logging.getLogger("sqlalchemy.pool").warning("a library")
    request_log.write("GET", "/c", 200, 0.0, REQUEST)
    request_log.write("GET", "/not plain", 200, 0.0, REQUEST)
    assert events(capsys.readouterr().err) == ["/a", "an event", "/b", "a library", "/c", "/not plain"]


class InterruptedStream(io.StringIO):
    """A stream in which something happens before its first text is written."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens = iter((happens,))

    def write(self, text: str) -> int:
        for happens in self._happens:
            happens()
        return super().write(text)


async def test_other_threads_wait_for_lines_that_are_being_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def flush_in_thread() -> None:
        request_log.write("GET", "/b", 200, 0.0, REQUEST)
        thread.start()
        thread.join(0.05)

    monkeypatch.setattr(sys, "stderr", stream := InterruptedStream(flush_in_thread))
    request_log = RequestLog("json")
    thread = threading.Thread(target=request_log.flush)
    request_log.write("GET", "/a", 200, 0.0, REQUEST)
    request_log.flush()
    thread.join()
    assert events(stream.getvalue()) == ["/a", "/b"]
