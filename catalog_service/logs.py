"""Structured logs on standard error: one line an event, with the request's id and trace, and never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRETS = frozenset({"authorization", "token", "password", "secret", "cookie"})
# The password of a database URL, wherever a driver's message quotes it.
_IN_URL = re.compile(r"(?<=://)([^\s:/@]*):[^\s@/]+@")


def configure(log_format: str) -> None:
    """Sends our events and the libraries' warnings through one chain; `log_format` is `console` or `json`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # It tells at length how it looked at a schema that fits.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def without_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blanks fields that are secrets by name, and passwords inside URLs."""
    for name, value in event.items():
        if name.lower() in SECRETS:
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _IN_URL.sub(r"\1:***@", value)
    return event
