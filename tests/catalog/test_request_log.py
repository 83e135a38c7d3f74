"""The line of a request is the same from the template as from structlog, in both forms."""

import re
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
def test_each_line_is_that_of_structlog(form: Literal["console", "json"], capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form)
    structlog_log, request_log = structlog.get_logger(), RequestLog(form)
    for path in PATHS:
        for context in ({"request_id": "r-1"}, {"request_id": "it's=1"}, {"request_id": "a://b:c@d", **TRACE}):
            with structlog.contextvars.bound_contextvars(**context):
                structlog_log.info("request", method="GET", path=path, status=304, seconds=0.0001)
                _, expected = written(capsys)
                request_log.write("GET", path, 304, 0.0001, context)
            assert written(capsys)[1] == expected


def test_a_line_has_the_present_time(capsys: pytest.CaptureFixture[str]) -> None:
    request_log = RequestLog("console")
    for _ in range(2):
        before = datetime.now(UTC)
        request_log.write("GET", "/livez", 200, 0.0, {"request_id": "r-1"})
        assert abs((written(capsys)[0] - before).total_seconds()) < 1
