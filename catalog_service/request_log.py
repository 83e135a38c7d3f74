"""The line of each request in the log.

Almost all lines have plain values and are written here: for the same line, structlog takes almost as long as the rest
of an empty request. A line with any other value is structlog's.
"""

import functools
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import structlog

from catalog_service.logs import LossyStream

# Letters, digits and signs that are written as they are in both forms, so that they end no field, string or line.
PLAIN = re.compile(r"[A-Za-z0-9/._~!$&+,;@%-]*")
log = structlog.get_logger()


def _console(method: str, path: str, status: int, seconds: float, request_id: str) -> str:
    return (
        f"{_timestamp()} [info     ] request                        method={method} path={path} "
        f"request_id={request_id} seconds={seconds} status={status}\n"
    )


def _json(method: str, path: str, status: int, seconds: float, request_id: str) -> str:
    return (
        f'{{"method": "{method}", "path": "{path}", "status": {status}, "seconds": {seconds}, "event": "request", '
        f'"request_id": "{request_id}", "level": "info", "timestamp": "{_timestamp()}"}}\n'
    )


# The lines of `logs`: for a person, or as JSON.
FORMS = {"console": _console, "json": _json}


class RequestLog:
    """Writes lines in one form to standard error, as `logs.configure` has structlog write them."""

    def __init__(self, form: Literal["console", "json"]) -> None:
        self._line = FORMS[form]
        self._stream = LossyStream(sys.stderr)

    def write(self, method: str, path: str, status: int, seconds: float, context: Mapping[str, str]) -> None:
        """Writes the line of a request; `context` has the values that are bound to the context of structlog."""
        request_id = context["request_id"]
        if len(context) == 1 and PLAIN.fullmatch(method + path + request_id):
            self._stream.write(self._line(method, path, status, seconds, request_id))
            self._stream.flush()
        else:
            log.info("request", method=method, path=path, status=status, seconds=seconds)


def _timestamp() -> str:
    """The present time, in UTC with microseconds and a Z."""
    second, microseconds = divmod(time.time_ns() // 1_000, 1_000_000)
    return f"{_written(second)}.{microseconds:06}Z"


@functools.lru_cache(maxsize=1)
def _written(second: int) -> str:
    """A second of the Unix epoch as a time without a zone."""
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
