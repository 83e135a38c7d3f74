"""A fork server of a test's own, since the one of the test process is shared by all pools in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver

import pytest


@contextmanager
def own(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """While it is in force, and the patch too, processes are forked from a new server that has imported nothing."""
    server = forkserver.ForkServer()
    patch.setattr(forkserver, "connect_to_new_process", server.connect_to_new_process)
    yield
    server._stop()  # type: ignore[attr-defined]  # The standard library has it for tests.
