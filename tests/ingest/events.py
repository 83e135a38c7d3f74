"""Events, receipts and heads with everything given, so that a test says only what matters."""

import base64
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model
from ingest_service.delivery import outbox
from ingest_service.delivery.outbox import Event

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EPOCH = "first"


def document_id(name: str) -> UUID:
    """The document that is remembered by this name."""
    return uuid5(NAMESPACE_URL, name)


def event_id(name: str, observation: int = 1) -> str:
    """The id of the event of one observation."""
    return f"{document_id(name)}:{observation}"


def observed(
    name: str = "seoul", observation: int = 1, *, text: str = "It rained.", original: contract.Original | None = None
) -> contract.ObservedEvent:
    """The first or a later observation of a file `name`.txt."""
    article = model.Article(title=name, paragraphs=(text,))
    content = text.encode()
    inline = contract.Original(
        digest=model.digest_of(content), size=len(content), media_type="text/plain", content=base64.b64encode(content)
    )
    data = contract.Observed(
        document=document_id(name), observation=observation, collection="seeds", path=f"{name}.txt",
        item=contract.Item(key=f"{name}.txt"), cause="created" if observation == 1 else "changed", observed_at=NOON,
        original=original or inline,
        article=contract.Article(
            title=article.title, paragraphs=article.paragraphs, digest=article.digest, words=article.words
        ),
    )  # fmt: skip
    return contract.ObservedEvent(
        id=event_id(name, observation), source="/ingest/test", subject=data.document, time=NOON, data=data
    )


def related(name: str = "seoul", observation: int = 1) -> contract.RelatedEvent:
    """The relations of one observation, judged again."""
    data = contract.Related(document=document_id(name), observation=observation)
    return contract.RelatedEvent(
        id=f"{event_id(name, observation)}:related:2",
        source="/ingest/test",
        subject=data.document,
        time=NOON,
        data=data,
    )


def put_event(
    session: Session, event: contract.ObservedEvent | contract.RelatedEvent, original: str | None = None
) -> None:
    """Adds a pending event; `original` is the digest of bytes that must be put before it."""
    body = event.model_dump_json(by_alias=True).encode()
    document, observation = str(event.data.document), event.data.observation
    outbox.put(session, [Event(event.id, document, observation, event.time, body, original)])


def receipt(event: str, outcome: contract.Outcome = "recorded", *, epoch: str = EPOCH) -> contract.Receipt:
    """What the catalog answers for one event."""
    document = UUID(event.split(":", maxsplit=1)[0])
    refusal = problem("event-invalid", 422) if outcome == "rejected" else None
    return contract.Receipt(event=event, outcome=outcome, document=document, epoch=epoch, seq=1, problem=refusal)


def problem(code: str = "event-invalid", status: int = 422) -> contract.Problem:
    """What the catalog says when it refuses."""
    return contract.Problem(
        type=f"/problems/{code}", title="Refused", status=status, detail="No such month.", code=code
    )


def head(name: str = "seoul", observation: int = 1) -> contract.Head:
    """What the catalog knows of one item."""
    return contract.Head(
        item=contract.Item(key=f"{name}.txt"), collection="seeds", path=f"{name}.txt", document=document_id(name),
        observation=observation, status="current",
    )  # fmt: skip
