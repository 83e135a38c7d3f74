"""Groups entries of the change log: what happened to one document in one transaction is one event. Pure."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog_service.changes import seq_of
from catalog_service.resources import Change, Relation
from catalog_service.web.news.material import Material

DOCUMENT, ADDED, WITHDRAWN, STORY = "document.", "relation.added.v1", "relation.withdrawn.v1", "story.changed.v1"


@dataclass(slots=True)
class Event:
    """What happened to one document, or to one story, at one time; entries are in the order of the log.

    `gained` and `lost` are relations, from the side that takes text from the other where that is known. `unread` counts
    the added relations that were not read.
    """

    time: datetime
    document: str | None
    entries: list[Change] = field(default_factory=list)
    gained: list[Relation] = field(default_factory=list)
    lost: list[Relation] = field(default_factory=list)
    unread: int = 0
    seq: int = 0


def events(material: Material) -> list[Event]:
    """The events of all entries, the newest first."""
    turns = itertools.groupby(material.changes, key=lambda change: change.time)
    return [event for time, entries in turns for event in _of_turn(time, list(entries), material)]


def _of_turn(time: datetime, entries: Sequence[Change], material: Material) -> list[Event]:
    """The events of one transaction; `entries` are the newest first."""
    found: dict[Any, Event] = {}

    def event(key: str, document: str | None, change: Change) -> Event:
        entry = found.setdefault(key, Event(time, document))
        entry.seq = max(entry.seq, seq_of(change))
        return entry

    changed = {str(change.subject) for change in entries if change.type.startswith(DOCUMENT)}
    for change in entries:
        if change.type.startswith(DOCUMENT):
            event(str(change.subject), str(change.subject), change).entries.insert(0, change)
        elif change.type == STORY:
            event(str(change.data["story"]), None, change).entries = [change]
    for change in _of_relations(entries):
        relation = material.relations.get((str(change.data["relation"]), seq_of(change)))
        document = _subject(change, relation, changed)
        if relation is None:
            event(document, document, change).unread += change.type == ADDED
        else:
            concerned = event(document, document, change)
            (concerned.gained if change.type == ADDED else concerned.lost).append(relation)
    return sorted(found.values(), key=lambda each: each.seq, reverse=True)


def _of_relations(entries: Sequence[Change]) -> Iterator[Change]:
    """The entries about relations, one for each pair of documents that is related after the turn and was not before."""
    pairs: defaultdict[frozenset[str], dict[str, Change]] = defaultdict(dict)
    for change in entries:
        if change.type in (ADDED, WITHDRAWN):
            pairs[frozenset(_documents(change))].setdefault(change.type, change)
    for of_pair in pairs.values():
        if len(of_pair) == 1:
            yield from of_pair.values()


def _documents(change: Change) -> list[str]:
    sides: Any = change.data["sides"]
    return [str(side["document"]) for side in sides]


def _subject(change: Change, relation: Relation | None, changed: set[str]) -> str:
    """The document that an entry about a relation is news of: the one that takes text, or else the one that changed.

    A relation ends because one of its documents changed.
    """
    documents = _documents(change)
    of_turn = next((document for document in documents if document in changed), documents[0])
    if relation is None or (change.type == WITHDRAWN and of_turn in changed) or relation.source is None:
        return of_turn
    return str((relation.b if relation.source == "a" else relation.a).document)
