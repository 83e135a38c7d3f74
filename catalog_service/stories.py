"""Stories: the connected components of duplicates and revisions between current versions.

They are kept as documents come and go: joining touches the smaller side only, and leaving looks at the rest of the
story only when the one that left may have held it together.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select, union_all, update
from sqlalchemy.orm import Session, aliased

from catalog_service import changes
from catalog_service.counter import Turn
from catalog_service.tables import Document, Relation, Story, Version

TYPES = ("duplicate", "revision")


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """Where a filing stands among those of its story; the greatest is the newest."""

    published: str
    sequence: int
    # Of copies alike in all else the first by digest and id stands for them, so these count downwards.
    tie: tuple[int, ...]

    def copied_from(self, other: "Standing") -> bool:
        """Of two copies the later one; of two alike in all else, the one that does not stand for them."""
        mine, theirs = (self.published, self.sequence), (other.published, other.sequence)
        return mine > theirs or (mine == theirs and self.tie < other.tie)


def join(session: Session, turn: Turn, document: str) -> None:
    """Puts a document into one story with those its current version is a copy or revision of."""
    neighbours = _neighbours(session, [document])[document]
    if not neighbours:
        return
    members = {document, *neighbours}
    named = select(Document.story).where(Document.id.in_(members), Document.story.is_not(None)).distinct()
    known = list(session.scalars(select(Story).where(Story.id.in_(named))))
    kept = max(known, key=lambda story: (story.size, story.id), default=None)
    if kept is None:
        kept = Story(id=str(uuid.uuid4()), head=document, size=0)
        session.add(kept)
        session.flush()
    others = [story.id for story in known if story is not kept]
    session.execute(update(Document).where(Document.story.in_(others)).values(story=kept.id))
    session.execute(update(Document).where(Document.id.in_(members)).values(story=kept.id))
    _measure(session, turn, kept, {kept.head, *members, *(story.head for story in known)})
    for story in known:
        if story is not kept:
            session.delete(story)
    session.flush()


def leave(session: Session, turn: Turn, document: str) -> None:
    """Takes a document out of its story, before its version or status changes; what falls apart becomes several."""
    named = session.scalar(select(Document.story).where(Document.id == document))
    story = session.get(Story, named) if named else None
    if story is None:
        return
    neighbours = _neighbours(session, [document])[document]
    session.execute(update(Document).where(Document.id == document).values(story=None))
    if len(neighbours) > 1:
        _divide(session, turn, story)
    else:
        _measure(session, turn, story, _members(session, story.id) if story.head == document else {story.head})
    session.flush()


def _divide(session: Session, turn: Turn, story: Story) -> None:
    """The largest part keeps the story; the others become stories of their own, or stand alone."""
    parts = sorted(_components(session, _members(session, story.id)), key=lambda part: (-len(part), min(part)))
    for part in parts[1:]:
        name = str(uuid.uuid4()) if len(part) > 1 else None
        session.execute(update(Document).where(Document.id.in_(part)).values(story=name))
        if name:
            session.add(new := Story(id=name, head=min(part), size=0))
            session.flush()
            _measure(session, turn, new, part)
    _measure(session, turn, story, parts[0])


def _measure(session: Session, turn: Turn, story: Story, candidates: Collection[str]) -> None:
    """Counts the story again and chooses its head among the candidates; a story of one is none."""
    story.size = session.scalar(select(func.count()).where(Document.story == story.id)) or 0
    if story.size < 2:
        session.execute(update(Document).where(Document.story == story.id).values(story=None))
        session.delete(story)
        data = {"story": story.id, "size": 0, "head": None}
    else:
        standings = standing(session, candidates)
        inside = session.scalars(select(Document.id).where(Document.id.in_(candidates), Document.story == story.id))
        story.head = max(inside, key=lambda each: standings[each])
        data = {"story": story.id, "size": story.size, "head": story.head}
    changes.append(session, turn, "story.changed.v1", None, None, **data)


def standing(session: Session, documents: Collection[str]) -> dict[str, Standing]:
    """Where each document's current version stands in its story."""
    asked = select(Document.id, Version.published, Version.details, Version.digest).join(
        Version, and_(Version.document == Document.id, Version.number == Document.number)
    )
    found: dict[str, Standing] = {}
    for row in session.execute(asked.where(Document.id.in_(documents))):
        sequence = (row.details.get("wire") or {}).get("sequence", 0)
        tie = tuple(-ord(character) for character in row.digest + row.id)
        found[row.id] = Standing(row.published or "", sequence, tie)
    return found


def _members(session: Session, story: str) -> set[str]:
    return set(session.scalars(select(Document.id).where(Document.story == story)))


def _components(session: Session, members: set[str]) -> Iterator[set[str]]:
    links = _neighbours(session, members)
    left = set(members)
    while left:
        part = set(_reached(left.pop(), links, members))
        left -= part
        yield part


def _reached(start: str, links: Mapping[str, set[str]], within: set[str]) -> Iterable[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for neighbour in links[waiting.pop()] & within:
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)
    return seen


def _neighbours(session: Session, documents: Collection[str]) -> dict[str, set[str]]:
    """The current copies and revisions of each."""
    found: dict[str, set[str]] = {document: set() for document in documents}
    for row in session.execute(links(documents, TYPES)):
        found[row.document].add(row.other)
    return found


def links(documents: Collection[str], types: Collection[str]) -> Select[tuple[str, str, str]]:
    """(document, other, type) of the relations between current versions, from the side of each of `documents`."""
    here, there = aliased(Document), aliased(Document)
    sides = []
    for own, own_version, other, other_version in (
        (Relation.a_document, Relation.a_version, Relation.b_document, Relation.b_version),
        (Relation.b_document, Relation.b_version, Relation.a_document, Relation.a_version),
    ):
        sides.append(
            select(own.label("document"), other.label("other"), Relation.type.label("type"))
            .join(here, and_(here.id == own, here.number == own_version, here.status == "current"))
            .join(there, and_(there.id == other, there.number == other_version, there.status == "current"))
            .where(own.in_(documents), Relation.type.in_(types), Relation.ended_seq.is_(None))
        )
    found = union_all(*sides).subquery()
    return select(found.c.document, found.c.other, found.c.type)


def copies(session: Session, documents: Collection[str]) -> set[str]:
    """Those of `documents` that are copies: a duplicate of theirs stands before them, or heads their story."""
    linked = links(documents, ("duplicate",)).subquery()
    pairs = [(row.document, row.other) for row in session.execute(select(linked.c.document, linked.c.other))]
    if not pairs:
        return set()
    standings = standing(session, {name for pair in pairs for name in pair})
    return {own for own, other in pairs if standings[own].copied_from(standings[other])}
