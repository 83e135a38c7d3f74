"""The stories that a batch can change and their documents: loaded as stored, changed in memory, written at the end.

Every change of a story has one entry in the change log, however many documents entered or left. The `seq` of the entry
begins the new row of the story, and the memberships of the documents that entered.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import changes
from catalog_service.store import bulk
from catalog_service.store.arrays import any_of, parameter
from catalog_service.store.counter import WriterTurn
from catalog_service.store.prepared_writes import PreparedWrite
from catalog_service.store.rows import ChangeRow, MembershipRow, StoryRow
from catalog_service.store.tables import Document, Membership, Story

# The namespace of the ids of stories (RFC 9562, 5.5).
STORIES = uuid.UUID("6f0b2c54-5b0e-4d0c-9f67-0d1d4c2a8e11")


class _Move(NamedTuple):
    """A document that changes its story; None is no story."""

    document: str
    before: str | None
    after: str | None

    @property
    def story(self) -> str:
        """The story that the document enters, or else leaves."""
        story = self.after or self.before
        assert story is not None
        return story


@dataclass(frozen=True, slots=True)
class _StoryOf:
    """The story of a document, None if it is in none."""

    id: str
    story: str | None


@dataclass(slots=True)
class StoryState:
    """Stories by id, as stored and as they are now; and the story of each document that was read.

    The new head of a story is one of its `candidates`. `seq` is that of the last entry before those about stories.
    """

    seq: int
    stored: dict[str, StoryRow] = field(default_factory=dict)
    valid: dict[str, StoryRow] = field(default_factory=dict)
    candidates: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    stored_story: dict[str, str | None] = field(default_factory=dict)
    story_of: dict[str, str | None] = field(default_factory=dict)

    def load(self, session: Session, ids: Iterable[str]) -> None:
        """Reads the stories that are not read yet."""
        if missing := set(ids) - self.valid.keys():
            rows = bulk.select(session, StoryRow, Story.id, missing, valid=True)
            self.stored |= {row.id: row for row in rows}
            self.valid |= {id_: self.stored[id_] for id_ in missing}

    def memberships(self, session: Session, documents: Collection[str]) -> dict[str, str]:
        """The stories of those documents that are in one."""
        if missing := set(documents) - self.story_of.keys():
            self._read(session, Document.id, missing)
        return {document: story for document in documents if (story := self.story_of.get(document))}

    def members(self, session: Session, stories: Collection[str]) -> dict[str, set[str]]:
        """The documents of each story."""
        if stories:
            self._read(session, Document.story, stories)
        members: dict[str, set[str]] = {story: set() for story in stories}
        for document, story in self.story_of.items():
            if story in members:
                members[story].add(document)
        return members

    def _read(self, session: Session, key: bulk.Key, values: Collection[str]) -> None:
        rows = bulk.select(session, _StoryOf, key, values)
        stored = {row.id: row.story for row in rows if row.id not in self.story_of}
        self.stored_story |= stored
        self.story_of |= stored

    def assign(self, documents: Iterable[str], story: str | None) -> None:
        """Puts documents, which were read, into a story, or out of theirs."""
        self.story_of |= dict.fromkeys(documents, story)

    def resize(self, story: str, size: int, candidates: Collection[str]) -> None:
        """Sets the size of a story, and adds candidates for its head."""
        self.valid[story] = replace(self.valid[story], size=size)
        self.candidates[story].update(candidates)

    def create(self, members: Collection[str]) -> str:
        """Adds a story of these documents, which are not assigned yet; returns its id.

        The id is made from the least document and the `seq`, so that the same events give a story the same id in every
        catalog. A document is in one story at a time, so no other story gets this id.
        """
        first = min(members)
        id_ = str(uuid.uuid5(STORIES, f"{first}:{self.seq}"))
        self.valid[id_] = StoryRow(id_, 0, None, first, len(members))
        self.candidates[id_].update(members)
        return id_

    def moves(self) -> list[_Move]:
        """The documents that are in another story than stored."""
        pairs = ((document, self.stored_story[document], story) for document, story in self.story_of.items())
        return [_Move(*pair) for pair in pairs if pair[1] != pair[2]]


def write(session: Session, turn: WriterTurn, state: StoryState) -> list[ChangeRow]:
    """Stores what changed; returns the entries of the change log, which are not stored."""
    moves = state.moves()
    moved = {story for move in moves for story in (move.before, move.after)}
    rows = [row for _, row in sorted(state.valid.items()) if row.id in moved or state.stored.get(row.id) != row]
    ended = sorted(state.stored.keys() - state.valid.keys())
    changed = [(row.id, row.size, row.head) for row in rows] + [(id_, 0, None) for id_ in ended]
    entries = [changes.entry(turn, "story.changed.v1", story=id_, size=size, head=head) for id_, size, head in changed]
    seqs = {entry.data["story"]: entry.seq for entry in entries}
    _write_stories(session, state, rows, seqs)
    _write_documents(session, moves)
    _write_memberships(session, moves, seqs)
    return entries


def _write_stories(session: Session, state: StoryState, rows: Collection[StoryRow], seqs: Mapping[str, int]) -> None:
    ends = [
        ({"id": id_, "seq": state.stored[id_].seq}, {"until_seq": seq})
        for id_, seq in seqs.items()
        if id_ in state.stored
    ]
    bulk.update(session, Story, ends)
    bulk.insert(session, Story, [replace(row, seq=seqs[row.id]) for row in rows])


def _write_documents(session: Session, moves: Iterable[_Move]) -> None:
    # In one statement: a story may fall apart into thousands of single documents.
    if single := [move.document for move in moves if move.after is None]:
        _LEAVING.execute(session, [(single,)])
    rows = [({"id": move.document}, {"story": move.after}) for move in moves if move.after is not None]
    bulk.update(session, Document, rows)


def _leaving(_dialect: str) -> sa.Update:
    documents = bulk.table_of(Document)
    return sa.update(documents).where(any_of(documents.c.id, parameter("documents"))).values(story=sa.null())


_LEAVING = PreparedWrite(("documents",), _leaving)


def _write_memberships(session: Session, moves: Iterable[_Move], seqs: Mapping[str, int]) -> None:
    """Ends the present memberships, and adds those that follow, at the `seq` at which the old ones end."""
    ends = [({"document": move.document}, {"until_seq": seqs[move.story]}) for move in moves if move.before is not None]
    bulk.update(session, Membership, ends, valid=True)
    entered = [(move.document, move.after) for move in moves if move.after is not None]
    bulk.insert(session, Membership, [MembershipRow(document, seqs[story], None, story) for document, story in entered])
