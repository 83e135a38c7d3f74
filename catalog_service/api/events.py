"""What the ingest service sends, and what it asks before it sends anything."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, RootModel, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from catalog_service import contract, counter, history
from catalog_service.api import bodies
from catalog_service.api.answers import answer
from catalog_service.api.errors import problem
from catalog_service.api.operations import Content, Operation, Parameters, field_errors
from catalog_service.contract import BATCH_MEDIA_TYPE, EVENT_MEDIA_TYPE, MAX_BATCH_EVENTS, Receipts
from catalog_service.errors import BadBody, Busy, DatabaseAway, DigestMismatch, TooLarge, UnsupportedMedia
from catalog_service.history import EventRefused, Malformed
from catalog_service.keys import DATABASE, METRICS, SETTINGS, WRITER

ACCEPTED = (EVENT_MEDIA_TYPE, BATCH_MEDIA_TYPE)
HEADS_TOGETHER = 1_000
_EVENT: TypeAdapter[contract.AnyEvent] = TypeAdapter(contract.AnyEvent)


class Nothing(Parameters):
    """No parameters."""


class Sent(RootModel[contract.AnyEvent]):
    """One event in CloudEvents' structured mode."""


class SentTogether(RootModel[Annotated[tuple[contract.AnyEvent, ...], Field(max_length=MAX_BATCH_EVENTS)]]):
    """Several events, in the order they are to be recorded."""


class OfOriginal(Parameters):
    """One original, by its digest."""

    digest: contract.Digest


class OfCollection(Parameters):
    """One collection."""

    collection: contract.Collection


class Kept(contract.Frozen):
    """An original that the catalog holds."""

    digest: contract.Digest
    size: int


async def publish(request: web.Request, _asked: Nothing) -> web.Response:
    """Records events, each whole or not at all; the receipts come in the order sent.

    An event that cannot be read is rejected with a problem in its receipt and does not stop its neighbours.
    """
    kind = bodies.media_type(request, ACCEPTED)
    body = bodies.parse(await bodies.read(request, request.config_dict[SETTINGS].limits.batch_bytes))
    events = read(body if kind == BATCH_MEDIA_TYPE else [body])
    receipts = await request.config_dict[WRITER].record(events) if events else ()
    for receipt in receipts:
        request.config_dict[METRICS].events.labels(receipt.outcome).inc()
    return answer(request, Receipts(receipts=tuple(receipts)))


def read(batch: Any) -> Sequence[contract.AnyEvent | Malformed]:  # noqa: ANN401  JSON is anything.
    """The events of a batch, those that are none as Malformed. Raises BadBody, TooLarge."""
    if not isinstance(batch, list):
        raise BadBody("A batch is a JSON array of events.")
    if len(batch) > MAX_BATCH_EVENTS:
        raise TooLarge(f"A batch may have {MAX_BATCH_EVENTS:,} events.")
    return [_event(each) for each in batch]


def _event(value: Any) -> contract.AnyEvent | Malformed:  # noqa: ANN401  JSON is anything.
    try:
        return _EVENT.validate_python(value)
    except ValidationError as error:
        found = field_errors(error, _pointer)
        refused = EventRefused("This is no event of a kind that the catalog knows.", errors=found)
        name = value.get("id") if isinstance(value, dict) else None
        return Malformed(name[:200] if isinstance(name, str) else "", problem(refused))


def _pointer(loc: tuple[int | str, ...]) -> str:
    """A JSON pointer into the event; pydantic puts the event's type in front."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in loc[1:])


def record(session: Session, received: Sequence[contract.AnyEvent | Malformed]) -> list[contract.Receipt]:
    """What the writer does with events."""
    return history.record_batch(session, received, datetime.now(UTC))


async def put_original(request: web.Request, asked: OfOriginal) -> web.Response:
    """Keeps the bytes of an original that is too large to travel inside its event."""
    content = await bodies.read(request, request.config_dict[SETTINGS].limits.original_bytes)
    new = await request.config_dict[DATABASE].write(_put_original, asked.digest, content)
    response = answer(request, Kept(digest=asked.digest, size=len(content)))
    response.set_status(201 if new else 200)
    return response


def _put_original(session: Session, digest: str, content: bytes) -> bool:
    # Writers take turns, so that an event which carries the same bytes does not come in between.
    counter.take_turn(session, datetime.now(UTC))
    return history.put_original(session, digest, content)


async def heads(request: web.Request, asked: OfCollection) -> web.StreamResponse:
    """What the catalog knows of each item of a collection, one JSON object a line."""
    database, after = request.config_dict[DATABASE], ""
    page = await database.read(history.heads, asked.collection, after, HEADS_TOGETHER)
    response = web.StreamResponse(headers={"Content-Type": "application/jsonl"})
    await response.prepare(request)
    while page and request.method != "HEAD":
        await response.write(b"".join(head.model_dump_json().encode() + b"\n" for head in page))
        page = await database.read(history.heads, asked.collection, str(page[-1].document), HEADS_TOGETHER)
    await response.write_eof()
    return response


OPERATIONS = (
    Operation(
        "POST", "/v1/events", publish, Nothing, {200: Content(Receipts)},
        (BadBody, TooLarge, UnsupportedMedia, Busy, DatabaseAway),
        bodies=(Content(Sent, (EVENT_MEDIA_TYPE,)), Content(SentTogether, (BATCH_MEDIA_TYPE,))), scope="publish",
    ),
    Operation(
        "PUT", "/v1/originals/{digest}", put_original, OfOriginal, {200: Content(Kept), 201: Content(Kept)},
        (DigestMismatch, TooLarge), bodies=(Content({"type": "string"}, ("application/octet-stream",)),),
        scope="publish",
    ),
    Operation(
        "GET", "/v1/heads", heads, OfCollection, {200: Content(contract.Head, ("application/jsonl",))}, scope="publish",
    ),
)  # fmt: skip
