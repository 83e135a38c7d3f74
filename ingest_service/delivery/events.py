"""Makes events: the only module that converts values of the service into those of the contract. Pure."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from catalog_service import contract
from ingest_service import model
from ingest_service.sameness import bounds
from ingest_service.store.tables import Item, Original

# The most passages in one relation, and in all relations of an event. The same limits hold for edits with quotations.
# The catalog accepts twice as many in one relation, and events of up to 16 MiB.
MAX_OF_RELATION = 1_000
MAX_OF_EVENT = 20_000


@dataclass(frozen=True, slots=True)
class Origin:
    """The collection and the source of an event."""

    collection: str
    source: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A move or a withdrawal: the path of the item now and before, and the reason. It carries no article."""

    cause: Literal["moved", "withdrawn"]
    path: str
    previous_path: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """An observation that found an article: its number in the document, cause, time, and the bytes that were read."""

    number: int
    cause: str
    at: datetime
    original: Original


def without_article(origin: Origin, item: Item, change: ItemChange, now: datetime) -> contract.ObservedEvent:
    """The event of a move or a withdrawal; its observation is the one of the item's row."""
    data = _about(origin, item, item.observation, now) | {
        "cause": change.cause,
        "path": change.path,
        "previous_path": change.previous_path,
        "reason": change.reason,
    }
    return contract.ObservedEvent.model_validate(_envelope(origin, data, contract.OBSERVED, now))


def observed(
    origin: Origin, item: Item, observation: Observation, article: model.Article, relations: Sequence[model.Relation]
) -> contract.ObservedEvent:
    """The event of a new article. It contains an original of up to 64 KiB; the relay puts a larger one before it.

    If the bytes are no longer kept, the event has only their digest. The catalog rejects it if it lacks the bytes.
    """
    original = observation.original
    inline = original.content if original.size <= contract.MAX_INLINE_ORIGINAL else None
    data = _about(origin, item, observation.number, observation.at) | {
        "cause": observation.cause,
        "original": {
            "digest": original.digest,
            "size": original.size,
            "media_type": original.media_type,
            "encoding": original.encoding,
            "bytes": base64.b64encode(inline) if inline is not None else None,
        },
        "article": _article(article),
        "relations": relations_data(relations),
    }
    return contract.ObservedEvent.model_validate(_envelope(origin, data, contract.OBSERVED, observation.at))


def related(
    origin: Origin, document: str, observation: int, relations: Sequence[model.Relation], now: datetime
) -> contract.RelatedEvent:
    """The event with the full set of relations of an observation that was judged again."""
    data = {"document": document, "observation": observation, "relations": relations_data(relations)}
    envelope = _envelope(origin, data, contract.RELATED, now)
    # An observation may be judged again any number of times, and each time is an event with an id of its own.
    return contract.RelatedEvent.model_validate(envelope | {"id": f"{envelope['id']}:{uuid.uuid4()}"})


def _envelope(origin: Origin, data: dict[str, Any], type_: str, when: datetime) -> dict[str, Any]:
    return {
        "id": f"{data['document']}:{data['observation']}",
        "source": origin.source,
        "subject": data["document"],
        "type": type_,
        "time": when,
        "data": data,
    }


def _about(origin: Origin, item: Item, observation: int, when: datetime) -> dict[str, Any]:
    return {
        "document": item.document,
        "observation": observation,
        "collection": origin.collection,
        "path": item.path,
        "item": {"key": item.key, "by": item.by, "parent": item.parent, "version": item.version},
        "observed_at": when,
    }


def _article(article: model.Article) -> dict[str, Any]:
    same = ("title", "paragraphs", "digest", "language", "words", "kind", "published", "published_basis", "publisher")
    notes = [{"rule": n.rule, "at": n.at, "removed": n.removed, "inserted": n.inserted} for n in article.notes]
    return {
        **{name: getattr(article, name) for name in (*same, "authors", "credits", "url")},
        "wire": {"marker": article.wire.marker, "sequence": article.wire.sequence} if article.wire else None,
        "fields": dict(article.fields),
        "notes": notes,
        "normaliser": {"name": article.normaliser.name, "version": article.normaliser.version},
    }


def relations_data(relations: Sequence[model.Relation]) -> list[dict[str, Any]]:
    """The relations in the form of the contract. Of more passages than an event can hold, the longest are kept."""
    limit = min(MAX_OF_RELATION, MAX_OF_EVENT // max(1, len(relations)))
    bounded = (replace(relation, judgement=bounds.within(relation.judgement, limit)) for relation in relations)
    return [_relation(relation) for relation in bounded]


def _relation(relation: model.Relation) -> dict[str, Any]:
    """One relation in the form of the contract."""
    other, judgement = relation.other, relation.judgement
    return {
        "type": judgement.type,
        "other": {"document": other.document, "observation": other.observation, "digest": other.digest},
        "jaccard": judgement.jaccard,
        "coverage": {"self": judgement.coverage_own, "other": judgement.coverage_other},
        "passages": [_passage(passage) for passage in judgement.passages],
    }


def _passage(passage: model.Passage) -> dict[str, Any]:
    return {
        "self": passage.own,
        "other": passage.other,
        "words": passage.words,
        "quoted": passage.quoted,
        "other_quoted": passage.other_quoted,
        "verbatim": passage.verbatim,
        "edits": [{"op": edit.op, "a": edit.a, "b": edit.b} for edit in passage.edits],
    }
