"""What differs between two versions, in words: a sentence, and one item for each change. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog_service import diff_resources, marking, resources
from catalog_service.marking import Piece
from catalog_service.web import change_words, in_words
from catalog_service.web.change_words import WordChange
from catalog_service.web.comparing.changes import Paragraph, Run

# The number of changes of the text that the summary lists.
MOST = 12
LONGEST = 60
ONE_KIND = {
    "figure": "In the text, only figures differ",
    "date": "In the text, only dates differ",
    "quotation": "In the text, only quoted words differ",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A change of the text: its words, or the first words of a part that moved; `target` is its id on the part's page.

    `direction` is "up" or "down" for a part that moved.
    """

    target: str
    part: int
    change: WordChange | None = None
    moved: str = ""
    direction: str = ""


def sentence(before: resources.Version, after: resources.Version, diff: diff_resources.Diff) -> str:
    """How much the texts differ."""
    summary = diff.summary
    if before.text == after.text:
        return "The texts are the same to the letter."
    if not (summary.words_added or summary.words_removed or summary.moved):
        return "The words are the same; only typography differs."
    extent = marking.extent(summary.words_added, summary.words_removed, summary.moved)
    kind = ONE_KIND.get(summary.significance or "")
    return f"{kind}: {extent}." if kind else f"{extent.capitalize()}."


def details(before: resources.Version, after: resources.Version) -> list[WordChange]:
    """The headline and other details that differ."""
    lists = (("authors", before.authors, after.authors), ("credits", before.credits, after.credits))
    markers = (before.wire.marker if before.wire else "", after.wire.marker if after.wire else "")
    changes = change_words.of_details(before, after)
    changes += [_of_list(what, old, new) for what, old, new in lists if old != new]
    return changes + ([WordChange("marker", *markers)] if markers[0] != markers[1] else [])


def _of_list(what: str, before: Sequence[str], after: Sequence[str]) -> WordChange:
    old, new = (in_words.shortened(", ".join(names), LONGEST) for names in (before, after))
    return WordChange(what, old, new)


def items(parts: Iterable[Iterable[Paragraph]]) -> list[Item]:
    """The changes of words and the parts that moved, in their order; changes of typography are left out."""
    numbered = [(number, run) for number, part in enumerate(parts, start=1) for paragraph in part for run in paragraph]
    moves = [(piece.move, piece.manner) for _, run in numbered for piece in run.pieces if piece.move]
    # A part moved up if its new place comes before its former one.
    first: dict[int, str] = {}
    for move, manner in moves:
        first.setdefault(move, manner)
    return [item for number, run in numbered if run.number for item in _of_run(run, number, first)]


def _of_run(run: Run, part: int, first: dict[int, str]) -> Iterator[Item]:
    for piece in run.pieces:
        if piece.manner == "moved" and piece.move:
            direction = "up" if first[piece.move] == "moved" else "down"
            words = in_words.shortened(" ".join(piece.text.split()), LONGEST)
            yield Item(f"moved-{piece.move}", part, moved=words, direction=direction)
    change = change_words.of_words(_joined(run.pieces, "removed"), _joined(run.pieces, "added"))
    if change:
        yield Item(f"change-{run.number}", part, change)


def _joined(pieces: Iterable[Piece], manner: str) -> str:
    return " ".join(piece.text.strip() for piece in pieces if piece.manner == manner)
