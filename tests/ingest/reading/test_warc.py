"""WARC: the pages and documents that servers answered with, with their addresses; damaged records cost themselves."""

import gzip
from collections.abc import Callable

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import ArchiveTooLarge, Damaged, NoReadableMember, TooLarge
from ingest_service.reading import warc
from ingest_service.settings import Limits

FERRY = "The council approved a new timetable for the harbour ferry on Tuesday, and the last boat leaves at midnight."
PAGE = f"<html><head><title>Ferry to sail later</title></head><body><p>{FERRY}</p></body></html>".encode()
ADDRESS = "https://example.org/ferry?page=1"
HTML = "text/html; charset=utf-8"


def answer(
    body: bytes, media_type: str = HTML, status: str = "200 OK", address: str = ADDRESS, more: str = ""
) -> bytes:
    """A record of an answer over HTTP."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{more}\r\n".encode()
    return record("response", head + body, address)


def record(
    kind: str, block: bytes, address: str = ADDRESS, media_type: str = "application/http", more: str = ""
) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-06-04T10:15:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: {media_type}\r\n{more}Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


INFO = record("warcinfo", b"software: test\r\n", media_type="application/warc-fields")


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_page_is_a_member_with_its_address_and_time(packed: Callable[[bytes], bytes]) -> None:
    (item,) = reading.read(packed(INFO) + packed(answer(PAGE)), "crawl").items
    assert (item.name, item.media_type) == (ADDRESS, "text/html")
    assert item.original is not None
    assert item.original.content == PAGE
    article = normalise.normalise(item)
    assert (article.title, article.text, article.url) == ("Ferry to sail later", FERRY, ADDRESS)
    assert article.fields["fetched"] == "2024-06-04T10:15:00Z"


def test_an_archive_that_is_compressed_as_a_whole_is_read() -> None:
    content = gzip.compress(INFO + answer(PAGE) + answer(FERRY.encode(), "text/plain", address="https://example.org/a"))
    assert [item.text for item in reading.read(content, "a.warc.gz").items] == [FERRY, FERRY]


def test_the_address_that_a_page_states_itself_comes_first() -> None:
    page = PAGE.replace(b"</head>", b'<link rel="canonical" href="https://example.org/ferry"></head>')
    (item,) = reading.read(answer(page), "a.warc").items
    assert item.metadata["url"] == "https://example.org/ferry"


def test_only_answers_with_text_are_read() -> None:
    content = b"".join(
        [
            INFO,
            record("request", b"GET / HTTP/1.1\r\n\r\n"),
            answer(PAGE, status="404 Not Found"),
            answer(b"", status="301 Moved"),
            answer(b"\x89PNG", "image/png"),
            answer(b"a{}", "text/css"),
            answer(b"User-agent: *", "text/plain", address="https://example.org/robots.txt"),
            record("revisit", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
            record("conversion", FERRY.encode(), "https://example.org/text", "text/plain"),
            answer(PAGE),
            answer(PAGE),
        ]
    )
    read = reading.read(content, "a.warc")
    assert [item.name for item in read.items] == ["https://example.org/text", ADDRESS, f"{ADDRESS} (2)"]
    assert read.unread == ()


def test_chunks_and_compression_of_http_are_undone() -> None:
    packed = gzip.compress(PAGE)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    content = answer(chunked, more="Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n")
    (item,) = reading.read(content, "a.warc").items
    assert item.text == FERRY


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_record_that_is_cut_off_is_not_read(packed: Callable[[bytes], bytes]) -> None:
    content = packed(answer(FERRY.encode(), "text/plain", address="https://example.org/a")) + packed(answer(PAGE))
    read = reading.read(content[:-30], "a.warc")
    assert [item.name for item in read.items] == ["https://example.org/a"]
    assert [(member.name, type(member.error)) for member in read.unread] == [(ADDRESS, Damaged)]
    marked = answer(PAGE).replace(b"WARC-Date", b"WARC-Truncated: length\r\nWARC-Date")
    with pytest.raises(Damaged, match="cut off"):
        reading.read(marked, "a.warc")


def test_damage_between_records_is_reported() -> None:
    read = reading.read(answer(PAGE) + b"nonsense\r\n" * 3, "a.warc")
    assert [(member.name, type(member.error)) for member in read.unread] == [("the rest", Damaged)]
    with pytest.raises(Damaged):
        reading.read(b"WARC/1.0\r\n" + b"\x00" * 50, "a.warc")


def test_an_archive_without_pages_says_so() -> None:
    with pytest.raises(NoReadableMember):
        reading.read(INFO, "a.warc")


def test_bombs_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = answer(gzip.compress(bytes(20 * 2**20)), more="Content-Encoding: gzip\r\n")
    with pytest.raises(TooLarge):
        reading.read(bomb, "a.warc", Limits(file_bytes=2**20))
    monkeypatch.setattr(warc, "LEFT_OUT_TIMES", 1)
    skipped = gzip.compress(answer(bytes(2**20), "image/png") + answer(PAGE))
    with pytest.raises(ArchiveTooLarge):
        reading.read(skipped, "a.warc.gz", Limits(unpacked_bytes=2**20))
