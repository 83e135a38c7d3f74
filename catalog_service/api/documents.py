"""Documents and their versions: as JSON, as plain text, and as the original bytes."""

import re
from typing import Literal
from urllib.parse import quote
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import changes, documents, resources
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import ANY, Content, Operation
from catalog_service.api.parameters import Dates, OfDocument, OfVersion, Paged, Short, dates
from catalog_service.errors import CursorInvalid, CursorMismatch, NotFound, RangeOutside, Redacted, Withdrawn
from catalog_service.keys import DATABASE

GONE = (NotFound, Redacted)
FILE = Content({"type": "string"}, (ANY,))
TEXT = Content({"type": "string"}, ("text/plain",))


class DocumentListParameters(Paged):
    """The filters of a list of documents, and the page."""

    status: resources.Status = "current"
    collection: Short | None = None
    path: Short | None = None
    kind: Literal["wire", "release", "article", "document"] | None = None
    publisher: Short | None = None
    language: Short | None = None
    published: Dates | None = None


async def find(request: web.Request, parameters: DocumentListParameters) -> web.Response:
    """Documents, the newest first, in pages that neither repeat nor skip."""
    filter_ = documents.Filter(
        **parameters.model_dump(exclude={"limit", "cursor", "published"}), published=dates(parameters.published)
    )
    page = await request.config_dict[DATABASE].read(
        documents.find, filter_, limit=parameters.limit, cursor=parameters.cursor
    )
    return answer(request, page, links=answers.next_page(request, page.next))


async def one(request: web.Request, parameters: OfDocument) -> web.Response:
    """The present state of a document."""
    database = request.config_dict[DATABASE]
    if request.if_none_match:
        # This `seq` was sent while the document was current: a withdrawal or redaction would have changed it.
        etag = f"{parameters.id}-{await database.read(documents.seq, parameters.id)}"
        if answers.is_named(request, etag):
            return answers.not_modified(etag)
    document = await database.read(documents.one, parameters.id)
    versions = f"/v1/documents/{document.id}/versions"
    links = ((versions, "version-history"), (f"{versions}/{document.version}", "latest-version"))
    return answer(request, document, etag=f"{document.id}-{document.seq}", modified=document.recorded_at, links=links)


async def log(request: web.Request, parameters: OfDocument) -> web.Response:
    """The change log of a document, oldest first; it is readable in every status of the document."""
    return answer(request, await request.config_dict[DATABASE].read(_log, parameters.id))


def _log(session: Session, document: UUID) -> resources.Log:
    documents.status(session, document)
    return resources.Log(log=tuple(changes.log(session, str(document))))


async def versions(request: web.Request, parameters: OfDocument) -> web.Response:
    """All versions of a document, newest first, without their texts."""
    summaries = await request.config_dict[DATABASE].read(documents.versions, parameters.id)
    return answer(request, resources.Versions(versions=tuple(summaries)))


async def version(request: web.Request, parameters: OfVersion) -> web.Response:
    """One version with its text."""
    version, numbers = await request.config_dict[DATABASE].read(_version, parameters.id, parameters.n)
    links = _version_links(parameters, numbers)
    return answer(request, version, etag=f"{parameters.id}-{parameters.n}", modified=version.recorded_at, links=links)


def _version(session: Session, document: UUID, number: int) -> tuple[resources.Version, documents.VersionNumbers]:
    return documents.version(session, document, number), documents.numbers(session, document)


def _version_links(parameters: OfVersion, numbers: documents.VersionNumbers) -> list[tuple[str, str]]:
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
    version = await request.config_dict[DATABASE].read(documents.version, parameters.id, parameters.n)
    headers = answers.validators(f"{version.id}-{version.version}-text", version.recorded_at)
    return answers.ranged(request, version.text.encode(), {**headers, "Content-Type": "text/plain; charset=utf-8"})


async def original(request: web.Request, parameters: OfVersion) -> web.Response:
    """The bytes that a version was read from, unchanged; always a download that browsers do not display."""
    original = await request.config_dict[DATABASE].read(documents.original, parameters.id, parameters.n)
    headers = {
        "Content-Type": original.media_type,
        "Content-Disposition": _attachment(original.path),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Repr-Digest": answers.structured_digest(original.digest),
        "ETag": f'"{original.digest}"',
    }
    return answers.ranged(request, original.content, headers)


def _attachment(path: str) -> str:
    """The header of a download under the file's name: in ASCII for old clients, in UTF-8 for others (RFC 6266)."""
    name = path.rsplit("/", maxsplit=1)[-1]
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


OPERATIONS = (
    Operation(
        "GET", "/v1/documents", find, DocumentListParameters, {200: Content(resources.Documents)},
        (CursorInvalid, CursorMismatch),
    ),
    Operation(
        "GET", "/v1/documents/{id}", one, OfDocument, {200: Content(resources.Document)},
        (NotFound, Withdrawn, Redacted), conditional=True,
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
