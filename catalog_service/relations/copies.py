"""The copies of a story: documents whose text an earlier filing of the story has too.

A copy has a relation to the representative of its equivalence class only: the document that arrived first. It need not
be the earliest filing, so other documents with the same text are compared too.
"""

import functools
import itertools
from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import filing, links
from catalog_service.store import arrays
from catalog_service.store.arrays import any_of
from catalog_service.store.tables import Document, Relation, Story, Version, current_version, is_current, unindexed

# A mapped class or an alias of one.
_Table: TypeAlias = Any
# A step over a relation: the side that it starts from, and the side that it leads to.
_Step: TypeAlias = tuple[str, str]
_STEPS: tuple[_Step, ...] = (("a", "b"), ("b", "a"))
# Two copies of the same text are two steps apart: both have a relation to its representative.
MAX_STEPS = 2


def copies(session: Session, documents: Collection[str]) -> set[str]:
    """Those of these documents that are copies. None of the documents may be the head of its story.

    A document is a copy if the head of its story, or an earlier filing in it, has the same digest, or is connected with
    it by at most `MAX_STEPS` copy relations.
    """
    copied: set[str] = set()
    # The digest decides for most copies. To follow relations costs ten times as much.
    for statement in (_with_same_digest, _with_copy_relation):
        if remaining := set(documents) - copied:
            copied |= set(session.scalars(statement(), {"documents": list(remaining)}))
    return copied


@functools.cache
def _with_same_digest() -> Select[str]:
    """Those of `:documents` that have the digest of the head of the story or of an earlier filing in it."""
    document, version = aliased(Document), aliased(Version)
    head, head_version = aliased(Document), aliased(Version)
    other, other_version = aliased(Document), aliased(Version)
    same_text = and_(other_version.digest == version.digest, other.story == document.story)
    is_earlier = filing.is_before(other_version, version)
    # The head is compared first: in most large stories it has the text too, and no other document is read.
    return (
        _select_documents(document, version)
        .join(head, head.id == Story.head)
        .join(head_version, current_version(head, head_version))
        .where(
            or_(
                head_version.digest == version.digest,
                exists().where(same_text, current_version(other, other_version), is_earlier),
            )
        )
    )


@functools.cache
def _with_copy_relation() -> Select[str]:
    """Those of `:documents` from which one or two copy relations lead to the head or to an earlier filing."""
    document, version = aliased(Document), aliased(Version)
    paths = [path for length in range(1, MAX_STEPS + 1) for path in itertools.product(_STEPS, repeat=length)]
    return _select_documents(document, version).where(
        or_(*(_leads_to_earlier_filing(document, version, path) for path in paths))
    )


def _select_documents(document: _Table, version: _Table) -> Select[str]:
    return (
        select(document.id)
        .join(version, current_version(document, version))
        .join(Story, Story.id == document.story)
        .where(any_of(document.id, arrays.parameter("documents")))
    )


def _leads_to_earlier_filing(document: _Table, version: _Table, path: Sequence[_Step]) -> Exists:
    """Whether these steps over copy relations lead from a document to the head or to an earlier filing."""
    last, conditions = document, []
    for step in path:
        following = aliased(Document)
        conditions.append(_is_step(last, following, step))
        last = following
    last_version = aliased(Version)
    is_earlier = or_(filing.is_before(last_version, version), last.id == Story.head)
    return exists().where(*conditions, current_version(last, last_version), is_earlier)


def _is_step(start: _Table, end: _Table, step: _Step) -> ColumnElement[bool]:
    """Whether a copy relation leads from the current version of `start` to that of `end`, in the same story."""
    relation = aliased(Relation)
    ends = [
        is_current((getattr(relation, f"{side}_document"), getattr(relation, f"{side}_version")), document)
        for side, document in zip(step, (start, end), strict=True)
    ]
    is_copy = and_(unindexed(relation.type).in_(COPY_TYPES), links.in_force(relation))
    return and_(*ends, is_copy, end.story == start.story)
