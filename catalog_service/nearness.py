"""How many documents of a story are far from its head: in it only by way of others.

Links are followed between texts, not documents: a story may have ten thousand copies of one.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from catalog_service import ties
from catalog_service.tables import Document, Relation, Story, Version, alive, unindexed

# Two that are linked are near.
SMALLEST = 3


@dataclass(slots=True)
class _Texts:
    """The texts of a story by their digests: how many documents have each, and what is linked to what."""

    count: Counter[str] = field(default_factory=Counter)
    copies: list[tuple[str, str]] = field(default_factory=list)
    revisions: list[tuple[str, str]] = field(default_factory=list)

    def near(self, head: str) -> int:
        """How many documents are copies of the head, revisions of such, or copies of these."""
        same = _linked({head}, self.copies)
        revised = same | _others(same, self.revisions)
        return sum(self.count[text] for text in _linked(revised, self.copies))


def far(session: Session, told: Iterable[Story]) -> dict[str, int]:
    """How many documents of each story are far from its head."""
    told = list(told)
    large = {story.id: story for story in told if story.size >= SMALLEST}
    texts: dict[str | None, _Texts] = {story: _Texts() for story in large}
    for story, digest, count in session.execute(_counted(large)):
        texts[story].count[digest] = count
    for story, type_, a, b in session.execute(_links(large)):
        (texts[story].copies if type_ == "duplicate" else texts[story].revisions).append((a, b))
    heads = {row.id: row.digest for row in session.execute(_heads(large))}
    return {story.id: story.size - texts[story.id].near(heads[story.id]) if story.id in large else 0 for story in told}


def _linked(texts: Collection[str], links: Collection[tuple[str, str]]) -> set[str]:
    """These texts, those linked to them, to those in turn, and so on."""
    found = set(texts)
    while new := _others(found, links) - found:
        found |= new
    return found


def _others(texts: Collection[str], links: Iterable[tuple[str, str]]) -> set[str]:
    return {other for a, b in links for one, other in ((a, b), (b, a)) if one in texts}


def _counted(wanted: Collection[str]) -> Select[str | None, str, int]:
    return (
        select(Document.story, Version.digest, func.count())
        .join(Version, and_(Version.document == Document.id, Version.number == Document.number))
        .where(Document.story.in_(wanted))
        .group_by(Document.story, Version.digest)
    )


def _heads(wanted: Collection[str]) -> Select[str, str]:
    return (
        select(Story.id, Version.digest)
        .join(Document, Document.id == Story.head)
        .join(Version, and_(Version.document == Document.id, Version.number == Document.number))
        .where(Story.id.in_(wanted))
    )


def _links(wanted: Collection[str]) -> Select[str | None, str, str, str]:
    """Which texts are linked in each story, each pair of them once."""
    a, b = aliased(Document), aliased(Document)
    version_a, version_b = aliased(Version), aliased(Version)
    return (
        select(a.story, Relation.type, version_a.digest, version_b.digest)
        .distinct()
        .join(Relation, and_(Relation.a_document == a.id, Relation.a_version == a.number))
        .join(b, and_(b.id == Relation.b_document, b.number == Relation.b_version, b.story == a.story))
        .join(version_a, and_(version_a.document == a.id, version_a.number == a.number))
        .join(version_b, and_(version_b.document == b.id, version_b.number == b.number))
        .where(a.story.in_(wanted), unindexed(Relation.type).in_(ties.TYPES), Relation.seq != 0, alive(Relation))
    )
