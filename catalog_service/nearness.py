"""How many documents of a story are far from its head: in it only by way of others.

Links are followed between texts, not documents: a story may have ten thousand copies of one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from catalog_service import graph, ties
from catalog_service.relation_types import COPY_TYPES, STORY_TYPES
from catalog_service.tables import Document, Relation, Story, Version, current_version, is_current, unindexed

# Two that are linked are near.
SMALLEST = 3


@dataclass(slots=True)
class _Texts:
    """The texts of a story by their digests: how many documents have each, and what is linked to what."""

    count: Counter[str] = field(default_factory=Counter)
    copies: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    revisions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def near(self, head: str) -> int:
        """How many documents are copies of the head, revisions of such, or copies of these."""
        same = graph.reachable({head}, self.copies.__getitem__)
        revised = same.union(*(self.revisions[text] for text in same))
        return sum(self.count[text] for text in graph.reachable(revised, self.copies.__getitem__))


def far(session: Session, told: Iterable[Story]) -> dict[str, int]:
    """How many documents of each story are far from its head."""
    told = list(told)
    large = {story.id: story for story in told if story.size >= SMALLEST}
    texts: dict[str | None, _Texts] = {story: _Texts() for story in large}
    for story, digest, count in session.execute(_counted(large)):
        texts[story].count[digest] = count
    for story, type_, a, b in session.execute(_links(large)):
        links = texts[story].copies if type_ in COPY_TYPES else texts[story].revisions
        links[a].add(b)
        links[b].add(a)
    heads = {row.id: row.digest for row in session.execute(_heads(large))}
    return {story.id: story.size - texts[story.id].near(heads[story.id]) if story.id in large else 0 for story in told}


def _counted(wanted: Collection[str]) -> Select[str | None, str, int]:
    return (
        select(Document.story, Version.digest, func.count())
        .join(Version, current_version(Document))
        .where(Document.story.in_(wanted))
        .group_by(Document.story, Version.digest)
    )


def _heads(wanted: Collection[str]) -> Select[str, str]:
    return (
        select(Story.id, Version.digest)
        .join(Document, Document.id == Story.head)
        .join(Version, current_version(Document))
        .where(Story.id.in_(wanted))
    )


def _links(wanted: Collection[str]) -> Select[str | None, str, str, str]:
    """Which texts are linked in each story, each pair of them once."""
    a, b = aliased(Document), aliased(Document)
    version_a, version_b = aliased(Version), aliased(Version)
    return (
        select(a.story, Relation.type, version_a.digest, version_b.digest)
        .distinct()
        .join(Relation, is_current(ties.A, a))
        .join(b, and_(is_current(ties.B, b), b.story == a.story))
        .join(version_a, current_version(a, version_a))
        .join(version_b, current_version(b, version_b))
        .where(a.story.in_(wanted), unindexed(Relation.type).in_(STORY_TYPES), ties.in_force())
    )
