"""Makes events as JSON: the only module that converts values of the service into those of the contract. Pure.

Nothing is validated here at run time. Tests hold every kind of body to the models of `catalog_service.contract`, and
the catalog refuses a body that breaks them, which makes the event a dead letter with the reason.
"""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pydantic_core import to_json

from catalog_service import contract
from ingest_service import model
from ingest_service.delivery.outbox import Event
from ingest_service.sameness import bounds
from ingest_service.store.rows import ItemRow

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
class Original:
    """The bytes that an article was read from; without `content` if they are too many for an event or not kept."""

    digest: str
    size: int
    media_type: str
    encoding: str | None
    content: bytes | None

    @property
    def is_large(self) -> bool:
        """Whether the bytes are put before the event: those above 64 KiB."""
        return self.size > contract.MAX_INLINE_ORIGINAL


@dataclass(frozen=True, slots=True)
class Observation:
    """An observation that found an article: its number in the document, cause, time, bytes, and article with digest."""

    number: int
    cause: str
    at: datetime
    original: Original
    article: model.Article
    digest: str


def without_article(origin: Origin, item: ItemRow, change: ItemChange, now: datetime) -> Event:
    """The event of a move or a withdrawal; its observation is the one of the item's row."""
    data = _data(origin, item, item.observation, change.cause, now)
    data |= {"path": change.path, "previous_path": change.previous_path, "reason": change.reason}
    return _event(origin, data, contract.OBSERVED, now)


def observed(origin: Origin, item: ItemRow, observation: Observation, relations: Sequence[model.Relation]) -> Event:
    """The event of a new article. It contains an original of up to 64 KiB; the relay puts a larger one before it.

    If the bytes are no longer kept, the event has only their digest. The catalog rejects it if it lacks the bytes.
    """
    original = observation.original
    inline = None if original.is_large or original.content is None else base64.b64encode(original.content).decode()
    data = _data(origin, item, observation.number, observation.cause, observation.at)
    data["original"] = {
        "digest": original.digest,
        "size": original.size,
        "media_type": original.media_type,
        "encoding": original.encoding,
        "bytes": inline,
    }
    data["article"] = _article(observation.article, observation.digest)
    data["relations"] = relations_data(relations)
    event = _event(origin, data, contract.OBSERVED, observation.at)
    return replace(event, original=original.digest if original.is_large else None)


def related(
    origin: Origin, document: str, observation: int, relations: Sequence[model.Relation], now: datetime
) -> Event:
    """The event with the full set of relations of an observation that was judged again; its id is new each time."""
    data = {"document": document, "observation": observation, "relations": relations_data(relations)}
    return _event(origin, data, contract.RELATED, now, suffix=f":{uuid.uuid4()}")


def _event(origin: Origin, data: dict[str, Any], type_: str, time: datetime, suffix: str = "") -> Event:
    document, observation = data["document"], data["observation"]
    id_ = f"{document}:{observation}{suffix}"
    body = {
        "specversion": "1.0",
        "id": id_,
        "source": origin.source,
        "subject": document,
        "time": contract.format_time(time),
        "datacontenttype": "application/json",
        "data": data,
        "type": type_,
    }
    return Event(id_, document, observation, time, to_json(body))


def _data(origin: Origin, item: ItemRow, observation: int, cause: str, when: datetime) -> dict[str, Any]:
    return {
        "document": item.document,
        "observation": observation,
        "collection": origin.collection,
        "path": item.path,
        "item": {"key": item.key, "by": item.by, "parent": item.parent, "version": item.version},
        "cause": cause,
        "reason": None,
        "observed_at": contract.format_time(when),
        "previous_path": None,
        "original": None,
        "article": None,
        "relations": [],
    }


def _article(article: model.Article, digest: str) -> dict[str, Any]:
    return {
        "title": article.title,
        "paragraphs": article.paragraphs,
        "digest": digest,
        "language": article.language,
        "words": article.words,
        "kind": article.kind,
        "published": article.published,
        "published_basis": article.published_basis,
        "publisher": article.publisher,
        "authors": article.authors,
        "credits": article.credits,
        "url": article.url,
        "suspect": article.suspect,
        "wire": {"marker": article.wire.marker, "sequence": article.wire.sequence} if article.wire else None,
        "fields": dict(article.fields),
        "notes": [_note(note) for note in article.notes],
        "normaliser": {"name": article.normaliser.name, "version": article.normaliser.version},
    }


def _note(note: model.Note) -> dict[str, Any]:
    detail = {"detail": note.detail} if note.detail else {}
    return {"rule": note.rule, "at": note.at, "removed": note.removed, "inserted": note.inserted} | detail


def relations_data(relations: Sequence[model.Relation]) -> list[dict[str, Any]]:
    """The relations in the form of the contract. Of more passages than an event can hold, the longest are kept."""
    limit = min(MAX_OF_RELATION, MAX_OF_EVENT // max(1, len(relations)))
    return [_relation(relation.other, bounds.within(relation.judgement, limit)) for relation in relations]


def _relation(other: model.Reference, judgement: model.Judgement) -> dict[str, Any]:
    omitted = {"passages_omitted": judgement.passages_omitted} if judgement.passages_omitted else {}
    return {
        "type": judgement.type,
        "other": {"document": other.document, "observation": other.observation, "digest": other.digest},
        "jaccard": judgement.jaccard,
        "coverage": {"self": judgement.coverage_own, "other": judgement.coverage_other},
        "passages": [_passage(passage) for passage in judgement.passages],
    } | omitted


def _passage(passage: model.Passage) -> dict[str, Any]:
    return {
        "self": passage.own,
        "other": passage.other,
        "words": passage.words,
        "quoted": passage.quoted,
        "other_quoted": passage.other_quoted,
        "verbatim": passage.verbatim,
        "edits": [{"op": edit.op, "a": edit.a, "b": edit.b, "kind": edit.kind} for edit in passage.edits],
    }
