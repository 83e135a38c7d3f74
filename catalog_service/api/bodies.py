"""The bodies of requests: read within bounds of size and time, as JSON or as they are."""

import asyncio
import codecs
from typing import Any

import pydantic_core
from aiohttp import web

from catalog_service.errors import BadBody, TooLarge, TooSlow, UnsupportedMedia
from catalog_service.keys import SETTINGS


async def read(request: web.Request, limit: int) -> bytes:
    """The body. Raises TooLarge over `limit` bytes, TooSlow, UnsupportedMedia when it is compressed."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("Bodies are read as they are, not compressed.", headers={"Accept-Encoding": "identity"})
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(request.app[SETTINGS].limits.seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise TooSlow from None


async def _read(request: web.Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body may have {limit:,} bytes.", extensions={"limit": limit})


def media_type(request: web.Request, accepted: tuple[str, ...], hint: str = "") -> str:
    """The media type of the body. Raises UnsupportedMedia, with Accept-Post, unless it is accepted and in UTF-8.

    `hint` is a sentence that the error ends with.
    """
    if request.content_type not in accepted or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMedia(
            f"The body may be {' or '.join(accepted)}, in UTF-8. {hint}".rstrip(),
            headers={"Accept-Post": ", ".join(accepted)},
        )
    return request.content_type


def parse(body: bytes) -> Any:  # noqa: ANN401  JSON is anything.
    """The JSON value, with or without a byte order mark before it (RFC 8259, 8.1).

    Raises BadBody for bad syntax, bad UTF-8, lone surrogates, NaN, and nesting too deep.
    """
    try:
        return pydantic_core.from_json(body.removeprefix(codecs.BOM_UTF8), allow_inf_nan=False)
    except ValueError as error:
        raise BadBody(f"The body is not JSON: {error}") from None
