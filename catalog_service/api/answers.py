"""How results become answers: JSON with its validators, bytes with their ranges."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web
from pydantic import BaseModel

from catalog_service.errors import RangeOutside

_BYTES = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")


def answer(
    request: web.Request,
    model: BaseModel,
    *,
    etag: str | None = None,
    modified: datetime | None = None,
    links: Iterable[tuple[str, str]] = (),
) -> web.Response:
    """The model as JSON, or 304 when the request has it already; `links` are pairs of address and relation type."""
    headers = validators(etag, modified)
    if joined := ", ".join(f'<{address}>; rel="{relation}"' for address, relation in links):
        headers["Link"] = joined
    if etag is not None and named(request, etag):
        return web.Response(status=304, headers=headers)
    body = model.model_dump_json(by_alias=True).encode()
    return web.Response(body=body, content_type="application/json", headers=headers)


def validators(etag: str | None, modified: datetime | None) -> dict[str, str]:
    """The headers by which a cache asks again."""
    headers = {}
    if etag is not None:
        headers["ETag"] = f'"{etag}"'
    if modified is not None:
        headers["Last-Modified"] = format_datetime(modified, usegmt=True)
    return headers


def named(request: web.Request, etag: str) -> bool:
    """Whether If-None-Match names this state; the comparison is weak, as RFC 9110, 13.1.2 asks."""
    return any(each.value in ("*", etag) for each in request.if_none_match or ())


def not_modified(etag: str) -> web.Response:
    """The client has it already."""
    return web.Response(status=304, headers=validators(etag, None))


def next_page(request: web.Request, cursor: str | None) -> list[tuple[str, str]]:
    """The link to the page behind this one, if there is one."""
    return [(str(request.rel_url.update_query(cursor=cursor)), "next")] if cursor else []


def structured_digest(digest: str) -> str:
    """A digest as header fields have it (RFC 9530): `sha-256=:base64:`."""
    algorithm, _, digits = digest.partition(":")
    return f"{algorithm}=:{b64encode(bytes.fromhex(digits)).decode()}:"


def ranged(request: web.Request, content: bytes, headers: Mapping[str, str]) -> web.Response:
    """The bytes, or the one range of them that the request asks for. Raises RangeOutside."""
    if (etag := headers.get("ETag")) and named(request, etag.strip('"')):
        return web.Response(status=304, headers={"ETag": etag})
    wanted = _wanted(request, len(content)) if _range_applies(request, headers.get("ETag")) else None
    if wanted is None:
        return web.Response(body=content, headers={**headers, "Accept-Ranges": "bytes"})
    start, end = wanted
    return web.Response(
        status=206,
        body=content[start:end],
        headers={**headers, "Accept-Ranges": "bytes", "Content-Range": f"bytes {start}-{end - 1}/{len(content)}"},
    )


def _range_applies(request: web.Request, etag: str | None) -> bool:
    condition = request.headers.get("If-Range")
    return condition is None or condition == etag


def _wanted(request: web.Request, size: int) -> tuple[int, int] | None:
    """The range, half-open; None for a header that is absent or not of one range of bytes, which is ignored."""
    match = _BYTES.match(request.headers.get("Range", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if start >= end:
        raise RangeOutside(headers={"Content-Range": f"bytes */{size}"})
    return start, end
