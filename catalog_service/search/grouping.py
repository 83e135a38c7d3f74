"""Groups of documents that a search shows as one hit: copies of a text, or a whole story, as of the search's `seq`."""

import functools
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa

from catalog_service.relation_types import COPY_TYPES, STORY_TYPES
from catalog_service.relations import filing, graph, links
from catalog_service.search.results import Collapse
from catalog_service.search.scope import MAX_FORMS, Form, SearchScope
from catalog_service.store.prepared import NamedRow, Prepared
from catalog_service.store.tables import Version

CHUNK = 500
LINKED_BY: Mapping[Collapse, tuple[str, ...]] = {"none": (), "duplicates": COPY_TYPES, "stories": STORY_TYPES}
COLUMNS = (*filing.columns(Version), Version.kind, Version.publisher, Version.language, Version.seq)
Rows: TypeAlias = list[NamedRow]


@dataclass(frozen=True, slots=True)
class Group:
    """Matching documents that are shown as one hit: the shown document, and the hidden ones."""

    shown: NamedRow
    hidden: tuple[NamedRow, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one search, looked up on demand. Rows and links read for a page are kept for the counts."""

    scope: SearchScope
    # By document; None for a document that does not match.
    _rows: dict[str, NamedRow | None] = field(default_factory=dict)
    _links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def of_documents(self, collapse: Collapse, documents: Collection[str]) -> dict[str, Group]:
        """The groups that these documents, all of which match, are in, by each matching member.

        A document without links is in none.
        """
        components = self._components(LINKED_BY[collapse], documents)
        self._read(set[str]().union(*components), set(documents))
        groups: dict[str, Group] = {}
        for members in components:
            if rows := [row for document in sorted(members) if (row := self._rows[document]) is not None]:
                groups |= dict.fromkeys((row.document for row in rows), _group(collapse, rows))
        return groups

    def _components(self, types: Collection[str], documents: Iterable[str]) -> list[set[str]]:
        """The connected components of two documents or more that contain one of these documents.

        Links through documents that do not match the search count too.
        """
        starts = set(documents) if types else set[str]()
        self._read_links(types, starts)
        components = graph.components(starts, functools.partial(self._linked_to, types=types))
        return [members for members in components if len(members) > 1]

    def _read_links(self, types: Collection[str], documents: Collection[str]) -> None:
        """Reads the links of these documents, and of all that they lead to by links of these types."""
        reached, waiting = set(documents), set(documents)
        while waiting:
            for chunk in _chunks(waiting - self._links.keys()):
                self._links.update({document: [] for document in chunk})
                for row in _select_links.rows(self.scope.session, documents=chunk, at=self.scope.at):
                    self._links[row.document].append((row.type, row.other))
            waiting = {other for document in waiting for other in self._linked_to(document, types)} - reached
            reached |= waiting

    def _linked_to(self, document: str, types: Collection[str]) -> Iterator[str]:
        return (other for type_, other in self._links[document] if type_ in types)

    def _read(self, documents: Set[str], matching: Set[str]) -> None:
        """Reads the rows of those of the documents that match; `matching` are known to."""
        for chunk in _chunks(documents - self._rows.keys()):
            self._rows.update(dict.fromkeys(chunk))
            self._rows.update({row.document: row for row in self._matching_rows(chunk, matching)})

    def _matching_rows(self, documents: Collection[str], matching: Set[str]) -> Rows:
        """The rows of those of the documents that match; `matching` are known to."""
        scope = self.scope.of_documents(documents)
        if scope.query.versions == "all":
            return _rows(scope)
        # The documents are read first and then checked against the index: a common word has very many entries.
        rows = _rows(scope.with_plan(None))
        entries = scope.matching_among([row.seq for row in rows if row.document not in matching])
        return [row for row in rows if row.document in matching or row.seq in entries]


def _rows(scope: SearchScope) -> Rows:
    form, values = scope.form()
    return _select_rows(form).rows(scope.session, **values)


@functools.lru_cache(MAX_FORMS)
def _select_rows(form: Form) -> Prepared:
    return Prepared(lambda: form.select(*COLUMNS))


@Prepared
def _select_links() -> sa.Select[*tuple[Any, ...]]:
    return links.select_related(STORY_TYPES, now=False)


def _group(collapse: Collapse, rows: Rows) -> Group:
    """The group of these rows. It shows the earliest filing of copies, the newest of a story."""
    shown = filing.newest(rows) if collapse == "stories" else filing.earliest(rows)
    return Group(shown, tuple(row for row in rows if row is not shown))


def _chunks(documents: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(documents)
    while chunk := list(itertools.islice(remaining, CHUNK)):
        yield chunk
