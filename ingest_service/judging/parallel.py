"""Pairs of texts are judged in parallel: by this process, and by the workers when it pays."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

import structlog

from ingest_service import model, sameness
from ingest_service.workers import cache
from ingest_service.workers.cache import FactsCache, StoredArticle

log = structlog.get_logger()

# Pairs in a chunk: what is judged in one go, here or by a worker.
CHUNK_PAIRS = 8
# Chunks that may be queued for each worker: this process submits the next ones only between chunks of its own.
QUEUED_CHUNKS = 8
# Seconds that a worker is waited for at the end: it may be busy reading a file.
WAIT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Comparison:
    """One article and those to judge it with; `masked` are fingerprints of boilerplate, in order of value."""

    own: StoredArticle
    others: Sequence[StoredArticle]
    masked: sameness.Hashes


A = TypeVar("A")
R = TypeVar("R")
# A judgement for each of the others of a comparison; None for texts that have nothing in common.
Judgements: TypeAlias = list[model.Judgement | None]


class TaskRunner(Protocol):
    """Processes beside this one that call functions."""

    @property
    def count(self) -> int:
        """The number of processes."""

    def run(self, function: Callable[[A], R], argument: A) -> "Future[R]":
        """Calls a function in one of them, first come, first served, with a time limit."""


def judge_chunk(comparisons: Sequence[Comparison]) -> list[Judgements]:
    """The judgements of a chunk, made by a worker. Raises what judging raises."""
    facts = cache.worker_cache()
    return [[_judge(facts, comparison, other) for other in comparison.others] for comparison in comparisons]


def _judge(facts: FactsCache, comparison: Comparison, other: StoredArticle) -> model.Judgement | None:
    return sameness.judge(facts.facts_of(comparison.own), facts.facts_of(other), comparison.masked)


@dataclass(frozen=True, slots=True)
class JudgePool:
    """Judges comparisons in this process, and in worker processes where there are some."""

    facts: FactsCache = field(default_factory=FactsCache)
    workers: TaskRunner | None = None

    def judge(self, comparisons: Iterable[Comparison], count: int) -> list[Judgements]:
        """The judgements of `count` comparisons, in their order.

        Each comparison is taken from the iterable only when a process is free for it.
        """
        judged: dict[int, list[Judgements]] = {}
        submitted: dict[int, tuple[Sequence[Comparison], Future[list[Judgements]]]] = {}
        workers = self.workers.count if self.workers is not None else 0
        for number, chunk in enumerate(_chunks(comparisons)):
            count -= len(chunk)
            for done in [other for other, (_, future) in submitted.items() if future.done()]:
                judged[done] = self._result(*submitted.pop(done))
            # Submit no more than the workers finish while this process judges the rest.
            pending = len(chunk) + sum(len(other) for other, _ in submitted.values())
            if self.workers is not None and len(submitted) < QUEUED_CHUNKS * workers and pending <= count * workers:
                submitted[number] = chunk, self.workers.run(judge_chunk, chunk)
            else:
                judged[number] = self._judge_here(chunk)
        judged |= {number: self._result(*chunk) for number, chunk in submitted.items()}
        return [judgements for number in sorted(judged) for judgements in judged[number]]

    def _result(self, chunk: Sequence[Comparison], future: "Future[list[Judgements]]") -> list[Judgements]:
        """The judgements of a submitted chunk; if the worker is busy with a file, or failed, judges the chunk here.

        A submitted chunk is never cancelled: the pool would kill the worker that has just started it.
        """
        try:
            return future.result(WAIT_SECONDS)
        except Exception:  # noqa: BLE001  Whatever the cause, the chunk is judged here, where a failure is logged.
            return self._judge_here(chunk)

    def _judge_here(self, chunk: Sequence[Comparison]) -> list[Judgements]:
        return [[self._judge_or_none(comparison, other) for other in comparison.others] for comparison in chunk]

    def _judge_or_none(self, comparison: Comparison, other: StoredArticle) -> model.Judgement | None:
        """One judgement, None if judging fails: one bad pair must not hold up all others for ever."""
        try:
            return _judge(self.facts, comparison, other)
        except MemoryError:
            raise
        except Exception:
            log.exception("two texts could not be judged", own=comparison.own.digest, other=other.digest)
            return None


def _chunks(comparisons: Iterable[Comparison]) -> Iterator[Sequence[Comparison]]:
    """The comparisons in order, in groups of about `CHUNK_PAIRS` pairs."""
    chunk: list[Comparison] = []
    pairs = 0
    for comparison in comparisons:
        chunk.append(comparison)
        pairs += len(comparison.others)
        if pairs >= CHUNK_PAIRS:
            yield chunk
            chunk, pairs = [], 0
    if chunk:
        yield chunk
