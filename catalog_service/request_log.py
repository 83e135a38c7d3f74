"""The line of each request in the log.

Almost all lines have plain values and are written here: for the same line, structlog takes almost as long as the rest
of an empty request. A line with any other value is structlog's.
"""

import asyncio
import functools
import logging
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import structlog
from structlog.typing import EventDict, WrappedLogger

from catalog_service.logs import LossyStream

# Letters, digits and signs that are written as they are in both forms, so that they end no field, string or line.
PLAIN = re.compile(r"[A-Za-z0-9/._~!$&+,;@%-]*")
log = structlog.get_logger()


class Answered(NamedTuple):
    """A request with plain values, at its end: `time` is in nanoseconds of the Unix epoch."""

    time: int
    method: str
    path: str
    status: int
    seconds: float
    request_id: str
    trace_id: str | None


def _console(request: Answered) -> str:
    trace = f" trace_id={request.trace_id}" if request.trace_id else ""
    return (
        f"{_timestamp(request.time)} [info     ] request                        method={request.method} "
        f"path={request.path} request_id={request.request_id} seconds={request.seconds} "
        f"status={request.status}{trace}\n"
    )


def _json(request: Answered) -> str:
    trace = f', "trace_id": "{request.trace_id}"' if request.trace_id else ""
    return (
        f'{{"method": "{request.method}", "path": "{request.path}", "status": {request.status}, '
        f'"seconds": {request.seconds}, "event": "request", "request_id": "{request.request_id}"{trace}, '
        f'"level": "info", "timestamp": "{_timestamp(request.time)}"}}\n'
    )


# The lines of `logs`: for a person, or as JSON.
FORMS = {"console": _console, "json": _json}


class RequestLog:
    """Writes lines in one form to standard error, as `logs.configure` has structlog write them.

    The lines of one turn of the event loop are formatted and written together at its end: each alone takes three times
    as long, because the rest of the request has displaced code and data from the caches of the processor. A process
    that is killed loses the lines of its last turn.
    """

    def __init__(self, form: Literal["console", "json"]) -> None:
        self._line = FORMS[form]
        self._stream = LossyStream(sys.stderr)
        self._pending: deque[Answered] = deque()
        # Lines of other threads wait for it; reentrant, because a finalizer may log at any allocation.
        self._flushing = threading.RLock()

    def write(self, method: str, path: str, status: int, seconds: float, context: Mapping[str, str]) -> None:
        """Writes the line of a request; `context` is that of structlog: the id of the request, and of its trace."""
        request_id = context["request_id"]
        if not PLAIN.fullmatch(method + path + request_id):
            log.info("request", method=method, path=path, status=status, seconds=seconds)
            return
        if not self._pending:
            asyncio.get_running_loop().call_soon(self.flush)
        self._pending.append(
            Answered(time.time_ns(), method, path, status, seconds, request_id, context.get("trace_id"))
        )

    def flush(self) -> None:
        """Writes the lines that are pending."""
        with self._flushing:
            lines = []
            while self._pending:
                lines.append(self._line(self._pending.popleft()))
            if lines:
                self._stream.write("".join(lines))
                self._stream.flush()

    def keep_order(self) -> None:
        """Has each other line of the log written after the pending ones; called after `logs.configure`."""
        structlog.configure(processors=[self._before_event, *structlog.get_config()["processors"]])
        for handler in logging.getLogger().handlers:
            handler.addFilter(self._before_record)

    def _before_event(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        self.flush()
        return event

    def _before_record(self, _record: logging.LogRecord) -> bool:
        self.flush()
        return True


def _timestamp(nanoseconds: int) -> str:
    """A time of the Unix epoch, in UTC with microseconds and a Z."""
    second, microseconds = divmod(nanoseconds // 1_000, 1_000_000)
    return f"{_written(second)}.{microseconds:06}Z"


@functools.lru_cache(maxsize=1)
def _written(second: int) -> str:
    """A second of the Unix epoch as a time without a zone."""
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
