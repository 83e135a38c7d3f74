"""Reads what the sentences of the newspaper are made from: a fixed number of statements a page."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from catalog_service import changes, diff_resources, document_versions, documents, resources
from catalog_service.changes import seq_of
from catalog_service.relation_types import PROPERTIES
from catalog_service.relations import queries
from catalog_service.web.news import items, turns
from catalog_service.web.news.item import Item
from catalog_service.web.news.material import Compared, Material, Name, Reported, end_name, name_of

# Relations read for a page; others are only counted: a text may have a thousand copies.
MAX_RELATIONS = 60
# Diffs made for a page, of the newest entries, and the length of the texts in characters as stored: each takes up to
# some hundredths of a second the first time.
MAX_DIFFS = 15
LONGEST_TEXT = 50_000
# Words that changed, of which the sentence may name some.
FEW_WORDS = 24

Compare: TypeAlias = Callable[[resources.Version, resources.Version], diff_resources.Diff]
Pair: TypeAlias = tuple[Name, Name]


@dataclass(frozen=True, slots=True)
class NewsPage:
    """One page of items, the newest first; `next` is the cursor of the page with older ones."""

    items: Sequence[Item]
    next: str | None


def page(session: Session, compare: Compare, types: tuple[str, ...], limit: int, cursor: str | None = None) -> NewsPage:
    """The items of the last `limit` entries of these types of the change log, or of those before the cursor.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    latest = changes.latest(session, types, limit=limit, cursor=cursor)
    return NewsPage(items.items(_material(session, compare, latest.changes)), latest.next)


def _material(session: Session, compare: Compare, entries: Sequence[resources.Change]) -> Material:
    reported = list(_reported(entries))[:MAX_RELATIONS]
    relations = queries.as_reported(session, reported) if reported else {}
    heads = [str(entry.data["head"]) for entry in entries if entry.type == turns.STORY and entry.data["head"]]
    named = set(_named(entries)) | {end_name(end) for each in relations.values() for end in (each.a, each.b)}
    readable = documents.readable_heads(session, {document for document, _ in named}.union(heads))
    wanted = {name for name in named if name[0] in readable} | {readable[head] for head in heads if head in readable}
    versions = dict(_versions(session, wanted))
    return Material(
        changes=entries,
        versions=versions,
        relations=relations,
        current=readable,
        arrived=_arrived(session, entries),
        compared=compared(session, compare, _pairs(entries, versions, relations.values())),
    )


def _reported(entries: Iterable[resources.Change]) -> Iterator[Reported]:
    for entry in entries:
        if entry.type in (turns.ADDED, turns.WITHDRAWN):
            yield str(entry.data["relation"]), seq_of(entry)


def _named(entries: Iterable[resources.Change]) -> Iterator[Name]:
    """The versions that the entries name, and those before the ones that they added."""
    for entry in entries:
        if entry.type.startswith(turns.DOCUMENT):
            document, number = name_of(entry)
            yield document, number
            if entry.type == items.CHANGED and number > 1:
                yield document, number - 1


def _versions(session: Session, names: Collection[Name]) -> Iterator[tuple[Name, resources.VersionSummary]]:
    for version in document_versions.by_names(session, names) if names else ():
        yield (str(version.id), version.version), version


def _arrived(session: Session, entries: Iterable[resources.Change]) -> dict[str, datetime]:
    withdrawn = {str(entry.subject): seq_of(entry) for entry in entries if entry.type == items.WITHDRAWN}
    return changes.first_of_stay(session, withdrawn) if withdrawn else {}


def _pairs(
    entries: Iterable[resources.Change],
    versions: dict[Name, resources.VersionSummary],
    relations: Iterable[resources.Relation],
) -> list[Pair]:
    """The versions whose diffs say more than what is stored: of short edits, and of filings of a story."""
    edits = [name_of(entry) for entry in entries if entry.type == items.CHANGED]
    pairs = [((document, number - 1), (document, number)) for document, number in edits if number > 1]
    wanted = [pair for pair in pairs if pair[1] in versions and _is_short(versions[pair[1]].change)]
    filings = [relation for relation in relations if _is_filing(relation)]
    for relation in filings:
        ends = end_name(relation.a), end_name(relation.b)
        wanted.append(ends if relation.source == "a" else ends[::-1])
    return [pair for pair in wanted if pair[0] in versions and pair[1] in versions][:MAX_DIFFS]


def _is_filing(relation: resources.Relation) -> bool:
    """Whether one side files the story of the other again."""
    properties = PROPERTIES[relation.type]
    return properties.joins_story and not properties.is_copy and relation.source is not None


def _is_short(change: resources.VersionChange) -> bool:
    if change.kind != "publisher" or change.significance in ("headline", "metadata", "typography"):
        return False
    return max(change.words_added, change.words_removed) <= FEW_WORDS


def compared(session: Session, compare: Compare, pairs: Sequence[Pair]) -> dict[Pair, Compared]:
    """The diffs of these pairs of versions, except of long texts."""
    names = {name for pair in pairs for name in pair}
    read = document_versions.texts(session, names, LONGEST_TEXT) if names else []
    texts = {(str(version.id), version.version): version for version in read}
    both = [(pair, texts[pair[0]], texts[pair[1]]) for pair in pairs if pair[0] in texts and pair[1] in texts]
    return {pair: Compared(before, after, compare(before, after)) for pair, before, after in both}
