"""ZIP archives: each file is a member, names are only names, and bombs are not unpacked."""

import io
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Mapping

import pytest

from ingest_service import reading
from ingest_service.errors import (
    ArchiveTooLarge,
    Damaged,
    Encrypted,
    NoReadableMember,
    TooLarge,
    TooManyMembers,
    UnknownFormat,
    Unreadable,
)
from ingest_service.reading import zip_directory
from ingest_service.settings import Limits

FERRY, MAYOR = b"The ferry sails at nine.", b"The mayor opened the bridge."


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def patched(content: bytes, offset: int, format_: str, value: int) -> bytes:
    """The archive with a number in the first entry of its directory replaced."""
    at = content.index(b"PK\x01\x02") + offset
    return content[:at] + struct.pack(format_, value) + content[at + struct.calcsize(format_) :]


def names(content: bytes, limits: Limits = reading.DEFAULTS) -> list[str | None]:
    return [item.name for item in reading.read(content, "news.zip", limits).items]


def test_each_file_in_an_archive_is_read_by_its_own_format() -> None:
    inner = zipped({"bridge.md": b"# Bridge\n\n" + MAYOR})
    ferry, bridge = reading.read(zipped({"a/ferry.txt": FERRY, "inner.zip": inner}), "news.txt").items
    assert (ferry.name, ferry.text, ferry.media_type) == ("a/ferry.txt", FERRY.decode(), "text/plain")
    assert (bridge.name, bridge.parent, bridge.media_type) == ("inner.zip#bridge.md", "inner.zip", "text/markdown")


def test_folders_and_ignored_names_are_no_members() -> None:
    content = {
        "news/": b"", "__MACOSX/._ferry.txt": b"\x00\x05\x16\x07", "news/.DS_Store": b"\x00", "Thumbs.db": b"\x00",
        ".git/HEAD": b"ref", "ferry.txt.part": FERRY, "news/ferry.txt": FERRY,
    }  # fmt: skip
    read = reading.read(zipped(content), "news.zip")
    assert [item.name for item in read.items] == ["news/ferry.txt"]
    assert not read.unread


def test_names_are_only_names() -> None:
    slips = ["../../etc/passwd", "/etc/passwd", "a#b.txt", "line\nend.txt", "e" * 60_000]
    read = names(zipped(dict.fromkeys(slips, FERRY)))
    assert read[:4] == ["../../etc/passwd", "/etc/passwd", "a\\x23b.txt", "line\nend.txt"]
    assert len(read[4] or "") < 300


def test_a_name_that_occurs_twice_is_made_unique() -> None:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        for content in (FERRY, MAYOR):
            archive.writestr("a.txt", content)
    read = reading.read(buffer.getvalue(), "news.zip").items
    assert [(item.name, item.text) for item in read] == [("a.txt", FERRY.decode()), ("a.txt (2)", MAYOR.decode())]


@pytest.mark.parametrize(("name", "shown"), [("Fähre.txt".encode(), "Fähre.txt"), (b"F\x84hre.txt", "Fähre.txt")])
def test_names_without_a_stated_encoding_are_utf8_or_that_of_dos(name: bytes, shown: str) -> None:
    stand_in = "x" * len(name)
    assert names(zipped({stand_in: FERRY}).replace(stand_in.encode(), name)) == [shown]


def test_windows_separators_divide_folders() -> None:
    assert names(zipped({"news|ferry.txt": FERRY}).replace(b"news|", b"news\\")) == ["news/ferry.txt"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda content: patched(content, 8, "<H", 1), Encrypted),
        (lambda content: patched(content, 10, "<H", 99), UnknownFormat),
        (lambda content: patched(content, 10, "<H", zipfile.ZIP_BZIP2), UnknownFormat),
        (lambda content: patched(content, 24, "<I", 2**31), TooLarge),
        (lambda content: patched(content, 16, "<I", 7), Damaged),
        (lambda content: patched(content, 42, "<I", 9), Damaged),
        (lambda content: content.replace(FERRY, FERRY[::-1]), Damaged),
    ],
)
def test_a_member_that_cannot_be_unpacked_does_not_concern_the_others(
    change: Callable[[bytes], bytes], error: type[Unreadable]
) -> None:
    content = change(zipped({"ferry.txt": FERRY, "bridge.txt": MAYOR}, zipfile.ZIP_STORED))
    read = reading.read(content, "news.zip")
    assert [item.name for item in read.items] == ["bridge.txt"]
    assert [(member.name, type(member.error)) for member in read.unread] == [("ferry.txt", error)]


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zipped({"zeros.txt": bytes(40 * 2**20), "ferry.txt": FERRY})
    read = reading.read(bomb, "bomb.zip")
    assert [(member.name, type(member.error)) for member in read.unread] == [("zeros.txt", ArchiveTooLarge)]
    assert names(bomb) == ["ferry.txt"]


def test_files_that_are_too_large_together_are_not_unpacked() -> None:
    content = zipped({f"{number}.txt": FERRY * 100 for number in range(10)})
    with pytest.raises(ArchiveTooLarge, match="have 24000 bytes, the limit is 23999"):
        names(content, Limits(unpacked_bytes=23_999))
    assert len(names(content, Limits(unpacked_bytes=24_000))) == 10


def test_a_member_never_unpacks_to_more_than_it_states() -> None:
    # The directory and the data state a few bytes, and the data are forty million zeros.
    content = zipped({"zeros.txt": bytes(40 * 2**20)})
    lying = patched(content, 24, "<I", 50)
    tracemalloc.start()
    with pytest.raises(Damaged):
        reading.read(lying, "bomb.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_too_many_entries_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({f"{number}/": b"" for number in range(20)})
    monkeypatch.setattr(zip_directory, "MOST_ENTRIES", 19)
    with pytest.raises(TooManyMembers, match="lists 20 files, the limit is 19"):
        reading.read(content, "news.zip")


def test_an_archive_without_files_says_so() -> None:
    with pytest.raises(NoReadableMember, match="no files"):
        names(zipped({"folder/": b""}))
    with pytest.raises(NoReadableMember, match="no files"):
        names(zipped({}))


def test_an_archive_that_is_all_encrypted_is_encrypted() -> None:
    content = zipped({"a.txt": FERRY, "b.txt": MAYOR})
    flagged = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    with pytest.raises(Encrypted, match="None of the 2 files"):
        names(flagged)


def test_a_cut_off_archive_is_damaged() -> None:
    content = zipped({"ferry.txt": FERRY})
    for end in range(4, len(content)):
        with pytest.raises(Damaged, match="cut off or damaged"):
            names(content[:end])


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        (["[Content_Types].xml", "xl/workbook.xml"], "XLSX"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "PPTX"),
        (["mimetype", "META-INF/manifest.xml"], "OpenDocument"),
        (["mimetype", "META-INF/container.xml"], "EPUB"),
        (["Index/Document.iwa", "preview.jpg"], "iWork"),
    ],
)
def test_packages_are_not_read_as_archives(entries: list[str], kind: str) -> None:
    with pytest.raises(UnknownFormat, match=kind):
        names(zipped(dict.fromkeys(entries, b"<x/>")))


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        (b"application/vnd.oasis.opendocument.text", "OpenDocument"),
        (b"application/vnd.oasis.opendocument.spreadsheet\n", "OpenDocument"),
        (b"application/x-harbour+zip", r"application/x-harbour\+zip"),
    ],
)
def test_a_package_that_states_its_media_type_is_not_read_as_an_archive(stated: bytes, kind: str) -> None:
    with pytest.raises(UnknownFormat, match=kind):
        names(zipped({"mimetype": stated, "content.xml": b"<x/>", "notes.txt": FERRY}))


def test_an_archive_with_a_text_of_that_name_is_an_archive() -> None:
    assert names(zipped({"mimetype": FERRY, "ferry.txt": FERRY})) == ["mimetype", "ferry.txt"]
