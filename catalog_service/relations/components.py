"""Stories, the write side: connected components of linked documents, brought up to date once after each batch.

To join stories, only the documents of the smaller ones are updated. When a document leaves, the whole story is read
only if the document may have connected others. The links are those of the module `links`.
"""

import itertools
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import changes
from catalog_service.relations import filing, graph, links
from catalog_service.relations.links import FormerText
from catalog_service.store import bulk
from catalog_service.store.arrays import any_of
from catalog_service.store.counter import WriterTurn
from catalog_service.store.rows import ChangeRow, StoryRow
from catalog_service.store.tables import Document, Story, Version, current_version

_Node: TypeAlias = str | FormerText


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """What a batch did to the links between documents.

    `left`: documents whose version is no longer current; `connecting`: those of them that may have connected others.
    `joined`: documents that may have new links. `withdrawn`: the pairs of documents whose relation was withdrawn.
    """

    left: Collection[str]
    connecting: Collection[str]
    joined: Collection[str]
    withdrawn: Collection[tuple[str, str]]


@dataclass(slots=True)
class _Stories:
    """The stories that a batch changes, as stored and as they are now; the new head is one of the `candidates`."""

    stored: dict[str, StoryRow] = field(default_factory=dict)
    valid: dict[str, StoryRow] = field(default_factory=dict)
    candidates: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def load(self, session: Session, ids: Iterable[str]) -> None:
        """Reads the stories that are not read yet."""
        if missing := set(ids) - self.valid.keys():
            rows = bulk.select(session, Story, StoryRow, any_of(Story.id, missing))
            self.stored |= {row.id: row for row in rows}
            self.valid |= {id_: self.stored[id_] for id_ in missing}

    def resize(self, story: str, size: int, candidates: Collection[str]) -> None:
        """Sets the size of a story, and adds candidates for its head."""
        self.valid[story] = replace(self.valid[story], size=size)
        self.candidates[story].update(candidates)

    def create(self, members: Collection[str]) -> str:
        """Makes a story of these documents; returns its id."""
        story = StoryRow(str(uuid.uuid4()), min(members), len(members))
        self.valid[story.id] = story
        self.candidates[story.id].update(members)
        return story.id


def update(session: Session, turn: WriterTurn, link_changes: LinkChanges) -> list[ChangeRow]:
    """Updates the stories after a batch was written; returns the entries of the change log, which are not stored."""
    stories = _Stories()
    _take_out(session, stories, link_changes)
    _join(session, stories, link_changes.joined)
    return _write(session, turn, stories)


def _take_out(session: Session, stories: _Stories, link_changes: LinkChanges) -> None:
    """Takes documents out of their stories, and divides the stories that may have lost a connection."""
    unlinked, uncertain = _unlinked(session, link_changes.withdrawn)
    leaving = unlinked.union(link_changes.left)
    memberships = _memberships(session, leaving | uncertain)
    if not memberships:
        return
    stories.load(session, memberships.values())
    _assign(session, dict.fromkeys(leaving & memberships.keys()))
    for story, count in Counter(memberships[document] for document in leaving & memberships.keys()).items():
        row = stories.valid[story]
        stories.resize(story, row.size - count, {row.head})
    divided = {memberships[document] for document in uncertain.union(link_changes.connecting) & memberships.keys()}
    headless = {story for story, row in stories.valid.items() if row.head in leaving}
    members = _members(session, divided | headless)
    for story in headless:
        stories.candidates[story].update(members[story])
    _divide(session, stories, {story: members[story] for story in sorted(divided)})


def _unlinked(session: Session, withdrawn: Collection[tuple[str, str]]) -> tuple[set[str], set[str]]:
    """The documents that the withdrawn relations leave without any link, and those whose story may be divided.

    A document whose only link is withdrawn connected nothing. Any other may have, so its story is read.
    """
    counts = Counter(itertools.chain.from_iterable(withdrawn))
    remaining = links.neighbours(session, counts) if counts else {}
    unlinked = {document for document, count in counts.items() if count == 1 and not remaining[document]}
    return unlinked, {document for pair in withdrawn if unlinked.isdisjoint(pair) for document in pair}


def _divide(session: Session, stories: _Stories, members: Mapping[str, set[str]]) -> None:
    """Divides stories into their connected components.

    The largest component keeps the story. Each other one of two documents or more becomes a new story.
    """
    assignments: dict[str, str | None] = {}
    for story, parts in _components(session, members).items():
        kept, *others = sorted(parts, key=lambda part: (-len(part), min(part))) or [set()]
        stories.resize(story, len(kept), kept)
        for part in others:
            assignments |= dict.fromkeys(part, stories.create(part) if len(part) > 1 else None)
    _assign(session, assignments)


def _components(session: Session, members: Mapping[str, set[str]]) -> dict[str, list[set[str]]]:
    """The connected components of the documents of each story; former texts connect their copies."""
    documents = set().union(*members.values())
    document_links = links.read(session, documents) if documents else {}
    return {story: list(_connected(inside, document_links)) for story, inside in members.items()}


def _connected(members: set[str], document_links: Mapping[str, links.Links]) -> Iterator[set[str]]:
    neighbours: defaultdict[_Node, set[_Node]] = defaultdict(set)
    for document in members:
        neighbours[document].update(document_links[document].documents & members, document_links[document].former_texts)
        for text in document_links[document].former_texts:
            neighbours[text].add(document)
    nodes: set[_Node] = {*members}
    return (members.intersection(part) for part in graph.components(nodes, neighbours.__getitem__))


def _join(session: Session, stories: _Stories, documents: Collection[str]) -> None:
    """Puts documents and their neighbours into one story, the largest of theirs; the other stories end."""
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for document, linked in links.neighbours(session, documents).items() if documents else ():
        for other in linked:
            neighbours[document].add(other)
            neighbours[other].add(document)
    linked_documents = set(neighbours)
    memberships = _memberships(session, linked_documents)
    stories.load(session, memberships.values())
    for document, story in memberships.items():
        neighbours[document].add(story)
        neighbours[story].add(document)
    endings: dict[str, str] = {}
    assignments: dict[str, str | None] = {}
    for component in graph.components(sorted(linked_documents), neighbours.__getitem__):
        ids, outside = component & stories.valid.keys(), component - stories.valid.keys() - memberships.keys()
        kept = max(ids, key=lambda id_: (stories.valid[id_].size, id_), default=None) or stories.create(outside)
        size = sum(stories.valid[id_].size for id_ in ids) + len(outside)
        for ended in ids - {kept}:
            endings[ended] = kept
            stories.candidates[kept] |= stories.candidates.pop(ended, set()) | {stories.valid.pop(ended).head}
        if outside or len(ids) > 1:
            stories.resize(kept, size, (component & linked_documents) | {stories.valid[kept].head})
            assignments |= dict.fromkeys(outside, kept)
    _merge(session, endings)
    _assign(session, assignments)


def _memberships(session: Session, documents: Collection[str]) -> dict[str, str]:
    """The stories of those documents that are in one."""
    if not documents:
        return {}
    statement = sa.select(Document.id, Document.story).where(
        any_of(Document.id, documents), Document.story.is_not(None)
    )
    return {row.id: row.story for row in session.execute(statement)}


def _members(session: Session, stories: Collection[str]) -> dict[str, set[str]]:
    """The documents of each story."""
    members: dict[str | None, set[str]] = {story: set() for story in stories}
    if stories:
        statement = sa.select(Document.id, Document.story).where(any_of(Document.story, stories))
        for id_, story in session.execute(statement):
            members[story].add(id_)
    return {story: members[story] for story in stories}


def _assign(session: Session, assignments: Mapping[str, str | None]) -> None:
    """Puts documents into stories, or out of them."""
    documents = bulk.table_of(Document)
    # In one statement: a story may fall apart into thousands of single documents.
    if single := [document for document, story in assignments.items() if story is None]:
        session.execute(sa.update(documents).where(any_of(documents.c.id, single)).values(story=None))
    rows = [({"id": document}, {"story": story}) for document, story in assignments.items() if story is not None]
    bulk.update(session, Document, rows)


def _merge(session: Session, endings: Mapping[str, str]) -> None:
    """Puts all documents of the stories that end into the stories that they join."""
    bulk.update(session, Document, [({"story": ended}, {"story": kept}) for ended, kept in endings.items()])


def _write(session: Session, turn: WriterTurn, stories: _Stories) -> list[ChangeRow]:
    """Stores the stories with their heads, and deletes those of less than two documents."""
    small = [id_ for id_, row in stories.valid.items() if row.size < 2]
    documents = bulk.table_of(Document)
    if small:
        session.execute(sa.update(documents).where(any_of(documents.c.story, small)).values(story=None))
    large = _with_heads(session, {id_: row for id_, row in stories.valid.items() if row.size >= 2}, stories.candidates)
    changed = [row for row in large if stories.stored.get(row.id) != row]
    ended = sorted(stories.stored.keys() - {row.id for row in large})
    bulk.delete(session, Story, [{"id": id_} for id_ in ended])
    bulk.insert(session, Story, [row for row in changed if row.id not in stories.stored])
    stored = [row for row in changed if row.id in stories.stored]
    bulk.update(session, Story, [({"id": row.id}, bulk.columns_of(row)) for row in stored])
    entries = [(row.id, row.size, row.head) for row in changed] + [(id_, 0, None) for id_ in ended]
    return [changes.entry(turn, "story.changed.v1", story=id_, size=size, head=head) for id_, size, head in entries]


def _with_heads(
    session: Session, stories: Mapping[str, StoryRow], candidates: Mapping[str, set[str]]
) -> list[StoryRow]:
    """The stories, each with the newest filing among those of its candidates that are in it as its head."""
    documents = set().union(*(candidates.get(id_, ()) for id_ in stories))
    filings = defaultdict(list)
    if documents:
        statement = sa.select(Document.story, *filing.columns(Version)).join(Document, current_version(Document))
        for row in session.execute(statement.where(any_of(Document.id, documents))):
            filings[row.story].append(row)
    heads = {id_: filing.newest(filings[id_]).document for id_ in stories if filings[id_]}
    return [replace(row, head=heads.get(id_, row.head)) for id_, row in sorted(stories.items())]
