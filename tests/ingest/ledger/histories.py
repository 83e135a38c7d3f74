"""Random histories of files, which can be entered in batches of any size, and the tables that they end in."""

import itertools
import json
import random
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog_service import contract
from ingest_service import errors, model, sameness
from ingest_service.delivery import events
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.index import lookup
from ingest_service.judging.judge import Judge
from ingest_service.ledger import adopted, entries
from ingest_service.ledger.batch import FileChanges
from ingest_service.store.db import Database
from ingest_service.store.tables import (
    Article,
    Base,
    DeletedTemplate,
    File,
    FileItem,
    Fingerprints,
    Item,
    Original,
    Outbox,
)
from ingest_service.workers.prepare import PreparedFile, PreparedItem

ORIGIN = events.Origin("seeds", "/ingest/seeds")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CONTEXT = entries.Context(ORIGIN, NOW)
# The member "b#c" of the first path and the member "c" of the second one are the same item.
PATHS = ("a", "a#b", "b", "c", "d", "in/e", "in/f")
MEMBERS = ((), (), (), ("b#c",), ("c",), ("c", "b#c"), ("b#c", "c", "d"))
VARIANTS = ("plain", "plain", "capitals", "notes", "words")
FAULTS = (errors.UnknownFormat, errors.InputOutputError, errors.NotRegular)
# In the order in which a batch enters them.
KINDS = ("move", "swap", "replace", "touch", "store", "fail", "delete", "forget")
MOVES = ("move", "swap", "replace")
AFTERWARDS = ("hold", "release", "purge", "judge")
# The text, how it was read, and the members of the file.
Content: TypeAlias = tuple[int, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Action:
    """Something that happens to a path and, in a move, to another one too."""

    kind: str
    path: str
    other: str
    content: Content

    @property
    def paths(self) -> set[str]:
        """The paths that it changes."""
        return {self.path, self.other} if self.kind in MOVES else {self.path}

    def is_possible(self, present: Collection[str]) -> bool:
        """Whether it can happen while there are files at these paths."""
        required = {"store": (), "fail": (), "swap": (self.path, self.other)}.get(self.kind, (self.path,))
        return self.kind in KINDS and len(self.paths) == 1 + (self.kind in MOVES) and set(required) <= set(present)

    def changes(self, number: int) -> FileChanges:
        """What the ledger is to do, with facts of this number."""
        fault = FAULTS[self.content[0] % len(FAULTS)]()
        # The same facts at each attempt, so that attempts are counted.
        failed = Unusable(self.path, fault) if isinstance(fault, errors.NotRegular) else fact(self.path, 0)
        move = {self.path: fact(self.other, number)}
        changes = {
            "move": FileChanges(moved=move),
            "swap": FileChanges(moved=move | {self.other: fact(self.path, -number)}),
            "replace": FileChanges(moved=move, stored=[(fact(self.path, -number), prepared(self.content))]),
            "touch": FileChanges(touched=[fact(self.path, number)]),
            "store": FileChanges(stored=[(fact(self.path, number), prepared(self.content))]),
            "fail": FileChanges(failed=[(failed, fault)]),
            "delete": FileChanges(deleted=[self.path]),
            "forget": FileChanges(forgotten=[self.path]),
        }
        return changes[self.kind]


Round: TypeAlias = list[Action]
ACTIONS = st.builds(
    Action,
    kind=st.sampled_from([*KINDS, *AFTERWARDS, "store", "store", "store", "move", "delete"]),
    path=st.sampled_from(PATHS),
    other=st.sampled_from(PATHS),
    content=st.tuples(st.integers(0, 3), st.sampled_from(VARIANTS), st.sampled_from(MEMBERS)),
)
HISTORIES = st.lists(st.lists(ACTIONS, min_size=4, max_size=12), min_size=3, max_size=8)


@dataclass(frozen=True, slots=True)
class Step:
    """The changes of one round, no path in two of them, and what is done once all are entered."""

    changes: Sequence[FileChanges]
    afterwards: Sequence[Action]


def steps(history: Iterable[Round]) -> Iterator[Step]:
    """The rounds of a history. Actions that are impossible when their turn comes are left out."""
    present: set[str] = set()
    numbers = itertools.count(1)
    for actions in history:
        chosen: dict[str, Action] = {}
        for action in actions:
            has_replaced = any(other.kind == "replace" for other in chosen.values())
            is_free = chosen.keys().isdisjoint(action.paths) and not (has_replaced and action.kind == "replace")
            if is_free and action.is_possible(present):
                chosen |= dict.fromkeys(action.paths, action)
                present = (present | action.paths) - ({action.path} if action.kind in LEAVING else set())
        in_order = sorted(set(chosen.values()), key=_order)
        yield Step(
            [action.changes(next(numbers)) for action in in_order],
            [action for action in actions if action.kind in AFTERWARDS],
        )


LEAVING = ("move", "delete", "forget")


def _order(action: Action) -> tuple[int, str]:
    """The order in which a batch enters the actions; the new file of a "replace" is entered after the moves."""
    return max(KINDS.index(action.kind), KINDS.index("swap")), action.path


def fact(path: str, number: int) -> FileFact:
    """The facts of a file at a path, which differ from those of any other number."""
    return FileFact(path, number, number, number, 1, number)


@cache
def prepared(content: Content) -> PreparedFile:
    """A file with this content. Variants "notes" and "words" are other readings of the same bytes as "plain"."""
    number, variant, members = content
    original = model.Original(f"{number} {variant == 'capitals'} {members}".encode(), "text/plain", "utf-8")
    items = tuple(_item(number + place, variant, member) for place, member in enumerate(members or (None,)))
    return PreparedFile(original.digest, original, items)


def _item(number: int, variant: str, member: str | None) -> PreparedItem:
    text = f"Envoys of {number} sides met on day {number} for the first time since the spring, officials {number} said."
    text = text.upper() if variant == "capitals" else f"{text} More follows." if variant == "words" else text
    notes = (model.Note("rule", None, "removed"),) if variant == "notes" else ()
    article = model.Article(f"Title {number}", (text,), notes=notes)
    return PreparedItem.of(member, article, sameness.prepare(article))


def merged(changes: Sequence[FileChanges]) -> FileChanges:
    """Several changes of different paths as one."""
    return FileChanges(
        {path: moved for each in changes for path, moved in each.moved.items()},
        [touched for each in changes for touched in each.touched],
        [stored for each in changes for stored in each.stored],
        [failed for each in changes for failed in each.failed],
        [path for each in changes for path in each.deleted],
        [path for each in changes for path in each.forgotten],
    )


def heads() -> Iterator[contract.Head]:
    """What a catalog knows of some files before the ledger begins."""
    for key, by, path, content, status in (
        ("a", "path", "a", (0, "plain", ()), "current"),
        ("c", "path", "c", (1, "plain", ()), "current"),
        ("urn:1", "guid", "in/e", (2, "plain", ()), "current"),
        ("d", "path", "d", (3, "plain", ()), "withdrawn"),
    ):
        file = prepared(content)
        yield contract.Head(
            item=contract.Item.model_validate({"key": key, "by": by}), collection="seeds", path=path,
            document=uuid.uuid5(uuid.NAMESPACE_URL, key), observation=5, digest=file.items[0].article.digest,
            original=file.digest, status="current" if status == "current" else "withdrawn",
        )  # fmt: skip


def entered(database: Database, history: Sequence[Round], size: int, *, adopting: bool) -> dict[str, Any]:
    """What an empty ledger holds after a history was entered in batches of so many changes."""
    documents = (uuid.UUID(int=number) for number in itertools.count(1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(uuid, "uuid4", lambda: next(documents))
        patched.setattr(random, "random", lambda: 0.5)
        with database.writing() as session:
            empty(session)
            adopted.adopt(session, heads() if adopting else ())
            session.execute(sa.update(File).values(since=NOW))
        for step in steps(history):
            for start in range(0, len(step.changes), size):
                with database.writing() as session:
                    entries.enter(session, CONTEXT, merged(step.changes[start : start + size]))
            for action in step.afterwards:
                with database.writing() as session:
                    do_afterwards(session, action)
    with database.reading() as session:
        return contents(session)


def do_afterwards(session: Session, action: Action) -> None:
    """Does what is not done in batches."""
    match action.kind:
        case "hold":
            entries.hold(session, CONTEXT, action.paths)
        case "release":
            entries.release(session, CONTEXT, action.paths)
        case "judge":
            Judge(ORIGIN).judge(session, 100)
        case "purge":
            for document in session.scalars(sa.select(Item.document).where(Item.path == action.path)).all():
                entries.purge(session, document)


def empty(session: Session) -> None:
    """Deletes all rows but those of fingerprints, which become tombstones: other transactions have read them."""
    lookup.remove(session, list(session.scalars(sa.select(Article.id))))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in ("state", "fingerprints"):
            session.execute(sa.delete(table))


def contents(session: Session) -> dict[str, Any]:
    """The rows of all tables by paths and documents instead of ids, the events of each document in order."""
    holdings = sa.select(File.path, Item.document).select_from(FileItem).join(File).join(Item)
    indexed = sa.select(Article.document, Fingerprints.hashes).join(Fingerprints, Fingerprints.article == Article.id)
    bodies: dict[str, list[Any]] = defaultdict(list)
    for document, body in session.execute(sa.select(Outbox.document, Outbox.body).order_by(Outbox.id)):
        bodies[document].append(json.loads(body))
    return {
        "files": _rows(session, File, File.path),
        "items": _rows(session, Item, Item.document),
        "holdings": sorted(tuple(row) for row in session.execute(holdings)),
        "articles": _rows(session, Article, Article.id),
        "fingerprints": sorted(tuple(row) for row in session.execute(indexed)),
        "templates": sorted(session.scalars(sa.select(DeletedTemplate.hashes))),
        # A row without bytes only remembers ones that were kept; an article replaced within its batch has left none.
        "originals": sorted(
            tuple(row)
            for row in session.execute(
                sa.select(Original.digest, Original.content).where(Original.content.is_not(None))
            )
        ),
        "events": dict(bodies),
    }


def _rows(session: Session, table: type[Base], order: InstrumentedAttribute[Any]) -> list[dict[str, Any]]:
    rows = session.execute(sa.select(table.__table__).order_by(order)).mappings()
    return [{name: value for name, value in row.items() if name not in ("id", "item")} for row in rows]
