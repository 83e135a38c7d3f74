"""Builds HTTP answers: JSON with validators for caches, and bytes with support of ranges."""

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
    model: BaseModel,
    *,
    etag: str | None = None,
    modified: datetime | None = None,
    links: Iterable[tuple[str, str]] = (),
) -> web.Response:
    """The model as JSON; `etag` is made by `strong` or `weak`, `links` are pairs of address and relation type."""
    headers = {**validators(etag, modified), **linked(links)}
    return web.Response(body=body(model), content_type="application/json", headers=headers)


def body(model: BaseModel) -> bytes:
    """The model as JSON; a large one is made in a thread, for `of_body`."""
    return model.__pydantic_serializer__.to_json(model, by_alias=True)


def of_body(content: bytes, *, etag: str) -> web.Response:
    """JSON that was made before."""
    return web.Response(body=content, content_type="application/json", headers=validators(etag, None))


def not_modified(etag: str, modified: datetime | None = None, links: Iterable[tuple[str, str]] = ()) -> web.Response:
    """The answer 304 to a request that names this ETag, with the headers of `answer`."""
    return web.Response(status=304, headers={**validators(etag, modified), **linked(links)})


def strong(value: str) -> str:
    """The ETag of an answer that is the same, byte for byte, while the value is the same (RFC 9110, 8.8.1)."""
    return f'"{value}"'


def weak(value: str) -> str:
    """The ETag of an answer of which parts may change while the value is the same."""
    return f'W/"{value}"'


def validators(etag: str | None, modified: datetime | None) -> dict[str, str]:
    """The headers ETag and Last-Modified, with which caches make conditional requests."""
    headers = {}
    if etag is not None:
        headers["ETag"] = etag
    if modified is not None:
        headers["Last-Modified"] = format_datetime(modified, usegmt=True)
    return headers


def is_named(request: web.Request, etag: str) -> bool:
    """Whether If-None-Match names this ETag; compared weakly, as RFC 9110, 13.1.2 requires."""
    # A client mostly sends the ETag as it got it; to parse a list takes ten times as long.
    if request.headers.get("If-None-Match", "").strip() in ("*", etag):
        return True
    opaque = etag.removeprefix("W/").strip('"')
    return any(tag.value == opaque for tag in request.if_none_match or ())


def linked(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The header Link (RFC 8288) of pairs of address and relation type; none without links."""
    joined = ", ".join(f'<{address}>; rel="{relation}"' for address, relation in links)
    return {"Link": joined} if joined else {}


def next_page(request: web.Request, cursor: str | None) -> list[tuple[str, str]]:
    """The link to the next page; an empty list on the last page."""
    return [(str(request.rel_url.update_query(cursor=cursor)), "next")] if cursor else []


def structured_digest(digest: str) -> str:
    """A digest in the form of header fields (RFC 9530): `sha-256=:base64:`."""
    algorithm, _, digits = digest.partition(":")
    return f"{algorithm}=:{b64encode(bytes.fromhex(digits)).decode()}:"


def ranged(request: web.Request, content: bytes, headers: Mapping[str, str]) -> web.Response:
    """The bytes, or the one range of them that the request names. Raises RangeOutside."""
    range_ = _range(request, len(content)) if _range_applies(request, headers.get("ETag")) else None
    if range_ is None:
        return web.Response(body=content, headers={**headers, "Accept-Ranges": "bytes"})
    start, end = range_
    return web.Response(
        status=206,
        body=content[start:end],
        headers={**headers, "Accept-Ranges": "bytes", "Content-Range": f"bytes {start}-{end - 1}/{len(content)}"},
    )


def _range_applies(request: web.Request, etag: str | None) -> bool:
    """Whether If-Range is absent or names this strong ETag (RFC 9110, 13.1.5)."""
    condition = request.headers.get("If-Range")
    return condition is None or condition == etag


def _range(request: web.Request, size: int) -> tuple[int, int] | None:
    """The range of the header, half-open. None without the header; one that is not one range of bytes is ignored."""
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
