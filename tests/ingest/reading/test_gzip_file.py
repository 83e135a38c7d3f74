"""gzip: the file in it is read by its own format, within limits."""

import gzip

import pytest

from ingest_service import reading
from ingest_service.errors import ArchiveTooLarge, Damaged, UnknownFormat, Unreadable
from ingest_service.reading.gzip_file import Unpacked
from ingest_service.settings import Limits

FERRY = b"The ferry sails at nine."


@pytest.mark.parametrize(
    ("path", "name"), [("ferry.txt.gz", "ferry.txt"), ("ferry.GZ", "ferry"), ("a/ferry.bin", "ferry.bin"), ("gz", "gz")]
)
def test_the_file_in_it_is_a_member(path: str, name: str) -> None:
    (item,) = reading.read(gzip.compress(FERRY), path).items
    assert (item.name, item.text) == (name, FERRY.decode())


def test_parts_and_padding_are_one_file() -> None:
    (item,) = reading.read(gzip.compress(FERRY) + gzip.compress(b" Late.") + bytes(100), "a.txt.gz").items
    assert item.text == "The ferry sails at nine. Late."


@pytest.mark.parametrize("size", [1, 7, 1_000, 100_000])
def test_small_reads_give_all_bytes(size: int) -> None:
    stream = Unpacked(gzip.compress(b"a" * 5_000 + FERRY), most=10_000)
    assert b"".join(iter(lambda: stream.read(size), b"")) == b"a" * 5_000 + FERRY
    assert not stream.is_cut_off


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (gzip.compress(FERRY)[:-3], Damaged),
        (gzip.compress(FERRY)[:12], Damaged),
        (gzip.compress(FERRY)[:-8] + bytes(8), Damaged),
        (gzip.compress(bytes(40 * 2**20)), ArchiveTooLarge),
        (gzip.compress(gzip.compress(b"\x89PNG\r\n\x1a\n")), UnknownFormat),
    ],
    # Without names the bytes, which hold the time, would be the names of the tests.
    ids=["cut in its end", "cut in its head", "a wrong check sum", "a bomb", "no text"],
)
def test_a_file_that_cannot_be_unpacked_says_why(content: bytes, error: type[Unreadable]) -> None:
    with pytest.raises(error):
        reading.read(content, "a.gz")


def test_a_file_over_the_limit_is_too_large() -> None:
    with pytest.raises(ArchiveTooLarge, match="more than 100 bytes"):
        reading.read(gzip.compress(FERRY * 10), "a.gz", Limits(file_bytes=100))
