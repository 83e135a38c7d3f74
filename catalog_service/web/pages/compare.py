"""The page of a comparison: what changed from one version to another, of one document or of two."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web
from markupsafe import Markup
from sqlalchemy.orm import Session

from catalog_service import contract, document_versions, documents
from catalog_service.diff_resources import Diff
from catalog_service.document_versions import VersionName
from catalog_service.errors import BadQuery
from catalog_service.keys import DIFFERENCES
from catalog_service.resources import Relation, Version, VersionSummary
from catalog_service.web import layout, presenting
from catalog_service.web.comparing import view
from catalog_service.web.comparing.view import View

# The newest versions of a document that a form offers.
OFFERED = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared and how: the versions that a form offers, and the address of this page without view and part."""

    heading: Markup | None
    offered: tuple[tuple[VersionSummary, ...], ...]
    view: View
    part: int
    path: str
    query: dict[str, str]
    relation: Relation | None = None
    ended: presenting.EndedRelation | None = None

    def address(self, view: View | None = None, part: int | None = None) -> str:
        """The address of this comparison in this view, or in the present one, at a part."""
        shown = view or self.view
        return layout.address(self.path, **self.query, view=None if shown == "inline" else shown, part=part)


async def versions(request: web.Request) -> web.Response:
    """The word diff of two versions of a document, by default of the current one and the one before it."""
    query = layout.parameters(request, {"from", "to", "view", "part"})
    document = layout.uuid(request)
    current, offered = await layout.database(request).read(_offered, document)
    second = layout.number(query.get("to")) or current
    first = layout.number(query.get("from")) or max(second - 1, 1)
    address = f"/documents/{document}/compare", {"from": str(first), "to": str(second)}
    asked = Asked(None, (offered,), *shown(query.get("view"), query.get("part")), *address)
    return await respond(request, asked, (document, first), (document, second))


async def any_two(request: web.Request) -> web.Response:
    """The word diff of two versions of any documents: the id of a document, or with @ and the number of a version."""
    query = layout.parameters(request, {"a", "b", "view", "part"})
    given = [_parsed(name, query.get(name, "")) for name in ("a", "b")]
    offered = await layout.database(request).read(_offered_of_all, [document for document, _ in given])
    first, second = ((document, number or offered[document][0]) for document, number in given)
    address = "/compare", {"a": f"{first[0]}@{first[1]}", "b": f"{second[0]}@{second[1]}"}
    choices = tuple(versions for _, versions in offered.values())
    asked = Asked(None, choices, *shown(query.get("view"), query.get("part")), *address)
    return await respond(request, asked, first, second)


async def respond(request: web.Request, asked: Asked, first: VersionName, second: VersionName) -> web.Response:
    """The page of a comparison, rendered in the thread that compares."""
    render = functools.partial(_rendered, request, asked)
    return await request.app[DIFFERENCES].between(first, second, render)


def _rendered(request: web.Request, asked: Asked, before: Version, after: Version, diff: Diff) -> web.Response:
    comparison = view.build(asked.view, asked.part, before, after, diff)
    context = {"asked": asked, "comparison": comparison, "names": view.NAMES, "views": view.VIEWS}
    return layout.answer(request, "compare.html", context)


def shown(view_name: str | None, part: str | None) -> tuple[View, int]:
    """The view and the number of the part. Raises BadQuery, NotFound."""
    chosen = next((each for each in view.VIEWS if each == (view_name or "inline")), None)
    if chosen is None:
        raise _refused("view", f"must be one of {', '.join(view.VIEWS)}")
    return chosen, layout.number(part) or 1


def _parsed(parameter: str, name: str) -> tuple[UUID, int | None]:
    """The document and the number in the name of a version; None for the current one. Raises BadQuery, NotFound."""
    document, _, number = name.partition("@")
    try:
        id_ = UUID(document)
    except ValueError:
        raise _refused(parameter, "must be the id of a document, or that with @ and the number of a version") from None
    return id_, layout.number(number or None)


def _refused(parameter: str, detail: str) -> BadQuery:
    return BadQuery(f"{parameter} {detail}.", errors=(contract.FieldError(pointer=parameter, detail=detail),))


def _offered_of_all(session: Session, of: Sequence[UUID]) -> dict[UUID, tuple[int, tuple[VersionSummary, ...]]]:
    return {document: _offered(session, document) for document in of}


def _offered(session: Session, document: UUID) -> tuple[int, tuple[VersionSummary, ...]]:
    """The number of a document's current version, and its newest versions. Raises NotFound, Redacted."""
    row = documents.readable(session, document)
    return int(row.number), tuple(document_versions.summaries(session, document)[:OFFERED])


async def redirect(request: web.Request) -> web.Response:
    """The address that this page had before: /documents/{id}/changes/1..2. Raises NotFound."""
    first, second = (layout.number(request.match_info[name]) for name in ("first", "second"))
    location = layout.address(f"/documents/{layout.uuid(request)}/compare", **{"from": first, "to": second})
    return web.Response(status=308, headers={"Location": location})
