"""Events made of what we know: the only place where our values become those of the contract. Pure but for rows read."""

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

# So many passages are told of one relation, and of all relations of an event; as many edits and quotations again.
# The catalog takes twice as many of one, and 16 MiB.
MOST_OF_ONE = 1_000
MOST_OF_ALL = 20_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose folder an event comes from, and who sends it."""

    collection: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is, when that is all there is to say."""

    cause: Literal["moved", "withdrawn"]
    path: str
    previous: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """An article to be told: which observation it is, why, since when, and the bytes it was read from."""

    observation: int
    cause: str
    observed_at: datetime
    original: Original


def placed(origin: Origin, item: Item, place: Place, now: datetime) -> contract.ObservedEvent:
    """The item moved or was withdrawn; its row's observation is the event's."""
    data = _about(origin, item, item.observation, now) | {
        "cause": place.cause,
        "path": place.path,
        "previous_path": place.previous,
        "reason": place.reason,
    }
    return contract.ObservedEvent.model_validate(_envelope(origin, data, contract.OBSERVED, now))


def observed(
    origin: Origin, item: Item, telling: Telling, article: model.Article, relations: Sequence[model.Relation]
) -> contract.ObservedEvent:
    """The item says something new. Bytes up to 64 KiB travel along, larger ones are put before.

    Of bytes that are kept no more the digest goes alone, and the catalog says if it misses them.
    """
    original = telling.original
    inline = original.content if original.size <= contract.MAX_INLINE_ORIGINAL else None
    data = _about(origin, item, telling.observation, telling.observed_at) | {
        "cause": telling.cause,
        "original": {
            "digest": original.digest,
            "size": original.size,
            "media_type": original.media_type,
            "encoding": original.encoding,
            "bytes": base64.b64encode(inline) if inline is not None else None,
        },
        "article": _article(article),
        "relations": relations_told(relations),
    }
    return contract.ObservedEvent.model_validate(_envelope(origin, data, contract.OBSERVED, telling.observed_at))


def related(
    origin: Origin, document: str, observation: int, relations: Sequence[model.Relation], now: datetime
) -> contract.RelatedEvent:
    """The full set of relations of an observation, judged again."""
    data = {"document": document, "observation": observation, "relations": relations_told(relations)}
    envelope = _envelope(origin, data, contract.RELATED, now)
    # Judged again any number of times: each time is an event of its own.
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


def relations_told(relations: Sequence[model.Relation]) -> list[dict[str, Any]]:
    """Relations as the contract has them; when texts share so much that no event could hold it, the most of it."""
    most = min(MOST_OF_ONE, MOST_OF_ALL // max(1, len(relations)))
    return [relation(replace(each, judgement=bounds.within(each.judgement, most))) for each in relations]


def relation(relation: model.Relation) -> dict[str, Any]:
    """A relation as the contract has it."""
    other, judgement = relation.other, relation.judgement
    return {
        "type": judgement.type,
        "other": {"document": other.document, "observation": other.observation, "digest": other.digest},
        "jaccard": judgement.jaccard,
        "coverage": {"self": judgement.coverage_own, "other": judgement.coverage_other},
        "passages": [_passage(each) for each in judgement.passages],
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
