"""The distance from the head of a story: how many of its documents are far from it.

A document is near if its text is that of the head or of a revision of it; copies count as the same text. All others are
far: other documents connect them with the head. Texts are compared by their digests, as a text may have ten thousand
copies.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from catalog_service.relation_types import COPY_TYPES, STORY_TYPES
from catalog_service.relations import graph, links
from catalog_service.store import arrays
from catalog_service.store.conditions import AT, in_stories
from catalog_service.store.prepared import NamedRow, Prepared, Reader
from catalog_service.store.tables import Relation, Story, Version, current_version, is_current, unindexed, valid_at

# The smallest story that can have a document far from its head.
SMALLEST = 3
STORIES = arrays.parameter("stories")


@dataclass(slots=True)
class _Texts:
    """The texts of a story by digest: the number of documents with each, and the copies and revisions of each."""

    counts: Counter[str] = field(default_factory=Counter)
    copies: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    revisions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def count_near(self, head: str) -> int:
        """The number of documents near the text `head`."""
        same = graph.reachable({head}, self.copies.__getitem__)
        revised = same.union(*(self.revisions[text] for text in same))
        return sum(self.counts[text] for text in graph.reachable(revised, self.copies.__getitem__))


def count_far(reader: Reader, stories: Collection[NamedRow], at: int) -> dict[str, int]:
    """The number of documents far from the head as of the seq `at`, by the id of each story.

    The rows of the stories have the columns id and size.
    """
    large = [story.id for story in stories if story.size >= SMALLEST]
    if not large:
        return {story.id: 0 for story in stories}
    texts = _read_texts(reader, large, at)
    heads = {row.id: row.digest for row in _select_heads.rows(reader, stories=large, at=at)}
    return {
        story.id: story.size - texts[story.id].count_near(heads[story.id]) if story.id in heads else 0
        for story in stories
    }


def _read_texts(reader: Reader, stories: Sequence[str], at: int) -> dict[str, _Texts]:
    texts: dict[str, _Texts] = {story: _Texts() for story in stories}
    for story, digest, number in _select_counts.rows(reader, stories=stories, at=at):
        texts[story].counts[digest] = number
    for story, type_, a, b in _select_relations.rows(reader, stories=stories, at=at):
        related = texts[story].copies if type_ in COPY_TYPES else texts[story].revisions
        related[a].add(b)
        related[b].add(a)
    return texts


@Prepared
def _select_counts() -> Select[str, str, int]:
    """Columns: story, digest, number of documents with this digest."""
    document = in_stories(AT)
    return (
        select(document.story, Version.digest, func.count().label("number"))
        .where(current_version(document), arrays.any_of(document.story, STORIES))
        .group_by(document.story, Version.digest)
    )


@Prepared
def _select_heads() -> Select[str, str]:
    """Columns: story, digest of its head."""
    head = in_stories(AT)
    return (
        select(Story.id, Version.digest)
        .where(head.document == Story.head, current_version(head))
        .where(arrays.any_of(Story.id, STORIES), valid_at(Story, AT))
    )


@Prepared
def _select_relations() -> Select[str, str, str, str]:
    """The relations between texts of each story, each pair of texts once. Columns: story, type, digest, digest."""
    a, b = in_stories(AT), in_stories(AT)
    version_a, version_b = aliased(Version), aliased(Version)
    return (
        select(a.story, Relation.type, version_a.digest.label("a_digest"), version_b.digest.label("b_digest"))
        .distinct()
        .where(is_current(links.A, a), is_current(links.B, b), unindexed(b.story) == a.story)
        .where(current_version(a, version_a), current_version(b, version_b))
        .where(arrays.any_of(a.story, STORIES), unindexed(Relation.type).in_(STORY_TYPES), links.in_force(at=AT))
    )
