"""The arrays answer as a plain dictionary would, whatever was added, dropped and merged."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.index import postings, runs
from ingest_service.index.postings import Postings

MANY = 1_000
values = st.sampled_from([-(2**63), -1, 0, 1, 2**63 - 1, *(number << 55 for number in range(-200, 200, 7))])
step = st.one_of(
    st.tuples(st.just("add"), st.lists(values, max_size=20, unique=True)),
    st.tuples(st.just("drop"), st.integers(0, 30)),
)


def add(postings_: Postings, article: int, own: Sequence[int]) -> None:
    postings_.add(np.array(own, dtype=np.int64), np.full(len(own), article, dtype=np.int32))


@pytest.mark.parametrize("filtered_from", [2, runs.FILTERED_FROM])
@pytest.mark.parametrize("distributed_from", [1, 40, postings.DISTRIBUTED_FROM])
@settings(deadline=None, max_examples=50)
@given(steps=st.lists(step, max_size=60))
def test_random_walks_end_as_a_dictionary_would(
    filtered_from: int, distributed_from: int, steps: list[tuple[str, object]]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "FILTERED_FROM", filtered_from)
        patched.setattr(postings, "DISTRIBUTED_FROM", distributed_from)
        walk(steps)


def walk(steps: Sequence[tuple[str, object]]) -> None:
    postings_ = Postings()
    model: dict[int, set[int]] = {}
    for article, (what, argument) in enumerate(steps):
        if what == "add":
            assert isinstance(argument, list)
            add(postings_, article, argument)
            model[article] = set(argument)
        else:
            assert isinstance(argument, int)
            postings_.delete(argument)
            model.pop(argument, None)
    asked = sorted({value for held in model.values() for value in held} | {7, -7})
    holders = postings_.find(np.array(asked, dtype=np.int64), MANY)
    wanted = {(value, article) for article, held in model.items() for value in held}
    assert set(zip(np.repeat(asked, holders.counts).tolist(), holders.articles.tolist(), strict=True)) == wanted
    assert holders.counts.tolist() == [sum(value in held for held in model.values()) for value in asked]


def test_a_run_of_deleted_articles_only_has_no_holders() -> None:
    postings_ = Postings()
    for article in range(6):
        add(postings_, article, [7])
    for article in range(6):
        postings_.delete(article)
    for _ in range(postings.PARTITIONS):
        add(postings_, 6, [])
    assert postings_.find(np.array([7], dtype=np.int64), MANY).counts.tolist() == [0]


def test_large_arrays_are_mapped_and_still_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAPPED_FROM", 10)
    monkeypatch.setattr(runs, "FILTERED_FROM", 50)
    monkeypatch.setattr(postings, "DISTRIBUTED_FROM", 100)
    draw = np.random.default_rng(1)
    postings_ = Postings()
    held = {article: np.unique(draw.integers(-(2**63), 2**63, 40)) for article in range(300)}
    for article, own in held.items():
        add(postings_, article, own.tolist())
    postings_.delete(7)
    for article, own in held.items():
        holders = postings_.find(own, MANY)
        assert set(holders.articles.tolist()) == ({article} if article != 7 else set())


def test_marks_spare_most_of_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "DISTRIBUTED_FROM", 1_000)
    draw = np.random.default_rng(3)
    held = np.unique(draw.integers(0, 1 << runs.PARTITION_BITS, 2 * runs.FILTERED_FROM))
    postings_ = Postings()
    for start in range(0, len(held), 1_000):
        add(postings_, 1, held[start : start + 1_000].tolist())
    for _ in range(postings.PARTITIONS):
        add(postings_, 2, [])
    run = postings_.partitions[postings.PARTITIONS // 2][0]
    assert run.filter_bits is not None
    assert run.candidates(run.values).tolist() == list(range(len(run.values)))
    assert len(run.candidates(np.sort(draw.choice(run.values, 1_000) ^ (1 << runs.PARTITION_BITS - 5)))) < 333


def test_where_many_begin_alike_each_is_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "FILTERED_FROM", 100)
    monkeypatch.setattr(postings, "DISTRIBUTED_FROM", 1)
    held = np.repeat(np.arange(40, dtype=np.int64), [2_000 if value == 20 else 3 for value in range(40)])
    postings_ = Postings()
    postings_.add(held, np.arange(len(held), dtype=np.int32))
    run = postings_.partitions[postings.PARTITIONS // 2][0]
    first, lengths = run.locate(np.array([19, 20, 21]), 10)
    assert first.tolist() == [57, 60, 2_060], "they begin alike, so they are searched for"
    assert lengths.tolist() == [3, 10, 3]
    assert postings_.find(np.array([19, 20, 21]), 10).counts.tolist() == [3, 10, 3]
    spread = np.unique(np.random.default_rng(4).integers(0, 1 << runs.PARTITION_BITS, 5_000))
    postings_.add(spread, np.zeros(len(spread), dtype=np.int32))
    _, lengths = postings_.partitions[postings.PARTITIONS // 2][1].locate(spread, 10)
    assert lengths.max() <= runs.LONG, "of what lies anywhere no more than a few are looked at"
    assert lengths.mean() < 12


def test_of_a_value_with_many_holders_few_are_returned() -> None:
    postings_ = Postings()
    for article in range(2_000):
        add(postings_, article, [5])
    holders = postings_.find(np.array([5], dtype=np.int64), 10)
    assert 10 <= len(holders.articles) < 200
    assert holders.counts.tolist() == [len(holders.articles)]


def test_deleted_articles_hide_no_other_holder() -> None:
    postings_ = Postings()
    postings_.add(np.full(600, 5, dtype=np.int64), np.arange(600, dtype=np.int32))
    for article in range(550):
        postings_.delete(article)
    assert postings_.find(np.array([5], dtype=np.int64), 10).articles.tolist()[:10] == list(range(550, 560))
    assert len(postings_.find(np.array([5], dtype=np.int64), 100).articles) == 50


def test_runs_stay_few() -> None:
    postings_ = Postings()
    draw = np.random.default_rng(2)
    for article in range(3_000):
        add(postings_, article, np.unique(draw.integers(-(2**63), 2**63, 64)).tolist())
    assert max(map(len, postings_.partitions)) < 30
    assert len(postings_.newest) < 30
    assert sum(len(run.values) for run in postings_.newest) < postings.DISTRIBUTED_FROM


def test_an_article_that_is_added_again_is_a_holder_again() -> None:
    postings_ = Postings()
    add(postings_, 3, [1, 2])
    postings_.delete(3)
    add(postings_, 3, [2])
    assert postings_.find(np.array([2], dtype=np.int64), MANY).articles.tolist().count(3) >= 1
