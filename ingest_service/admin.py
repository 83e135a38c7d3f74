"""The service's own HTTP face, for operators, probes and the catalog's pages; on loopback unless told otherwise.

It reads only, and stores nothing of what it is asked about. Every error is `application/problem+json` (RFC 9457).
"""

import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog_service import contract
from ingest_service.errors import CannotListen, DatabaseAway

log = structlog.get_logger()


class FilesAsked(BaseModel):
    """The query of `GET /v1/files`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Annotated[str, Field(max_length=50)] | None = None
    after: Annotated[str, Field(max_length=4_096)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100


class NothingAsked(BaseModel):
    """No query at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TextAsked(BaseModel):
    """The body of `POST /v1/match` as JSON; as `text/plain` it is the text alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """How the service is now: what it must still do before it is ready, and what it has delivered."""

    still: tuple[str, ...] = ()
    """What is not done yet since the start, each in a few words; ready when empty."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """How many events ended how, since the start."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the answers come from."""

    condition: Callable[[], Condition]
    status: Callable[[], Awaitable[contract.IngestStatus]]
    files: Callable[[FilesAsked], Awaitable[contract.Files]]
    match: Callable[[str], Awaitable[contract.Matches]]


SOURCES = web.AppKey("sources", Sources)
MATCHED = "text/plain, application/json"
Asked = TypeVar("Asked", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(sources: Sources, host: str = "127.0.0.1", longest: int = 5_000_000) -> web.Application:
    """The application; `host` is the address it will be bound to, `longest` bounds a text, in bytes of UTF-8."""
    middlewares = [_errors, _only_loopback] if is_loopback(host) else [_errors]
    app = web.Application(middlewares=middlewares, client_max_size=longest)
    app[SOURCES] = sources
    for path, handler in (
        ("/livez", livez), ("/readyz", readyz), ("/metrics", metrics), ("/v1/status", status), ("/v1/files", files)
    ):  # fmt: skip
        app.router.add_get(path, handler)
    app.router.add_post("/v1/match", match)
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serves until the block ends; the URL it listens at. Raises CannotListen."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        bound, number = runner.addresses[0][:2]
        yield f"http://[{bound}]:{number}" if ":" in bound else f"http://{bound}:{number}"
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotListen(f"INGEST_HOST and INGEST_PORT: {error.strerror or error}") from error


def is_loopback(host: str) -> bool:
    """Whether a host, as a name or an address, is this machine alone."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


async def livez(request: web.Request) -> web.Response:
    """Whether the process answers at all."""
    _asked(NothingAsked, request)
    return web.json_response({"status": "alive"})


async def readyz(request: web.Request) -> web.Response:
    """Whether everything found at the start is in the catalog, and the database answers."""
    _asked(NothingAsked, request)
    sources = request.app[SOURCES]
    if still := sources.condition().still:
        raise Unanswerable(503, "not-ready", f"Not yet done: {', '.join(still)}.")
    await sources.status()
    return web.json_response({"status": "ready"})


async def metrics(request: web.Request) -> web.Response:
    """The numbers, in Prometheus' text format."""
    _asked(NothingAsked, request)
    sources = request.app[SOURCES]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Numbers(await sources.status(), sources.condition()))
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def status(request: web.Request) -> web.Response:
    """Queues, the oldest that waits, the watcher's health, files by state."""
    _asked(NothingAsked, request)
    return _json(await request.app[SOURCES].status())


async def files(request: web.Request) -> web.Response:
    """Files with their state and reason, by path; `after` is the last page's `next`."""
    return _json(await request.app[SOURCES].files(_asked(FilesAsked, request)))


async def match(request: web.Request) -> web.Response:
    """Where a text comes from: the articles that share words with it, with the passages."""
    _asked(NothingAsked, request)
    body = await request.read()
    try:
        if request.content_type == "text/plain":
            text = body.decode("utf-8")
        elif request.content_type == "application/json":
            text = TextAsked.model_validate_json(body).text
        else:
            raise Unanswerable(415, "unsupported-media-type", f"Send {MATCHED}.", headers={"Accept-Post": MATCHED})
    except (UnicodeDecodeError, ValidationError) as error:
        raise Unanswerable(
            400, "bad-body", f"The body is not {request.content_type} as it should be: {error}"
        ) from None
    return _json(await request.app[SOURCES].match(text))


class Unanswerable(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: tuple[contract.FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.headers = headers or {}
        title = code.replace("-", " ").capitalize()
        self.problem = contract.Problem(
            type="about:blank", title=title, status=status, code=code, detail=detail, errors=errors
        )


class _Numbers(Collector):
    """One look at the service as metrics; labels come from fixed sets."""

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
            GaugeMetricFamily(
                "ingest_oldest_waiting_seconds",
                "Age of the oldest event not yet delivered.",
                status.oldest_waiting_seconds or 0.0,
            ),
            GaugeMetricFamily("ingest_healthy", "1 when nothing is degraded.", float(status.healthy)),
            GaugeMetricFamily("ingest_ready", "1 when ready.", float(not condition.still)),
        ]


def _by_state(name: str, about: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


def _asked(model: type[Asked], request: web.Request) -> Asked:
    """The query as `model`. Raises Unanswerable for what is unknown, doubled or out of bounds."""
    doubled = {name for name in request.query if len(request.query.getall(name)) > 1}
    wrong = [contract.FieldError(pointer=name, detail="is given more than once") for name in sorted(doubled)]
    try:
        asked = model.model_validate(dict(request.query))
    except ValidationError as error:
        wrong += [contract.FieldError(pointer=str(each["loc"][0]), detail=each["msg"]) for each in error.errors()]
    if wrong:
        raise Unanswerable(400, "bad-query", "The query cannot be understood.", tuple(wrong))
    return asked


def _json(answer: BaseModel) -> web.Response:
    return web.Response(text=answer.model_dump_json(by_alias=True), content_type="application/json")


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error as a problem; what nobody foresaw is logged."""
    try:
        return await handler(request)
    except Unanswerable as wrong:
        return _refusal(wrong, **wrong.headers)
    except DatabaseAway as away:
        return _refusal(Unanswerable(503, away.code, str(away)))
    except web.HTTPException as error:
        return _translated(error)
    except Exception:
        log.exception("unforeseen", path=request.path)
        return _refusal(Unanswerable(500, "ingest-error", "Something is wrong with the service; its log says what."))


def _translated(error: web.HTTPException) -> web.Response:
    """Our answer for an error of the framework's."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        wrong = Unanswerable(405, "method-not-allowed", f"{error.method} cannot be used here.")
        return _refusal(wrong, Allow=", ".join(sorted(error.allowed_methods)))
    if isinstance(error, web.HTTPNotFound):
        return _refusal(Unanswerable(404, "not-found", "There is nothing at this address."))
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return _refusal(Unanswerable(413, "too-large", "The text is longer than the limit."))
    return _refusal(Unanswerable(error.status, "bad-request", error.reason))


@web.middleware
async def _only_loopback(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page of another site may reach loopback under a name of its own (DNS rebinding); it is sent away."""
    try:
        host = request.url.host or ""
    except ValueError:
        host = ""
    if not is_loopback(host):
        raise Unanswerable(421, "host-unknown", "The service answers to loopback names only.")
    return await handler(request)


def _refusal(wrong: Unanswerable, **headers: str) -> web.Response:
    return web.Response(
        text=wrong.problem.model_dump_json(), status=wrong.problem.status,
        content_type="application/problem+json", headers={"Cache-Control": "no-store", **headers},
    )  # fmt: skip
