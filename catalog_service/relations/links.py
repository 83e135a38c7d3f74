"""Links: the connections between documents that make a story.

Two documents are linked if a relation of a story type holds between their current versions. They are linked too if they
are copies of the same former text. A copy has a relation to the representative of its equivalence class only: when the
representative is withdrawn or changed, its copies have no relation to each other until they are re-judged. Their former
text keeps them in one story until then (docs/decisions/copies-stay-together.md).
"""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from catalog_service.relation_types import COPY_TYPES, STORY_TYPES
from catalog_service.store import arrays
from catalog_service.store.arrays import any_of
from catalog_service.store.conditions import AT, At
from catalog_service.store.prepared import Prepared
from catalog_service.store.rows import PENDING
from catalog_service.store.tables import (
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
VersionColumns: TypeAlias = tuple[InstrumentedAttribute[str], InstrumentedAttribute[int | None]]
# The columns that name the version on each side of a relation.
A: VersionColumns = (Relation.a_document, Relation.a_version)
B: VersionColumns = (Relation.b_document, Relation.b_version)
# Each relation seen from both sides: the columns of the own version, and those of the other.
DIRECTIONS = ((A, B), (B, A))


class FormerText(NamedTuple):
    """A version that is not current, and a digest: current versions with it that duplicate the version are copies."""

    document: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a document: to other documents by relations, and to the former texts that it is a copy of."""

    documents: set[str] = field(default_factory=set)
    former_texts: set[FormerText] = field(default_factory=set)


def read(session: Session, documents: Collection[str]) -> dict[str, Links]:
    """The links of each document, directly to current documents or through former texts that it is a copy of."""
    links = {document: Links() for document in documents}
    former: list[tuple[str, str, int]] = []
    for row in _story_relations.rows(session, documents=list(documents)):
        if row.current:
            links[row.document].documents.add(row.other)
        elif row.type in COPY_TYPES:
            former.append((row.document, row.other, row.number))
    digests = _digests(session, {document for document, _, _ in former})
    for document, other, number in former:
        links[document].former_texts.add(FormerText(other, number, digests[document]))
    return links


def _digests(session: Session, documents: Collection[str]) -> dict[str, str]:
    """The digests of the current versions."""
    if not documents:
        return {}
    return {row.id: row.digest for row in _select_digests.rows(session, documents=list(documents))}


@Prepared
def _select_digests() -> Select[str, str]:
    """The digest of the current version of each of `:documents`."""
    statement = select(Document.id, Version.digest).join(Version, current_version(Document))
    return statement.where(any_of(Document.id, arrays.parameter("documents")))


def neighbours(session: Session, documents: Collection[str]) -> dict[str, set[str]]:
    """The documents that each document is linked to.

    Of the copies of a former text one is enough: all of them are in one story.
    """
    return _neighbours(session, read(session, documents))


def connecting(session: Session, documents: Collection[str]) -> set[str]:
    """Those of these documents, which are about to leave their stories, that may connect others.

    Reads the links of the documents and of their neighbours only, so a returned document is "not disproved": the caller
    must read its whole story.
    """
    if not documents:
        return set()
    links = read(session, documents)
    near = _neighbours(session, links)
    doubtful = {document for document in documents if len(near[document]) > 1}
    # Copies of a former text that were re-judged: all of them have a relation to the new representative.
    rejudged = {
        document: near[document] - links[document].documents
        for document in doubtful
        if len(links[document].documents) == 1 and near[document].isdisjoint(documents)
    }
    copy_links = read(session, set().union(*rejudged.values())) if rejudged else {}
    connected = {
        document
        for document, copies in rejudged.items()
        if all(links[document].documents <= copy_links[copy].documents for copy in copies)
    }
    return doubtful - connected


def _neighbours(session: Session, links: Mapping[str, Links]) -> dict[str, set[str]]:
    copies = _two_copies(session, {text for of_document in links.values() for text in of_document.former_texts})
    return {
        document: of_document.documents.union(*(copies[text] - {document} for text in of_document.former_texts))
        for document, of_document in links.items()
    }


def _two_copies(session: Session, texts: Collection[FormerText]) -> dict[FormerText, set[str]]:
    """Up to two copies of each former text: without any one document, at least one is left if there are two."""
    if not texts:
        return {}
    rows = _select_two_copies.rows(session, texts=[list(text) for text in texts])
    return {FormerText(*row[:3]): {copy for copy in row[3:] if copy is not None} for row in rows}


@Prepared
def _select_two_copies() -> Select[*tuple[Any, ...]]:
    """Up to two copies of each of `:texts`: documents whose current version has its digest and duplicates its version.

    Columns: document, number, digest, first, second.
    """
    texts = arrays.elements("texts")
    document, number, digest = (
        texts.c.value[0].as_string(), texts.c.value[1].as_integer(), texts.c.value[2].as_string()
    )  # fmt: skip
    sides = []
    for own, other in DIRECTIONS:
        duplicates_text = and_(
            other[0] == document, other[1] == number, unindexed(Relation.type).in_(COPY_TYPES), in_force()
        )
        # Subqueries, not joins: PostgreSQL cannot estimate how many relations a text has, and may begin a join with all
        # documents.
        own_digest = select(Version.digest).where(Version.document == own[0], Version.number == own[1])
        current = select(Document.number).where(Document.id == own[0], Document.status == "current")
        is_copy = and_(own_digest.scalar_subquery() == digest, current.scalar_subquery() == own[1])
        sides.append(select(own[0]).where(duplicates_text, is_copy).correlate(texts))
    first, second = (union_all(*sides).limit(1).offset(place).scalar_subquery() for place in range(2))
    columns = {"document": document, "number": number, "digest": digest, "first": first, "second": second}
    return select(*(column.label(name) for name, column in columns.items())).select_from(texts)


@Prepared
def _story_relations() -> Select[*tuple[Any, ...]]:
    """The relations of story types from the current version of each of `:documents` to any version.

    Columns: document, other, number (of the other version), type, current (whether the other version is current).
    """
    sides = []
    for own, other in DIRECTIONS:
        own_state, other_state = aliased(DocumentState), aliased(DocumentState)
        columns = (other[0].label("other"), other[1].label("number"), Relation.type.label("type"))
        sides.append(
            select(own[0].label("document"), *columns, other_state.document.is_not(None).label("current"))
            .join(own_state, is_current_state(own_state, own))
            .outerjoin(other_state, is_current_state(other_state, other))
            # A condition on the states: on relations, PostgreSQL may search the list for each of them.
            .where(any_of(own_state.document, arrays.parameter("documents")))
            .where(unindexed(Relation.type).in_(STORY_TYPES), in_force())
        )
    rows = union_all(*sides).subquery()
    return select(rows.c.document, rows.c.other, rows.c.number, rows.c.type, rows.c.current)


@functools.cache
def select_related(
    types: tuple[str, ...] | None = None, *, now: bool = True, one: bool = False
) -> Select[tuple[str, str, str]]:
    """The relations of these types, or of all types, between current versions, from the side of each of `:documents`.

    Columns: document, other, type. The versions are current now, or as of the seq `:at`. With `one`, `:documents` is
    one document, not a list. Cached: to build the statement takes longer than to execute it.
    """
    at = moment(now=now)
    sides = []
    for own, other in DIRECTIONS:
        side = select(own[0].label("document"), other[0].label("other"), Relation.type.label("type")).where(
            arrays.equals(own[0], "documents", one=one), in_force(at=at)
        )
        if types is not None:
            side = side.where(unindexed(Relation.type).in_(types))
        sides.append(where_current(where_current(side, own, at), other, at))
    rows = union_all(*sides).subquery()
    return select(rows.c.document, rows.c.other, rows.c.type)


def moment(*, now: bool) -> At:
    """The moment that a statement reads: the present, or the seq `:at`."""
    return None if now else AT


def count_copies(document: ColumnElement[str], at: At = None) -> ColumnElement[int]:
    """How many copy relations `document`, a column of an outer statement, has between current versions.

    Counted by subqueries that begin at the current version of the document: in joins, both databases may begin at the
    other documents of its relations.
    """
    state = aliased(DocumentState)
    is_current_one = and_(state.document == document, unindexed(state.status) == "current", valid_at(state, at))
    number = select(state.number).where(is_current_one).correlate_except(state).scalar_subquery()
    sides = []
    for own, other in DIRECTIONS:
        is_copy = and_(unindexed(Relation.type).in_(COPY_TYPES), in_force(at=at))
        side = select(func.count()).select_from(Relation).where(own[0] == document, own[1] == number, is_copy)
        sides.append(where_current(side, other, at).scalar_subquery())
    return sides[0] + sides[1]


def in_force(relation: Any = Relation, at: At = None) -> ColumnElement[bool]:  # noqa: ANN401  Relation or an alias.
    """Whether both sides of a relation are recorded and it is not withdrawn, now or as of the seq `at`."""
    return and_(relation.seq != PENDING, valid_at(relation, at))


def where_current(statement: S, version: VersionColumns, at: At = None) -> S:
    """The statement limited to rows whose `version` is current, now or as of the seq `at`."""
    state = aliased(DocumentState)
    return statement.join(state, is_current_state(state, version, at))


def is_current_state(state: Any, version: VersionColumns, at: At = None) -> ColumnElement[bool]:  # noqa: ANN401  An alias.
    """Whether the state is that of a document that is not withdrawn and has `version` as its current one."""
    return and_(is_current(version, state), unindexed(state.status) == "current", valid_at(state, at))
