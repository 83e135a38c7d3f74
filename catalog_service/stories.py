"""Stories: the connected components of duplicates and revisions between current versions.

They are kept as documents come and go: joining touches the smaller side only, and leaving looks at the rest of the
story only when the one that left may have held it together. Copies stay together when the one goes that they all are
linked to (docs/decisions/copies-stay-together.md).
"""

import itertools
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import ColumnElement, CursorResult, and_, select, update
from sqlalchemy.orm import Session

from catalog_service import changes, filing, graph, ties
from catalog_service.arrays import any_of
from catalog_service.counter import WriterTurn
from catalog_service.relation_types import STORY_TYPES
from catalog_service.tables import Document, Story, Version, current_version, unindexed
from catalog_service.ties import Text

# Nobody reads the story off an object in a session, so none is looked for there.
UNSEEN = {"synchronize_session": False}
# So many that hang loose are cheaper found by one look at the whole story than let go one by one.
MANY = 10
_Node: TypeAlias = str | Text


class Link(NamedTuple):
    """A relation of a type between two documents."""

    type: str
    a: str
    b: str


def join(session: Session, turn: WriterTurn, document: str) -> None:
    """Puts a document into one story with those its current version is a copy or revision of."""
    neighbours = ties.neighbours(session, [document])[document]
    if not neighbours:
        return
    members = {document, *neighbours}
    named = select(Document.story).where(any_of(Document.id, members), Document.story.is_not(None)).distinct()
    known = list(session.scalars(select(Story).where(Story.id.in_(named))))
    kept = max(known, key=lambda story: (story.size, story.id), default=None) or _new(session, document)
    others = [story for story in known if story is not kept]
    added = _enter(session, kept, any_of(Document.story, [story.id for story in others])) if others else 0
    added += _enter(session, kept, and_(any_of(Document.id, members), unindexed(Document.story).is_(None)))
    if added:
        _measure(session, turn, kept, kept.size + added, {kept.head, *members, *(story.head for story in known)})
    for story in others:
        session.delete(story)
        _append(session, turn, story.id, 0, None)
    session.flush()


def leave(session: Session, turn: WriterTurn, document: str) -> None:
    """Takes a document out of its story, before its version or status changes; what falls apart becomes several."""
    story = _story_of(session, document)
    if story is None:
        return
    holds = not ties.hang_together(session, document)
    session.execute(update(Document).where(Document.id == document).values(story=None), execution_options=UNSEEN)
    if holds:
        _divide(session, turn, story, without=document)
    else:
        candidates = _members(session, story.id) if story.head == document else {story.head}
        _measure(session, turn, story, story.size - 1, candidates)
    session.flush()


def part(session: Session, turn: WriterTurn, ended: Sequence[Link]) -> None:
    """Follows links that are no more: what only they held together falls apart."""
    pairs = {(link.a, link.b) for link in ended if link.type in STORY_TYPES}
    cut = Counter(itertools.chain.from_iterable(pairs))
    left = ties.neighbours(session, cut) if pairs else {}
    torn: set[str] = set()
    for pair in sorted(pairs):
        # One that hung on a single link holds nothing together; anything else may, so the whole story is looked at.
        if len(pairs) < MANY and (loose := [each for each in pair if cut[each] == 1 and not left[each]]):
            leave(session, turn, loose[0])
        else:
            torn.update(pair)
    for story in _stories_of(session, torn) if torn else ():
        _divide(session, turn, story)
    session.flush()


def _stories_of(session: Session, documents: Collection[str]) -> Sequence[Story]:
    named = select(Document.story).where(any_of(Document.id, documents))
    return session.scalars(select(Story).where(Story.id.in_(named)).order_by(Story.id)).all()


def _story_of(session: Session, document: str) -> Story | None:
    return session.scalars(
        select(Story).join(Document, Document.story == Story.id).where(Document.id == document)
    ).first()


def _new(session: Session, head: str) -> Story:
    story = Story(id=str(uuid.uuid4()), head=head, size=0)
    session.add(story)
    session.flush()
    return story


def _enter(session: Session, story: Story, wanted: ColumnElement[bool]) -> int:
    """Moves documents into a story and returns how many."""
    found = session.execute(update(Document).where(wanted).values(story=story.id), execution_options=UNSEEN)
    return cast("CursorResult[Any]", found).rowcount


def _divide(session: Session, turn: WriterTurn, story: Story, *, without: str | None = None) -> None:
    """The largest part keeps the story; the others become stories of their own, or stand alone."""
    found = _components(session, _members(session, story.id), without)
    parts = sorted(found, key=lambda part: (-len(part), min(part)))
    kept = parts[0] if parts else set()
    leaving = set().union(*parts[1:])
    # All at once: most of them are alone, and there may be thousands.
    session.execute(update(Document).where(any_of(Document.id, leaving)).values(story=None), execution_options=UNSEEN)
    for members in parts[1:]:
        if len(members) > 1:
            new = _new(session, min(members))
            _enter(session, new, any_of(Document.id, members))
            _measure(session, turn, new, len(members), members)
    _measure(session, turn, story, len(kept), kept)


def _measure(session: Session, turn: WriterTurn, story: Story, size: int, candidates: Collection[str]) -> None:
    """The story has `size` documents now, and the newest of the candidates is its head; a story of one is none."""
    if size < 2:
        session.execute(update(Document).where(Document.story == story.id).values(story=None), execution_options=UNSEEN)
        session.delete(story)
        _append(session, turn, story.id, 0, None)
        return
    head = _newest(session, story, candidates)
    if (story.size, story.head) != (size, head):
        story.size, story.head = size, head
        _append(session, turn, story.id, size, head)


def _append(session: Session, turn: WriterTurn, story: str, size: int, head: str | None) -> None:
    changes.append(session, turn, "story.changed.v1", None, None, story=story, size=size, head=head)


def _newest(session: Session, story: Story, candidates: Collection[str]) -> str:
    """The document of the newest filing among those candidates that are in the story."""
    filings = select(*filing.columns(Version)).join(Document, current_version(Document))
    inside = filings.where(any_of(Document.id, candidates), unindexed(Document.story) == story.id)
    document: str = filing.newest(session.execute(inside).all()).document
    return document


def _members(session: Session, story: str) -> set[str]:
    return set(session.scalars(select(Document.id).where(Document.story == story)))


def _components(session: Session, members: set[str], without: str | None) -> Iterator[set[str]]:
    links: defaultdict[_Node, set[_Node]] = defaultdict(set)
    for document, tied in ties.of(session, members, without=without).items():
        links[document].update(tied.documents & members, tied.texts)
        for text in tied.texts:
            links[text].add(document)
    nodes: set[_Node] = {*members}
    return (members.intersection(part) for part in graph.components(nodes, links.__getitem__))
