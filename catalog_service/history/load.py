"""Reads what the events of a batch can change or depend on, by a fixed number of statements."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.history import decide
from catalog_service.history.state import BatchState
from catalog_service.relations import links
from catalog_service.store import bulk
from catalog_service.store.arrays import any_of, any_row_of, parameter, rows_parameter
from catalog_service.store.prepared import Prepared
from catalog_service.store.rows import PENDING, DocumentRow, ReceiptRow, RelationRow, Side, VersionKey, VersionRow
from catalog_service.store.tables import Document, Original, Receipt, Relation, Version

# The columns that name the observation, and the version, on each side of a relation.
_OBSERVATIONS = bulk.Either(
    (Relation.a_document, Relation.a_observation), (Relation.b_document, Relation.b_observation)
)
_VERSIONS = bulk.Either(links.A, links.B)


def load(session: Session, events: Sequence[contract.AnyEvent]) -> BatchState:
    """The state that the events are decided against."""
    state = BatchState()
    _load_documents(session, state, {id_ for event in events for id_ in _named_documents(event)})
    _load_receipts(session, state, events)
    _load_relations(session, state, events)
    _load_versions(session, state, events)
    _load_originals(session, state, events)
    state.stored = dict(state.documents)
    return state


def _load_documents(session: Session, state: BatchState, documents: Collection[str]) -> None:
    if missing := set(documents) - state.documents.keys():
        state.documents |= {row.id: row for row in bulk.select(session, DocumentRow, Document.id, missing)}


def _load_receipts(session: Session, state: BatchState, events: Sequence[contract.AnyEvent]) -> None:
    """A document is stored with the first of its receipts, so a new one has none."""
    ids = [event.id for event in events if str(event.data.document) in state.documents]
    if ids:
        state.receipts |= {row.event: row for row in bulk.select(session, ReceiptRow, Receipt.event, ids)}


def _load_relations(session: Session, state: BatchState, events: Sequence[contract.AnyEvent]) -> None:
    """The relations of the events' observations, and what decides which of them are replaced."""
    own = {_side(event) for event in events}
    pairs = [(_side(event), _other(relation)) for event in events for relation in event.data.relations]
    _select_relations(session, state, _OBSERVATIONS, own)
    _select_relations(session, state, _VERSIONS, _observed_versions(state, events))
    stored = [(row.a, row.b) for row in state.relations.valid.values()]
    pending = [(row.a, row.b) for row in state.relations.valid.values() if row.seq == PENDING]
    _load_documents(session, state, {document for pair in stored for document, _ in pair})
    _load_observed(session, state, own | {side for pair in (*pairs, *pending) for side in pair})
    _load_between_versions(session, state, [*pairs, *pending])


def _observed_versions(state: BatchState, events: Sequence[contract.AnyEvent]) -> set[VersionKey]:
    """The current versions of the observed documents: an event may end relations of such a version, or restore it."""
    observed = {str(event.data.document) for event in events if isinstance(event, contract.ObservedEvent)}
    return {(id_, state.documents[id_].number) for id_ in observed & state.documents.keys()}


def _load_observed(session: Session, state: BatchState, sides: Collection[Side]) -> None:
    """The versions that these observations became."""
    stored = [side for side in sides if side[0] in state.documents]
    if stored:
        rows = _select_observed.rows(session, sides=stored)
        state.observed |= {(row.document, row.observation): row.number for row in rows if row.number is not None}


@Prepared
def _select_observed() -> Select[*tuple[Any, ...]]:
    """The last version that each of the observations `:sides` became."""
    own = (Receipt.document, Receipt.observation)
    return (
        select(*own, func.max(Receipt.number).label("number"))
        .where(any_row_of(own, rows_parameter("sides")))
        .group_by(*own)
    )


def _load_between_versions(session: Session, state: BatchState, pairs: Iterable[tuple[Side, Side]]) -> None:
    """The relations between stored versions that relations between these observations may replace."""
    versions = {
        (*a, *b)
        for pair in pairs
        for first, second in [sorted(pair)]
        for a, b in itertools.product(_candidates(state, first), _candidates(state, second))
    }
    _select_relations(session, state, (*links.A, *links.B), versions)


def _candidates(state: BatchState, side: Side) -> set[VersionKey]:
    """The stored versions that an observation is, or becomes if the batch has it and it is unchanged."""
    row = state.documents.get(side[0])
    numbers = {state.observed.get(side), row.number if row else None} - {None}
    return {(side[0], number) for number in numbers if number is not None}


def _select_relations(
    session: Session, state: BatchState, key: bulk.Key | bulk.Either, values: Collection[tuple[Any, ...]]
) -> None:
    if values:
        state.relations.load(bulk.select(session, RelationRow, key, values, valid=True))


def _load_versions(session: Session, state: BatchState, events: Sequence[contract.AnyEvent]) -> None:
    """The current versions, those that are judged again, and all of a document that a late event belongs to."""
    judged = {_side(event) for event in events if isinstance(event, contract.RelatedEvent)}
    keys = {(id_, number) for id_, observation in judged if (number := state.observed.get((id_, observation)))}
    compared = {str(event.data.document) for event in events if _has_article(event)} | {id_ for id_, _ in judged}
    keys |= {(id_, state.documents[id_].number) for id_ in compared & state.documents.keys()}
    if keys:
        _add_versions(state, bulk.select(session, VersionRow, (Version.document, Version.number), keys))
    if late := _with_late_events(state, events):
        _add_versions(state, bulk.select(session, VersionRow, Version.document, late))


def _with_late_events(state: BatchState, events: Sequence[contract.AnyEvent]) -> set[str]:
    """The stored documents of which an event may be late."""
    observed = [event.data for event in events if isinstance(event, contract.ObservedEvent)]
    counts = Counter(str(data.document) for data in observed)
    rows = ((state.documents.get(str(data.document)), data) for data in observed if data.article is not None)
    return {row.id for row, data in rows if row and (counts[row.id] > 1 or decide.is_late(row, data))}


def _add_versions(state: BatchState, versions: Iterable[VersionRow]) -> None:
    for row in versions:
        state.versions[row.document][row.number] = row


def _load_originals(session: Session, state: BatchState, events: Sequence[contract.AnyEvent]) -> None:
    """Those of the originals that the events do not carry, which are stored: others are stored with their event."""
    originals = (event.data.original for event in events if isinstance(event, contract.ObservedEvent))
    digests = {original.digest for original in originals if original is not None and original.content is None}
    if digests:
        state.originals.update(row.digest for row in _select_originals.rows(session, digests=list(digests)))


@Prepared
def _select_originals() -> Select[str]:
    """Those of the `:digests` that are stored."""
    return select(Original.digest).where(any_of(Original.digest, parameter("digests")))


def _named_documents(event: contract.AnyEvent) -> Iterator[str]:
    """The document of the event, and those that it reports relations to."""
    yield str(event.data.document)
    yield from (str(relation.other.document) for relation in event.data.relations)


def _side(event: contract.AnyEvent) -> Side:
    return str(event.data.document), event.data.observation


def _other(relation: contract.Relation) -> Side:
    return str(relation.other.document), relation.other.observation


def _has_article(event: contract.AnyEvent) -> bool:
    return isinstance(event, contract.ObservedEvent) and event.data.article is not None
