"""The arrays answer as a plain dictionary would, whatever was added, dropped and merged."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service import postings
from ingest_service.postings import Postings

MANY = 1_000
values = st.sampled_from([-(2**63), -1, 0, 1, 2**63 - 1, *(number << 55 for number in range(-200, 200, 7))])
step = st.one_of(
    st.tuples(st.just("add"), st.lists(values, max_size=20, unique=True)),
    st.tuples(st.just("drop"), st.integers(0, 30)),
)


def posted(told: Postings, article: int, own: Sequence[int]) -> None:
    told.add(np.array(own, dtype=np.int64), np.full(len(own), article, dtype=np.int32))


@pytest.mark.parametrize("marked_from", [2, postings.MARKED_FROM])
@settings(deadline=None)
@given(steps=st.lists(step, max_size=60))
def test_random_walks_end_as_a_dictionary_would(marked_from: int, steps: list[tuple[str, object]]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(postings, "MARKED_FROM", marked_from)
        walk(steps)


def walk(steps: Sequence[tuple[str, object]]) -> None:
    told = Postings()
    model: dict[int, set[int]] = {}
    for article, (what, argument) in enumerate(steps):
        if what == "add":
            assert isinstance(argument, list)
            posted(told, article, argument)
            model[article] = set(argument)
        else:
            assert isinstance(argument, int)
            told.drop(argument)
            model.pop(argument, None)
    asked = sorted({value for held in model.values() for value in held} | {7, -7})
    met = told.ask(np.array(asked, dtype=np.int64), MANY)
    wanted = {(value, article) for article, held in model.items() for value in held}
    assert set(zip(np.repeat(asked, met.counts).tolist(), met.holders.tolist(), strict=True)) == wanted
    assert met.counts.tolist() == [sum(value in held for held in model.values()) for value in asked]


def test_a_part_whose_articles_are_all_gone_is_asked_in_vain() -> None:
    told = Postings()
    for article in range(6):
        posted(told, article, [7])
    for article in range(6):
        told.drop(article)
    for _ in range(postings.PARTS):
        posted(told, 6, [])
    assert told.ask(np.array([7], dtype=np.int64), MANY).counts.tolist() == [0]


def test_large_arrays_are_mapped_and_still_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "MAPPED_FROM", 10)
    monkeypatch.setattr(postings, "MARKED_FROM", 50)
    draw = np.random.default_rng(1)
    told = Postings()
    held = {article: np.unique(draw.integers(-(2**63), 2**63, 40)) for article in range(300)}
    for article, own in held.items():
        posted(told, article, own.tolist())
    told.drop(7)
    for article, own in held.items():
        met = told.ask(own, MANY)
        assert set(met.holders.tolist()) == ({article} if article != 7 else set())


def test_marks_spare_most_of_the_looking() -> None:
    draw = np.random.default_rng(3)
    held = np.unique(draw.integers(0, 1 << postings.PART_BITS, 2 * postings.MARKED_FROM))
    told = Postings()
    for start in range(0, len(held), 1_000):
        posted(told, 1, held[start : start + 1_000].tolist())
    for _ in range(postings.PARTS):
        posted(told, 2, [])
    run = told.parts[postings.PARTS // 2][0]
    assert run.marks is not None
    assert run.perhaps(run.values).tolist() == list(range(len(run.values)))
    assert len(run.perhaps(np.sort(draw.choice(run.values, 1_000) ^ (1 << postings.PART_BITS - 5)))) < 333


def test_where_many_begin_alike_each_is_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "MARKED_FROM", 100)
    held = np.repeat(np.arange(40, dtype=np.int64), [2_000 if value == 20 else 3 for value in range(40)])
    told = Postings()
    told.add(held, np.arange(len(held), dtype=np.int32))
    run = told.parts[postings.PARTS // 2][0]
    first, lengths = run.around(np.array([19, 20, 21]), 10)
    assert first.tolist() == [57, 60, 2_060], "they begin alike, so they are searched for"
    assert lengths.tolist() == [3, 10, 3]
    assert told.ask(np.array([19, 20, 21]), 10).counts.tolist() == [3, 10, 3]
    spread = np.unique(np.random.default_rng(4).integers(0, 1 << postings.PART_BITS, 5_000))
    told.add(spread, np.zeros(len(spread), dtype=np.int32))
    _, lengths = told.parts[postings.PARTS // 2][1].around(spread, 10)
    assert lengths.max() <= postings.LONG, "of what lies anywhere no more than a few are looked at"
    assert lengths.mean() < 12


def test_of_a_value_that_all_have_few_holders_are_told() -> None:
    told = Postings()
    for article in range(2_000):
        posted(told, article, [5])
    met = told.ask(np.array([5], dtype=np.int64), 10)
    assert 10 <= len(met.holders) < 200
    assert met.counts.tolist() == [len(met.holders)]


def test_those_who_are_gone_hide_nobody() -> None:
    told = Postings()
    told.add(np.full(600, 5, dtype=np.int64), np.arange(600, dtype=np.int32))
    for article in range(550):
        told.drop(article)
    assert told.ask(np.array([5], dtype=np.int64), 10).holders.tolist()[:10] == list(range(550, 560))
    assert len(told.ask(np.array([5], dtype=np.int64), 100).holders) == 50


def test_runs_stay_few() -> None:
    told = Postings()
    draw = np.random.default_rng(2)
    for article in range(3_000):
        posted(told, article, np.unique(draw.integers(-(2**63), 2**63, 64)).tolist())
    assert max(len(runs) for runs in told.parts) < 30


def test_an_article_that_comes_back_is_told_again() -> None:
    told = Postings()
    posted(told, 3, [1, 2])
    told.drop(3)
    posted(told, 3, [2])
    assert told.ask(np.array([2], dtype=np.int64), MANY).holders.tolist().count(3) >= 1
