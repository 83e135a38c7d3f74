"""The distance from the head of a story: how many of its documents are far from it.

A document is near if its text is that of the head or of a revision of it; copies count as the same text. All others are
far: other documents connect them with the head. Texts are compared by their digests, as a text may have ten thousand
copies.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from catalog_service.relation_types import COPY_TYPES, STORY_TYPES
from catalog_service.relations import graph, links
from catalog_service.store.tables import (
    Document,
    Relation,
    Story,
    Version,
    current_version,
    is_current,
    unindexed,
    valid_at,
)

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


def count_far(session: Session, stories: Collection[Story]) -> dict[str, int]:
    """The number of documents far from the head, by the id of each story."""
    large = [story.id for story in stories if story.size >= SMALLEST]
    texts = _read_texts(session, large)
    heads = {row.id: row.digest for row in session.execute(_select_heads(large))}
    return {
        story.id: story.size - texts[story.id].count_near(heads[story.id]) if story.id in heads else 0
        for story in stories
    }


def _read_texts(session: Session, stories: Iterable[str]) -> dict[str | None, _Texts]:
    texts: dict[str | None, _Texts] = {story: _Texts() for story in stories}
    for story, digest, count in session.execute(_select_counts(stories)):
        texts[story].counts[digest] = count
    for story, type_, a, b in session.execute(_select_relations(stories)):
        related = texts[story].copies if type_ in COPY_TYPES else texts[story].revisions
        related[a].add(b)
        related[b].add(a)
    return texts


def _select_counts(stories: Iterable[str]) -> Select[str | None, str, int]:
    """Columns: story, digest, number of documents with this digest."""
    return (
        select(Document.story, Version.digest, func.count())
        .join(Version, current_version(Document))
        .where(Document.story.in_(stories))
        .group_by(Document.story, Version.digest)
    )


def _select_heads(stories: Iterable[str]) -> Select[str, str]:
    """Columns: story, digest of its head."""
    return (
        select(Story.id, Version.digest)
        .join(Document, Document.id == Story.head)
        .join(Version, current_version(Document))
        .where(Story.id.in_(stories), valid_at(Story))
    )


def _select_relations(stories: Iterable[str]) -> Select[str | None, str, str, str]:
    """The relations between texts of each story, each pair of texts once. Columns: story, type, digest, digest."""
    a, b = aliased(Document), aliased(Document)
    version_a, version_b = aliased(Version), aliased(Version)
    return (
        select(a.story, Relation.type, version_a.digest, version_b.digest)
        .distinct()
        .join(Relation, is_current(links.A, a))
        .join(b, and_(is_current(links.B, b), b.story == a.story))
        .join(version_a, current_version(a, version_a))
        .join(version_b, current_version(b, version_b))
        .where(a.story.in_(stories), unindexed(Relation.type).in_(STORY_TYPES), links.in_force())
    )
