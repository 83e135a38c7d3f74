"""Puts the page of a comparison together: the chosen way of showing the chosen part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from catalog_service import diff_resources, resources
from catalog_service.web.change_words import WordChange
from catalog_service.web.comparing import changes, summary
from catalog_service.web.comparing.changes import Paragraph
from catalog_service.web.comparing.summary import Item

View: TypeAlias = Literal["inline", "side", "changes"]
VIEWS: tuple[View, ...] = get_args(View)
NAMES: Mapping[View, str] = {
    "inline": "in one text",
    "side": "side by side",
    "changes": "only changes",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the page shows of two versions; `part` of `parts` is shown, counted from 1.

    `items` are the first changes of the text, `more` the number of the others. `moves` has the part of each end of a
    move by its id.
    """

    before: resources.Version
    after: resources.Version
    sentence: str
    details: Sequence[WordChange]
    items: Sequence[Item]
    more: int
    view: View
    part: int
    parts: int
    paragraphs: Sequence[Paragraph]
    moves: Mapping[str, int]
    is_coarse: bool


def build(
    view: View, part: int, before: resources.Version, after: resources.Version, diff: diff_resources.Diff
) -> Comparison:
    """The comparison in this view. A part beyond the last one is the last one."""
    paragraphs = changes.paragraphs(before, after, diff)
    parts = changes.parts(changes.only_changes(paragraphs) if view == "changes" else paragraphs)
    part = min(max(part, 1), len(parts))
    items = summary.items(parts)
    return Comparison(
        before,
        after,
        summary.sentence(before, after, diff),
        summary.details(before, after),
        items[: summary.MOST],
        max(0, len(items) - summary.MOST),
        view,
        part,
        len(parts),
        parts[part - 1],
        changes.places_of_moves(parts),
        diff.coarse,
    )
