"""A person reads which words are shared and which differ, in a few short lines."""

from collections.abc import Sequence

import pytest

from catalog_service import contract
from ingest_service.cli import output
from ingest_service.judging.matching import TextMatch
from ingest_service.model import Span

OTHER = contract.Reference.model_validate(
    {"document": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "observation": 1, "digest": f"sha-256:{'0' * 64}"}
)


def text_match(text: str, source: str, edits: Sequence[tuple[Span, Span]] = (), title: str = "Harbour") -> TextMatch:
    """A match of all of both texts."""
    ops = [("insert" if a[0] == a[1] else "delete" if b[0] == b[1] else "replace", a, b) for a, b in edits]
    passage = {
        "self": (0, len(text)), "other": (0, len(source)), "words": 4, "verbatim": not edits,
        "edits": [{"op": op, "a": a, "b": b} for op, a, b in ops],
    }  # fmt: skip
    match = {
        "type": "reuse", "other": OTHER, "jaccard": 0.5, "coverage": {"self": 1.0, "other": 0.5}, "passages": [passage],
        "path": "harbour.txt", "title": title, "copies": 2,
    }  # fmt: skip
    return TextMatch(contract.Match.model_validate(match), source)


def test_a_match_is_printed_with_its_words() -> None:
    text = "the bridge was built"
    assert list(output.match_lines(text, [text_match(text, text)])) == [
        "reuse: 'harbour.txt' (Harbour), and 2 copies of it: 100% of the text",
        "  0–20 at 0–20, 4 words:",
        "    the bridge was built",
    ]
    assert list(output.match_lines(text, [])) == ["nothing in the folder shares a passage with it"]


def test_the_words_that_differ_are_printed_from_both_texts() -> None:
    text, source = "access is granted now", "access is certain for all"
    edits = [((10, 17), (10, 17)), ((18, 21), (17, 17)), ((21, 21), (18, 25))]
    assert list(output.match_lines(text, [text_match(text, source, edits)]))[1:] == [
        "  0–21 at 0–25, 4 words, altered:",
        "    access is granted now",
        '      said "granted", source has "certain"',
        '      said "now", source has nothing there',
        '      source has "for all"',
    ]


def test_many_and_long_differences_are_shortened() -> None:
    text = "word " * 100
    edits: list[tuple[Span, Span]] = [((0, 100), (0, 4)), *(((n, n + 4), (n, n + 4)) for n in range(100, 200, 5))]
    lines = list(output.match_lines(text, [text_match(text, text, edits)]))
    assert len(lines[2].strip()) == output.PASSAGE_CHARACTERS
    assert lines[3] == f'      said "{("word " * 100)[:59]}…", source has "word"'
    assert lines[-1] == "      and 16 more differences"
    assert len(lines) == 3 + output.MOST_EDITS + 1


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (contract.LoadProgress(), None),
        (contract.LoadProgress(step="scan"), "step 1 of 4: looking at the folder"),
        (
            contract.LoadProgress(step="read", done=1_000, total=5_000, per_second=48.36, seconds_left=79.4),
            "step 2 of 4: reading, 1,000 of 5,000 files, 48.4 a second, 1 min 19 s left",
        ),
        (
            contract.LoadProgress(step="judge", done=1, total=90_000, per_second=2.5, seconds_left=36_000.0),
            "step 3 of 4: judging, 1 of 90,000 articles, 2.5 a second, 10 h 0 min left",
        ),
        (contract.LoadProgress(step="deliver", total=7), "step 4 of 4: delivering, 0 of 7 events"),
    ],
)
def test_the_status_has_the_progress_of_a_load(progress: contract.LoadProgress, line: str | None) -> None:
    status = contract.IngestStatus(collection="seeds", instance="seeds", states={}, outbox={}, progress=progress)
    lines = [each for each in output.status_lines(status, ()) if each.startswith("progress")]
    assert lines == ([] if line is None else [f"progress: {line}"])


def test_no_text_commands_the_terminal() -> None:
    text = "\x1b[2Jgone\x9b31m\u202eenog\u2067"
    lines = list(output.match_lines(text, [text_match(text, text, title="a\x1b]0;b\x07\nc")]))
    assert "".join(lines).isprintable()
    assert "(a\ufffd]0;b\ufffd c)" in lines[0]
