"""Stories: the connected components of duplicates and revisions between current versions.

They are kept as documents come and go: joining touches the smaller side only, and leaving looks at the rest of the
story only when the one that left may have held it together.
"""

import functools
import itertools
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CursorResult,
    Select,
    and_,
    bindparam,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from catalog_service import changes
from catalog_service.counter import Turn
from catalog_service.tables import Document, DocumentState, Relation, Story, Version, alive

TYPES = ("duplicate", "revision")
S = TypeVar("S", bound=Select[*tuple[Any, ...]])
# Nobody reads the story off an object in a session, so none is looked for there.
UNSEEN = {"synchronize_session": False}
Moment: TypeAlias = "int | ColumnElement[int] | None"
_Column: TypeAlias = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """Where a filing stands among those of its story; the greatest is the newest."""

    published: str
    sequence: int
    # Of copies alike in all else the first by digest and id stands for them, so these count downwards.
    tie: tuple[int, ...]


class Link(NamedTuple):
    """A relation of a type between two documents."""

    type: str
    a: str
    b: str


def join(session: Session, turn: Turn, document: str) -> None:
    """Puts a document into one story with those its current version is a copy or revision of."""
    neighbours = _neighbours(session, [document])[document]
    if not neighbours:
        return
    members = {document, *neighbours}
    named = select(Document.story).where(Document.id.in_(members), Document.story.is_not(None)).distinct()
    known = list(session.scalars(select(Story).where(Story.id.in_(named))))
    kept = max(known, key=lambda story: (story.size, story.id), default=None) or _new(session, document)
    others = [story for story in known if story is not kept]
    added = _enter(session, kept, Document.story.in_([story.id for story in others])) if others else 0
    added += _enter(session, kept, and_(Document.id.in_(members), Document.story.is_(None)))
    if added:
        _measure(session, turn, kept, kept.size + added, {kept.head, *members, *(story.head for story in known)})
    for story in others:
        session.delete(story)
        _append(session, turn, story.id, 0, None)
    session.flush()


def leave(session: Session, turn: Turn, document: str) -> None:
    """Takes a document out of its story, before its version or status changes; what falls apart becomes several."""
    story = _story_of(session, document)
    if story is None:
        return
    neighbours = _neighbours(session, [document])[document]
    session.execute(update(Document).where(Document.id == document).values(story=None), execution_options=UNSEEN)
    if len(neighbours) > 1:
        _divide(session, turn, story)
    else:
        candidates = _members(session, story.id) if story.head == document else {story.head}
        _measure(session, turn, story, story.size - 1, candidates)
    session.flush()


def part(session: Session, turn: Turn, ended: Sequence[Link]) -> None:
    """Follows links that are no more: what only they held together falls apart."""
    pairs = {(link.a, link.b) for link in ended if link.type in TYPES}
    cut = Counter(itertools.chain.from_iterable(pairs))
    left = _neighbours(session, cut) if pairs else {}
    for pair in sorted(pairs):
        # One that hung on a single link holds nothing together; anything else may, so the whole story is looked at.
        if loose := [each for each in pair if cut[each] == 1 and not left[each]]:
            leave(session, turn, loose[0])
            continue
        for each in pair:
            if story := _story_of(session, each):
                _divide(session, turn, story)
    session.flush()


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


def _divide(session: Session, turn: Turn, story: Story) -> None:
    """The largest part keeps the story; the others become stories of their own, or stand alone."""
    parts = sorted(_components(session, _members(session, story.id)), key=lambda part: (-len(part), min(part)))
    for members in parts[1:]:
        new = _new(session, min(members)) if len(members) > 1 else None
        named = update(Document).where(Document.id.in_(members)).values(story=new.id if new else None)
        session.execute(named, execution_options=UNSEEN)
        if new:
            _measure(session, turn, new, len(members), members)
    kept = parts[0] if parts else set()
    _measure(session, turn, story, len(kept), kept)


def _measure(session: Session, turn: Turn, story: Story, size: int, candidates: Collection[str]) -> None:
    """The story has `size` documents now, and the newest of the candidates is its head; a story of one is none."""
    if size < 2:
        session.execute(update(Document).where(Document.story == story.id).values(story=None), execution_options=UNSEEN)
        session.delete(story)
        _append(session, turn, story.id, 0, None)
        return
    standings = standing(session, candidates)
    inside = session.scalars(select(Document.id).where(Document.id.in_(candidates), Document.story == story.id))
    head = max(inside, key=lambda each: standings[each])
    if (story.size, story.head) != (size, head):
        story.size, story.head = size, head
        _append(session, turn, story.id, size, head)


def _append(session: Session, turn: Turn, story: str, size: int, head: str | None) -> None:
    changes.append(session, turn, "story.changed.v1", None, None, story=story, size=size, head=head)


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
    for row in session.execute(links(TYPES), {"documents": list(documents)}):
        found[row.document].add(row.other)
    return found


@functools.cache
def links(types: tuple[str, ...], *, now: bool = True) -> Select[tuple[str, str, str]]:
    """(document, other, type) of the relations between current versions, from the side of each of `:documents`.

    Current now, or at the seq `:at`. Made once: putting it together costs more than running it.
    """
    a = (Relation.a_document, Relation.a_version)
    b = (Relation.b_document, Relation.b_version)
    documents: BindParameter[str] = bindparam("documents", expanding=True)
    at = None if now else bindparam("at", type_=BigInteger)
    sides = []
    for own, other in ((a, b), (b, a)):
        side = select(own[0].label("document"), other[0].label("other"), Relation.type.label("type")).where(
            own[0].in_(documents), Relation.type.in_(types), Relation.seq != 0, alive(Relation, at)
        )
        sides.append(join_current(join_current(side, *own, at), *other, at))
    found = union_all(*sides).subquery()
    return select(found.c.document, found.c.other, found.c.type)


def join_current(asked: S, document: _Column, version: _Column, at: Moment = None) -> S:
    """Only where this version of this document is the current one, now or `at` a seq."""
    state = aliased(DocumentState)
    # As no index has it: SQLite would begin with all documents that are current, which nearly all are.
    status = state.status.concat("")
    current = and_(state.document == document, state.number == version, status == "current", alive(state, at))
    return asked.join(state, current)
