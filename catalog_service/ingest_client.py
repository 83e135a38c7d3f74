"""Reads the ingest service's own HTTP API for the pages: its status, its files, and where a text comes from.

The service at `CATALOG_INGEST_URL` may be away at any time: each request has a limit of time, each answer one of bytes.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError

from catalog_service import contract
from catalog_service.errors import IngestAway

Model = TypeVar("Model", bound=BaseModel)

# Seconds for a whole request. To look for a long text takes longer than to read the status.
STATUS_SECONDS = 3.0
MATCH_SECONDS = 20.0
ANSWER_BYTES = 16 * 2**20


def _utc_now() -> datetime:
    return datetime.now(UTC)


class IngestClient:
    """Requests to the ingest service at `url`; `close` ends its connections. All methods raise IngestAway."""

    def __init__(self, url: str, now: Callable[[], datetime] = _utc_now) -> None:
        self._url = url.rstrip("/")
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self._away_since: datetime | None = None

    async def status(self) -> contract.IngestStatus:
        """The status of the ingest service."""
        return await self._ask(contract.IngestStatus, "GET", "/v1/status", STATUS_SECONDS)

    async def files(self, state: str, *, limit: int = 100, after: str | None = None) -> contract.Files:
        """One page of the files in this state, by path; `after` is the `next` of the page before."""
        parameters = {"state": state, "limit": str(limit)} | ({"after": after} if after else {})
        return await self._ask(contract.Files, "GET", "/v1/files", STATUS_SECONDS, params=parameters)

    async def match(self, text: str) -> contract.Matches:
        """The articles of the folder that share words with the text, which is not stored."""
        return await self._ask(contract.Matches, "POST", "/v1/match", MATCH_SECONDS, json={"text": text})

    async def close(self) -> None:
        """Ends the connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, model: type[Model], method: str, path: str, seconds: float, **options: Mapping[str, Any]
    ) -> Model:
        try:
            answer = model.model_validate_json(await self._body(method, path, seconds, options))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._away(str(error) or type(error).__name__) from error
        except (ValidationError, ValueError) as error:
            raise self._away("its answer cannot be read") from error
        self._away_since = None
        return answer

    async def _body(self, method: str, path: str, seconds: float, options: Mapping[str, Any]) -> bytes:
        """The body of the answer. Raises ValueError for one that is too long."""
        if self._session is None:
            self._session = aiohttp.ClientSession(raise_for_status=True)
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with self._session.request(
            method, self._url + path, timeout=timeout, allow_redirects=False, **options
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > ANSWER_BYTES:
                    raise ValueError("too long")
            return bytes(body)

    def _away(self, reason: str) -> IngestAway:
        """The error with the time of the first request since the last answer that failed."""
        self._away_since = self._away_since or self._now()
        return IngestAway(self._away_since, f"The ingest service does not answer: {reason}.")
