"""MHTML: a page that a browser saved with its pictures as one message (RFC 2557). Only the page itself is read."""

from __future__ import annotations

import email
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest_service.errors import Damaged, NoText
from ingest_service.model import Json, Reading
from ingest_service.reading import html, text_formats
from ingest_service.reading.format import Format, Source
from ingest_service.reading.mail import PARSER_ERRORS, headers, payload
from ingest_service.reading.news import moments
from ingest_service.reading.opening import Opening

if TYPE_CHECKING:
    from ingest_service.reading.mail.parts import MailPart

MEDIA_TYPE = "multipart/related"
SUFFIXES = frozenset({".mhtml", ".mht"})
# What browsers write into the header; a mail has a sender instead.
SAVED = re.compile(r"^(?:Snapshot-Content-Location:|From: ?\"?<?Saved by )", re.I | re.M)
RELATED = re.compile(r"^Content-Type:\s*multipart/related", re.I | re.M)
WEB = re.compile(r"https?://", re.I)
PAGES = frozenset({"text/html", "application/xhtml+xml"})
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _read(source: Source) -> Iterable[Reading]:
    try:
        message: MailPart = email.message_from_bytes(source.content)
        page = _page(message)
    except PARSER_ERRORS:
        raise Damaged("the structure of the saved page is damaged; save the page again") from None
    if page is None:
        raise NoText("the file holds no page, only pictures or other parts of one")
    decoded = payload.text(page)
    read = html.reading(replace(source, content=BYTE_ORDER_MARK + decoded.text.encode("utf-8", "replace")))
    stated = {**_metadata(message, page), **read.metadata}
    yield replace(read, media_type=MEDIA_TYPE, encoding=decoded.encoding, metadata=stated)


def _page(message: MailPart) -> MailPart | None:
    """The part that the header names as the start, else the first page."""
    pages = [part for part in message.walk() if part.get_content_type() in PAGES]
    start = str(message.get_param("start") or "")
    return next((part for part in pages if start and part.get("Content-ID") == start), pages[0] if pages else None)


def _metadata(message: MailPart, page: MailPart) -> dict[str, Json]:
    """Title, address and time of the page as the browser saved it."""
    located = (headers.text(message, "snapshot-content-location"), headers.text(page, "content-location"))
    stated: dict[str, Json] = {
        "title": headers.text(message, "subject"),
        "url": next(filter(WEB.match, located), ""),
        "fetched": moments.iso(headers.text(message, "date")),
    }
    return {name: value for name, value in stated.items() if value}


def _recognises(opening: Opening) -> bool:
    if opening.kind not in {"mail", None} or not RELATED.search(opening.text):
        return False
    is_named = opening.suffix in SUFFIXES and text_formats.HEADER.match(opening.text) is not None
    return is_named or SAVED.search(_header(opening.text)) is not None


def _header(text: str) -> str:
    """The lines before the first empty one."""
    return re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]


FORMAT = Format("MHTML", MEDIA_TYPE, SUFFIXES, _recognises, _read)
