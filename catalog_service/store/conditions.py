"""Conditions that statements about any `seq` share; without a `seq`, they are about the present."""

from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from catalog_service.store.tables import Document, DocumentState, Membership, Story, valid_at

# None for now, else a `seq`.
At: TypeAlias = "int | ColumnElement[int] | None"
# The `seq` as a parameter of prepared statements.
AT = bindparam("at", type_=BigInteger)
# A mapped class, an alias of one, or the columns of a subquery.
Table: TypeAlias = Any


def story_at(story: Table, id_: Any, seq: At = None) -> ColumnElement[bool]:  # noqa: ANN401  A column or a text.
    """The row, of Story or an alias of it, of the story with this id.

    A story has a row for each of its changes, perhaps ten thousand: the last one until `seq` is looked up by its key.
    """
    if seq is None:
        return and_(story.id == id_, valid_at(story))
    earlier = aliased(Story)
    last = select(func.max(earlier.seq)).where(earlier.id == id_, earlier.seq <= seq).correlate_except(earlier)
    return and_(story.id == id_, story.seq == last.scalar_subquery())


def in_stories(seq: At = None) -> Table:
    """Documents with the columns document, number (of the current version) and story.

    All documents that are in a story are among them. Those in no story, if there are any, have no `story`.
    """
    if seq is None:
        return aliased(Document)
    state, membership = aliased(DocumentState), aliased(Membership)
    statement = (
        select(state.document, state.number, membership.story)
        .join(membership, membership.document == state.document)
        .where(valid_at(state, seq), valid_at(membership, seq))
    )
    return statement.subquery().c


def not_redacted(document: Any) -> ColumnElement[bool]:  # noqa: ANN401  A column.
    """Whether the document with this id is not redacted now: its content is absent from answers as of every `seq`."""
    return ~select(Document.id).where(Document.id == document, Document.status == "redacted").exists()
