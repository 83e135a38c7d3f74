"""What the service says while it works: structured, on standard error, for a person or as JSON; never a secret."""

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "***"
SECRET_NAMES = re.compile(r"token|password|secret|authorization|cookie", re.IGNORECASE)
# The password in scheme://user:password@host, also in the midst of a driver's sentence.
URL_PASSWORD = re.compile(r"(\w://[^\s:/@]*):[^\s/@]+@")


def configure(form: Literal["console", "json"]) -> None:
    """Sends our own lines and the warnings of libraries to standard error, one line each."""
    steps: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    last = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*steps, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=steps))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Puts stars where a field is a secret by its name, and where a URL holds a password."""
    for name, value in event.items():
        if SECRET_NAMES.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = URL_PASSWORD.sub(rf"\1:{HIDDEN}@", value)
    return event
