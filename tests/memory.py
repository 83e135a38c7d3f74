"""Where tests keep databases: in memory if there is room, since nothing they test outlives a loss of power."""

import functools
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  The folders in it have random names.
# Containers have 64 MiB by default. A server may write 256 MiB of its log before it begins anew.
NEEDED_BYTES = 2 * 2**30


@functools.cache
def parent() -> str:
    """The folder in which temporary folders for databases are made."""
    if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free >= NEEDED_BYTES:
        return str(SHARED_MEMORY)
    return tempfile.gettempdir()
