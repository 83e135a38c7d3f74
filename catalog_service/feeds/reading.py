"""Reads feeds: of all changes, of a search, and of one document."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog_service import changes, document_versions, search
from catalog_service.diff_resources import Diff
from catalog_service.errors import NotFound
from catalog_service.feeds import content
from catalog_service.feeds.model import Entry, Feed, Tombstone, entry_id, feed_id
from catalog_service.resources import Change, Version, VersionSummary
from catalog_service.store import counter
from catalog_service.store.tables import Document

# The number of entries of a feed, and of the changes that they are taken from.
ENTRIES = 50
# The number of tombstones of one document.
TOMBSTONES = 20
# Characters of a text, as stored, above which an entry says only how much changed: its diff could take a second.
LONGEST_TEXT = 100_000
REASONS = {"withdrawn": "The document was withdrawn.", "redacted": "The content was erased on purpose."}
Name = tuple[str, int]
Compare: TypeAlias = Callable[[Version, Version], Diff]


@dataclass(frozen=True, slots=True)
class Source:
    """What feeds are read from: a reading session, and the function that gives the diff of two versions."""

    session: Session
    compare: Compare


def of_changes(source: Source, collection: str | None = None) -> Feed:
    """The versions that were recorded last, and those of the documents that were withdrawn last."""
    newest = changes.newest_of_documents(source.session, collection, ENTRIES)
    names = dict.fromkeys(_named_by(change) for change in newest)
    title = f"Changes in {collection}" if collection else "Changes"
    return _feed(source, ("changes", collection or ""), title, "/", list(names))


def _named_by(change: Change) -> Name:
    """The version that a change added, or the current one; number 0, which no version has, if the change has none."""
    return str(change.subject), int(str(change.data.get("version") or 0))


def of_document(source: Source, document: UUID) -> Feed:
    """The versions of a document, the newest first. Raises NotFound."""
    statement = select(Document.path, Document.versions).where(Document.id == str(document))
    row = source.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"There is no document {document}.")
    names = [(str(document), number) for number in range(row.versions, max(0, row.versions - ENTRIES), -1)]
    page = f"/documents/{document}"
    return _feed(source, ("document", str(document)), f"Versions of {row.path}", page, names)


def of_search(source: Source, query: search.Query, page: str) -> Feed:
    """The documents that a search finds, in its order, and those that it would find, were they not withdrawn.

    `page` is the path of the search's page. Raises BadQuery.
    """
    found = search.find(source.session, query)
    names = [(str(hit.document.id), hit.document.version) for hit in found.hits]
    if query.status == "current":
        withdrawn = search.find(source.session, dataclasses.replace(query, status="withdrawn"))
        names += [(str(hit.document.id), hit.document.version) for hit in withdrawn.hits]
    title = f"Search for {query.q}" if query.q else "All documents"
    return _feed(source, ("search", page), title, page, names)


def _feed(source: Source, name: tuple[str, str], title: str, page: str, names: Sequence[Name]) -> Feed:
    """The feed of the versions with these names, in their order."""
    states = _states(source.session, {document for document, _ in names})
    current = [name for name in names if states[name[0]].status == "current"]
    gone = [state for state in states.values() if state.status != "current"]
    tombstones = [tombstone for state in gone for tombstone in _tombstones(state)]
    epoch = counter.snapshot(source.session).epoch
    return Feed(feed_id(f"{epoch} {' '.join(name)}"), title, page, _entries(source, current, states), tombstones)


def _states(session: Session, ids: set[str]) -> Mapping[str, Any]:
    """The status, the current version's number and the time of the last change of these documents, by id."""
    columns = (Document.id, Document.status, Document.number, Document.versions, Document.recorded_at)
    return {row.id: row for row in session.execute(select(*columns).where(Document.id.in_(ids)))}


def _tombstones(state: Any) -> Iterator[Tombstone]:  # noqa: ANN401  A row.
    """The tombstones of the last versions of a document: a reader may have an entry of each."""
    for number in range(state.versions, max(0, state.versions - TOMBSTONES), -1):
        yield Tombstone(entry_id(state.id, number), state.recorded_at, REASONS[state.status])


def _entries(source: Source, names: Sequence[Name], states: Mapping[str, Any]) -> list[Entry]:
    summaries = {_name(version): version for version in document_versions.by_names(source.session, names)}
    before = [(document, number - 1) for document, number in names if number > 1]
    read = document_versions.texts(source.session, {*names, *before}, LONGEST_TEXT)
    texts = {_name(version): version for version in read}
    versions = [summaries[name] for name in names if name in summaries]
    return [
        _entry(version, _updated(version, states[str(version.id)]), _content(source.compare, version, texts))
        for version in versions
    ]


def _name(version: VersionSummary) -> Name:
    return str(version.id), version.version


def _updated(version: VersionSummary, state: Any) -> datetime:  # noqa: ANN401  A row.
    """When the entry changed last: a current version is moved and restored with its document."""
    moment: datetime = state.recorded_at if state.number == version.version else version.recorded_at
    return moment


def _entry(version: VersionSummary, updated: datetime, html: str) -> Entry:
    document, number = _name(version)
    return Entry(
        id=entry_id(document, number),
        path=f"/documents/{document}?version={number}",
        title=version.title,
        authors=version.authors or ((version.publisher,) if version.publisher else ()),
        published=version.recorded_at,
        updated=updated,
        content=html,
    )


def _content(compare: Compare, version: VersionSummary, texts: Mapping[Name, Version]) -> str:
    document, number = _name(version)
    after, before = texts.get((document, number)), texts.get((document, number - 1))
    if after is not None and number == 1:
        return content.of_first(after)
    if after is None or before is None:
        return content.of_long(version)
    return content.of_change(before, after, compare(before, after))
