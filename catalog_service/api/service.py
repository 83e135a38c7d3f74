"""What operators and tools ask: is it alive, is it ready, which release, how busy, what can it do."""

import html
import inspect

import sqlalchemy
from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.orm import Session

from catalog_service import metrics
from catalog_service.api import errors
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.errors import DatabaseAway, NotFound
from catalog_service.keys import DATABASE, DESCRIPTION, METRICS
from catalog_service.release import RELEASE

HTML = Content({"type": "string"}, ("text/html",))


class Nothing(Parameters):
    """No parameters."""


class ProblemNamed(Parameters):
    """One kind of problem."""

    code: str


class State(BaseModel):
    """How the service is."""

    status: str


class Version(BaseModel):
    """Which release of what."""

    name: str
    version: str


async def livez(request: web.Request, _asked: Nothing) -> web.Response:
    """Whether the process answers at all."""
    return answer(request, State(status="alive"))


async def readyz(request: web.Request, _asked: Nothing) -> web.Response:
    """Whether the service can do its work: its database answers."""
    await request.config_dict[DATABASE].read(_reach)
    return answer(request, State(status="ready"))


def _reach(session: Session) -> None:
    session.execute(sqlalchemy.select(1))


async def version(request: web.Request, _asked: Nothing) -> web.Response:
    """Which release this is."""
    return answer(request, Version(name="palimpsest-catalog", version=RELEASE))


async def measures(request: web.Request, _asked: Nothing) -> web.Response:
    """What the service counts of itself, for Prometheus."""
    body = request.config_dict[METRICS].render()
    return web.Response(body=body, headers={"Content-Type": metrics.MEDIA_TYPE})


async def description(request: web.Request, _asked: Nothing) -> web.Response:
    """This description, in OpenAPI 3.1."""
    return web.json_response(request.config_dict[DESCRIPTION])


async def docs(request: web.Request, _asked: Nothing) -> web.Response:
    """A page that lists the operations."""
    rows = (
        f"<tr><td>{method.upper()}</td><td>{html.escape(path)}</td><td>{html.escape(operation['summary'])}</td></tr>"
        for path, operations in request.config_dict[DESCRIPTION]["paths"].items()
        for method, operation in operations.items()
        if method != "head"
    )
    about = '<p>HEAD and OPTIONS work wherever GET does. In full: <a href="/openapi.json">/openapi.json</a>.</p>'
    return _page("The API of the catalog", f"{about}<table>{''.join(rows)}</table>")


async def problem(_request: web.Request, asked: ProblemNamed) -> web.Response:
    """What a problem code means."""
    for kind in errors.known():
        if kind.code == asked.code:
            meaning = html.escape(inspect.cleandoc(kind.__doc__ or ""))
            return _page(kind.code, f"<p>{meaning}</p><p>Answered with status {kind.status}.</p>")
    raise NotFound(f"There is no problem {asked.code!r}.")


def _page(heading: str, content: str) -> web.Response:
    title = html.escape(heading)
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{content}</html>'
    )
    headers = {"Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"}
    return web.Response(text=text, content_type="text/html", headers=headers)


OPERATIONS = (
    Operation("GET", "/livez", livez, Nothing, {200: Content(State)}, scope=None),
    Operation("GET", "/readyz", readyz, Nothing, {200: Content(State)}, (DatabaseAway,), scope=None),
    Operation("GET", "/version", version, Nothing, {200: Content(Version)}, scope=None),
    Operation("GET", "/metrics", measures, Nothing, {200: Content({"type": "string"}, ("text/plain",))}, scope=None),
    Operation("GET", "/openapi.json", description, Nothing, {200: Content({"type": "object"})}, scope=None),
    Operation("GET", "/docs", docs, Nothing, {200: HTML}, scope=None),
    Operation("GET", "/problems/{code}", problem, ProblemNamed, {200: HTML}, (NotFound,), scope=None),
)
