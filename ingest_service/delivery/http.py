"""The transport over HTTP: the only HTTP client of the ingest service."""

import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import aiohttp
from pydantic import ValidationError

from catalog_service import contract
from ingest_service.delivery.transport import Refused
from ingest_service.errors import CatalogAway, CatalogFailed, CatalogForbids, CatalogUnreachable

# A receipt has some hundred bytes, one with a problem a few thousand. The catalog sends no longer answer than this.
MAX_ANSWER_BYTES = 16 * 2**20
# The longest line of the heads: three paths of 4,096 characters, each escaped to six bytes.
MAX_LINE_BYTES = 2**18
EXCERPT = 500


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The longest waits, in seconds: for a connection, for the next bytes of an answer, for the whole answer."""

    connect: float = 5.0
    silence: float = 60.0
    total: float = 300.0


class HttpTransport:
    """The catalog over HTTP; an asynchronous context manager that owns its connections."""

    def __init__(self, url: str, token: str | None = None, timeouts: Timeouts = Timeouts()) -> None:
        self._url = url
        self._token = token
        self._timeouts = timeouts
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        limits = aiohttp.ClientTimeout(
            total=self._timeouts.total, sock_connect=self._timeouts.connect, sock_read=self._timeouts.silence
        )
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._session = aiohttp.ClientSession(
            timeout=limits, headers=headers, read_bufsize=MAX_LINE_BYTES, cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, bodies: Sequence[bytes]) -> contract.Receipts:
        """Sends events as one batch to `POST /v1/events`."""
        headers = {"Content-Type": contract.BATCH_MEDIA_TYPE, "Accept": "application/json"}
        content = b"[" + b",".join(bodies) + b"]"
        async with self._request("POST", "/v1/events", headers=headers, content=content) as response:
            answer = await _bounded(response)
        try:
            return contract.Receipts.model_validate_json(answer)
        except ValidationError as error:
            raise CatalogFailed(f"the answer to a batch is not its receipts: {_excerpt(answer)}") from error

    async def put_original(self, digest: str, content: bytes) -> None:
        """Puts bytes to `PUT /v1/originals/{digest}`."""
        headers = {"Content-Type": "application/octet-stream"}
        async with self._request("PUT", f"/v1/originals/{digest}", headers=headers, content=content) as response:
            await _bounded(response)

    async def heads(self, collection: str) -> AsyncGenerator[contract.Head, None]:
        """Reads `GET /v1/heads`, one JSON object a line."""
        headers = {"Accept": "application/jsonl"}
        async with self._request("GET", "/v1/heads", headers=headers, query={"collection": collection}) as response:
            try:
                async for line in response.content:
                    if line.strip():
                        yield contract.Head.model_validate_json(line)
            except ValueError as error:
                raise CatalogFailed(f"the catalog's heads cannot be read: {error}") from error

    @asynccontextmanager
    async def _request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("HttpTransport is used inside `async with`")
        # A redirect would carry the token to another host, so none is followed.
        request = self._session.request(
            method, self._url + path, params=query, data=content, allow_redirects=False,
            headers={**headers, "traceparent": _traceparent()},
        )  # fmt: skip
        try:
            async with request as response:
                if not response.ok or response.status >= 300:
                    await _refuse(response)
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise CatalogUnreachable(f"{self._url} cannot be reached: {error}") from error
        except TimeoutError as error:
            raise CatalogFailed(f"{self._url}{path} did not answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise CatalogFailed(f"{self._url}{path} broke off: {error or type(error).__name__}") from error


async def _refuse(response: aiohttp.ClientResponse) -> None:
    """Raises the error that corresponds to an answer that is no success."""
    problem = _problem(response.status, await _bounded(response))
    sentence = f"{problem.status} {problem.code}: {problem.detail}"
    if response.status in (400, 413, 422):
        raise Refused(problem)
    if response.status in (429, 502, 503, 504):
        retry_after = _seconds(response.headers.get("Retry-After"))
        raise CatalogAway(sentence, problem=problem, retry_after=retry_after)
    if response.status >= 500:
        raise CatalogFailed(sentence, problem=problem)
    raise CatalogForbids(sentence, problem=problem)


def _problem(status: int, answer: bytes) -> contract.Problem:
    """The problem in the answer of the catalog; if a proxy answered, a problem with the beginning of its answer."""
    try:
        return contract.Problem.model_validate_json(answer)
    except ValidationError:
        return contract.Problem(
            type="about:blank", title="Refused", status=status, code=f"http-{status}", detail=_excerpt(answer)
        )


def _seconds(value: str | None) -> float | None:
    """Retry-After in seconds (RFC 9110, 10.2.3: a number or a date); None when absent or unreadable."""
    if value is None:
        return None
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    answer = bytearray()
    async for chunk in response.content.iter_any():
        answer += chunk
        if len(answer) > MAX_ANSWER_BYTES:
            raise CatalogFailed("the answer is longer than any of the catalog's")
    return bytes(answer)


def _excerpt(answer: bytes) -> str:
    return answer[:EXCERPT].decode(errors="replace") or "no words"


def _traceparent() -> str:
    """A new trace (W3C Trace Context, level 1), which connects the logs of both services."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
