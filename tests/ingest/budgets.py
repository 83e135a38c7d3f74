"""Counts statements as the database gets them: one executed for many rows counts once."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements that are executed in the block."""
    executed: list[str] = []

    def listen(*call: object) -> None:
        executed.append(str(call[2]))

    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        yield executed
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)
