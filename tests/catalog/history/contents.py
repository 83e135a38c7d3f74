"""What a catalog contains, for comparisons of catalogs in which the same events were recorded."""

import itertools
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service.store.base import Base
from catalog_service.store.tables import Change, Counter, Document, Membership, Story, valid_at

# The head of a story, its size, and its documents.
StoryContents = tuple[str, int, list[str]]


def _tables() -> list[sa.Table]:
    return [
        table for table in Base.metadata.sorted_tables if table.name not in ("counter", "story", "membership", "token")
    ]


def empty(session: Session) -> None:
    """Deletes everything that was recorded."""
    for table in reversed(Base.metadata.sorted_tables):
        if table.name != "counter":
            session.execute(sa.delete(table))
    session.execute(sa.text("DELETE FROM search_entry"))
    session.execute(sa.update(Counter).values(seq=0, time=None))


def recorded_rows(session: Session) -> dict[str, list[str]]:
    """The rows of each table, as they are after the same events in batches of any size."""
    position = _positions(session)
    return {table.name: _rows(session, table, position) for table in _tables()}


def _positions(session: Session) -> Callable[[int], int]:
    """A function from a `seq` to the number of entries of the log up to it, entries of stories not counted."""
    last = session.scalars(sa.select(Counter.seq)).one()
    others = set(session.scalars(sa.select(Change.seq).where(Change.type != "story.changed.v1")))
    counts = list(itertools.accumulate((number in others for number in range(1, last + 1)), initial=0))
    return counts.__getitem__


def _rows(session: Session, table: sa.Table, position: Callable[[int], int]) -> list[str]:
    """The rows of a table without stories, each `seq` as its position."""
    rows = []
    for row in session.execute(sa.select(table)).mappings():
        values = {name: value for name, value in row.items() if name != "story"}
        if values.get("type") != "story.changed.v1":
            seqs = {name: position(value) for name, value in values.items() if name.endswith("seq") and value}
            rows.append(repr(values | seqs))
    return sorted(rows)


def stories(session: Session) -> list[StoryContents]:
    """The head, the size and the documents of each story, as they are now."""
    return _with_documents(
        session, sa.select(Story).where(valid_at(Story)), sa.select(Document.story, Document.id).order_by(Document.id)
    )


def stories_as_of(session: Session, seq: int) -> list[StoryContents]:
    """The head, the size and the documents of each story as of `seq`."""
    members = sa.select(Membership.story, Membership.document).where(valid_at(Membership, seq))
    return _with_documents(session, sa.select(Story).where(valid_at(Story, seq)), members.order_by(Membership.document))


def _with_documents(session: Session, stories: sa.Select[Story], members: sa.Select[Any, str]) -> list[StoryContents]:
    documents: dict[str | None, list[str]] = {}
    for story, id_ in session.execute(members):
        documents.setdefault(story, []).append(id_)
    return sorted((row.head, row.size, documents[row.id]) for row in session.scalars(stories))


def check_intervals(session: Session) -> None:
    """A story has one row for each entry of the log about it; a document is in one story at a time, now in its own."""
    entries: dict[str, list[Change]] = {}
    for entry in session.scalars(sa.select(Change).where(Change.type == "story.changed.v1").order_by(Change.seq)):
        entries.setdefault(entry.data["story"], []).append(entry)
    logged = {
        (story, entry.seq, following.seq if following else None, entry.data["head"], entry.data["size"])
        for story, changes in entries.items()
        for entry, following in zip(changes, [*changes[1:], None], strict=True)
        if entry.data["size"]
    }
    columns = (Story.id, Story.seq, Story.until_seq, Story.head, Story.size)
    assert {tuple(row) for row in session.execute(sa.select(*columns))} == logged
    memberships = list(session.scalars(sa.select(Membership).order_by(Membership.document, Membership.seq)))
    story_at = {entry.seq: story for story, changes in entries.items() for entry in changes}
    assert [story_at[row.seq] for row in memberships] == [row.story for row in memberships]
    assert {row.until_seq for row in memberships} <= {None, *story_at}
    for earlier, later in itertools.pairwise(memberships):
        if earlier.document == later.document:
            assert earlier.until_seq is not None
            assert earlier.seq < earlier.until_seq <= later.seq
    present = session.execute(sa.select(Document.id, Document.story).where(Document.story.is_not(None)))
    still_open = {row.document: row.story for row in memberships if row.until_seq is None}
    assert still_open == {row.id: row.story for row in present}
