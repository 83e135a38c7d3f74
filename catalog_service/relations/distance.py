"""The distance from the head of a story: how many of its documents are far from it.

A document is near if its text is that of the head or of a revision of it; copies count as the same text. All others are
far: other documents connect them with the head. Texts are compared by their digests, as a text may have ten thousand
copies.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from catalog_service.relation_types import COPY_TYPES, STORY_TYPES
from catalog_service.relations import graph, links
from catalog_service.store.conditions import in_stories
from catalog_service.store.tables import Relation, Story, Version, current_version, is_current, unindexed, valid_at

# The smallest story that can have a document far from its head.
SMALLEST = 3


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


def count_far(session: Session, stories: Collection[Story], at: int) -> dict[str, int]:
    """The number of documents far from the head as of the seq `at`, by the id of each story."""
    large = [story.id for story in stories if story.size >= SMALLEST]
    texts = _read_texts(session, large, at)
    heads = {row.id: row.digest for row in session.execute(_select_heads(large, at))}
    return {
        story.id: story.size - texts[story.id].count_near(heads[story.id]) if story.id in heads else 0
        for story in stories
    }


def _read_texts(session: Session, stories: Iterable[str], at: int) -> dict[str, _Texts]:
    texts: dict[str, _Texts] = {story: _Texts() for story in stories}
    for story, digest, count in session.execute(_select_counts(stories, at)):
        texts[story].counts[digest] = count
    for story, type_, a, b in session.execute(_select_relations(stories, at)):
        related = texts[story].copies if type_ in COPY_TYPES else texts[story].revisions
        related[a].add(b)
        related[b].add(a)
    return texts


def _select_counts(stories: Iterable[str], at: int) -> Select[str, str, int]:
    """Columns: story, digest, number of documents with this digest."""
    document = in_stories(at)
    return (
        select(document.story, Version.digest, func.count())
        .where(current_version(document), document.story.in_(stories))
        .group_by(document.story, Version.digest)
    )


def _select_heads(stories: Iterable[str], at: int) -> Select[str, str]:
    """Columns: story, digest of its head."""
    head = in_stories(at)
    return (
        select(Story.id, Version.digest)
        .where(head.document == Story.head, current_version(head))
        .where(Story.id.in_(stories), valid_at(Story, at))
    )


def _select_relations(stories: Iterable[str], at: int) -> Select[str, str, str, str]:
    """The relations between texts of each story, each pair of texts once. Columns: story, type, digest, digest."""
    a, b = in_stories(at), in_stories(at)
    version_a, version_b = aliased(Version), aliased(Version)
    return (
        select(a.story, Relation.type, version_a.digest, version_b.digest)
        .distinct()
        .where(is_current(links.A, a), is_current(links.B, b), unindexed(b.story) == a.story)
        .where(current_version(a, version_a), current_version(b, version_b))
        .where(a.story.in_(stories), unindexed(Relation.type).in_(STORY_TYPES), links.in_force(at=at))
    )
