"""What processes cost: CPU of a process with its children, and a command run to its end."""

import ctypes
import os
import resource
import select
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
IDLE_SHARE = 0.05
WINDOW_SECONDS = 1.0
# What a command may leave behind ends within a second, such as the fork server of the workers.
ORPHAN_SECONDS = 30.0
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Usage:
    """Wall-clock and CPU time in seconds, and the most memory in MiB."""

    seconds: float
    cpu: float
    mib: float = 0.0

    def __sub__(self, start_up: "Usage") -> "Usage":
        """The usage apart from that of starting up."""
        return Usage(self.seconds - start_up.seconds, self.cpu - start_up.cpu, self.mib)


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Usage:
    """Runs a command to its end; its usage with that of all processes it starts.

    Raises CalledProcessError, OSError, and TimeoutError if a process that it leaves behind does not end.
    """
    journal = folder / "command.log"
    others = set(children(os.getpid()))
    begun = time.perf_counter()
    with adopting_orphans():
        with journal.open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )  # fmt: skip
            try:
                _, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            except BaseException:
                process.kill()
                process.wait()
                raise
        took = time.perf_counter() - begun
        # The fork server of the workers is not waited for by the service, and ends by itself.
        used_by_all = [used, *_used_by_orphans(others)]
    if process.returncode:
        end = journal.read_text(encoding="utf-8", errors="replace")[-4_000:]
        raise subprocess.CalledProcessError(process.returncode, command, end)
    cpu = sum(each.ru_utime + each.ru_stime for each in used_by_all)
    return Usage(took, cpu, max(each.ru_maxrss for each in used_by_all) / 1024)


def _used_by_orphans(others: Collection[int]) -> Iterator[resource.struct_rusage]:
    """The usage of each child but these, once it has ended; after the deadline those that still run are killed."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    late = set()
    while orphans := set(children(os.getpid())).difference(others):
        for orphan in orphans:
            watched = os.pidfd_open(orphan)
            has_ended, _, _ = select.select([watched], [], [], max(0.0, deadline - time.monotonic()))
            os.close(watched)
            if not has_ended:
                late.add(orphan)
                os.kill(orphan, signal.SIGKILL)
            yield os.wait4(orphan, 0)[2]
    if late:
        raise TimeoutError(f"processes {late} were left behind and still running after {ORPHAN_SECONDS:g} s")


@contextmanager
def adopting_orphans() -> Iterator[None]:
    """Processes whose parent ends meanwhile become children of this one, which can then wait for them (Linux)."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this process cannot adopt orphans")
    try:
        yield
    finally:
        system.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, of its living descendants, and of those that it has waited for (Linux)."""
    # Behind the name in brackets, which may hold spaces: fields 14 to 17 of proc_pid_stat(5).
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS + sum(map(cpu_seconds, children(pid)))


def children(pid: int) -> list[int]:
    """The living children of a process (Linux)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]


def peak_mib(pid: int) -> float:
    """The most memory that a process has had, without its children (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def await_idle(pids: Sequence[int], seconds: float = 600.0) -> None:
    """Waits until the processes have used hardly any CPU for a second. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = sum(map(cpu_seconds, pids))
        time.sleep(WINDOW_SECONDS)
        if sum(map(cpu_seconds, pids)) - before < IDLE_SHARE * WINDOW_SECONDS:
            return
    raise TimeoutError(f"processes {pids} were still busy after {seconds:.0f} s")
