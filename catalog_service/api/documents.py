"""Documents and their versions: as JSON, as text, as the bytes they were read from."""

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


class Wanted(Paged):
    """Which documents."""

    status: resources.Status = "current"
    collection: Short | None = None
    path: Short | None = None
    kind: Literal["wire", "release", "article", "document"] | None = None
    publisher: Short | None = None
    language: Short | None = None
    published: Dates | None = None


async def find(request: web.Request, asked: Wanted) -> web.Response:
    """Documents, the newest first, in pages that neither repeat nor skip."""
    wanted = documents.Filter(
        **asked.model_dump(exclude={"limit", "cursor", "published"}), published=dates(asked.published)
    )
    page = await request.config_dict[DATABASE].read(documents.find, wanted, limit=asked.limit, cursor=asked.cursor)
    return answer(request, page, links=answers.next_page(request, page.next))


async def one(request: web.Request, asked: OfDocument) -> web.Response:
    """A document as it is now."""
    database = request.config_dict[DATABASE]
    if request.if_none_match:
        # Whoever knows this `seq` got it while the document was current; withdrawing would have moved it.
        etag = f"{asked.id}-{await database.read(documents.seq, asked.id)}"
        if answers.named(request, etag):
            return answers.not_modified(etag)
    found = await database.read(documents.one, asked.id)
    at = f"/v1/documents/{found.id}"
    links = ((f"{at}/versions", "version-history"), (f"{at}/versions/{found.version}", "latest-version"))
    return answer(request, found, etag=f"{found.id}-{found.seq}", modified=found.recorded_at, links=links)


async def log(request: web.Request, asked: OfDocument) -> web.Response:
    """What happened to a document, oldest first; it stays readable when the document is gone."""
    return answer(request, await request.config_dict[DATABASE].read(_log, asked.id))


def _log(session: Session, document: UUID) -> resources.Log:
    documents.status(session, document)
    return resources.Log(log=tuple(changes.log(session, str(document))))


async def versions(request: web.Request, asked: OfDocument) -> web.Response:
    """All versions of a document, newest first, without their texts."""
    found = await request.config_dict[DATABASE].read(documents.versions, asked.id)
    return answer(request, resources.Versions(versions=tuple(found)))


async def version(request: web.Request, asked: OfVersion) -> web.Response:
    """One version with its text."""
    found, known = await request.config_dict[DATABASE].read(_version, asked.id, asked.n)
    links = _version_links(asked, known)
    return answer(request, found, etag=f"{asked.id}-{asked.n}", modified=found.recorded_at, links=links)


def _version(session: Session, document: UUID, number: int) -> tuple[resources.Version, documents.Numbers]:
    return documents.version(session, document, number), documents.numbers(session, document)


def _version_links(asked: OfVersion, known: documents.Numbers) -> list[tuple[str, str]]:
    """Where the other versions are (RFC 5829)."""
    at = f"/v1/documents/{asked.id}/versions"
    links = [(at, "version-history"), (f"{at}/{known.current}", "latest-version")]
    if asked.n > 1:
        links.append((f"{at}/{asked.n - 1}", "predecessor-version"))
    if asked.n < known.last:
        links.append((f"{at}/{asked.n + 1}", "successor-version"))
    return links


async def text(request: web.Request, asked: OfVersion) -> web.Response:
    """The text of a version; a range of its bytes may be asked for."""
    found = await request.config_dict[DATABASE].read(documents.version, asked.id, asked.n)
    headers = answers.validators(f"{found.id}-{found.version}-text", found.recorded_at)
    return answers.ranged(request, found.text.encode(), {**headers, "Content-Type": "text/plain; charset=utf-8"})


async def original(request: web.Request, asked: OfVersion) -> web.Response:
    """The bytes that a version was read from, exactly as they were; always a download, never shown."""
    found = await request.config_dict[DATABASE].read(documents.original, asked.id, asked.n)
    headers = {
        "Content-Type": found.media_type,
        "Content-Disposition": _attachment(found.path),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Repr-Digest": answers.structured_digest(found.digest),
        "ETag": f'"{found.digest}"',
    }
    return answers.ranged(request, found.content, headers)


def _attachment(path: str) -> str:
    """A download under the file's own name, in ASCII for old clients and in UTF-8 for the others (RFC 6266)."""
    name = path.rsplit("/", maxsplit=1)[-1]
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


OPERATIONS = (
    Operation(
        "GET", "/v1/documents", find, Wanted, {200: Content(resources.Documents)}, (CursorInvalid, CursorMismatch)
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
