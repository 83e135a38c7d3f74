"""Which documents of a story are copies: others that say the same words stand before them.

Copies are linked to one of theirs alone, the one that arrived first, and not to each other: it says nothing of which of
them is first by what they say of themselves.
"""

import functools
import itertools
from collections.abc import Collection, Iterable
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from catalog_service import arrays, filing, ties
from catalog_service.arrays import any_of
from catalog_service.relation_types import COPY_TYPES
from catalog_service.tables import Document, Relation, Story, Version, current_version, is_current, unindexed

# A class that maps a table, or an alias of one.
_Table: TypeAlias = Any
# From which side of a relation one walks, and to which.
_WAYS = (("a", "b"), ("b", "a"))


def copies(session: Session, documents: Collection[str]) -> set[str]:
    """Those of `documents`, no heads of stories, that are copies.

    Another one of the same words stands before them, or heads their story.
    """
    found: set[str] = set()
    # Most copies are known by their digest, and the others cost ten times as much to ask for.
    for asked in (_of_same_text, _of_linked_text):
        if left := set(documents) - found:
            found |= set(session.scalars(asked(), {"documents": list(left)}))
    return found


@functools.cache
def _of_same_text() -> Select[str]:
    own, version = aliased(Document), aliased(Version)
    head, heads = aliased(Document), aliased(Version)
    other, others = aliased(Document), aliased(Version)
    same = and_(others.digest == version.digest, other.story == own.story)
    before = exists().where(same, current_version(other, others), filing.is_before(others, version))
    # The head first: where it is a copy too, as in most stories of many, no others are looked at.
    return (
        _asked(own, version)
        .join(head, head.id == Story.head)
        .join(heads, current_version(head, heads))
        .where(or_(heads.digest == version.digest, before))
    )


@functools.cache
def _of_linked_text() -> Select[str]:
    """A duplicate of it is before it, or a duplicate of such: two that are copies of a third are no less so."""
    own, version = aliased(Document), aliased(Version)
    ways = [*itertools.product(_WAYS, repeat=1), *itertools.product(_WAYS, repeat=2)]
    return _asked(own, version).where(or_(*(_reaches_one_before(own, version, way) for way in ways)))


def _asked(own: _Table, version: _Table) -> Select[str]:
    wanted = any_of(own.id, arrays.parameter("documents"))
    return select(own.id).join(version, current_version(own, version)).join(Story, Story.id == own.story).where(wanted)


def _reaches_one_before(own: _Table, version: _Table, ways: Iterable[tuple[str, str]]) -> Exists:
    """Whether these steps from duplicate to duplicate lead to one before it; the database stops at the first."""
    last, steps = own, []
    for way in ways:
        other = aliased(Document)
        steps.append(_step(last, other, way))
        last = other
    others = aliased(Version)
    before = or_(filing.is_before(others, version), last.id == Story.head)
    return exists().where(*steps, current_version(last, others), before)


def _step(one: _Table, other: _Table, way: tuple[str, str]) -> ColumnElement[bool]:
    """Whether there is a relation that makes one the duplicate of another of its story."""
    relation = aliased(Relation)
    sides = [
        is_current((getattr(relation, f"{side}_document"), getattr(relation, f"{side}_version")), end)
        for side, end in zip(way, (one, other), strict=True)
    ]
    told = and_(unindexed(relation.type).in_(COPY_TYPES), ties.in_force(relation))
    return and_(*sides, told, other.story == one.story)
