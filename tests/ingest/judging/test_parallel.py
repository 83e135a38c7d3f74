"""Whichever process judges, the judgements are the same and in order; a worker that fails is replaced."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest
import structlog.testing

from ingest_service import model, sameness
from ingest_service.judging import parallel
from ingest_service.judging.parallel import Comparison, Judgements, JudgePool
from ingest_service.sameness import NOTHING_MASKED
from ingest_service.settings import Limits
from ingest_service.store import article_blob
from ingest_service.workers.cache import StoredArticle
from ingest_service.workers.pool import WorkerPool
from tests.quality import sameness_set

# How many comparisons with three others each are one chunk.
CHUNK = -(-parallel.CHUNK_PAIRS // 3)


@pytest.fixture(scope="module")
def comparisons() -> list[Comparison]:
    """Each text of a set with three others."""
    texts = [stored(document.text) for document in sameness_set.generate().documents[:40]]
    return [
        Comparison(own, [texts[(number + step) % len(texts)] for step in (1, 2, 3)], NOTHING_MASKED)
        for number, own in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def expected(comparisons: Sequence[Comparison]) -> list[Judgements]:
    """What this process judges without workers."""
    return JudgePool().judge(comparisons, len(comparisons))


@pytest.fixture
def workers() -> Iterator[WorkerPool]:
    opened = WorkerPool(Limits(workers=2, reading_seconds=5.0))
    yield opened
    opened.close()


def stored(words: str) -> StoredArticle:
    article = model.Article("", tuple(words.split(model.PARAGRAPH_BREAK)))
    return StoredArticle(article.digest, article_blob.packed(article))


class StuckWorker:
    """A worker that accepts chunks and never finishes one."""

    count = 1

    def __init__(self) -> None:
        self.chunks: list[Sequence[Comparison]] = []
        self.future: Future[Any] = Future()

    def run(self, _function: Callable[[Any], Any], argument: Any) -> "Future[Any]":  # noqa: ANN401  As a worker does.
        self.chunks.append(argument)
        return self.future


def test_workers_judge_as_this_process_does(
    comparisons: Sequence[Comparison], expected: Sequence[Judgements], workers: WorkerPool
) -> None:
    assert sum(judgement is not None for judgements in expected for judgement in judgements) > 10
    assert JudgePool(workers=workers).judge(comparisons, len(comparisons)) == expected


def test_a_worker_judges_a_chunk_itself(
    comparisons: Sequence[Comparison], expected: Sequence[Judgements], workers: WorkerPool
) -> None:
    assert workers.run(parallel.judge_chunk, comparisons[:CHUNK]).result() == expected[:CHUNK]


def test_a_worker_that_is_busy_with_something_else_is_not_waited_for_long(
    comparisons: Sequence[Comparison], expected: Sequence[Judgements]
) -> None:
    stuck = StuckWorker()
    assert JudgePool(workers=stuck).judge(comparisons, len(comparisons)) == expected
    # What was submitted is no more than this process has judged meanwhile.
    assert 2 < len(stuck.chunks) <= parallel.QUEUED_CHUNKS
    assert 2 * CHUNK * len(stuck.chunks) <= len(comparisons)
    assert stuck.chunks[0] == comparisons[:CHUNK]
    # If it were cancelled, the pool would kill a worker that has just started it.
    assert not stuck.future.cancelled()


def test_comparisons_are_taken_when_a_process_is_free(
    comparisons: Sequence[Comparison], expected: Sequence[Judgements]
) -> None:
    taken: list[int] = []

    def one_by_one() -> Iterator[Comparison]:
        for number, comparison in enumerate(comparisons):
            taken.append(number)
            yield comparison

    class FastWorker(StuckWorker):
        def run(self, _function: Callable[[Any], Any], argument: Any) -> "Future[Any]":  # noqa: ANN401  As a worker.
            # Those submitted before, and these.
            assert len(taken) <= CHUNK * (1 + len(self.chunks))
            self.chunks.append(argument)
            done: Future[list[Judgements]] = Future()
            done.set_result(JudgePool().judge(argument, len(argument)))
            return done

    fast = FastWorker()
    assert JudgePool(workers=fast).judge(one_by_one(), len(comparisons)) == expected
    # This process judges the last ones.
    assert len(fast.chunks) >= -(-len(comparisons) // CHUNK) - 2


def test_a_single_chunk_is_not_submitted(comparisons: Sequence[Comparison], expected: Sequence[Judgements]) -> None:
    stuck = StuckWorker()
    assert JudgePool(workers=stuck).judge(comparisons[:CHUNK], CHUNK) == expected[:CHUNK]
    assert JudgePool(workers=stuck).judge([], 0) == []
    assert stuck.chunks == []


def test_chunks_of_a_worker_that_dies_are_judged_here(
    comparisons: Sequence[Comparison], expected: Sequence[Judgements], workers: WorkerPool
) -> None:
    victim = workers.run(pid, None).result()
    os.kill(victim, signal.SIGKILL)
    assert JudgePool(workers=workers).judge(comparisons, len(comparisons)) == expected


def test_a_pair_that_cannot_be_judged_holds_up_no_other(
    comparisons: Sequence[Comparison], expected: Sequence[Judgements], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = sameness.judge
    bad = comparisons[1].own.digest

    def fail_at_one(a: sameness.TextFacts, b: sameness.TextFacts, masked: sameness.Hashes) -> model.Judgement | None:
        if model.Article("", tuple(a.side.text.split(model.PARAGRAPH_BREAK))).digest == bad:
            raise IndexError
        return judge(a, b, masked)

    monkeypatch.setattr(sameness, "judge", fail_at_one)
    with structlog.testing.capture_logs() as lines:
        judgements = JudgePool().judge(comparisons, len(comparisons))
    assert judgements == [expected[0], [None, None, None], *expected[2:]]
    assert [line["own"] for line in lines] == 3 * [bad]


def pid(_: None) -> int:
    """The id of the process that runs it."""
    return os.getpid()
