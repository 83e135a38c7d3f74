"""The operations of the ingest service: it sends events and originals, and reads the heads."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from aiohttp import web
from pydantic import Field, RootModel, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.api import bodies
from catalog_service.api.answers import answer
from catalog_service.api.errors import problem
from catalog_service.api.operations import JSON, Content, NoParameters, Operation, Parameters, field_errors
from catalog_service.contract import BATCH_MEDIA_TYPE, EVENT_MEDIA_TYPE, MAX_BATCH_EVENTS, Receipts
from catalog_service.errors import (
    BadBody,
    Busy,
    DatabaseAway,
    DatabaseUnusable,
    DigestMismatch,
    Stopping,
    TooLarge,
    UnsupportedMedia,
)
from catalog_service.history import record
from catalog_service.history.record import EventRefused, Malformed
from catalog_service.history.state import Prepared
from catalog_service.keys import DATABASE, METRICS, PREPARER, SETTINGS, WRITER
from catalog_service.store import counter

ACCEPTED = (EVENT_MEDIA_TYPE, BATCH_MEDIA_TYPE)
# In binary mode, the prefix of the headers that hold an event's attributes, and the one that every event has.
BINARY_PREFIX = "ce-"
VERSION_HEADER = "ce-specversion"
BINARY_HINT = f"With the attributes of one event in headers, `{VERSION_HEADER}` and others, it may be {JSON}."
HEADS_CHUNK = 1_000
_EVENT: TypeAdapter[contract.AnyEvent] = TypeAdapter(contract.AnyEvent)


class EventBody(RootModel[contract.AnyEvent]):
    """One event in the structured mode of CloudEvents."""


class BatchBody(RootModel[Annotated[tuple[contract.AnyEvent, ...], Field(max_length=MAX_BATCH_EVENTS)]]):
    """A batch of events, in the order in which they are recorded."""


class DataBody(RootModel[contract.Observed | contract.Related]):
    """The data of one event in the binary mode of CloudEvents; its other attributes are in headers."""


class OfOriginal(Parameters):
    """Names one original by its digest."""

    digest: contract.Digest


class OfCollection(Parameters):
    """Names one collection."""

    collection: contract.Collection


class StoredOriginal(contract.Frozen):
    """An original that the catalog has stored."""

    digest: contract.Digest
    size: int


async def publish(request: web.Request, _parameters: NoParameters) -> web.Response:
    """Records events, each completely or not at all; the receipts are in the order of the events.

    An event that cannot be read is rejected with a problem in its receipt; the other events are recorded. An event in
    binary mode has its data as the body, and its other attributes in headers that begin with `ce-`.
    """
    binary = VERSION_HEADER in request.headers
    kind = bodies.media_type(request, (*ACCEPTED, JSON) if binary else ACCEPTED, BINARY_HINT)
    body = bodies.parse(await bodies.read(request, request.app[SETTINGS].limits.batch_bytes))
    if kind == JSON:
        body = {**_attributes(request.headers), "data": body}
    events = read(body if kind == BATCH_MEDIA_TYPE else [body])
    async with request.app[PREPARER].preparing(events):
        receipts = await request.app[WRITER].record(events) if events else ()
    for receipt in receipts:
        request.app[METRICS].events.labels(receipt.outcome).inc()
    return answer(Receipts(receipts=tuple(receipts)))


def _attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The attributes of an event in binary mode (CloudEvents 1.0, HTTP binding, 3.1.3): percent-encoded in headers.

    Raises BadBody for a header that is not UTF-8.
    """
    attributes = {}
    for name, value in headers.items():
        if name.lower().startswith(BINARY_PREFIX):
            try:
                # Bytes of a header that are not UTF-8 arrive as lone surrogates.
                attributes[name.lower().removeprefix(BINARY_PREFIX)] = unquote_to_bytes(value).decode()
            except UnicodeError:
                raise BadBody(f"The header {name} is not UTF-8.") from None
    return attributes


def read(batch: Any) -> Sequence[contract.AnyEvent | Malformed]:  # noqa: ANN401  JSON is anything.
    """The events of a batch; values that are no valid events become Malformed. Raises BadBody, TooLarge."""
    if not isinstance(batch, list):
        raise BadBody("A batch is a JSON array of events.")
    if len(batch) > MAX_BATCH_EVENTS:
        raise TooLarge(f"A batch has at most {MAX_BATCH_EVENTS:,} events.")
    return [_event(value) for value in batch]


def _event(value: Any) -> contract.AnyEvent | Malformed:  # noqa: ANN401  JSON is anything.
    try:
        return _EVENT.validate_python(value)
    except ValidationError as error:
        errors = field_errors(error, _pointer)
        refusal = EventRefused("This is not an event of a type that the catalog can record.", errors=errors)
        event_id = value.get("id") if isinstance(value, dict) else None
        return Malformed(event_id[:200] if isinstance(event_id, str) else "", problem(refusal))


def _pointer(loc: tuple[int | str, ...]) -> str:
    """A JSON pointer into the event; the first part of pydantic's location is the type of the event."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in loc[1:])


def record_events(
    session: Session, received: Sequence[contract.AnyEvent | Malformed], prepared: Prepared
) -> list[contract.Receipt]:
    """Records the events of one drained batch; the writer calls it in one transaction."""
    return record.record_batch(session, received, datetime.now(UTC), prepared)


async def put_original(request: web.Request, parameters: OfOriginal) -> web.Response:
    """Stores an original that is too large to be part of its event."""
    content = await bodies.read(request, request.app[SETTINGS].limits.original_bytes)
    new = await request.app[DATABASE].write(_put_original, parameters.digest, content)
    response = answer(StoredOriginal(digest=parameters.digest, size=len(content)))
    response.set_status(201 if new else 200)
    return response


def _put_original(session: Session, digest: str, content: bytes) -> bool:
    # The writer turn keeps out an event that carries the same bytes until this transaction has committed.
    counter.take_turn(session, datetime.now(UTC))
    return record.put_original(session, digest, content)


async def heads(request: web.Request, parameters: OfCollection) -> web.StreamResponse:
    """The heads of a collection: the newest recorded observation of each document, one JSON object on each line."""
    database, after = request.app[DATABASE], ""
    page = await database.read(record.heads, parameters.collection, after, HEADS_CHUNK)
    response = web.StreamResponse(headers={"Content-Type": "application/jsonl"})
    await response.prepare(request)
    while page and request.method != "HEAD":
        await response.write(b"".join(head.model_dump_json().encode() + b"\n" for head in page))
        page = await database.read(record.heads, parameters.collection, str(page[-1].document), HEADS_CHUNK)
    await response.write_eof()
    return response


OPERATIONS = (
    Operation(
        "POST", "/v1/events", publish, NoParameters, {200: Content(Receipts)},
        (BadBody, TooLarge, UnsupportedMedia, Busy, DatabaseAway, DatabaseUnusable, Stopping),
        bodies=(
            Content(EventBody, (EVENT_MEDIA_TYPE,)), Content(BatchBody, (BATCH_MEDIA_TYPE,)),
            Content(DataBody, (JSON,)),
        ),
        scope="publish",
        headers={
            f"{BINARY_PREFIX}{name}": f"In binary mode, the attribute `{name}` of the event."
            for name in ("specversion", "id", "source", "type", "subject", "time")
        },
    ),
    Operation(
        "PUT", "/v1/originals/{digest}", put_original, OfOriginal,
        {200: Content(StoredOriginal), 201: Content(StoredOriginal)},
        (DigestMismatch, TooLarge), bodies=(Content({"type": "string"}, ("application/octet-stream",)),),
        scope="publish",
    ),
    Operation(
        "GET", "/v1/heads", heads, OfCollection, {200: Content(contract.Head, ("application/jsonl",))}, scope="publish",
    ),
)  # fmt: skip
