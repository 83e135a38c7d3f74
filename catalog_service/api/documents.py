"""Documents and their versions: as JSON, as plain text, and as the original bytes."""

import functools
import re
from collections.abc import Callable
from typing import Literal, TypeAlias
from urllib.parse import quote
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import changes, document_versions, documents, resources
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import ANY, Content, Operation
from catalog_service.api.parameters import AtMoment, Dates, OfDocument, OfVersion, Paged, Short, dates
from catalog_service.errors import (
    CursorInvalid,
    CursorMismatch,
    FutureMoment,
    NotFound,
    RangeOutside,
    Redacted,
    Withdrawn,
)
from catalog_service.keys import DATABASE, POINTS
from catalog_service.store import moments
from catalog_service.store.moments import AsOf
from catalog_service.store.prepared import Reader

GONE = (NotFound, Redacted)
FILE = Content({"type": "string"}, (ANY,))
TEXT = Content({"type": "string"}, ("text/plain",))
# Whether the client has the answer with this ETag.
IsKnown: TypeAlias = Callable[[str], bool]


class DocumentParameters(OfDocument, AtMoment):
    """Names a document, and the moment."""


class DocumentListParameters(Paged, AtMoment):
    """The filters of a list of documents, the page and the moment."""

    status: resources.Status = "current"
    collection: Short | None = None
    path: Short | None = None
    kind: Literal["wire", "release", "article", "document"] | None = None
    publisher: Short | None = None
    language: Short | None = None
    published: Dates | None = None
    recorded: Dates | None = None
    story: UUID | None = None
    significance: resources.Significance | None = None


async def find(request: web.Request, parameters: DocumentListParameters) -> web.Response:
    """Documents, the newest first, in pages that neither repeat nor skip."""
    filter_ = documents.Filter(
        **parameters.model_dump(exclude={"limit", "cursor", "as_of", "published", "recorded", "story"}),
        published=dates(parameters.published),
        recorded=dates(parameters.recorded),
        story=str(parameters.story) if parameters.story else None,
    )
    page = await request.app[DATABASE].read(
        documents.find, filter_, limit=parameters.limit, cursor=parameters.cursor, as_of=parameters.moment()
    )
    return answer(page, links=answers.next_page(request, page.next))


async def one(request: web.Request, parameters: DocumentParameters) -> web.Response:
    """The state of a document: the present one, or that of a moment of the past."""
    as_of, is_known, points = parameters.moment(), _known(request), request.app[POINTS]
    if is_known and as_of is None:
        etag = _etag(parameters.id, await points.look_up(documents.seq, parameters.id))
        if is_known(etag):
            return answers.not_modified(etag)
        is_known = None
    etag, document = await points.read(_one, parameters.id, as_of, is_known)
    if document is None:
        return answers.not_modified(etag)
    versions = f"/v1/documents/{document.id}/versions"
    links = [(versions, "version-history")]
    if as_of is None:
        links.append((f"{versions}/{document.version}", "latest-version"))
    return answer(document, etag=etag, modified=document.recorded_at, links=links)


def _one(
    reader: Reader, document: UUID, as_of: AsOf | None, is_known: IsKnown | None
) -> tuple[str, resources.Document | None]:
    """The ETag of a document, and the document unless the client knows it."""
    at = moments.resolve(reader, as_of) if as_of else None
    if is_known and is_known(etag := _etag(document, documents.seq(reader, document, at))):
        return etag, None
    resource = documents.one(reader, document, at)
    return _etag(document, resource.seq), resource


def _etag(document: UUID, seq: int) -> str:
    """Weak: `story`, `duplicates` and `relations` change without a new `seq`."""
    return answers.weak(f"{document}-{seq}")


def _known(request: web.Request) -> IsKnown | None:
    """Decides whether the client knows an ETag; None if the request names no ETag."""
    return functools.partial(answers.is_named, request) if "If-None-Match" in request.headers else None


async def log(request: web.Request, parameters: OfDocument) -> web.Response:
    """The change log of a document, oldest first; it is readable in every status of the document."""
    return answer(await request.app[DATABASE].read(_log, parameters.id))


def _log(session: Session, document: UUID) -> resources.Log:
    documents.status(session, document)
    return resources.Log(log=tuple(changes.log(session, str(document))))


async def versions(request: web.Request, parameters: OfDocument) -> web.Response:
    """All versions of a document, newest first, without their texts."""
    summaries = await request.app[DATABASE].read(document_versions.versions, parameters.id)
    return answer(resources.Versions(versions=tuple(summaries)))


async def version(request: web.Request, parameters: OfVersion) -> web.Response:
    """One version with its text."""
    etag = answers.strong(f"{parameters.id}-{parameters.n}")
    if answers.is_named(request, etag):
        (head,) = await request.app[POINTS].look_up(document_versions.heads, (parameters.id, parameters.n))
        return answers.not_modified(etag, head.recorded_at, _version_links(parameters, head.numbers))
    version, numbers = await request.app[DATABASE].read(
        document_versions.version_and_numbers, parameters.id, parameters.n
    )
    links = _version_links(parameters, numbers)
    return answer(version, etag=etag, modified=version.recorded_at, links=links)


def _version_links(parameters: OfVersion, numbers: document_versions.VersionNumbers) -> list[tuple[str, str]]:
    """Links to the other versions, with the relation types of RFC 5829."""
    versions = f"/v1/documents/{parameters.id}/versions"
    links = [(versions, "version-history"), (f"{versions}/{numbers.current}", "latest-version")]
    if parameters.n > 1:
        links.append((f"{versions}/{parameters.n - 1}", "predecessor-version"))
    if parameters.n < numbers.last:
        links.append((f"{versions}/{parameters.n + 1}", "successor-version"))
    return links


async def text(request: web.Request, parameters: OfVersion) -> web.Response:
    """The text of a version as UTF-8; supports a range of bytes."""
    etag = answers.strong(f"{parameters.id}-{parameters.n}-text")
    if answers.is_named(request, etag):
        await request.app[POINTS].look_up(document_versions.heads, (parameters.id, parameters.n))
        return answers.not_modified(etag)
    version = await request.app[DATABASE].read(document_versions.version, parameters.id, parameters.n)
    headers = answers.validators(etag, version.recorded_at)
    return answers.ranged(request, version.text.encode(), {**headers, "Content-Type": "text/plain; charset=utf-8"})


async def original(request: web.Request, parameters: OfVersion) -> web.Response:
    """The bytes that a version was read from, unchanged; always a download that browsers do not display."""
    etag, original = await request.app[DATABASE].read(_original, (parameters.id, parameters.n), _known(request))
    if original is None:
        return answers.not_modified(etag)
    headers = {
        "Content-Type": original.media_type,
        "Content-Disposition": _attachment(original.path),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Repr-Digest": answers.structured_digest(original.digest),
        "ETag": etag,
    }
    return answers.ranged(request, original.content, headers)


def _original(
    session: Session, name: document_versions.VersionName, is_known: IsKnown | None
) -> tuple[str, document_versions.OriginalBytes | None]:
    """The ETag of an original, and the original unless the client knows it."""
    if is_known and is_known(etag := answers.strong(document_versions.heads(session, name)[0].original)):
        return etag, None
    original = document_versions.original(session, *name)
    return answers.strong(original.digest), original


def _attachment(path: str) -> str:
    """The header of a download under the file's name: in ASCII for old clients, in UTF-8 for others (RFC 6266)."""
    name = path.rsplit("/", maxsplit=1)[-1]
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


OPERATIONS = (
    Operation(
        "GET", "/v1/documents", find, DocumentListParameters, {200: Content(resources.Documents)},
        (CursorInvalid, CursorMismatch, FutureMoment),
    ),
    Operation(
        "GET", "/v1/documents/{id}", one, DocumentParameters, {200: Content(resources.Document)},
        (NotFound, Withdrawn, Redacted, FutureMoment), conditional=True,
    ),
    Operation("GET", "/v1/documents/{id}/log", log, OfDocument, {200: Content(resources.Log)}, (NotFound,)),
    Operation("GET", "/v1/documents/{id}/versions", versions, OfDocument, {200: Content(resources.Versions)}, GONE),
    Operation(
        "GET", "/v1/documents/{id}/versions/{n}", version, OfVersion, {200: Content(resources.Version)}, GONE,
        conditional=True,
    ),
    Operation(
        "GET", "/v1/documents/{id}/versions/{n}/text", text, OfVersion, {200: TEXT, 206: TEXT},
        (*GONE, RangeOutside), conditional=True,
    ),
    Operation(
        "GET", "/v1/documents/{id}/versions/{n}/original", original, OfVersion, {200: FILE, 206: FILE},
        (*GONE, RangeOutside), conditional=True,
    ),
)  # fmt: skip
