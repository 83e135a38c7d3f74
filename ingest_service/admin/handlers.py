"""The HTTP API of the ingest service, for operators, probes and the catalog's pages; on loopback by default.

It only reads, and stores nothing of a request. Every error is `application/problem+json` (RFC 9457).
"""

import html
import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, ConfigDict, Field

from catalog_service import contract
from ingest_service import errors
from ingest_service.admin import problems, requests
from ingest_service.admin.problems import (
    AdminError,
    BadRequest,
    HostUnknown,
    MethodNotAllowed,
    NotFound,
    NotReady,
    TooLarge,
)

log = structlog.get_logger()


class FilesQuery(BaseModel):
    """The query of `GET /v1/files`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Annotated[str, Field(max_length=50)] | None = None
    after: Annotated[str, Field(max_length=4_096)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100


class NoQuery(BaseModel):
    """The query of an address that takes no parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Condition:
    """The progress of the service: what is left to do before it is ready, and the outcomes of its events."""

    remaining: tuple[str, ...] = ()
    """The steps that are left since the start, each in a few words; the service is ready if there are none."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Counts events by outcome, since the start."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The functions that the handlers get their answers from."""

    condition: Callable[[], Condition]
    status: Callable[[], Awaitable[contract.IngestStatus]]
    files: Callable[[FilesQuery], Awaitable[contract.Files]]
    match: Callable[[str], Awaitable[contract.Matches]]


SOURCES = web.AppKey("sources", Sources)
REQUEST_ID = web.RequestKey("request_id", str)
_ID = re.compile(r"[\x21-\x7e]{1,128}")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(sources: Sources, host: str = "127.0.0.1", longest: int = 5_000_000) -> web.Application:
    """The application; `host` is the address it will be bound to, `longest` bounds a text, in bytes of UTF-8."""
    middlewares = [_with_request_id, _errors, *([_only_loopback] if is_loopback(host) else [])]
    app = web.Application(middlewares=middlewares, client_max_size=longest)
    app[SOURCES] = sources
    for path, handler in (
        ("/livez", livez), ("/readyz", readyz), ("/metrics", metrics), ("/v1/status", status), ("/v1/files", files),
        ("/problems/{code}", problem),
    ):  # fmt: skip
        app.router.add_get(path, handler)
    app.router.add_post("/v1/match", match)
    return app


def is_loopback(host: str) -> bool:
    """Whether a host, as a name or an address, is this machine alone."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


async def livez(request: web.Request) -> web.Response:
    """Whether the process answers."""
    requests.query(NoQuery, request)
    return web.json_response({"status": "alive"})


async def readyz(request: web.Request) -> web.Response:
    """Whether everything found at the start is in the catalog, and the database answers."""
    requests.query(NoQuery, request)
    sources = request.app[SOURCES]
    if remaining := sources.condition().remaining:
        raise NotReady(f"Not yet done: {', '.join(remaining)}.")
    await sources.status()
    return web.json_response({"status": "ready"})


async def metrics(request: web.Request) -> web.Response:
    """The metrics, in the text format of Prometheus."""
    requests.query(NoQuery, request)
    sources = request.app[SOURCES]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Metrics(await sources.status(), sources.condition()))
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def status(request: web.Request) -> web.Response:
    """The status: files and events by state, the age of the oldest pending event, the health of the watcher."""
    requests.query(NoQuery, request)
    return _json(await request.app[SOURCES].status())


async def files(request: web.Request) -> web.Response:
    """A page of files with state and reason, by path; `after` is the `next` of the page before."""
    return _json(await request.app[SOURCES].files(requests.query(FilesQuery, request)))


async def match(request: web.Request) -> web.Response:
    """Where a text comes from: the articles that share words with it, with the passages."""
    requests.query(NoQuery, request)
    return _json(await request.app[SOURCES].match(await requests.text(request)))


async def problem(request: web.Request) -> web.Response:
    """A page about a problem code: the `type` of a problem is its address."""
    requests.query(NoQuery, request)
    for kind in problems.problem_types():
        if kind.code == request.match_info["code"]:
            return _page(kind.code, f"{kind.__doc__} Answered with status {kind.status}.")
    raise NotFound


class _Metrics(Collector):
    """Status and condition of the service as metrics; labels come from fixed sets."""

    def __init__(self, status: contract.IngestStatus, condition: Condition) -> None:
        self._status = status
        self._condition = condition

    def collect(self) -> list[Metric]:
        """The metrics."""
        status, condition = self._status, self._condition
        delivered = CounterMetricFamily("ingest_events", "Events answered for since the start.", labels=["outcome"])
        for outcome, count in condition.outcomes.items():
            delivered.add_metric([outcome], count)
        return [
            delivered,
            _by_state("ingest_files", "Files by state.", status.states),
            _by_state("ingest_outbox_events", "Events in the outbox by state.", status.outbox),
            GaugeMetricFamily("ingest_to_judge", "Articles whose sameness is still to be judged.", status.to_judge),
            GaugeMetricFamily("ingest_to_read_again", "Files that are to be read again.", status.to_read_again),
            GaugeMetricFamily(
                "ingest_oldest_waiting_seconds",
                "Age of the oldest event not yet delivered.",
                status.oldest_waiting_seconds or 0.0,
            ),
            GaugeMetricFamily("ingest_healthy", "1 when nothing is degraded.", float(status.healthy)),
            GaugeMetricFamily("ingest_ready", "1 when ready.", float(not condition.remaining)),
        ]


def _by_state(name: str, help_: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


def _json(answer: BaseModel) -> web.Response:
    return web.Response(text=answer.model_dump_json(by_alias=True), content_type="application/json")


def _page(heading: str, sentence: str) -> web.Response:
    title, content = html.escape(heading), html.escape(sentence)
    return web.Response(
        text=f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{content}',
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"},
    )


@web.middleware
async def _with_request_id(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request an id for log and answer: the one in its header if that is valid, else a new one."""
    header = request.headers.get("X-Request-Id", "")
    request[REQUEST_ID] = request_id = header if _ID.fullmatch(header) else uuid4().hex
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        response = await handler(request)
    response.headers["X-Request-Id"] = request_id
    return response


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every error into a problem; logs an unforeseen one."""
    try:
        return await handler(request)
    except AdminError as wrong:
        error = wrong
    except errors.DatabaseAway as away:
        error = problems.DatabaseAway(str(away))
    except errors.DatabaseUnusable as unusable:
        error = problems.DatabaseUnusable(str(unusable))
    except web.HTTPException as refused:
        error = _translated(refused)
    except Exception:
        log.exception("unforeseen", path=request.path)
        error = AdminError()
    return problems.render(error, request[REQUEST_ID], request.path)


def _translated(error: web.HTTPException) -> AdminError:
    """The error of this API for an error of the framework."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return MethodNotAllowed(f"{error.method} cannot be used here.", headers={"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return NotFound()
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return TooLarge()
    return BadRequest() if error.status < HTTPStatus.INTERNAL_SERVER_ERROR else AdminError()


@web.middleware
async def _only_loopback(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses any other name than that of loopback: another site may give its own name to it (DNS rebinding)."""
    try:
        host = request.url.host or ""
    except ValueError:
        host = ""
    if not is_loopback(host):
        raise HostUnknown
    return await handler(request)
