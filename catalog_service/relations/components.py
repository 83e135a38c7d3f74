"""Stories, the write side: connected components of linked documents, brought up to date once after each batch.

To join stories, only the documents of the smaller ones are updated. When a document leaves, the whole story is read
only if the document may have connected others. The links are those of the module `links`.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service.relations import filing, graph, links, memberships
from catalog_service.relations.links import FormerText
from catalog_service.relations.memberships import StoryState
from catalog_service.store.arrays import any_of, parameter
from catalog_service.store.counter import WriterTurn
from catalog_service.store.prepared import Prepared
from catalog_service.store.rows import ChangeRow
from catalog_service.store.tables import Document, Version, current_version

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


def update(session: Session, turn: WriterTurn, link_changes: LinkChanges) -> list[ChangeRow]:
    """Updates the stories after a batch was written; returns the entries of the change log, which are not stored."""
    stories = StoryState(turn.seq)
    _take_out(session, stories, link_changes)
    _join(session, stories, link_changes.joined)
    _end_small(session, stories)
    _choose_heads(session, stories)
    return memberships.write(session, turn, stories)


def _take_out(session: Session, stories: StoryState, link_changes: LinkChanges) -> None:
    """Takes documents out of their stories, and divides the stories that may have lost a connection."""
    unlinked, uncertain = _unlinked(session, link_changes.withdrawn)
    leaving = unlinked.union(link_changes.left)
    story_of = stories.memberships(session, leaving | uncertain)
    stories.load(session, story_of.values())
    leaving &= story_of.keys()
    stories.assign(leaving, None)
    for story, count in Counter(story_of[document] for document in leaving).items():
        row = stories.valid[story]
        stories.resize(story, row.size - count, {row.head})
    divided = {story_of[document] for document in uncertain.union(link_changes.connecting) & story_of.keys()}
    headless = {story for story, row in stories.valid.items() if row.head in leaving}
    members = stories.members(session, divided | headless)
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


def _divide(session: Session, stories: StoryState, members: Mapping[str, set[str]]) -> None:
    """Divides stories into their connected components.

    The largest component keeps the story. Each other one of two documents or more becomes a new story.
    """
    for story, parts in _components(session, members).items():
        kept, *others = sorted(parts, key=lambda part: (-len(part), min(part))) or [set()]
        stories.resize(story, len(kept), kept)
        for part in others:
            stories.assign(part, stories.create(part) if len(part) > 1 else None)


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


def _join(session: Session, stories: StoryState, documents: Collection[str]) -> None:
    """Puts documents and their neighbours into one story, the largest of theirs; the other stories end."""
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for document, linked in links.neighbours(session, documents).items() if documents else ():
        for other in linked:
            neighbours[document].add(other)
            neighbours[other].add(document)
    linked_documents = set(neighbours)
    story_of = stories.memberships(session, linked_documents)
    stories.load(session, story_of.values())
    for document, story in story_of.items():
        neighbours[document].add(story)
        neighbours[story].add(document)
    endings: dict[str, str] = {}
    for component in graph.components(sorted(linked_documents), neighbours.__getitem__):
        ids, outside = component & stories.valid.keys(), component - stories.valid.keys() - story_of.keys()
        kept = max(ids, key=lambda id_: (stories.valid[id_].size, id_), default=None) or stories.create(outside)
        size = sum(stories.valid[id_].size for id_ in ids) + len(outside)
        for ended in ids - {kept}:
            endings[ended] = kept
            stories.candidates[kept] |= stories.candidates.pop(ended, set()) | {stories.valid.pop(ended).head}
        if outside or len(ids) > 1:
            stories.resize(kept, size, (component & linked_documents) | {stories.valid[kept].head})
            stories.assign(outside, kept)
    for ended, members in stories.members(session, endings).items():
        stories.assign(members, endings[ended])


def _end_small(session: Session, stories: StoryState) -> None:
    """Ends the stories of less than two documents."""
    small = [id_ for id_, row in stories.valid.items() if row.size < 2]
    for story, members in stories.members(session, small).items():
        stories.assign(members, None)
        del stories.valid[story]


def _choose_heads(session: Session, stories: StoryState) -> None:
    """Makes the newest filing among the candidates that are in a story its head."""
    candidates = set().union(*(stories.candidates.get(id_, ()) for id_ in stories.valid))
    if not candidates:
        return
    filings = defaultdict(list)
    for row in _select_filings.rows(session, documents=list(candidates)):
        filings[stories.story_of.get(row.document, row.story)].append(row)
    for id_, story in stories.valid.items():
        if filings[id_]:
            stories.valid[id_] = replace(story, head=filing.newest(filings[id_]).document)


@Prepared
def _select_filings() -> sa.Select[*tuple[Any, ...]]:
    """The story of each of `:documents`, and its filing."""
    statement = sa.select(Document.story, *filing.columns(Version)).join(Document, current_version(Document))
    return statement.where(any_of(Document.id, parameter("documents")))
