"""A load generator in a process of its own: keep-alive connections to a loopback port, one request after the other.

    python -m tests.benchmarks.load < plan.json

The plan has `port`, `connections`, `seconds` (at most), and `requests`: pairs of a path and its headers. The result, on
standard output, has the rate, the latencies in ms and the count of each status.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TypeAlias

from tests.benchmarks import processes

Request: TypeAlias = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which requests to send, over how many connections, and for how many seconds at most."""

    port: int
    connections: int
    requests: Sequence[Request]
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Result:
    """How the requests went; latencies in ms."""

    requests: int
    per_second: float
    p50_ms: float
    p95_ms: float
    statuses: Mapping[str, int]


def run(plan: Plan) -> Result:
    """Sends the requests of a plan from another process. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=json.dumps(asdict(plan)), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return Result(**json.loads(done.stdout))


@dataclass(frozen=True, slots=True)
class Served:
    """How a process has served the requests of all rounds: rate, latencies and its own CPU a request, in ms."""

    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float


def alternate(plans: Sequence[tuple[Plan, int]], rounds: int = 3) -> list[Served]:
    """Runs plans in turn, each with the id of the process that serves it, so that a busy machine slows all alike.

    A tenth of each plan is run first and not measured. Fails when an answer is an error.
    """
    for plan, _ in plans:
        run(replace(plan, requests=plan.requests[: len(plan.requests) // 10 + 1]))
    results: list[list[tuple[Result, float]]] = [[] for _ in plans]
    for _ in range(rounds):
        for measured, (plan, pid) in zip(results, plans, strict=True):
            before = processes.cpu_seconds(pid)
            result = run(plan)
            assert not [status for status in result.statuses if status >= "400"], result.statuses
            measured.append((result, processes.cpu_seconds(pid) - before))
    return [_together(measured) for measured in results]


def _together(measured: Sequence[tuple[Result, float]]) -> Served:
    results = [result for result, _ in measured]
    requests = sum(result.requests for result in results)
    return Served(
        per_second=round(requests / sum(result.requests / result.per_second for result in results), 1),
        p50_ms=round(statistics.median(result.p50_ms for result in results), 3),
        p95_ms=round(statistics.median(result.p95_ms for result in results), 3),
        cpu_ms=round(sum(cpu for _, cpu in measured) * 1_000 / requests, 3),
    )


@dataclass(slots=True)
class Client:
    """The connections of one run, and what they have measured."""

    plan: Plan
    pending: Iterator[bytes] = field(init=False)
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.pending = iter([_encoded(path, headers, self.plan.port) for path, headers in self.plan.requests])

    async def measure(self) -> Result:
        """Sends every request once, until the time is over."""
        streams = [await asyncio.open_connection("127.0.0.1", self.plan.port) for _ in range(self.plan.connections)]
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for reader, writer in streams:
                group.create_task(self._ask(reader, writer, begun + self.plan.seconds))
        took = time.perf_counter() - begun
        for _, writer in streams:
            writer.close()
        ranked = sorted(self.latencies)
        return Result(
            requests=len(ranked),
            per_second=round(len(ranked) / took, 1),
            p50_ms=round(ranked[len(ranked) // 2] * 1_000, 3),
            p95_ms=round(ranked[len(ranked) * 95 // 100] * 1_000, 3),
            statuses=dict(self.statuses),
        )

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deadline: float) -> None:
        while (now := time.perf_counter()) < deadline and (request := next(self.pending, None)):
            writer.write(request)
            self.statuses[await _answer(reader)] += 1
            self.latencies.append(time.perf_counter() - now)


def _encoded(path: str, headers: Mapping[str, str], port: int) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


async def _answer(reader: asyncio.StreamReader) -> str:
    """Reads one answer to its end; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = head.split(" ", 2)[1]
    if "\r\ntransfer-encoding: chunked" in head:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    elif status != "304":
        await reader.readexactly(int(head.partition("\r\ncontent-length:")[2].split("\r\n", 1)[0]))
    return status


def main() -> None:
    """Runs the plan of standard input."""
    plan = Plan(**json.load(sys.stdin))
    json.dump(asdict(asyncio.run(Client(plan).measure())), sys.stdout)


if __name__ == "__main__":
    main()
