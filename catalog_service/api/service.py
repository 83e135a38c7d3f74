"""Operations for operators and tools: health, release, metrics, and the description of the API."""

import html
import inspect

import sqlalchemy
from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.orm import Session

from catalog_service import metrics
from catalog_service.api import errors
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, NoParameters, Operation, Parameters
from catalog_service.errors import DatabaseAway, DatabaseUnusable, NotFound, Stopping
from catalog_service.keys import DATABASE, DESCRIPTION, METRICS, STOPPING
from catalog_service.release import RELEASE

UNREADY = (DatabaseAway, DatabaseUnusable, Stopping)
HTML = Content({"type": "string"}, ("text/html",))


class OfProblem(Parameters):
    """Names one problem code."""

    code: str


class ServiceState(BaseModel):
    """The state of the service."""

    status: str


class ReleaseInfo(BaseModel):
    """The name and version of the release."""

    name: str
    version: str


async def livez(request: web.Request, _parameters: NoParameters) -> web.Response:
    """Whether the process answers requests."""
    return answer(ServiceState(status="alive"))


async def readyz(request: web.Request, _parameters: NoParameters) -> web.Response:
    """Whether the service can answer from its database and is not about to stop."""
    if request.app[STOPPING].is_set():
        raise Stopping
    await request.app[DATABASE].read(_reach)
    return answer(ServiceState(status="ready"))


def _reach(session: Session) -> None:
    session.execute(sqlalchemy.select(1))


async def version(request: web.Request, _parameters: NoParameters) -> web.Response:
    """The version of the release."""
    return answer(ReleaseInfo(name="palimpsest-catalog", version=RELEASE))


async def measures(request: web.Request, _parameters: NoParameters) -> web.Response:
    """The metrics of the service, for Prometheus."""
    body = request.app[METRICS].render()
    return web.Response(body=body, headers={"Content-Type": metrics.MEDIA_TYPE})


async def description(request: web.Request, _parameters: NoParameters) -> web.Response:
    """The description of the API, in OpenAPI 3.1."""
    return web.json_response(request.app[DESCRIPTION])


async def docs(request: web.Request, _parameters: NoParameters) -> web.Response:
    """A page that lists the operations."""
    rows = (
        f"<tr><td>{method.upper()}</td><td>{html.escape(path)}</td><td>{html.escape(operation['summary'])}</td></tr>"
        for path, operations in request.app[DESCRIPTION]["paths"].items()
        for method, operation in operations.items()
        if method != "head"
    )
    about = '<p>HEAD and OPTIONS work wherever GET does. In full: <a href="/openapi.json">/openapi.json</a>.</p>'
    return _page("The API of the catalog", f"{about}<table>{''.join(rows)}</table>")


async def problem(_request: web.Request, parameters: OfProblem) -> web.Response:
    """A page with the meaning of a problem code."""
    for kind in errors.problem_types():
        if kind.code == parameters.code:
            meaning = html.escape(inspect.cleandoc(kind.__doc__ or ""))
            return _page(kind.code, f"<p>{meaning}</p><p>Answered with status {kind.status}.</p>")
    raise NotFound(f"There is no problem {parameters.code!r}.")


def _page(heading: str, content: str) -> web.Response:
    title = html.escape(heading)
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{content}</html>'
    )
    headers = {"Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"}
    return web.Response(text=text, content_type="text/html", headers=headers)


OPERATIONS = (
    Operation("GET", "/livez", livez, NoParameters, {200: Content(ServiceState)}, scope=None),
    Operation("GET", "/readyz", readyz, NoParameters, {200: Content(ServiceState)}, UNREADY, scope=None),
    Operation("GET", "/version", version, NoParameters, {200: Content(ReleaseInfo)}, scope=None),
    Operation(
        "GET", "/metrics", measures, NoParameters, {200: Content({"type": "string"}, ("text/plain",))}, scope=None
    ),
    Operation("GET", "/openapi.json", description, NoParameters, {200: Content({"type": "object"})}, scope=None),
    Operation("GET", "/docs", docs, NoParameters, {200: HTML}, scope=None),
    Operation("GET", "/problems/{code}", problem, OfProblem, {200: HTML}, (NotFound,), scope=None),
)
