"""Any bytes become readings or a named error; what a file says about itself is kept word for word."""

import json
import time
from pathlib import Path

import pytest
from ftfy import badness
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ingest_service import reading
from ingest_service.errors import Empty, TextTooLong, TooLarge, Undecodable, UnknownFormat, Unreadable
from ingest_service.model import Reading
from ingest_service.settings import Limits

PATHS = st.sampled_from(["a.txt", "b.md", "noext", "c.html", "d/e.f.txt", "ü.txt", ".txt", "x.pdf"])


def read_one(content: bytes, path: str = "a.txt", limits: Limits = reading.DEFAULTS) -> Reading:
    (only,) = reading.read(content, path, limits).items
    return only


# The first bytes of a process that are not UTF-8 load the detector of encodings.
@settings(deadline=None)
@given(content=st.binary(max_size=2_000), path=PATHS)
@example(content=b"---\na: [\n---\n", path="a.txt")
@example(content=b'---\na: "\\ud800\\0"\n---\nb', path="a.txt")
@example(content=b'---\na: "\\UFFFFFFFF"\n---\nb', path="a.txt")
@example(content=b"\xff\xfe\x00\xd8a", path="a.txt")
def test_any_bytes_become_readings_or_a_named_error(content: bytes, path: str) -> None:
    try:
        readings = reading.read(content, path).items
    except Unreadable:
        return
    for item in readings:
        # What a reading holds can be stored: neither NUL nor half a surrogate pair.
        stored = json.dumps([item.source, item.metadata], ensure_ascii=False).encode()
        assert b"\x00" not in stored
        assert "\x00" not in item.source


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_utf_8_is_read_as_it_stands(text: str) -> None:
    assume(badness.badness(text) == 0)
    try:
        item = read_one(text.encode(), "noext")
    except (Empty, UnknownFormat):
        return
    assert item.source == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Café".encode(), "utf-8"),
        (b"\xef\xbb\xbf" + "Café".encode(), "utf-8"),
        (b"\xff\xfe" + "Café".encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + "Café".encode("utf-16-be"), "utf-16-be"),
        (b"\xff\xfe\x00\x00" + "Café".encode("utf-32-le"), "utf-32-le"),
        ("Café".encode("utf-16-le"), "utf-16-le"),
        ("Café".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_marks_and_unicode_are_recognised(content: bytes, encoding: str) -> None:
    item = read_one(content)
    assert (item.source, item.encoding) == ("Café", encoding)


def test_a_few_damaged_bytes_do_not_make_utf_8_another_encoding() -> None:
    damaged = ("“Naïve” – déjà vu. " * 100).encode() + b"\xe2\x80"
    item = read_one(damaged)
    assert item.encoding == "utf-8"
    assert item.source.startswith("“Naïve” – déjà vu.")
    assert item.source.count("\ufffd") == 1


def test_nul_becomes_the_replacement_character() -> None:
    assert read_one(b"one\x00two").source == "one\ufffdtwo"


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\xef\xbb\xbf", "\u200b\ufeff\n".encode()])
def test_a_file_without_text_is_empty(content: bytes) -> None:
    with pytest.raises(Empty):
        read_one(content)


def test_a_file_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge, match="11 bytes, the limit is 10"):
        read_one(b"x" * 11, limits=Limits(file_bytes=10))


@pytest.mark.parametrize(("content", "limits"), [(b"x" * 11, Limits(text_characters=10)), (b"x\n" * 200_001, Limits())])
def test_a_text_over_the_limit_is_too_long(content: bytes, limits: Limits) -> None:
    with pytest.raises(TextTooLong):
        read_one(content, limits=limits)


@pytest.mark.parametrize(
    ("content", "path", "name"),
    [
        (b"Rar!\x1a\x07 x", "a", "RAR"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>", "a.txt", "XML"),
        (b"text", "a.odt", "OpenDocument"),
        (b"\x89PNG\r\n\x1a\n", "a.txt", "PNG"),
    ],
)
def test_other_formats_are_named(content: bytes, path: str, name: str) -> None:
    with pytest.raises(UnknownFormat, match=name):
        read_one(content, path)


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 4, b"\x00\x01\x02\x03" * 50, b"\xff\xfe\x00\xd8a\x00", b"\x01\x02"]
)
def test_bytes_that_are_no_text_are_undecodable(content: bytes) -> None:
    with pytest.raises(Undecodable):
        read_one(content)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("a.md", "text/markdown"), ("a.MARKDOWN", "text/markdown"), ("a.txt", "text/plain"), ("README", "text/plain")],
)
def test_the_name_tells_markdown_from_text(path: str, media_type: str) -> None:
    assert read_one(b"# Title", path).media_type == media_type


def test_one_megabyte_is_read_in_linear_time() -> None:
    began = time.monotonic()
    for unit in ["the same line\n" * 10, "â€™", "**", "(", "\r", "---\n", "\u2028"]:
        try:
            read_one((unit * (10**6 // len(unit)))[: 10**6].encode())
        except Unreadable:
            continue
    assert time.monotonic() - began < 20


def test_the_seeds_are_read() -> None:
    for path in (Path(__file__).parents[3] / "seeds").glob("*.txt"):
        item = read_one(path.read_bytes(), path.name)
        assert (item.encoding, item.media_type) == ("utf-8", "text/plain")
        assert item.source.encode() == path.read_bytes()
