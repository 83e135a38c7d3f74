"""The stories as tables: connected components of linked documents, updated with every recorded event.

To join stories, only the documents of the smaller ones are updated. When a document leaves, the whole story is read
only if the document may have connected others. The links are those of the module `links`.
"""

import itertools
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import ColumnElement, CursorResult, and_, select, update
from sqlalchemy.orm import Session

from catalog_service import changes
from catalog_service.relation_types import STORY_TYPES
from catalog_service.relations import filing, graph, links
from catalog_service.relations.links import FormerText
from catalog_service.store.arrays import any_of
from catalog_service.store.counter import WriterTurn
from catalog_service.store.tables import Document, Story, Version, current_version, unindexed

# No document that the session holds is asked for its story, so none is updated.
NOT_SYNCHRONIZED = {"synchronize_session": False}
# From so many withdrawn links on, one look at the whole story is cheaper than taking documents out one by one.
MANY_LINKS = 10
_Node: TypeAlias = str | FormerText


class RelatedPair(NamedTuple):
    """Two documents and the type of a relation between them."""

    type: str
    a: str
    b: str


def join(session: Session, turn: WriterTurn, document: str) -> None:
    """Puts a document and its neighbours into one story, the largest of theirs; the other stories end."""
    neighbours = links.neighbours(session, [document])[document]
    if not neighbours:
        return
    members = {document, *neighbours}
    stories = _stories_of(session, members)
    kept = max(stories, key=lambda story: (story.size, story.id), default=None) or _create(session, document)
    ending = [story for story in stories if story is not kept]
    added = _assign(session, kept, any_of(Document.story, [story.id for story in ending])) if ending else 0
    added += _assign(session, kept, and_(any_of(Document.id, members), unindexed(Document.story).is_(None)))
    if added:
        heads = {story.head for story in stories}
        _update(session, turn, kept, kept.size + added, {kept.head, *members, *heads})
    for story in ending:
        session.delete(story)
        _append_change(session, turn, story.id, 0, None)
    session.flush()


def leave(session: Session, turn: WriterTurn, document: str) -> None:
    """Takes a document out of its story, and divides the story if the document connected others.

    Called before the document's version or status changes: its links must still be there.
    """
    statement = select(Story).join(Document, Document.story == Story.id).where(Document.id == document)
    story = session.scalars(statement).first()
    if story is None:
        return
    connects = not links.stay_connected_without(session, document)
    _clear(session, Document.id == document)
    if connects:
        _divide(session, turn, story, without=document)
    else:
        candidates = _members(session, story.id) if story.head == document else {story.head}
        _update(session, turn, story, story.size - 1, candidates)
    session.flush()


def unlink(session: Session, turn: WriterTurn, withdrawn: Sequence[RelatedPair]) -> None:
    """Updates the stories of documents whose relations were withdrawn.

    A document without any link leaves its story. A story that may no longer be connected is divided.
    """
    pairs = {(pair.a, pair.b) for pair in withdrawn if pair.type in STORY_TYPES}
    counts = Counter(itertools.chain.from_iterable(pairs))
    remaining = links.neighbours(session, counts) if pairs else {}
    uncertain: set[str] = set()
    for pair in sorted(pairs):
        # A document whose only link is withdrawn connected nothing. Any other may have, so its story is read.
        unlinked = [document for document in pair if counts[document] == 1 and not remaining[document]]
        if unlinked and len(pairs) < MANY_LINKS:
            leave(session, turn, unlinked[0])
        else:
            uncertain.update(pair)
    for story in _stories_of(session, uncertain) if uncertain else ():
        _divide(session, turn, story)
    session.flush()


def _stories_of(session: Session, documents: Collection[str]) -> Sequence[Story]:
    story_ids = select(Document.story).where(any_of(Document.id, documents))
    return session.scalars(select(Story).where(Story.id.in_(story_ids)).order_by(Story.id)).all()


def _create(session: Session, head: str) -> Story:
    story = Story(id=str(uuid.uuid4()), head=head, size=0)
    session.add(story)
    session.flush()
    return story


def _assign(session: Session, story: Story, condition: ColumnElement[bool]) -> int:
    """Puts the documents that meet the condition into a story; returns their number."""
    statement = update(Document).where(condition).values(story=story.id)
    result = session.execute(statement, execution_options=NOT_SYNCHRONIZED)
    return cast("CursorResult[Any]", result).rowcount


def _clear(session: Session, condition: ColumnElement[bool]) -> None:
    """Takes the documents that meet the condition out of their stories."""
    session.execute(update(Document).where(condition).values(story=None), execution_options=NOT_SYNCHRONIZED)


def _divide(session: Session, turn: WriterTurn, story: Story, *, without: str | None = None) -> None:
    """Divides a story into its connected components, as they are without the document `without`.

    The largest component keeps the story. Each other one of two documents or more becomes a new story.
    """
    components = _components(session, _members(session, story.id), without)
    ordered = sorted(components, key=lambda members: (-len(members), min(members)))
    kept = ordered[0] if ordered else set()
    # In one statement: most other components are single documents, of which there may be thousands.
    _clear(session, any_of(Document.id, set().union(*ordered[1:])))
    for members in ordered[1:]:
        if len(members) > 1:
            new = _create(session, min(members))
            _assign(session, new, any_of(Document.id, members))
            _update(session, turn, new, len(members), members)
    _update(session, turn, story, len(kept), kept)


def _update(session: Session, turn: WriterTurn, story: Story, size: int, candidates: Collection[str]) -> None:
    """Stores the size of a story and its head, the newest of the candidates; deletes a story of less than two."""
    if size < 2:
        _clear(session, Document.story == story.id)
        session.delete(story)
        _append_change(session, turn, story.id, 0, None)
        return
    head = _newest(session, story, candidates)
    if (story.size, story.head) != (size, head):
        story.size, story.head = size, head
        _append_change(session, turn, story.id, size, head)


def _append_change(session: Session, turn: WriterTurn, story: str, size: int, head: str | None) -> None:
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
    """The connected components of these documents; former texts connect their copies."""
    neighbours: defaultdict[_Node, set[_Node]] = defaultdict(set)
    for document, document_links in links.read(session, members, without=without).items():
        neighbours[document].update(document_links.documents & members, document_links.former_texts)
        for text in document_links.former_texts:
            neighbours[text].add(document)
    nodes: set[_Node] = {*members}
    return (members.intersection(nodes) for nodes in graph.components(nodes, neighbours.__getitem__))
