"""What holds documents together: relations between current versions, and texts that some of them are copies of.

Copies are linked to one of theirs alone. When it goes, or says something else, they are linked to nothing until they
are judged again. But two of the same digest that were copies of one text are copies of each other all the same.
"""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from catalog_service import arrays
from catalog_service.arrays import any_of
from catalog_service.relation_types import COPY_TYPES, STORY_TYPES
from catalog_service.tables import (
    Document,
    DocumentState,
    Relation,
    Version,
    current_version,
    is_current,
    unindexed,
    valid_at,
)

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
Moment: TypeAlias = "int | ColumnElement[int] | None"
_Column: TypeAlias = InstrumentedAttribute[Any]
# A version that its document says no more, and the digest of copies of it that are current.
Text: TypeAlias = tuple[str, int, str]
# The `seq` of a relation whose other side is not recorded yet.
PENDING = 0
A = (Relation.a_document, Relation.a_version)
B = (Relation.b_document, Relation.b_version)


@dataclass(frozen=True, slots=True)
class Ties:
    """What a document is tied to: its current copies and revisions, and texts that it is a copy of."""

    documents: set[str] = field(default_factory=set)
    texts: set[Text] = field(default_factory=set)


def of(session: Session, documents: Collection[str], *, without: str | None = None) -> dict[str, Ties]:
    """The ties of each; what the document `without` says counts as said no more."""
    found = {document: Ties() for document in documents}
    said_no_more: list[tuple[str, str, int]] = []
    for row in session.execute(_told(), {"documents": list(documents)}):
        if row.current and row.other != without:
            found[row.document].documents.add(row.other)
        elif row.type in COPY_TYPES:
            said_no_more.append((row.document, row.other, row.number))
    digests = _digests(session, {document for document, _, _ in said_no_more})
    for document, other, number in said_no_more:
        found[document].texts.add((other, number, digests[document]))
    return found


def _digests(session: Session, documents: Collection[str]) -> dict[str, str]:
    if not documents:
        return {}
    asked = (
        select(Document.id, Version.digest)
        .join(Version, current_version(Document))
        .where(any_of(Document.id, documents))
    )
    return {row.id: row.digest for row in session.execute(asked)}


def neighbours(session: Session, documents: Collection[str]) -> dict[str, set[str]]:
    """The current copies and revisions of each, and of each text another copy, as all copies of it are together."""
    return _around(session, of(session, documents))


def hang_together(session: Session, document: str) -> bool:
    """Whether the neighbours of a document are together without it, as far as is seen at a glance."""
    tied = of(session, [document])
    linked, near = tied[document].documents, _around(session, tied)[document]
    if len(near) < 2 or len(linked) != 1:
        return len(near) < 2
    # Copies of a text that is said no more, after they were judged again: now they are copies of one of them.
    return all(linked <= each.documents for each in of(session, near - linked).values())


def _around(session: Session, tied: Mapping[str, Ties]) -> dict[str, set[str]]:
    copies = {text: _copies(session, text) for text in set().union(*(each.texts for each in tied.values()))}
    return {
        document: each.documents.union(*(copies[text] - {document} for text in each.texts))
        for document, each in tied.items()
    }


def _copies(session: Session, text: Text) -> set[str]:
    """Two of the copies of a text, or the only one."""
    document, number, digest = text
    return set(session.scalars(_copies_of(), {"document": document, "number": number, "digest": digest}))


@functools.cache
def _copies_of() -> Select[str]:
    found = []
    for own, other in ((A, B), (B, A)):
        version = aliased(Version)
        said = and_(version.document == own[0], version.number == own[1], version.digest == bindparam("digest"))
        told = and_(
            other[0] == bindparam("document"), other[1] == bindparam("number"), unindexed(Relation.type).in_(COPY_TYPES)
        )
        asked = select(own[0].label("document")).join(version, said).where(told, in_force())
        found.append(join_current(asked, *own))
    return select(union_all(*found).subquery().c.document).limit(2)


@functools.cache
def _told() -> Select[str, str, int, str, bool]:
    """(document, other, number, type, current) of each copy or revision of `:documents` that was told of."""
    found = []
    for own, other in ((A, B), (B, A)):
        saying, state = aliased(DocumentState), aliased(DocumentState)
        columns = (other[0].label("other"), other[1].label("number"), Relation.type.label("type"))
        found.append(
            select(own[0].label("document"), *columns, state.document.is_not(None).label("current"))
            .join(saying, _is_current(saying, *own))
            .outerjoin(state, _is_current(state, *other))
            # Of the states: for each relation PostgreSQL may go through the whole list.
            .where(any_of(saying.document, arrays.parameter("documents")))
            .where(unindexed(Relation.type).in_(STORY_TYPES), in_force())
        )
    told = union_all(*found).subquery()
    return select(told.c.document, told.c.other, told.c.number, told.c.type, told.c.current)


@functools.cache
def links(types: tuple[str, ...], *, now: bool = True) -> Select[tuple[str, str, str]]:
    """(document, other, type) of the relations between current versions, from the side of each of `:documents`.

    Current now, or at the seq `:at`. Made once: putting it together costs more than running it.
    """
    at = None if now else bindparam("at", type_=BigInteger)
    sides = []
    for own, other in ((A, B), (B, A)):
        side = select(own[0].label("document"), other[0].label("other"), Relation.type.label("type")).where(
            any_of(own[0], arrays.parameter("documents")),
            unindexed(Relation.type).in_(types),
            in_force(at=at),
        )
        sides.append(join_current(join_current(side, *own, at), *other, at))
    found = union_all(*sides).subquery()
    return select(found.c.document, found.c.other, found.c.type)


def in_force(relation: Any = Relation, at: Moment = None) -> ColumnElement[bool]:  # noqa: ANN401  Relation or an alias.
    """Whether both sides of a relation are recorded and it has not ended, now or as of the seq `at`."""
    return and_(relation.seq != PENDING, valid_at(relation, at))


def join_current(asked: S, document: _Column, version: _Column, at: Moment = None) -> S:
    """Only where this version of this document is the current one, now or `at` a seq."""
    state = aliased(DocumentState)
    return asked.join(state, _is_current(state, document, version, at))


def _is_current(state: Any, document: _Column, version: _Column, at: Moment = None) -> ColumnElement[bool]:  # noqa: ANN401  An alias.
    status = unindexed(state.status) == "current"
    return and_(is_current((document, version), state), status, valid_at(state, at))
