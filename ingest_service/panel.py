"""Pairs of texts judged by this process and by the workers beside it, whichever is free."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

import structlog

from ingest_service import model, packing, sameness

log = structlog.get_logger()

# What a process keeps of texts, in characters: each costs some six bytes.
KEPT = 6_000_000
# So many pairs are judged before somebody else may take the next ones.
PAIRS = 8
# So many chunks a worker is given ahead: it is told of the next one only when this process has a moment for it.
AHEAD = 8
# How long a worker is waited for at the end, in seconds; it may be busy with something else.
PATIENCE = 0.1


@dataclass(frozen=True, slots=True)
class Text:
    """An article as the ledger keeps it, and the digest of what it says."""

    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """What a text is to each of others; `masked` are fingerprints of boilerplate, in order of value."""

    own: Text
    others: Sequence[Text]
    masked: sameness.Hashes


A = TypeVar("A")
R = TypeVar("R")
Answer: TypeAlias = list[model.Judgement | None]
Answers: TypeAlias = list[Answer]


class Workers(Protocol):
    """Processes beside this one."""

    @property
    def count(self) -> int:
        """How many there are."""

    def run(self, function: Callable[[A], R], argument: A) -> "Future[R]":
        """Calls a function in one of them, in the order of asking, for a limited time."""


@dataclass(slots=True)
class Facts:
    """What judging needs of the texts that were met last, so that they are not folded again; for any thread."""

    _prepared: dict[str, sameness.Prepared] = field(default_factory=dict)
    _characters: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, digest: str, prepared: sameness.Prepared) -> None:
        """Keeps the facts of a text; the one met longest ago is dropped first, never the one just met."""
        with self._lock:
            if self._prepared.pop(digest, None) is None:
                self._characters += len(prepared.side.text)
            self._prepared[digest] = prepared
            while self._characters > KEPT and len(self._prepared) > 1:
                self._characters -= len(self._prepared.pop(next(iter(self._prepared))).side.text)

    def of(self, text: Text) -> sameness.Prepared:
        """The facts of a text."""
        known = self._prepared.get(text.digest)
        prepared = sameness.prepare(packing.unpacked(text.content)) if known is None else known
        self.keep(text.digest, prepared)
        return prepared


FACTS = Facts()
"""What this process knows."""


def answers(asked: Sequence[Question]) -> Answers:
    """What each text is to its others; raises what judging raises."""
    return [[_answer(each, other) for other in each.others] for each in asked]


def _answer(asked: Question, other: Text) -> model.Judgement | None:
    return sameness.judge(FACTS.of(asked.own), FACTS.of(other), asked.masked)


def _answers_here(asked: Sequence[Question]) -> Answers:
    """The answers of this process: one pair that we fail at must not hold up all others for ever."""
    return [[_answer_or_none(each, other) for other in each.others] for each in asked]


def _answer_or_none(asked: Question, other: Text) -> model.Judgement | None:
    try:
        return _answer(asked, other)
    except MemoryError:
        raise
    except Exception:
        log.exception("two texts could not be judged", own=asked.own.digest, other=other.digest)
        return None


@dataclass(frozen=True, slots=True)
class Panel:
    """Answers questions, with workers or without."""

    workers: Workers | None = None

    def answers(self, asked: Iterable[Question], count: int) -> Answers:
        """The answers to `count` questions, in their order; they are taken only when somebody is free for them."""
        told: dict[int, Answers] = {}
        away: dict[int, tuple[Sequence[Question], Future[Answers]]] = {}
        workers = self.workers.count if self.workers is not None else 0
        for number, chunk in enumerate(_chunks(asked)):
            count -= len(chunk)
            for other in [each for each, (_, future) in away.items() if future.done()]:
                told[other] = _told(*away.pop(other))
            # No more than all will have done when this process has done the rest.
            given = len(chunk) + sum(len(questions) for questions, _ in away.values())
            if self.workers is not None and len(away) < AHEAD * workers and given <= count * workers:
                away[number] = chunk, self.workers.run(answers, chunk)
            else:
                told[number] = _answers_here(chunk)
        told |= {number: _told(*each) for number, each in away.items()}
        return [answer for number in sorted(told) for answer in told[number]]


def _told(asked: Sequence[Question], future: "Future[Answers]") -> Answers:
    """What a worker answered; who is busy with something else, or fails, is answered for.

    A question once asked is not taken back: who has just begun with it would be killed for it.
    """
    try:
        return future.result(PATIENCE)
    except Exception:  # noqa: BLE001  Whatever it was, this process tries, and tells what it fails at.
        return _answers_here(asked)


def _chunks(asked: Iterable[Question]) -> Iterator[Sequence[Question]]:
    chunk: list[Question] = []
    pairs = 0
    for each in asked:
        chunk.append(each)
        pairs += len(each.others)
        if pairs >= PAIRS:
            yield chunk
            chunk, pairs = [], 0
    if chunk:
        yield chunk
