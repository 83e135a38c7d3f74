"""Relations, the write side: adds, replaces and withdraws the relations that events report. Pure.

A relation is stored once for its unordered pair of (document, observation), the lesser side as `a`. A relation to an
observation that is not recorded yet is stored as pending, and added when that observation becomes a version.

The change log reports which relations are between current versions: those that it added and did not withdraw since. A
relation is withdrawn when a side is withdrawn or gets another version. Its row remains valid until the pair is judged
again, because the old versions are still related.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from catalog_service import changes
from catalog_service.relations.drafts import Draft, stored_content
from catalog_service.store.counter import WriterTurn
from catalog_service.store.rows import PENDING, ChangeRow, DocumentRow, RelationRow, Side, VersionKey

# Why a relation is withdrawn: the pair was judged again, or a side is not the current version of its document.
Reason: TypeAlias = Literal["judged-again", "not-current"]


@dataclass(slots=True)
class RelationState:
    """The relations that a batch can change, as they are after the events decided so far.

    `documents` and `versions` belong to the whole batch: the documents by id, and the number of the version that each
    recorded observation became. `ended` are the relations withdrawn by the batch, `log` its entries of the change log.
    """

    documents: Mapping[str, DocumentRow]
    versions: Mapping[Side, int]
    stored: dict[str, RelationRow] = field(default_factory=dict)
    valid: dict[str, RelationRow] = field(default_factory=dict)
    ended: list[RelationRow] = field(default_factory=list)
    log: list[ChangeRow] = field(default_factory=list)
    _by_side: defaultdict[Side, set[str]] = field(default_factory=lambda: defaultdict(set))
    _by_documents: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _by_document: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def load(self, relations: Iterable[RelationRow]) -> None:
        """Takes in relations that are stored in the database."""
        for row in relations:
            if row.id not in self.stored:
                self.stored[row.id] = row
                self._put(row)

    def of_side(self, side: Side) -> list[RelationRow]:
        """The valid relations of one observation, in the order of their other sides."""
        return self._rows(self._by_side[side])

    def of_version(self, document: str, number: int) -> list[RelationRow]:
        """The valid relations of one version."""
        rows = self._rows(self._by_document[document])
        return [
            row
            for row in rows
            if (document, number) in ((row.a_document, row.a_version), (row.b_document, row.b_version))
        ]

    def of_documents(self, a: str, b: str) -> list[RelationRow]:
        """The valid relations between two documents."""
        return self._rows(self._by_documents[a, b])

    def new(self) -> list[RelationRow]:
        """The valid relations that the batch added or changed."""
        return [row for row in self.valid.values() if self.stored.get(row.id) is not row]

    def _rows(self, ids: set[str]) -> list[RelationRow]:
        rows = [self.valid[id_] for id_ in ids]
        # In order of observations: of two relations between the same versions, the one judged later remains.
        return sorted(rows, key=lambda row: (row.a_observation, row.b_observation, row.a_document, row.b_document))

    def _put(self, row: RelationRow) -> None:
        self.valid[row.id] = row
        for ids in self._indexes(row):
            ids.add(row.id)

    def _remove(self, row: RelationRow) -> None:
        del self.valid[row.id]
        for ids in self._indexes(row):
            ids.remove(row.id)

    def _indexes(self, row: RelationRow) -> Iterator[set[str]]:
        yield self._by_side[row.a]
        yield self._by_side[row.b]
        yield self._by_documents[row.a_document, row.b_document]
        yield self._by_document[row.a_document]
        if row.b_document != row.a_document:
            yield self._by_document[row.b_document]

    def store(self, turn: WriterTurn, row: RelationRow) -> None:
        """Stores a new or resolved relation; it is added if both of its versions are recorded.

        An added relation ends the older relations between the same versions.
        """
        if row.a_version is None or row.b_version is None:
            self._put(row)
            return
        for older in self.of_documents(row.a_document, row.b_document):
            if older.id != row.id and (older.a_version, older.b_version) == (row.a_version, row.b_version):
                self.supersede(turn, older)
        self.report_added(turn, row)
        self._put(replace(row, seq=turn.seq, recorded_at=turn.now))
        if not self.is_current(row):
            self.report_withdrawn(turn, row, "not-current")

    def withdraw(self, turn: WriterTurn, row: RelationRow) -> None:
        """Ends a relation, with an entry in the log; a pending one, which was never added, is deleted."""
        if row.seq != PENDING:
            self.report_withdrawn(turn, row, "judged-again")
        self._end(row, turn.seq)

    def supersede(self, turn: WriterTurn, row: RelationRow) -> None:
        """Ends a relation before the next entry of the log, which the caller appends.

        A relation that was withdrawn, because a side is not current, has no second entry.
        """
        if self.is_current(row):
            self.withdraw(turn, row)
        else:
            self._end(row, turn.seq + 1)

    def _end(self, row: RelationRow, until_seq: int) -> None:
        self._remove(row)
        if row.seq != PENDING:
            self.ended.append(replace(row, until_seq=until_seq))

    def is_current(self, row: RelationRow) -> bool:
        """Whether both sides are recorded and are the current versions of their documents."""
        return all(self.is_current_version(*version) for version in (row.version_a, row.version_b))

    def is_current_version(self, document: str, number: int | None) -> bool:
        """Whether this is the current version of a document that is not withdrawn."""
        row = self.documents.get(document)
        return row is not None and number is not None and row.current == (document, number)

    def report_added(self, turn: WriterTurn, row: RelationRow) -> None:
        """Appends the entry of a relation that is added, or is between current versions again."""
        self.log.append(changes.entry(turn, "relation.added.v1", **_reported(row)))

    def report_withdrawn(self, turn: WriterTurn, row: RelationRow, reason: Reason) -> None:
        """Appends the entry of a relation that is withdrawn."""
        self.log.append(changes.entry(turn, "relation.withdrawn.v1", **_reported(row), reason=reason))


def _reported(row: RelationRow) -> dict[str, Any]:
    """The fields of an entry of the change log about a relation."""
    sides = [{"document": document, "version": number} for document, number in (row.version_a, row.version_b)]
    return {"relation": row.id, "type": row.type, "sides": sides}


def add(state: RelationState, turn: WriterTurn, own: Side, drafts: Sequence[Draft]) -> None:
    """Adds the relations that the event of a new observation reports; those that other events reported remain."""
    _put(state, turn, own, drafts, complete=False)


def replace_all(state: RelationState, turn: WriterTurn, own: Side, drafts: Sequence[Draft]) -> None:
    """Makes the reported relations the full set of relations of one observation.

    Relations to versions that are not current remain: a re-judgement compares current versions only.
    """
    _put(state, turn, own, drafts, complete=True)


def _put(state: RelationState, turn: WriterTurn, own: Side, drafts: Sequence[Draft], *, complete: bool) -> None:
    """Stores the reported relations that are new or different; `complete` withdraws those that are not reported."""
    remaining = {draft.pair: draft for draft in drafts}
    for row in state.of_side(own):
        draft = remaining.get((row.a, row.b))
        if draft and draft.content == stored_content(row):
            del remaining[draft.pair]
        elif draft:
            state.supersede(turn, row)
        elif complete and _is_judged_again(state, own, row):
            state.withdraw(turn, row)
    for draft in remaining.values():
        state.store(turn, _row(state, turn, draft))


def _is_judged_again(state: RelationState, own: Side, row: RelationRow) -> bool:
    """Whether the other side is the current version of its document, or is not recorded yet."""
    (document, _), number = row.other(own)
    other = state.documents.get(document)
    return other is None or number is None or other.current == (document, number)


def supersede_current(state: RelationState, turn: WriterTurn, version: VersionKey) -> None:
    """Ends the relations of a version to current versions and to observations that are not recorded yet.

    Called before a document is restored: its event carries the full set again. While the document was withdrawn, others
    were re-judged without it, and their relations to it remained in the table.
    """
    for row in state.of_version(*version):
        own = row.a if row.version_a == version else row.b
        if _is_judged_again(state, own, row):
            state.supersede(turn, row)


def report_change(state: RelationState, turn: WriterTurn, before: VersionKey | None, after: VersionKey | None) -> None:
    """Reports the relations that are no longer, or are again, between current versions.

    `before` and `after` are the current version of one document; None while it is withdrawn.
    """
    if before == after:
        return
    for row in state.of_version(*before) if before else ():
        other = row.version_b if row.version_a == before else row.version_a
        if state.is_current_version(*other):
            state.report_withdrawn(turn, row, "not-current")
    for row in state.of_version(*after) if after else ():
        if state.is_current(row):
            state.report_added(turn, row)


def resolve_pending(state: RelationState, turn: WriterTurn, side: Side, number: int) -> None:
    """Stores the number of the version that an observation became, in the relations that are pending for it.

    Adds those whose other version is recorded too.
    """
    for row in state.of_side(side):
        if row.seq == PENDING:
            resolved = replace(row, a_version=number) if row.a == side else replace(row, b_version=number)
            state.store(turn, resolved)


def _row(state: RelationState, turn: WriterTurn, draft: Draft) -> RelationRow:
    a, b = draft.pair
    return RelationRow(
        id=draft.id,
        seq=PENDING,
        until_seq=None,
        a_document=a[0],
        a_observation=a[1],
        a_version=state.versions.get(a),
        b_document=b[0],
        b_observation=b[1],
        b_version=state.versions.get(b),
        recorded_at=turn.now,
        **draft.content,
    )
