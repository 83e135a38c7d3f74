"""A file whose reader is killed is read all the same, by services that run as they do for users."""

import os
import signal
import subprocess
from pathlib import Path

from tests.system.conftest import mostly_on
from tests.system.house import BINARIES, House, until

# It takes a second to read.
LONG = "News of the day. " * 290_000


def readers(service: int) -> list[int]:
    """The processes that read files for a service: the children of its fork server."""
    servers = (child for child in children(service) if b"forkserver" in Path(f"/proc/{child}/cmdline").read_bytes())
    return [reader for server in servers for reader in children(server)]


def children(process: int) -> list[int]:
    """The children of a process."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def used_ticks(process: int) -> int:
    """The time of a processor that a process has used, in the system's ticks."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11])


@mostly_on("postgres")
def test_a_file_whose_reader_is_killed_is_read_again(empty_house: House) -> None:
    home = empty_house
    home.start()
    home.arrived()
    assert home.ingest.process
    service = home.ingest.process.pid
    until(lambda: len(readers(service)) == 1, "the process that reads files")
    [victim] = readers(service)
    before = used_ticks(victim)
    (home.seeds / "long.txt").write_text(LONG, encoding="utf-8")
    until(lambda: used_ticks(victim) > before + 10, "the file to be read")
    os.kill(victim, signal.SIGKILL)
    until(lambda: "long.txt" in home.files(), "the file to be refused")
    refused = home.files()["long.txt"]
    assert (refused["state"], refused["reason"]) == ("quarantined", "reader-killed")
    assert refused["retry_at"] > refused["since"]
    assert home.ingest.get("/v1/status").json["to_read_again"] == 1
    done = subprocess.run(
        [BINARIES / "ingest-service", "retry", "--files", "--reason", "reader-killed"],
        env=home.ingest.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "1 files will be read again.\n"), done.stderr
    assert home.appeared("long.txt")["version"] == 1
    assert home.files()["long.txt"]["retry_at"] is None
    home.stop()
