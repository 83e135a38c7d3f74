"""Feeds for feed readers: all changes, a search, or one document, as Atom and as JSON Feed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import contract, search
from catalog_service.api import answers
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.api.parameters import OfDocument
from catalog_service.api.search import SearchTerms
from catalog_service.errors import BadQuery, BadRequest, NotFound
from catalog_service.feeds import atom, json_feed, reading
from catalog_service.feeds.model import Addresses, Feed
from catalog_service.keys import DATABASE, DIFFERENCES, POINTS
from catalog_service.resources import Snapshot
from catalog_service.store import counter, moments

Form = Literal["atom", "json"]
Renderer: TypeAlias = Callable[[Feed, Addresses], bytes]
Read: TypeAlias = Callable[[reading.Source], Feed]
RENDERERS: Mapping[Form, tuple[Renderer, str]] = {
    "atom": (atom.render, atom.MEDIA_TYPE),
    "json": (json_feed.render, json_feed.MEDIA_TYPE),
}


class ChangesFeedParameters(Parameters):
    """The form of the feed, and the collection that it is limited to."""

    form: Form
    collection: contract.Collection | None = None


class DocumentFeedParameters(OfDocument):
    """The document, and the form of its feed."""

    form: Form


class SearchFeedParameters(SearchTerms):
    """The terms of a search, but with the newest documents first. A feed has no pages, and is of now."""

    form: Form
    sort: Literal["relevance", "-published", "-recorded"] = "-recorded"

    def feed_query(self) -> search.Query:
        """The query of the feed, without what only the answer of a search has."""
        return replace(self.query(), facets=(), highlight=False, total="none")


async def of_changes(request: web.Request, parameters: ChangesFeedParameters) -> web.Response:
    """The versions that were recorded last, each with what changed."""
    return await _answer(request, parameters.form, lambda source: reading.of_changes(source, parameters.collection))


async def of_document(request: web.Request, parameters: DocumentFeedParameters) -> web.Response:
    """The versions of a document, the newest first, each with what changed."""
    return await _answer(request, parameters.form, lambda source: reading.of_document(source, parameters.id))


async def of_search(request: web.Request, parameters: SearchFeedParameters) -> web.Response:
    """The documents that a search finds, the newest first, each with its last change.

    It takes the parameters of `GET /v1/search`, but for `cursor` and `as_of`, and finds the same.
    """
    query, page = parameters.feed_query(), f"/?{urlencode({'q': parameters.q})}"
    return await _answer(request, parameters.form, lambda source: reading.of_search(source, query, page))


async def _answer(request: web.Request, form: Form, read: Read) -> web.Response:
    """The feed in its form, or 304: its ETag is the state of the catalog. Raises what `read` raises."""
    render, media_type = RENDERERS[form]
    _, snapshot = await request.app[POINTS].look_up(moments.open_snapshot)
    if answers.is_named(request, etag := _etag(snapshot)):
        return answers.not_modified(etag)
    addresses = Addresses(*_addresses(request))
    compare = request.app[DIFFERENCES].compare
    etag, body = await request.app[DATABASE].read(_rendered, compare, read, render, addresses)
    return web.Response(body=body, content_type=media_type, charset="utf-8", headers=answers.validators(etag, None))


def _rendered(
    session: Session, compare: reading.Compare, read: Read, render: Renderer, addresses: Addresses
) -> tuple[str, bytes]:
    """The ETag and the body of a feed, of one snapshot."""
    return _etag(counter.snapshot(session)), render(read(reading.Source(session, compare)), addresses)


def _etag(snapshot: Snapshot) -> str:
    return answers.weak(f"{snapshot.epoch}-{snapshot.seq}")


def _addresses(request: web.Request) -> tuple[str, str]:
    """The origin by which the client addresses the catalog, and the address of the request. Raises BadRequest."""
    try:
        return str(request.url.origin()), str(request.url)
    except ValueError:
        raise BadRequest("The header Host is not the name of a host.") from None


CONTENTS = (
    Content({"type": "string", "description": "A feed in Atom."}, (atom.MEDIA_TYPE,)),
    Content({"type": "object", "description": "A feed in JSON Feed 1.1."}, (json_feed.MEDIA_TYPE,)),
)
OPERATIONS = (
    Operation("GET", "/feeds/changes.{form}", of_changes, ChangesFeedParameters, {200: CONTENTS}, conditional=True),
    Operation(
        "GET", "/feeds/search.{form}", of_search, SearchFeedParameters, {200: CONTENTS}, (BadQuery,), conditional=True
    ),
    Operation(
        "GET", "/feeds/documents/{id}.{form}", of_document, DocumentFeedParameters, {200: CONTENTS}, (NotFound,),
        conditional=True,
    ),
)  # fmt: skip
