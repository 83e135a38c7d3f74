"""Batches of any size end in equal tables and logs, and the stories can be read as of the end of each batch."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.history import record as history
from catalog_service.store import counter
from catalog_service.store.base import Base
from catalog_service.store.db import Database
from catalog_service.store.tables import Change, Counter, Document, Membership, Story, valid_at
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event, related, relation

TEXTS = ("Envoys met on Monday.", "Envoys met on Tuesday.", "No envoy came.")
PATHS = ("001.txt", "new/002.txt")
DOCUMENTS = range(1, 7)
KINDS = ("article", "article", "article", "moved", "withdrawn", "late", "related", "again", "bad")
STEPS = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from(DOCUMENTS),
    st.sampled_from(TEXTS),
    st.sampled_from(PATHS),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.sampled_from(["duplicate", "revision", "reuse"]), max_size=2),
)
Step = tuple[str, int, str, str, dict[int, str]]
# The head of a story, its size, and its documents.
StoryContents = tuple[str, int, list[str]]


def events_of(steps: Sequence[Step]) -> list[contract.AnyEvent]:
    """Events of a few documents: articles, moves, withdrawals, late and repeated events, judgements, bad events."""
    observations = dict.fromkeys(DOCUMENTS, 0)
    events: list[contract.AnyEvent] = []
    for kind, number, text, path, types in steps:
        reported = [
            relation(other, max(observations[other], 1), type_) for other, type_ in types.items() if other != number
        ]
        if kind == "again" and events:
            events.append(events[number % len(events)])
        elif kind == "related" and observations[number]:
            events.append(related(number, observations[number], reported, f"r{len(events)}"))
        elif kind in ("moved", "withdrawn"):
            observations[number] += 1
            events.append(event(number, observations[number], kind, path=path))
        elif kind in ("article", "late", "bad"):
            observations[number] += 2 if kind == "late" else 1
            content = article(text=text) | ({"digest": contract.digest_of(b"")} if kind == "bad" else {})
            newest = observations[number]
            seen = (newest, newest - 1) if kind == "late" else (newest,)
            events += [event(number, seq, path=path, article=content, relations=reported) for seq in seen]
    return events


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, min_size=8, max_size=40))
def test_batches_of_any_size_end_in_equal_tables_and_logs(catalog: Database, steps: list[Step]) -> None:
    events = events_of(steps)
    by_size = {size: _recorded(catalog, events, size) for size in (1, 7, 100)}
    one_by_one, stories = by_size[1]
    for contents, stories_after in by_size.values():
        assert contents == one_by_one
        # As of the end of each batch, whatever was recorded since.
        assert stories_after == {count: stories[count] for count in stories_after}


def _recorded(
    catalog: Database, events: Sequence[contract.AnyEvent], size: int
) -> tuple[dict[str, Any], dict[int, list[StoryContents]]]:
    """The contents of an empty catalog after the events were recorded in batches of this size.

    And the stories after each batch, by the number of events so far, as read at the end.
    """
    with catalog.writing() as session:
        _empty(session)
    answers, seqs, served = [], {}, {}
    for start in range(0, len(events), size):
        with catalog.writing() as session:
            answers += history.record_batch(session, events[start : start + size], NOW)
        with catalog.reading() as session:
            seqs[len(answers)], served[len(answers)] = counter.snapshot(session).seq, _stories(session)
    with catalog.reading() as session:
        _check_intervals(session)
        stories = {count: _stories_as_of(session, seq) for count, seq in seqs.items()}
        assert stories == served
        position = _positions(session)
        contents: dict[str, Any] = {table.name: _rows(session, table, position) for table in _tables()}
    return contents | {"answers": [answer.model_dump(exclude={"epoch", "seq"}) for answer in answers]}, stories


def _tables() -> list[sa.Table]:
    return [
        table for table in Base.metadata.sorted_tables if table.name not in ("counter", "story", "membership", "token")
    ]


def _empty(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        if table.name != "counter":
            session.execute(sa.delete(table))
    session.execute(sa.text("DELETE FROM search_entry"))
    session.execute(sa.update(Counter).values(seq=0))


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


def _stories(session: Session) -> list[StoryContents]:
    """The head, the size and the documents of each story, as they are now."""
    return _contents(
        session, sa.select(Story).where(valid_at(Story)), sa.select(Document.story, Document.id).order_by(Document.id)
    )


def _stories_as_of(session: Session, seq: int) -> list[StoryContents]:
    """The head, the size and the documents of each story as of `seq`."""
    members = sa.select(Membership.story, Membership.document).where(valid_at(Membership, seq))
    return _contents(session, sa.select(Story).where(valid_at(Story, seq)), members.order_by(Membership.document))


def _contents(session: Session, stories: sa.Select[Story], members: sa.Select[Any, str]) -> list[StoryContents]:
    documents: dict[str | None, list[str]] = {}
    for story, id_ in session.execute(members):
        documents.setdefault(story, []).append(id_)
    return sorted((row.head, row.size, documents[row.id]) for row in session.scalars(stories))


def _check_intervals(session: Session) -> None:
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
