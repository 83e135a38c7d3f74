"""Builders of events with defaults: a test gives only the fields that matter to it."""

import base64
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from catalog_service import contract

WHEN = "2026-11-22T10:00:00.000000Z"


def document_id(number: int) -> str:
    """The id of document `number`, the same in all tests."""
    return str(uuid.UUID(int=number, version=4))


def article(title: str = "Peace talks resume", text: str = "Envoys met on Monday.", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """An article with the right digest."""
    digest = contract.digest_of((title + "\n\n" + text).encode())
    return {"title": title, "paragraphs": text.split("\n\n"), "digest": digest, "words": len(text.split()), **more}


def original(content: bytes = b"Peace talks resume") -> dict[str, Any]:
    """An original with its bytes."""
    return {
        "digest": contract.digest_of(content),
        "size": len(content),
        "media_type": "text/plain",
        "encoding": "utf-8",
        "bytes": base64.b64encode(content).decode(),
    }


def raw_event(number: int, observation: int = 1, cause: str = "created", **data: Any) -> dict[str, Any]:  # noqa: ANN401
    """A `document.observed.v1` event as JSON; moves and withdrawals carry no article."""
    document = document_id(number)
    path = data.pop("path", f"{number:03}.txt")
    observed: dict[str, Any] = {
        "document": document,
        "observation": observation,
        "collection": "seeds",
        "path": path,
        "item": {"key": path, "by": "path", "parent": None, "version": None},
        "cause": cause,
        "observed_at": WHEN,
    }
    if cause not in ("moved", "withdrawn"):
        observed |= {"article": article(), "original": original()}
    return {
        "specversion": "1.0",
        "id": f"{document}:{observation}",
        "source": "/ingest/test",
        "subject": document,
        "type": contract.OBSERVED,
        "time": WHEN,
        "datacontenttype": "application/json",
        "data": observed | data,
    }


def event(number: int, observation: int = 1, cause: str = "created", **data: Any) -> contract.ObservedEvent:  # noqa: ANN401
    """A `document.observed.v1` event as a model."""
    return contract.ObservedEvent.model_validate(raw_event(number, observation, cause, **data))


def related(
    number: int, observation: int, relations: Sequence[dict[str, Any]], name: str = "r"
) -> contract.RelatedEvent:
    """A `document.related.v1` event: the full set of relations of one observation."""
    raw = raw_event(number, observation)
    judged = {"document": raw["subject"], "observation": observation, "relations": list(relations)}
    return contract.RelatedEvent.model_validate(
        raw | {"id": f"{raw['id']}:{name}", "type": contract.RELATED, "data": judged}
    )


def relation(other: int, observation: int = 1, type_: str = "reuse", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A relation to document `other`, with one passage of the first five characters."""
    passage = {"self": [0, 5], "other": [1, 6], "words": 8, "quoted": [], "verbatim": True, "edits": []}
    digest = contract.digest_of(b"anything")
    return {
        "type": type_,
        "other": {"document": document_id(other), "observation": observation, "digest": digest},
        "jaccard": 0.1,
        "coverage": {"self": 0.2, "other": 0.4},
        "passages": [passage],
        **more,
    }


@pytest.fixture
def numbers() -> Iterator[int]:
    """Numbers for documents: 1, 2, 3, …"""
    return iter(range(1, 1_000_000))
