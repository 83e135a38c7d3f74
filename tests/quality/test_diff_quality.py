"""The words that a diff marks are those that a person calls changed, in about as few operations."""

from pathlib import Path

from catalog_service import diffing
from tests.quality import diff_scoring, diff_set, gate
from tests.quality.diff_set import Edit, Op

FLOORS = Path(__file__).parent / "diff_floors.json"
PINNED = "sha-256:6c025ecae7395d4a2a4c19f8622b285b40fd0571c10b60c136a4d547e20fce47"
# No reason is good enough for less: 95 % of the words, and one and a half times the person's operations.
LEAST = {"word_f1": 0.95, "fewness": 0.66}
FEWEST_EDITS = 20


def drawn(edit: Edit) -> list[Op]:
    """The operations of the product for an edit."""
    return [Op(op.op, op.a, op.b) for op in diffing.compare(edit.first, edit.second).ops]


def test_diffs_meet_their_floors() -> None:
    edits = diff_set.edits()
    diffs = list(map(drawn, edits))
    wrong = {
        edit.name: scores
        for edit, ops in zip(edits, diffs, strict=True)
        if (scores := diff_scoring.scores([edit], [ops]))["word_f1"] < 1
    }
    stored = FLOORS.read_bytes()
    assert len(edits) >= FEWEST_EDITS
    measured = diff_scoring.scores(edits, diffs)
    assert gate.problems(gate.history(stored), diff_set.digest(), measured, LEAST) == [], wrong
    assert gate.digest(stored) == PINNED


def test_a_label_is_a_diff_of_its_two_texts() -> None:
    for edit in diff_set.edits():
        rebuilt = (
            edit.first[slice(*op.a)] if op.op in ("equal", "move") else edit.second[slice(*op.b)] for op in edit.ops
        )
        assert "".join(rebuilt) == edit.second, edit.name
        assert diff_scoring.scores([edit], [edit.ops])["word_f1"] == 1, edit.name


def test_a_wrong_word_and_a_superfluous_operation_count() -> None:
    edit = diff_set.edit("a word", "One {-two-}{+four+} three.")
    whole = [Op("replace", (0, 14), (0, 15))]
    apart = [
        Op("equal", (0, 4), (0, 4)),
        Op("delete", (4, 8), (4, 4)),
        Op("insert", (8, 8), (4, 9)),
        Op("equal", (8, 14), (9, 15)),
    ]
    assert diff_scoring.scores([edit], [whole]) == {"word_f1": 0.5, "fewness": 1.0}
    assert diff_scoring.scores([edit], [apart]) == {"word_f1": 1.0, "fewness": 0.5}
