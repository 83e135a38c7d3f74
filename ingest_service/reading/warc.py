"""WARC (ISO 28500): each page or document that a server answered with is a member, with its address and its time."""

import contextlib
import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from ingest_service.errors import Damaged, TooLarge, Unreadable
from ingest_service.model import Json
from ingest_service.reading.format import Format, Member, Part, Source, UnreadMember
from ingest_service.reading.gzip_file import Unpacked
from ingest_service.reading.member_names import MemberNames
from ingest_service.reading.opening import GZIP_MAGIC, Opening
from ingest_service.settings import Limits

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]  # No stubs; imported where used.

# The records that hold what a server answered with, or a file without the headers of HTTP.
ANSWER = "response"
FILES = {"resource", "conversion"}
FOUND = "200"
# The media types that are read, with the suffix of each; pictures, styles and programs of pages are left out.
READ = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
}
# Answers for programs, though they are plain text.
FOR_PROGRAMS = ("/robots.txt", "/ads.txt", "/security.txt")
# An archive may unpack to so many times the limit, since most of it is not kept.
LEFT_OUT_TIMES = 5
STEP = 2**16


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def tell(self) -> int: ...


def _read(source: Source) -> Iterator[Part]:
    names = MemberNames()
    records = 0
    try:
        for records, record in enumerate(_records(_opened(source)), 1):  # noqa: B007  It is asked for after the loop.
            if suffix := _suffix(record):
                yield _member(record, names, suffix, source.limits)
    except (ValueError, EOFError, OSError, zlib.error):
        yield UnreadMember("the rest", Damaged(f"the archive is damaged after {records} records; copy it again"))
    if not records:
        raise Damaged("the archive has no record that can be read; copy it again")


def _opened(source: Source) -> _Stream:
    if source.content.startswith(GZIP_MAGIC):
        return Unpacked(source.content, LEFT_OUT_TIMES * source.limits.unpacked_bytes)
    return io.BytesIO(source.content)


def _records(stream: _Stream) -> Iterator["ArcWarcRecord"]:
    """The records of an archive. Raises what damaged bytes cause: ValueError, EOFError, OSError or zlib.error."""
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # noqa: PLC0415  As above.
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # noqa: PLC0415  As above.

    iterator = iter(ArchiveIterator(stream))
    while True:
        try:
            # The library writes warnings about damaged records to standard error.
            with contextlib.redirect_stderr(io.StringIO()):
                record = next(iterator, None)
        except (ArchiveLoadFailed, AttributeError, TypeError) as error:
            raise ValueError from error
        if record is None:
            return
        if not record.rec_type:
            raise ValueError("what follows is no record")
        yield record


def _suffix(record: "ArcWarcRecord") -> str | None:
    """The suffix of the document in a record; None for a record that is left out."""
    headers = record.rec_headers
    if record.rec_type == ANSWER:
        headers = record.http_headers
        if headers is None or headers.get_statuscode() != FOUND:
            return None
    elif record.rec_type not in FILES:
        return None
    if (record.rec_headers.get_header("WARC-Target-URI") or "").endswith(FOR_PROGRAMS):
        return None
    return READ.get((headers.get_header("Content-Type") or "").partition(";")[0].strip().lower())


def _member(record: "ArcWarcRecord", names: MemberNames, suffix: str, limits: Limits) -> Part:
    """The document in a record, or why it cannot be read."""
    address = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    name = names.unique(address or "document")
    fetched = record.rec_headers.get_header("WARC-Date")
    stated: dict[str, Json] = {"url": address, "fetched": fetched}
    try:
        content = _payload(record, limits.file_bytes)
    except Unreadable as error:
        return UnreadMember(name, error)
    return Member(name, f"document{suffix}", content, {key: value for key, value in stated.items() if value})


def _payload(record: "ArcWarcRecord", most: int) -> bytes:
    """The document in a record, without chunks and compression of HTTP. Raises TooLarge or Damaged."""
    stream = record.content_stream()
    parts: list[bytes] = []
    size = 0
    try:
        while part := stream.read(STEP):
            parts.append(part)
            size += len(part)
            if size > most:
                raise TooLarge(f"it has more than {most} bytes")
    except (ValueError, EOFError, OSError, zlib.error):
        raise Damaged("its record is damaged") from None
    # The reader of a record counts down the bytes that its header states.
    if getattr(record.raw_stream, "limit", 0) > 0 or record.rec_headers.get_header("WARC-Truncated"):
        raise Damaged("its record is cut off")
    return b"".join(parts)


def _recognises(opening: Opening) -> bool:
    return opening.kind == "WARC"


FORMAT = Format("WARC", "application/warc", frozenset({".warc"}), _recognises, _read)
