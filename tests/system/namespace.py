"""A mount namespace of a test's own: what is mounted in it is seen by the processes that are started in it, only.

Making one needs root or user namespaces. Where that is not permitted the test is skipped, and fails in CI.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Namespace:
    """A mount namespace, which exists as long as its first process."""

    holder: int

    @property
    def prefix(self) -> tuple[str, ...]:
        """What runs a command in the namespace, if put before it."""
        return ("nsenter", f"--target={self.holder}", "--mount", "--")

    def run(self, *command: str) -> None:
        """Runs a command in the namespace, which must succeed."""
        done = subprocess.run([*self.prefix, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"

    def mount(self, place: Path, file_system: str = "tmpfs") -> None:
        """Mounts a new file system that lives in memory."""
        self.run("mount", "-t", file_system, file_system, str(place))

    def bind(self, folder: Path, place: Path) -> None:
        """Mounts a folder a second time."""
        self.run("mount", "--bind", str(folder), str(place))

    def unmount(self, place: Path) -> None:
        """Unmounts at once, whatever is open on the file system."""
        self.run("umount", "--lazy", str(place))

    def inside(self, path: Path) -> Path:
        """The path through which this process sees what is at `path` in the namespace."""
        return Path(f"/proc/{self.holder}/root{path}")


@contextlib.contextmanager
def living() -> Iterator[Namespace]:
    """A namespace that ends with the block."""
    command = ["unshare", "--mount", "--propagation=private", "sh", "-c", "echo ready; exec cat"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdin
        assert holder.stderr
        if holder.stdout.readline() != b"ready\n":
            reason = f"no mount namespace here: {holder.stderr.read().decode().strip()}"
            if os.environ.get("CI"):
                raise AssertionError(reason)
            pytest.skip(reason)
        try:
            yield Namespace(holder.pid)
        finally:
            holder.stdin.close()
