"""The page about diffs shows what the code does: its example, and how well the product agrees with a person."""

import re
from pathlib import Path

from catalog_service import diffing
from tests.quality import diff_scoring, diff_set
from tests.quality.diff_set import Op

PAGE = Path(__file__).parents[2] / "docs" / "diffs.md"
BREAK = "⏎"


def test_the_example_is_what_the_code_answers() -> None:
    page = PAGE.read_text(encoding="utf-8")
    first, second = re.findall(r"```\n(.*?)\n```", page, re.DOTALL)[:2]
    comparison = diffing.compare(first, second)
    rows = [
        f"| {op.op} | {shown(first, op.a)} | {shown(second, op.b)} |".replace("|  |", "| |")
        for op in comparison.ops
        if op.op != "equal"
    ]
    assert "\n".join(rows) in page
    summary = (
        f"{comparison.words_added} words added, {comparison.words_removed} removed, {comparison.words_moved} moved"
    )
    significance = diffing.significance(("", ""), (first, second), comparison.ops)
    assert f"`summary` says {summary}; `significance` is `{significance}`" in page


def shown(text: str, span: tuple[int, int]) -> str:
    """A span of a text as the page shows it."""
    return f"`{text[slice(*span)]}`".replace("\n", BREAK) if span[0] < span[1] else ""


def test_the_table_has_the_measured_agreement_with_a_person() -> None:
    edits = diff_set.edits()
    diffs = [[Op(op.op, op.a, op.b) for op in diffing.compare(edit.first, edit.second).ops] for edit in edits]
    scores = diff_scoring.scores(edits, diffs)
    row = f"| Palimpsest | {scores['word_f1']:.3f} | {1 / scores['fewness']:.2f} |"
    page = PAGE.read_text(encoding="utf-8")
    assert row in page
    assert f"has {len(edits)} edits" in page
