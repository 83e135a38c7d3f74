"""The only writer of documents and versions: each event is recorded whole or not at all.

A batch is one transaction in which each event has a savepoint. Writers take turns at the counter, so a receipt's `seq`
is final once the transaction commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exc, func, select
from sqlalchemy.orm import Session

from catalog_service import changes, contract, counter, diff, relations, stories
from catalog_service.counter import Turn
from catalog_service.errors import CatalogError, DigestMismatch
from catalog_service.tables import Document, Original, Receipt, Version


class EventRefused(CatalogError):
    """The event contradicts itself or what is known."""

    code = "event-refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Malformed:
    """An event of a batch that could not be read as one."""

    id: str
    problem: contract.Problem


def record_batch(
    session: Session, received: Sequence[contract.AnyEvent | Malformed], now: datetime
) -> list[contract.Receipt]:
    """Records each event whole or not at all and returns the receipts in the order sent."""
    turn = counter.take(session, now)
    receipts = [_whole(session, turn, each) for each in received]
    counter.give_back(session, turn)
    return receipts


def _whole(session: Session, turn: Turn, event: contract.AnyEvent | Malformed) -> contract.Receipt:
    if isinstance(event, Malformed):
        return contract.Receipt(
            event=event.id, outcome="rejected", epoch=turn.epoch, seq=turn.seq, problem=event.problem
        )
    before = turn.seq
    try:
        with session.begin_nested():
            return record(session, turn, event)
    except (CatalogError, exc.DataError) as error:
        turn.seq = before
        refused = error if isinstance(error, CatalogError) else EventRefused("The database cannot store this event.")
        return _rejected(turn, event, refused)


def record(session: Session, turn: Turn, event: contract.AnyEvent) -> contract.Receipt:
    """Records one event. Raises EventRefused when it contradicts itself or what is known."""
    document = str(event.data.document)
    if known := session.get(Receipt, event.id):
        return _receipt(turn, known, "replayed")
    row = session.get(Document, document, populate_existing=True)
    if row is not None and row.status == "redacted":
        return _sign(session, turn, event, "redacted", None)
    if isinstance(event, contract.RelatedEvent):
        return _record_related(session, turn, event, row)
    if row is not None and _is_late(row, event.data):
        return _record_late(session, turn, event, row)
    if event.data.article is not None:
        return _record_article(session, turn, event, row)
    if row is None:
        raise EventRefused(f"Document {document} is not known; its first event must carry an article.")
    return _record_place(session, turn, event, row)


def _is_late(row: Document, data: contract.Observed) -> bool:
    """Whether something newer of the document is recorded already."""
    if data.observation <= row.observation:
        return True
    current, own = row.item.get("version"), data.item.version
    return current is not None and own is not None and _publishers_order(own) < _publishers_order(current)


def _publishers_order(version: str) -> tuple[int, str]:
    """Publishers number their versions or date them; a longer number is a greater one."""
    return (len(version), version) if version.isdigit() else (0, version)


def _record_article(
    session: Session, turn: Turn, event: contract.ObservedEvent, row: Document | None
) -> contract.Receipt:
    data = event.data
    version = _draft(session, event)
    if row is None:
        row = _first_seen(session, turn, data)
        _append_version(session, turn, row, version, None)
        changes.append(session, turn, "document.created.v1", row.id, row.collection, **_told(row, data))
        return _settle(session, turn, event, row, "recorded")
    current = session.get_one(Version, (row.id, row.number))
    came_back = row.status == "withdrawn"
    same = _same(current, version)
    _place(row, turn, data)
    if came_back:
        row.status = "current"
        changes.append(session, turn, "document.restored.v1", row.id, row.collection, **_told(row, data))
    if not same:
        stories.leave(session, turn, row.id)
        _append_version(session, turn, row, version, current)
        changes.append(session, turn, "document.changed.v1", row.id, row.collection, **_told(row, data))
    return _settle(session, turn, event, row, "recorded" if came_back or not same else "unchanged")


def _record_place(session: Session, turn: Turn, event: contract.ObservedEvent, row: Document) -> contract.Receipt:
    """A move or a withdrawal: where the item is, not what it says."""
    data = event.data
    if data.cause == "withdrawn" and row.status == "withdrawn":
        row.observation = data.observation
        return _sign(session, turn, event, "unchanged", row.number)
    if data.cause == "withdrawn":
        stories.leave(session, turn, row.id)
        row.status = "withdrawn"
    told = _told(row, data)
    _place(row, turn, data)
    row.seq = changes.append(session, turn, f"document.{data.cause}.v1", row.id, row.collection, **told)
    return _sign(session, turn, event, "recorded", row.number)


def _record_late(session: Session, turn: Turn, event: contract.ObservedEvent, row: Document) -> contract.Receipt:
    """Kept as a version when it says something, but never made current."""
    if event.data.article is None:
        return _sign(session, turn, event, "late", None)
    version = _draft(session, event)
    version.late = True
    version.number = row.versions + 1
    version.change = {"kind": "publisher", "words_added": 0, "words_removed": 0, "significance": None}
    version.recorded_at, version.seq = turn.now, turn.next()
    row.versions += 1
    session.add(version)
    return _sign(session, turn, event, "late", version.number)


def _record_related(
    session: Session, turn: Turn, event: contract.RelatedEvent, row: Document | None
) -> contract.Receipt:
    data = event.data
    if row is None or data.observation > row.observation:
        raise EventRefused(f"Observation {data.observation} of {data.document} is not recorded yet.")
    touched = relations.replace(session, turn, (row.id, data.observation), data.relations)
    for each in sorted(touched):
        stories.leave(session, turn, each)
    for each in sorted(touched):
        stories.join(session, turn, each)
    return _sign(session, turn, event, "recorded" if touched else "unchanged", row.number)


def _settle(
    session: Session, turn: Turn, event: contract.ObservedEvent, row: Document, outcome: contract.Outcome
) -> contract.Receipt:
    """After an article: its receipt, its relations and those that waited for it, and its story."""
    if outcome == "recorded":
        row.seq = turn.seq
    receipt = _sign(session, turn, event, outcome, row.number)
    side = (row.id, event.data.observation)
    relations.resolve(session, turn, side, row.number)
    relations.add(session, turn, side, event.data.relations)
    stories.join(session, turn, row.id)
    return receipt


def _first_seen(session: Session, turn: Turn, data: contract.Observed) -> Document:
    seq = turn.seq + 1
    row = Document(
        id=str(data.document),
        collection=data.collection,
        path=data.path,
        item=data.item.model_dump(mode="json"),
        status="current",
        number=0,
        versions=0,
        observation=data.observation,
        created_seq=seq,
        seq=seq,
        first_recorded_at=turn.now,
        recorded_at=turn.now,
        observed_at=data.observed_at,
    )
    session.add(row)
    session.flush()
    return row


def _place(row: Document, turn: Turn, data: contract.Observed) -> None:
    """Where the item is now and when it was looked at."""
    row.path, row.collection = data.path, data.collection
    row.item = data.item.model_dump(mode="json")
    row.observation, row.observed_at = data.observation, data.observed_at


def _append_version(session: Session, turn: Turn, row: Document, version: Version, previous: Version | None) -> None:
    row.number = row.versions = row.versions + 1
    row.recorded_at = turn.now
    version.number = row.number
    version.recorded_at = turn.now
    # The number of the change that is appended right after.
    version.seq = turn.seq + 1
    version.change = _change(previous, version)
    session.add(version)
    session.flush()


def _draft(session: Session, event: contract.ObservedEvent) -> Version:
    """The version that the event's article would be. Raises EventRefused, DigestMismatch."""
    data = event.data
    article, original = data.article, data.original
    assert article is not None
    assert original is not None
    _check(article, data.relations)
    _keep(session, original)
    return Version(
        document=str(data.document),
        observation=data.observation,
        collection=data.collection,
        path=data.path,
        item=data.item.model_dump(mode="json"),
        title=article.title,
        paragraphs=list(article.paragraphs),
        digest=article.digest,
        words=article.words,
        kind=article.kind,
        language=article.language,
        publisher=article.publisher,
        published=article.published,
        published_basis=article.published_basis,
        url=article.url,
        details=article.model_dump(mode="json", include={"authors", "credits", "wire", "fields"}),
        notes=[note.model_dump(mode="json") for note in article.notes],
        normaliser=article.normaliser.model_dump(mode="json") if article.normaliser else None,
        original=original.digest,
        original_size=original.size,
        media_type=original.media_type,
        encoding=original.encoding,
        late=False,
        change={"kind": "technical" if data.cause == "reprocessed" else "publisher"},
        observed_at=data.observed_at,
    )


def _check(article: contract.Article, found: Sequence[contract.Relation]) -> None:
    """What pydantic cannot see. Raises EventRefused, DigestMismatch."""
    length = len(article.text)
    if article.digest != contract.digest_of((article.title + "\n\n" + article.text).encode()):
        raise DigestMismatch("data.article.digest is not that of its title and text.")
    for number, relation in enumerate(found):
        if any(passage.own[1] > length for passage in relation.passages):
            raise EventRefused(f"data.relations[{number}] has a passage that ends behind the text.")


def _keep(session: Session, original: contract.Original) -> None:
    """Keeps the bytes, or sees that they were put before. Raises EventRefused, DigestMismatch."""
    if original.content is not None:
        put_original(session, original.digest, original.content)
    elif session.scalar(select(func.count()).where(Original.digest == original.digest)) == 0:
        raise EventRefused(f"The original {original.digest} was neither sent along nor put before.")


def put_original(session: Session, digest: str, content: bytes) -> bool:
    """Keeps the bytes of an original; False when they are known. Raises DigestMismatch."""
    if contract.digest_of(content) != digest:
        raise DigestMismatch(f"The bytes do not have the digest {digest}.")
    if session.scalar(select(func.count()).where(Original.digest == digest)):
        return False
    session.add(Original(digest=digest, size=len(content), content=content))
    session.flush()
    return True


def _same(current: Version, version: Version) -> bool:
    """The same title, text and metadata; notes and normaliser do not count."""
    names = ("digest", "kind", "language", "publisher", "published", "published_basis", "url", "details")
    return all(getattr(current, name) == getattr(version, name) for name in names)


def _change(previous: Version | None, version: Version) -> dict[str, Any]:
    """What the version is to the one before it."""
    if previous is None:
        return {"kind": "created", "words_added": version.words, "words_removed": 0, "significance": None}
    texts = "\n\n".join(previous.paragraphs), "\n\n".join(version.paragraphs)
    ops = diff.diff(*texts)
    added, removed = diff.words_changed(*texts, ops)
    meant = diff.significance((previous.title, version.title), texts, ops)
    kind = version.change["kind"]
    if kind == "publisher" and meant == "metadata":
        kind = "metadata"
    return {"kind": kind, "words_added": added, "words_removed": removed, "significance": meant}


def _told(row: Document, data: contract.Observed) -> dict[str, Any]:
    """What the change log says of a document."""
    previous = data.previous_path or (row.path if row.path != data.path else None)
    return {"version": row.number, "path": data.path, "previous_path": previous, "reason": data.reason}


def _sign(
    session: Session, turn: Turn, event: contract.AnyEvent, outcome: contract.Outcome, number: int | None
) -> contract.Receipt:
    """Keeps the receipt, so that the same event is answered alike, and returns it."""
    # A judgement is about an observation that has its own receipt and must not stand for it.
    observed = isinstance(event, contract.ObservedEvent)
    kept = Receipt(
        event=event.id,
        document=str(event.data.document),
        observation=event.data.observation if observed else 0,
        outcome=outcome,
        number=number,
        seq=turn.seq,
    )
    session.add(kept)
    session.flush()
    return _receipt(turn, kept, outcome)


def _receipt(turn: Turn, kept: Receipt, outcome: contract.Outcome) -> contract.Receipt:
    return contract.Receipt.model_validate(
        {
            "event": kept.event,
            "outcome": outcome,
            "document": kept.document,
            "version": kept.number,
            "epoch": turn.epoch,
            "seq": kept.seq,
        }
    )


def _rejected(turn: Turn, event: contract.AnyEvent, error: CatalogError) -> contract.Receipt:
    problem = contract.Problem(
        type=f"/problems/{error.code}",
        title=error.title,
        status=error.status,
        detail=str(error),
        code=error.code,
        errors=error.errors,
    )
    document = event.data.document
    return contract.Receipt(
        event=event.id, outcome="rejected", document=document, epoch=turn.epoch, seq=turn.seq, problem=problem
    )


def heads(session: Session, collection: str, after: str = "", limit: int = 1_000) -> list[contract.Head]:
    """What is known of each item of a collection, by document id, `limit` at a time from behind `after`."""
    asked = (
        select(Document, Version.digest, Version.original)
        .join(Version, (Version.document == Document.id) & (Version.number == Document.number), isouter=True)
        .where(Document.collection == collection, Document.id > after)
        .order_by(Document.id)
        .limit(limit)
    )
    return [
        contract.Head.model_validate(
            {
                "item": row.item,
                "collection": row.collection,
                "path": row.path,
                "document": row.id,
                "observation": row.observation,
                "digest": digest,
                "original": original,
                "status": row.status,
            }
        )
        for row, digest, original in session.execute(asked)
    ]
