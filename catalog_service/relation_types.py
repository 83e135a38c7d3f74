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
class Properties:
    """The properties of a relation type.

    `joins_story`: the documents belong to one story. `is_copy`: the texts are the same, so one of them is shown for
    both. `phrase` leads to the other document on a document's page; `heading` is that of the relation's own page.
    """

    phrase: str
    heading: str
    joins_story: bool = False
    is_copy: bool = False


PROPERTIES: Mapping[RelationType, Properties] = {
    RelationType.DUPLICATE: Properties(
        phrase="The same text as",
        heading="The same text twice",
        joins_story=True,
        is_copy=True,
    ),
    RelationType.REVISION: Properties(
        phrase="Another filing of the same story:",
        heading="Two filings of one story",
        joins_story=True,
    ),
    RelationType.EXCERPT: Properties(
        phrase="One text contains almost all of the other:",
        heading="One text inside the other",
    ),
    RelationType.REUSE: Properties(
        phrase="Shares passages with",
        heading="Passages in common",
    ),
}

STORY_TYPES = tuple(type_ for type_, properties in PROPERTIES.items() if properties.joins_story)
COPY_TYPES = tuple(type_ for type_, properties in PROPERTIES.items() if properties.is_copy)
