"""Documents that are shown as one: copies of one text, or all of a story, as they were at the seq of the search."""

import dataclasses
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa

from catalog_service import ties
from catalog_service.search.results import Collapse
from catalog_service.search.scope import PUBLISHED, SEQUENCE, Scope
from catalog_service.tables import DocumentState, Relation, Version

CHUNK = 500
LINKED_BY: Mapping[Collapse, tuple[str, ...]] = {"none": (), "duplicates": ("duplicate",), "stories": ties.TYPES}
COLUMNS = (
    DocumentState.document, PUBLISHED.label("published"), SEQUENCE.label("sequence"), Version.digest, Version.kind,
    Version.publisher, Version.language, Version.seq,
)  # fmt: skip
Rows: TypeAlias = list[sa.Row[Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that match and are shown as one: the one that is shown, and the others."""

    shown: sa.Row[Any]
    hidden: tuple[sa.Row[Any], ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one search. What was read of a document for a page is not read again to be counted."""

    scope: Scope
    # Of a document that does not match there is no row.
    _rows: dict[str, sa.Row[Any] | None] = field(default_factory=dict)
    _links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def among(self, collapse: Collapse, documents: Iterable[str]) -> dict[str, Group]:
        """The group of each of these documents that matches together with others."""
        classes = self._classes(LINKED_BY[collapse], documents)
        self._read(set[str]().union(*classes))
        found: dict[str, Group] = {}
        for members in classes:
            if rows := [row for each in sorted(members) if (row := self._rows[each]) is not None]:
                found |= dict.fromkeys((row.document for row in rows), _group(collapse, rows))
        return found

    def everywhere(self, collapse: Collapse) -> list[Group]:
        """All groups of what matches."""
        types = LINKED_BY[collapse]
        if not types:
            return []
        linked = sa.union_all(*(_linked(side, types) for side in (Relation.a_document, Relation.b_document)))
        asked = self.scope.select(DocumentState.document).where(DocumentState.document.in_(linked))
        groups = self.among(collapse, self.scope.session.scalars(asked).all())
        return list({group.shown.document: group for group in groups.values()}.values())

    def _classes(self, types: Collection[str], documents: Iterable[str]) -> list[set[str]]:
        """The connected components around these documents, of two or more; documents of others hold them together too.

        A document that is related to nobody is in none.
        """
        starts = set(documents) if types else set[str]()
        self._follow(types, starts)
        found, seen = [], set[str]()
        for start in starts:
            if start not in seen and (members := self._reached(start, types)) != {start}:
                seen |= members
                found.append(members)
        return found

    def _follow(self, types: Collection[str], documents: Collection[str]) -> None:
        """Reads what is linked to these documents, to those in turn, and so on."""
        asked, waiting = set(documents), set(documents)
        while waiting:
            for chunk in _chunks(waiting - self._links.keys()):
                self._links.update({each: [] for each in chunk})
                links = ties.links(ties.TYPES, now=False)
                for row in self.scope.session.execute(links, {"documents": chunk, "at": self.scope.at}):
                    self._links[row.document].append((row.type, row.other))
            waiting = {other for each in waiting for other in self._others(each, types)} - asked
            asked |= waiting

    def _others(self, document: str, types: Collection[str]) -> Iterator[str]:
        return (other for type_, other in self._links[document] if type_ in types)

    def _reached(self, start: str, types: Collection[str]) -> set[str]:
        seen, waiting = {start}, [start]
        while waiting:
            new = set(self._others(waiting.pop(), types)) - seen
            seen |= new
            waiting += new
        return seen

    def _read(self, documents: Set[str]) -> None:
        """Reads the rows of those that match."""
        # From the documents to the index: the commonest word stands in a great many others.
        asked = dataclasses.replace(self.scope, plan=None).select(*COLUMNS)
        for chunk in _chunks(documents - self._rows.keys()):
            rows = self.scope.session.execute(asked.where(DocumentState.document.in_(chunk))).all()
            matching = self.scope.hold([row.seq for row in rows])
            self._rows.update(dict.fromkeys(chunk))
            self._rows.update({row.document: row for row in rows if row.seq in matching})


def _linked(side: Any, types: Collection[str]) -> sa.Select[str]:  # noqa: ANN401  A column.
    return sa.select(side).where(Relation.type.in_(types), Relation.seq != 0)


def _group(collapse: Collapse, rows: Rows) -> Group:
    """Of copies the first stands for them, of a story the newest; of those alike in that the first by digest and id."""
    filed = {row.document: (row.published, row.sequence) for row in rows}
    chosen = (max if collapse == "stories" else min)(filed.values())
    shown = min((row for row in rows if filed[row.document] == chosen), key=lambda row: (row.digest, row.document))
    return Group(shown, tuple(row for row in rows if row is not shown))


def _chunks(documents: Iterable[str]) -> Iterator[list[str]]:
    left = iter(documents)
    while chunk := list(itertools.islice(left, CHUNK)):
        yield chunk
