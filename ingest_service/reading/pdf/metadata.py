"""The metadata of a PDF: its information dictionary, and the title of its XMP packet (ISO 32000-2, 14.3). Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from ingest_service.model import Json
from ingest_service.reading import document_metadata

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument  # type: ignore[import-untyped]  # No stubs; imported where it is used.

XMP_TITLE = re.compile(rb"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]{0,100}>([^<]{1,2000})</rdf:li>")
DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?|Z)?")


def read(document: PdfDocument, content: bytes) -> dict[str, str]:
    """The values of the information dictionary; the title may be that of the XMP packet."""
    information: dict[str, str] = document.get_metadata_dict(skip_empty=True)
    if "Title" not in information and (packet := XMP_TITLE.search(content)):
        information["Title"] = html.unescape(packet[1].decode("utf-8", "replace"))
    return information


def fields(information: Mapping[str, str]) -> dict[str, Json]:
    """The fields of the article: author and dates are those of the file, which may be a copy of a template."""
    return document_metadata.fields(
        {
            "document_author": information.get("Author"),
            "document_created": _moment(information.get("CreationDate", "")),
            "document_modified": _moment(information.get("ModDate", "")),
            "subject": information.get("Subject"),
            "keywords": information.get("Keywords"),
        }
    )


def _moment(value: str) -> str | None:
    """A date of PDF (7.9.4) in RFC 3339; None if it is none."""
    match = DATE.match(value)
    if match is None:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups(default="")
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=timezone(offset),
        )  # fmt: skip
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None
