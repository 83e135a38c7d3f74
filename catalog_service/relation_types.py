"""The types of relations, and the one table of their properties. To add a type is to add a member and a row here.

The ingest service finds them in `contract`. Only its judge, which chooses the type of a relation, names a member.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class RelationType(StrEnum):
    """What two texts are to each other; of several types that apply, the first in this order is chosen."""

    DUPLICATE = "duplicate"
    REVISION = "revision"
    EXCERPT = "excerpt"
    REUSE = "reuse"


@dataclass(frozen=True, slots=True)
class Wording:
    """The names of a relation on pages: before the other document, there when it has ended, and on its own page."""

    phrase: str
    past: str
    heading: str


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties of a relation type.

    `joins_story`: the documents belong to one story. `is_copy`: one of the texts is shown for both, because the same
    words are in them but for a few; `altered` is the wording where the texts are not the same to the letter.
    `is_containment`: almost all of one text is in the other.
    """

    wording: Wording
    altered: Wording | None = None
    joins_story: bool = False
    is_copy: bool = False
    is_containment: bool = False


PROPERTIES: Mapping[RelationType, Properties] = {
    RelationType.DUPLICATE: Properties(
        Wording("The same text as", "Was the same text as", "The same text twice"),
        Wording("Almost the same text as", "Was almost the same text as", "Almost the same text twice"),
        joins_story=True,
        is_copy=True,
    ),
    RelationType.REVISION: Properties(
        Wording(
            "Another filing of the same story:", "Was another filing of the same story:", "Two filings of one story"
        ),
        joins_story=True,
    ),
    RelationType.EXCERPT: Properties(
        Wording(
            "One text contains almost all of the other:",
            "One text contained almost all of the other:",
            "One text inside the other",
        ),
        is_containment=True,
    ),
    RelationType.REUSE: Properties(
        Wording("Shares passages with", "Shared passages with", "Passages in common"),
    ),
}

STORY_TYPES = tuple(type_ for type_, properties in PROPERTIES.items() if properties.joins_story)
COPY_TYPES = tuple(type_ for type_, properties in PROPERTIES.items() if properties.is_copy)


def wording(type_: RelationType, *, same_text: bool) -> Wording:
    """The wording of a relation; `same_text`: the titles and the texts of both sides are the same to the letter."""
    properties = PROPERTIES[type_]
    return properties.wording if same_text or properties.altered is None else properties.altered
