"""The service's log: structured lines on standard error, for a person or as JSON, without secrets.

`ingest_service/logs.py` is the twin of this module; `tests/twins` compares the two.
"""

import contextlib
import functools
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "***"
SECRET_NAMES = re.compile(r"token|password|secret|authorization|cookie", re.IGNORECASE)
# The password in scheme://user:password@host, also in the middle of a driver's sentence.
URL_PASSWORD = re.compile(r"(\w://[^\s:/@]*):[^\s/@]+@")
# Controls with which a file name or a header could move the cursor, forge a line, turn the direction of what follows
# (UAX #9) or hide; and lone surrogates. Joiners are letters of Persian and Hindi names, and remain.
CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]"
)
# Values that are quoted on the console, so that a field has an end.
QUOTED = re.compile(r"""[ \t=\r\n"']""")


class LossyStream:
    """A stream that loses lines which cannot be written: a full disk, or a reader that has ended, must stop nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Writes text, or nothing."""
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Sends what was written on its way, or nothing."""
        with contextlib.suppress(OSError):
            self._stream.flush()


def render_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """A line for a person: time, level, event and the fields by name; an exception follows on lines of its own.

    It takes half the time of structlog's own renderer, which matters because every request writes a line.
    """
    timestamp, level, name = event.pop("timestamp"), event.pop("level"), event.pop("event")
    exception = event.pop("exception", None)
    begin = f"{timestamp} [{level:<9}] "
    line = " ".join([f"{begin}{name:<30}", *map(_field, sorted(event.items()))]) if event else f"{begin}{name}"
    return line if exception is None else f"{line}\n{exception}"


def _field(field: tuple[str, object]) -> str:
    key, value = field
    return f"{key}={value if isinstance(value, str) and not QUOTED.search(value) else repr(value)}"


def configure(form: Literal["console", "json"]) -> None:
    """Sends our events and the warnings of libraries to standard error, one line each; a traceback has several."""
    steps: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
        structlog.processors.format_exc_info,
        _hide_in_traceback,
    ]
    last: Processor = structlog.processors.JSONRenderer() if form == "json" else render_line
    # Of a TextIO, only its two methods are used.
    lossy: Any = LossyStream(sys.stderr)
    structlog.configure(
        processors=[*steps, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(lossy),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=steps))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces secrets (by a field's name), passwords in URLs and control characters, also in nested values."""
    for name, value in event.items():
        # Almost every field is such a text: it is checked here, in a third of the time that `_shown` takes.
        if isinstance(value, str) and value.isprintable() and "://" not in value and not _is_secret(name):
            continue
        # What starts with an underscore belongs to structlog, which removes it.
        if name != "exc_info" and not name.startswith("_"):
            event[name] = _shown(name, value)
    return event


def _shown(name: str, value: Any) -> Any:  # noqa: ANN401  A field of the log is anything.
    """What the log shows of a value, which is what JSON can hold."""
    if _is_secret(name):
        return HIDDEN
    if isinstance(value, str):
        return _shown_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _shown(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(name, inner) for inner in value]
    return _shown_text(repr(value))


def _shown_text(text: str) -> str:
    return CONTROLS.sub(_escaped, _without_password(text))


@functools.lru_cache(maxsize=1_000)
def _is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret; names of fields come from the code, and are few."""
    return SECRET_NAMES.search(name) is not None


def _hide_in_traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if "exception" in event:
        event["exception"] = "\n".join(map(_shown_text, event["exception"].split("\n")))
    return event


def _without_password(text: str) -> str:
    return URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()
