"""The state of a batch: what the database holds that its events can change, and what they add to it. Pure."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from catalog_service.relation_types import STORY_TYPES
from catalog_service.relations.components import LinkChanges
from catalog_service.relations.relations import RelationState
from catalog_service.store.rows import (
    PENDING,
    ChangeRow,
    DocumentRow,
    IndexRows,
    OriginalRow,
    ReceiptRow,
    Side,
    StateRow,
    VersionRow,
)


@dataclass(slots=True)
class Additions:
    """The rows that the events of a batch add to the tables."""

    receipts: list[ReceiptRow] = field(default_factory=list)
    versions: list[VersionRow] = field(default_factory=list)
    states: dict[str, list[StateRow]] = field(default_factory=lambda: defaultdict(list))
    originals: list[OriginalRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was computed before the batch; found by digests of title and text, it does not depend on the state.

    `changes` has the result of `versions.compare` by the digests of both versions, `index_rows` the rows of the search
    index by the digest of a version.
    """

    changes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    index_rows: dict[str, IndexRows] = field(default_factory=dict)

    def add(self, other: "Prepared") -> None:
        """Adds what another one has."""
        self.changes.update(other.changes)
        self.index_rows.update(other.index_rows)

    def remove(self, other: "Prepared") -> None:
        """Removes what another one has; without it, a batch computes it."""
        for versions in other.changes:
            self.changes.pop(versions, None)
        for version in other.index_rows:
            self.index_rows.pop(version, None)


@dataclass(slots=True)
class BatchState:
    """Documents by id, receipts by event, versions by number; `observed` has the version of each observation.

    `stored` are the documents as the database holds them; `log` is the change log of the batch.
    """

    stored: dict[str, DocumentRow] = field(default_factory=dict)
    documents: dict[str, DocumentRow] = field(default_factory=dict)
    receipts: dict[str, ReceiptRow] = field(default_factory=dict)
    versions: defaultdict[str, dict[int, VersionRow]] = field(default_factory=lambda: defaultdict(dict))
    observed: dict[Side, int] = field(default_factory=dict)
    originals: set[str] = field(default_factory=set)
    added: Additions = field(default_factory=Additions)
    log: list[ChangeRow] = field(default_factory=list)
    prepared: Prepared = field(default_factory=Prepared)
    relations: RelationState = field(init=False)

    def __post_init__(self) -> None:
        self.relations = RelationState(self.documents, self.observed, log=self.log)

    def add_receipt(self, row: ReceiptRow) -> None:
        """Adds the receipt of an event."""
        self.receipts[row.event] = row
        self.added.receipts.append(row)
        if row.number is not None and row.observation:
            side = (row.document, row.observation)
            self.observed[side] = max(row.number, self.observed.get(side, 0))

    def add_version(self, row: VersionRow) -> None:
        """Adds a version of a document."""
        self.versions[row.document][row.number] = row
        self.added.versions.append(row)

    def add_original(self, row: OriginalRow) -> None:
        """Adds the bytes of an original, unless they are known to be stored; others are stored once all the same."""
        if row.digest not in self.originals:
            self.originals.add(row.digest)
            self.added.originals.append(row)

    def add_state(self, row: StateRow) -> None:
        """Adds the state of a document from its `seq` on; the state before it ends there."""
        states = self.added.states[row.document]
        if states:
            states[-1] = replace(states[-1], until_seq=row.seq)
        states.append(row)

    def before(self, document: str, observation: int) -> VersionRow | None:
        """The version of the newest observation before this one."""
        earlier = (row for row in self.versions[document].values() if row.observation < observation)
        return max(earlier, key=lambda row: (row.observation, row.number), default=None)

    def left(self) -> set[str]:
        """The documents whose version was current before the batch and is not any more."""
        stored = ((row, self.documents[row.id]) for row in self.stored.values())
        return {before.id for before, after in stored if before.current and before.current != after.current}

    def link_changes(self, connecting: Collection[str]) -> LinkChanges:
        """What the batch did to the links between documents; `connecting` are those left that may connect others."""
        added = (row for row in self.relations.new() if row.seq != PENDING)
        withdrawn = {(row.a_document, row.b_document) for row in self.relations.ended if row.type in STORY_TYPES}
        joined = {document for row in added if row.type in STORY_TYPES for document in (row.a_document, row.b_document)}
        return LinkChanges(self.left(), connecting, self._restored() | joined, withdrawn)

    def _restored(self) -> set[str]:
        """The documents of which a stored version is current again.

        A version that the batch adds has no relations but those that the batch adds.
        """
        stored = ((row, self.documents[row.id]) for row in self.stored.values() if row.current is None)
        return {after.id for before, after in stored if after.current and after.number <= before.versions}
