"""The picture of a story: its filings from top to bottom in time, and arcs from each text to those that took from it.

Pure; lengths are units of the SVG.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog_service import resources
from catalog_service.relation_types import PROPERTIES
from catalog_service.web import foreign_text, in_words

MOST_NODES = 100
ROW = 26
LEFT, WIDTH = 96, 360
# How far an arc reaches to the left, for each row that it spans, and at most.
BEND, LONGEST_BEND = 14, 88
LABEL = 36


@dataclass(frozen=True, slots=True)
class Node:
    """A document: its height, its label, and whether it is outside the story."""

    id: str
    y: int
    label: str
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Arc:
    """Text that one document has from another: the path to draw, whether it is a filing or passages, and the words."""

    path: str
    is_filing: bool
    words: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    """The nodes and arcs, and the size of the drawing."""

    nodes: Sequence[Node]
    arcs: Sequence[Arc]
    height: int
    width: int = WIDTH
    left: int = LEFT


def draw(
    filings: Sequence[resources.Document],
    outside: Sequence[resources.VersionSummary],
    relations: Sequence[resources.Relation],
) -> Picture:
    """The picture of these filings and of the documents outside the story that they are related to."""
    members = {str(document.id) for document in filings}
    both = sorted([*filings, *outside], key=lambda each: (each.published or "", each.recorded_at))[:MOST_NODES]
    nodes = [
        Node(str(each.id), ROW // 2 + ROW * place, _label(each), str(each.id) not in members)
        for place, each in enumerate(both)
    ]
    by_id = {node.id: node for node in nodes}
    return Picture(nodes, [arc for each in relations if (arc := _arc(each, by_id))], ROW * len(nodes))


def _label(document: resources.Described) -> str:
    """The marker and the publisher of a filing, else its title."""
    marker = document.wire.marker if document.wire else ""
    name = ", ".join(filter(None, (marker, document.publisher))) or document.title or document.path
    return foreign_text.plain(in_words.shortened(name, LABEL))


def _arc(relation: resources.Relation, nodes: Mapping[str, Node]) -> Arc | None:
    """The arc of a relation, from the side that the text comes from; None if a side is not in the picture."""
    source, taker = (relation.b, relation.a) if relation.source == "b" else (relation.a, relation.b)
    start, end = nodes.get(str(source.document)), nodes.get(str(taker.document))
    if start is None or end is None or start is end:
        return None
    bend = LEFT - min(LONGEST_BEND, BEND + abs(end.y - start.y) * BEND // ROW)
    path = f"M{LEFT} {start.y}C{bend} {start.y} {bend} {end.y} {LEFT} {end.y}"
    is_filing = PROPERTIES[relation.type].joins_story
    return Arc(path, is_filing, _words(relation, start, end, is_filing=is_filing))


def _words(relation: resources.Relation, start: Node, end: Node, *, is_filing: bool) -> tuple[str, str, str]:
    passages = in_words.spelled(len(relation.passages) + relation.passages_omitted, "passage")
    if relation.source is None:
        return start.label, "is a filing of the same story as" if is_filing else f"shares {passages} with", end.label
    return end.label, "is a later filing of" if is_filing else f"takes {passages} from", start.label
