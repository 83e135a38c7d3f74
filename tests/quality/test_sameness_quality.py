"""Sameness is as good on our own set as its floors say, and the floors cannot be lowered in passing."""

from dataclasses import replace

import pytest

from tests.quality import gate, sameness_predict, sameness_set, scoring
from tests.quality.gate import Entry

FLOORS = dict.fromkeys(gate.LEAST, 0.985)
GOOD = Entry("set 1", FLOORS, "first measured")
MEASURED = dict.fromkeys(gate.LEAST, 0.99)


def test_sameness_meets_its_floors() -> None:
    labelled = sameness_set.generate()
    measured = scoring.scores(labelled, sameness_predict.predict(labelled.documents))
    content = gate.FLOORS.read_bytes()
    assert gate.problems(gate.history(content), labelled.digest, measured) == []
    assert gate.digest(content) == gate.PINNED


def test_floors_that_are_met_pass() -> None:
    assert gate.problems([GOOD], "set 1", MEASURED) == []


@pytest.mark.parametrize("name", gate.LEAST)
def test_what_falls_under_its_floor_is_refused(name: str) -> None:
    [problem] = gate.problems([GOOD], "set 1", MEASURED | {name: 0.98})
    assert problem.startswith(f"{name} is 0.9800, under its floor")


def test_a_changed_set_is_refused() -> None:
    [problem] = gate.problems([GOOD], "set 2", MEASURED)
    assert problem.startswith("the set is set 2")


def test_a_floor_lowered_without_a_reason_is_refused() -> None:
    lower = replace(GOOD, floors=FLOORS | {"found": 0.98}, why="tidied up")
    [problem] = gate.problems([GOOD, lower], "set 1", MEASURED | {"found": 0.982})
    assert problem.startswith("found was lowered from 0.985 to 0.98")
    assert gate.problems([GOOD, replace(lower, why="found: short quotations added")], "set 1", MEASURED) == []


def test_a_floor_far_below_what_is_measured_is_refused() -> None:
    [problem] = gate.problems([GOOD], "set 1", MEASURED | {"pair_f1": 0.999})
    assert problem.startswith("pair_f1 is 0.9990: raise its floor")


def test_no_reason_lowers_a_floor_under_the_least() -> None:
    low = replace(GOOD, floors=FLOORS | {"found": 0.9}, why="found is hard")
    assert any("must not be under" in each for each in gate.problems([GOOD, low], "set 1", MEASURED | {"found": 0.9}))


def test_half_a_passage_found_counts() -> None:
    labelled = sameness_set.LabelledSet()
    for name in ("quoting", "source", "other"):
        labelled.add(name, "text")
    labelled.quotations.append(sameness_set.Quotation("quoting", (10, 30), "source", (0, 20)))
    spans: dict[str, str | int] = {"a": "source", "a_begin": 0, "a_end": 10, "b": "quoting", "b_begin": 10, "b_end": 20}
    other: dict[str, str | int] = {**spans, "a": "other"}
    predictions = sameness_predict.Predictions(pairs=[], passages=[spans, other])
    scores = scoring.scores(labelled, predictions)
    assert scores["found"] == 1.0
    assert scores["char_f1"] == pytest.approx(2 * 20 / (40 + 40))
    assert scores["pair_precision"] == 0.5


def test_a_pair_too_many_costs_precision_and_agreement() -> None:
    labelled = sameness_set.LabelledSet()
    for name, story in (("a", 1), ("b", 1), ("c", 2), ("d", 2)):
        labelled.add(name, "text", story)
    labelled.quotations.append(sameness_set.Quotation("a", (0, 4), "c", (0, 4)))
    exact = [{"a": "a", "b": "b"}, {"a": "d", "b": "c"}]
    assert scoring.scores(labelled, sameness_predict.Predictions(pairs=[*exact]))["pair_ari"] == 1.0
    measured = scoring.scores(labelled, sameness_predict.Predictions(pairs=[*exact, {"a": "b", "b": "c"}]))
    assert measured["pair_f1"] == pytest.approx(0.8)
    assert measured["pair_ari"] == 0.0
