"""Documents that are shown as one: copies of one text, or all of a story, as they were at the seq of the search."""

import dataclasses
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from catalog_service import stories
from catalog_service.search.results import Collapse
from catalog_service.search.scope import PUBLISHED, SEQUENCE, Scope
from catalog_service.tables import DocumentState, Relation, Version

CHUNK = 500
LINKED_BY: Mapping[Collapse, tuple[str, ...]] = {"none": (), "duplicates": ("duplicate",), "stories": stories.TYPES}
Rows: TypeAlias = list[sa.Row[Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that match and are shown as one: the one that is shown, and the others."""

    shown: sa.Row[Any]
    hidden: tuple[sa.Row[Any], ...]


def among(scope: Scope, collapse: Collapse, documents: Iterable[str]) -> dict[str, Group]:
    """The group of each of these documents that matches together with others."""
    classes = _classes(scope, LINKED_BY[collapse], documents)
    names = {document: number for number, members in enumerate(classes) for document in members}
    found: dict[int, Rows] = {}
    for row in _matching(scope, names):
        found.setdefault(names[row.document], []).append(row)
    return {row.document: group for rows in found.values() for group in [_group(collapse, rows)] for row in rows}


def everywhere(scope: Scope, collapse: Collapse) -> list[Group]:
    """All groups of what matches."""
    types = LINKED_BY[collapse]
    if not types:
        return []
    linked = sa.union_all(*(_linked(side, types) for side in (Relation.a_document, Relation.b_document)))
    asked = scope.select(DocumentState.document).where(DocumentState.document.in_(linked))
    groups = among(scope, collapse, scope.session.scalars(asked).all())
    return list({group.shown.document: group for group in groups.values()}.values())


def _linked(side: Any, types: Collection[str]) -> sa.Select[str]:  # noqa: ANN401  A column.
    return sa.select(side).where(Relation.type.in_(types), Relation.seq != 0)


def _group(collapse: Collapse, rows: Rows) -> Group:
    """Of copies the first stands for them, of a story the newest; of those alike in that the first by digest and id."""
    filed = {row.document: (row.published, row.sequence) for row in rows}
    chosen = (max if collapse == "stories" else min)(filed.values())
    shown = min((row for row in rows if filed[row.document] == chosen), key=lambda row: (row.digest, row.document))
    return Group(shown, tuple(row for row in rows if row is not shown))


def _matching(scope: Scope, documents: Collection[str]) -> Iterator[sa.Row[Any]]:
    columns = (
        DocumentState.document, PUBLISHED.label("published"), SEQUENCE.label("sequence"), Version.digest, Version.kind,
        Version.publisher, Version.language, Version.seq,
    )  # fmt: skip
    # From the documents to the index: the commonest word stands in a great many others.
    unasked = dataclasses.replace(scope, plan=None)
    for chunk in _chunks(documents):
        rows = scope.session.execute(unasked.select(*columns).where(DocumentState.document.in_(chunk))).all()
        matching = scope.hold([row.seq for row in rows])
        yield from (row for row in rows if row.seq in matching)


def _classes(scope: Scope, types: tuple[str, ...], documents: Iterable[str]) -> list[set[str]]:
    """The connected components around these documents, of two or more; others' documents hold them together too."""
    links = _links(scope, types, documents)
    found, seen = [], set[str]()
    for start in links:
        if start not in seen:
            members = _reached(start, links)
            seen |= members
            found.append(members)
    return found


def _links(scope: Scope, types: tuple[str, ...], documents: Iterable[str]) -> dict[str, set[str]]:
    """What is linked to these documents, to those in turn, and so on."""
    found: dict[str, set[str]] = {}
    asked, waiting = set(documents), set(documents)
    while types and waiting:
        reached = set[str]()
        for chunk in _chunks(waiting):
            links = stories.links(types, now=False)
            for row in scope.session.execute(links, {"documents": chunk, "at": scope.at}):
                found.setdefault(row.document, set()).add(row.other)
                reached.add(row.other)
        waiting = reached - asked
        asked |= waiting
    return found


def _reached(start: str, links: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        new = links.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen


def _chunks(documents: Iterable[str]) -> Iterator[list[str]]:
    left = iter(documents)
    while chunk := list(itertools.islice(left, CHUNK)):
        yield chunk
