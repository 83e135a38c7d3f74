"""The copies of a story: documents whose text an earlier filing of the story has too.

A copy has a relation to the representative of its equivalence class only: the document that arrived first. It need not
be the earliest filing, so other documents with the same text are compared too.
"""

import functools
import itertools
from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import filing, links
from catalog_service.store import arrays
from catalog_service.store.conditions import At, Table, in_stories, story_at
from catalog_service.store.tables import Relation, Story, Version, current_version, is_current, unindexed

# A step over a relation: the side that it starts from, and the side that it leads to.
_Step: TypeAlias = tuple[str, str]
_STEPS: tuple[_Step, ...] = (("a", "b"), ("b", "a"))
# Two copies of the same text are two steps apart: both have a relation to its representative.
MAX_STEPS = 2


@functools.cache
def select_copies(*, now: bool = True, one: bool = False) -> Select[str]:
    """Selects those of `:filings` that are copies, now or as of the seq `:at`. None may be the head of its story.

    With `one`, `:filings` is one document, not a list.

    A document is a copy if the head of its story, or an earlier filing in it, has the same digest, or is connected with
    it by at most `MAX_STEPS` copy relations.
    """
    at = links.moment(now=now)
    document, head = in_stories(at), in_stories(at)
    version, head_version = aliased(Version), aliased(Version)
    paths = [path for length in range(1, MAX_STEPS + 1) for path in itertools.product(_STEPS, repeat=length)]
    # In this order, because the first condition that holds ends the search. In most large stories the head has the
    # text. To follow relations costs ten times as much as to compare digests.
    is_copy = or_(
        head_version.digest == version.digest,
        _has_digest_of_earlier_filing(document, version, at),
        *(_leads_to_earlier_filing(document, version, path, at) for path in paths),
    )
    return (
        select(document.document)
        .where(
            current_version(document, version),
            story_at(Story, document.story, at),
            head.document == Story.head,
            current_version(head, head_version),
        )
        .where(arrays.equals(document.document, "filings", one=one), is_copy)
    )


def _has_digest_of_earlier_filing(document: Table, version: Table, at: At) -> Exists:
    other, other_version = in_stories(at), aliased(Version)
    same_text = and_(other_version.digest == version.digest, other.story == document.story)
    return exists().where(same_text, current_version(other, other_version), filing.is_before(other_version, version))


def _leads_to_earlier_filing(document: Table, version: Table, path: Sequence[_Step], at: At) -> Exists:
    """Whether these steps over copy relations lead from a document to the head or to an earlier filing."""
    last, conditions = document, []
    for step in path:
        following = in_stories(at)
        conditions.append(_is_step(last, following, step, at))
        last = following
    last_version = aliased(Version)
    is_earlier = or_(filing.is_before(last_version, version), last.document == Story.head)
    return exists().where(*conditions, current_version(last, last_version), is_earlier)


def _is_step(start: Table, end: Table, step: _Step, at: At) -> ColumnElement[bool]:
    """Whether a copy relation leads from the current version of `start` to that of `end`, in the same story."""
    relation = aliased(Relation)
    ends = [
        is_current((getattr(relation, f"{side}_document"), getattr(relation, f"{side}_version")), document)
        for side, document in zip(step, (start, end), strict=True)
    ]
    is_copy = and_(unindexed(relation.type).in_(COPY_TYPES), links.in_force(relation, at))
    return and_(*ends, is_copy, unindexed(end.story) == start.story)
