"""Whoever answers, the answers are the same and in order: this process, a worker, or this one for one that fails."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest
import structlog.testing

from ingest_service import model, packing, panel, sameness
from ingest_service.panel import Answers, Facts, Panel, Question, Text
from ingest_service.prepare import Workers
from ingest_service.sameness import NOTHING_MASKED
from ingest_service.settings import Limits
from tests.quality import sameness_set

# So many questions of three others each are given away together.
EACH = -(-panel.PAIRS // 3)


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    """Each text of a set asked about with three others."""
    texts = [text(each.text) for each in sameness_set.generate().documents[:40]]
    return [
        Question(own, [texts[(number + step) % len(texts)] for step in (1, 2, 3)], NOTHING_MASKED)
        for number, own in enumerate(texts)
    ]


@pytest.fixture
def workers() -> Iterator[Workers]:
    opened = Workers(Limits(workers=2, reading_seconds=5.0))
    yield opened
    opened.close()


def text(words: str) -> Text:
    article = model.Article("", tuple(words.split(model.PARAGRAPH_BREAK)))
    return Text(article.digest, packing.packed(article))


class Hand:
    """A worker whose answers come when the test says so."""

    count = 1

    def __init__(self) -> None:
        self.asked: list[Sequence[Question]] = []
        self.future: Future[Any] = Future()

    def run(self, _function: Callable[[Any], Any], argument: Any) -> "Future[Any]":  # noqa: ANN401  As a worker does.
        self.asked.append(argument)
        return self.future


def test_workers_answer_as_this_process_does(questions: Sequence[Question], workers: Workers) -> None:
    alone = Panel().answers(questions, len(questions))
    assert sum(said is not None for answer in alone for said in answer) > 10
    assert Panel(workers).answers(questions, len(questions)) == alone


def test_a_worker_that_is_busy_with_something_else_is_not_waited_for_long(questions: Sequence[Question]) -> None:
    hand = Hand()
    assert Panel(hand).answers(questions, len(questions)) == Panel().answers(questions, len(questions))
    # What it does not answer is no more than this process has done meanwhile.
    assert 2 < len(hand.asked) <= panel.AHEAD
    assert 2 * EACH * len(hand.asked) <= len(questions)
    assert hand.asked[0] == questions[:EACH]
    # Taken back, it might be killed for what it has just begun with.
    assert not hand.future.cancelled()


def test_questions_are_taken_when_somebody_is_free(questions: Sequence[Question]) -> None:
    taken: list[int] = []

    def one_by_one() -> Iterator[Question]:
        for number, question in enumerate(questions):
            taken.append(number)
            yield question

    class Nosy(Hand):
        def run(self, _function: Callable[[Any], Any], argument: Any) -> "Future[Any]":  # noqa: ANN401  As a worker.
            # Those given away before, and these.
            assert len(taken) <= EACH * (1 + len(self.asked))
            self.asked.append(argument)
            done: Future[Answers] = Future()
            done.set_result(panel.answers(argument))
            return done

    nosy = Nosy()
    assert Panel(nosy).answers(one_by_one(), len(questions)) == Panel().answers(questions, len(questions))
    # The last ones are answered here.
    assert len(nosy.asked) >= -(-len(questions) // EACH) - 2


def test_a_few_questions_are_not_worth_the_way(questions: Sequence[Question]) -> None:
    hand = Hand()
    few = questions[:EACH]
    assert Panel(hand).answers(few, len(few)) == Panel().answers(few, len(few))
    assert hand.asked == []
    assert Panel(hand).answers([], 0) == []


def test_a_worker_that_dies_is_answered_for(questions: Sequence[Question], workers: Workers) -> None:
    victim = workers.run(pid, None).result()
    os.kill(victim, signal.SIGKILL)
    assert Panel(workers).answers(questions, len(questions)) == Panel().answers(questions, len(questions))


def test_a_pair_that_cannot_be_judged_holds_up_no_other(
    questions: Sequence[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Panel().answers(questions, len(questions))
    judge = sameness.judge

    def fail_at_one(a: sameness.Prepared, b: sameness.Prepared, masked: sameness.Hashes) -> model.Judgement | None:
        if questions[1].own.digest == model.Article("", tuple(a.side.text.split(model.PARAGRAPH_BREAK))).digest:
            raise IndexError
        return judge(a, b, masked)

    monkeypatch.setattr(sameness, "judge", fail_at_one)
    with structlog.testing.capture_logs() as told:
        found = Panel().answers(questions, len(questions))
    assert found == [wanted[0], [None, None, None], *wanted[2:]]
    assert [each["own"] for each in told] == 3 * [questions[1].own.digest]


def test_what_is_kept_is_bounded_by_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "KEPT", 100)
    facts = Facts()
    kept = [facts.of(text(letter * 40)) for letter in "abc"]
    assert facts.of(text("c" * 40)) is kept[2]
    assert facts.of(text("b" * 40)) is kept[1]
    assert facts.of(text("a" * 40)) is not kept[0]
    huge = facts.of(text("d" * 500))
    assert facts.of(text("d" * 500)) is huge


def pid(_: None) -> int:
    """The process that was asked."""
    return os.getpid()
