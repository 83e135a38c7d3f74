"""What reading took off or mended, by the notes of a version: placed in the text, and counted in words. Pure.

The notes of a text format turn its decoded source into the text: applied in order, each replaces `removed` at a
position of the source by `inserted`. So a position in the text is that in the source plus the growth by all notes
before it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog_service.contract import Note
from catalog_service.resources import Version
from catalog_service.web import in_words

# Notes about the breaks between lines and paragraphs, of which a text may have thousands.
LAYOUT = frozenset({"white-space", "line-break", "paragraph-break"})
# What a rule removed or mended, and its plural where it is not formed by an "s"; other rules are shown by their names.
THINGS: Mapping[str, tuple[str, str]] = {
    "front-matter": ("front matter", "front matters"),
    "headline-list": ("list of other headlines", "lists of other headlines"),
    "page-furniture": ("piece of page furniture", "pieces of page furniture"),
    "heading-marks": ("mark of a heading", "marks of headings"),
    "title": ("headline", ""),
    "caption": ("photo caption", ""),
    "broken-words": ("broken word", ""),
    "invisible-signs": ("invisible sign", ""),
    "mojibake": ("garbled word", ""),
    "composition": ("letter written in parts", "letters written in parts"),
    "markdown": ("mark of Markdown", "marks of Markdown"),
}
# Code points of one removal, and the number of removals, that a page shows.
LONGEST = 1_000
MOST = 200


@dataclass(frozen=True, slots=True)
class Removal:
    """A text that reading removed or replaced: what it was, its place in the text if it is known, and the detail."""

    thing: str
    removed: str
    at: int | None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Removals:
    """The removals of a version: those with a place in the text, in order, the others, and all of them counted.

    `joined` counts the line ends and gaps that were joined, which are not listed.
    """

    placed: Sequence[Removal]
    others: Sequence[Removal]
    sentence: str
    joined: int


def of_version(version: Version) -> Removals:
    """All removals of a version. If one note contradicts the text, none has a place."""
    places = _places(version.text, version.notes)
    shown = [
        _removal(note, place) for note, place in zip(version.notes, places, strict=True) if note.rule not in LAYOUT
    ]
    counts = Counter(note.rule for note in version.notes if note.rule not in LAYOUT)
    return Removals(
        [removal for removal in shown if removal.at is not None][:MOST],
        [removal for removal in shown if removal.at is None][:MOST],
        in_words.listed([_counted(rule, count) for rule, count in counts.items()]),
        len(version.notes) - counts.total(),
    )


def _places(text: str, notes: Sequence[Note]) -> list[int | None]:
    """The position in the text of each note; None for all of them if one has none, or does not fit."""
    places: list[int | None] = []
    end = growth = 0
    for note in notes:
        if note.at is None or note.at[0] < end or note.at[1] - note.at[0] != len(note.removed):
            return [None] * len(notes)
        place = note.at[0] + growth
        if not text.startswith(note.inserted, place) or place > len(text):
            return [None] * len(notes)
        places.append(place)
        end, growth = note.at[1], growth + len(note.inserted) - len(note.removed)
    return places


def _removal(note: Note, place: int | None) -> Removal:
    removed = note.removed.strip() or "␣" * len(note.removed)
    return Removal(_thing(note.rule)[0], in_words.shortened(removed, LONGEST), place, note.detail)


def _thing(rule: str) -> tuple[str, str]:
    return THINGS.get(rule, (rule.replace("-", " "), ""))


def _counted(rule: str, number: int) -> str:
    """The removals of one rule as a phrase: "a photo caption", "3 broken words"; front matter takes no article."""
    thing, plural = _thing(rule)
    if number > 1:
        return in_words.count(number, thing, plural)
    article = "" if rule == "front-matter" else "an " if thing[0] in "aeiou" else "a "
    return f"{article}{thing}"
