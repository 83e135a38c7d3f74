"""Writes the rows that a batch adds or changes: one statement for each table, executed for all rows."""

from sqlalchemy.orm import Session

from catalog_service.history import originals
from catalog_service.history.state import BatchState
from catalog_service.relations.relations import RelationState
from catalog_service.store import bulk
from catalog_service.store.rows import PENDING
from catalog_service.store.tables import Document, DocumentState, Receipt, Relation, Version


def write(session: Session, state: BatchState) -> None:
    """Stores what the events of a batch changed, except the change log, stories and the search index."""
    originals.store(session, state.added.originals)
    _write_documents(session, state)
    bulk.insert(session, Version, state.added.versions)
    bulk.insert(session, Receipt, state.added.receipts)
    _write_states(session, state)
    _write_relations(session, state.relations)


def _write_documents(session: Session, state: BatchState) -> None:
    rows = state.documents.values()
    bulk.insert(session, Document, [row for row in rows if row.id not in state.stored])
    changed = [row for row in rows if row.id in state.stored and row != state.stored[row.id]]
    bulk.update(session, Document, [({"id": row.id}, bulk.columns_of(row)) for row in changed])


def _write_states(session: Session, state: BatchState) -> None:
    """Ends the states that are stored as present, and adds those that follow."""
    first = [states[0] for id_, states in state.added.states.items() if id_ in state.stored]
    ends = [({"document": row.document}, {"until_seq": row.seq}) for row in first]
    bulk.update(session, DocumentState, ends, valid=True)
    bulk.insert(session, DocumentState, [row for states in state.added.states.values() for row in states])


def _write_relations(session: Session, relations: RelationState) -> None:
    """A pending relation that changed is deleted and inserted anew: its `seq` is part of its key."""
    stored, valid = relations.stored.values(), relations.valid
    changed = [row for row in stored if row.seq == PENDING and valid.get(row.id) is not row]
    bulk.delete(session, Relation, [{"id": row.id, "seq": PENDING} for row in changed])
    in_force = {(row.id, row.seq) for row in stored if row.seq != PENDING}
    ended = [row for row in relations.ended if (row.id, row.seq) in in_force]
    bulk.update(session, Relation, [({"id": row.id, "seq": row.seq}, {"until_seq": row.until_seq}) for row in ended])
    added_and_ended = [row for row in relations.ended if (row.id, row.seq) not in in_force]
    bulk.insert(session, Relation, [*added_and_ended, *relations.new()])
