"""Rules ignore files and folders by their names as git does, whatever bytes the names have."""

import os
from pathlib import Path

import pytest

from ingest_service import file_names
from ingest_service.folder.ignore import IGNORE_FILE, Ignore


@pytest.mark.parametrize(
    ("rule", "path", "ignored"),
    [
        (b"caf\xe9*", b"caf\xe9.txt", True),
        (b"caf\xe9*", b"caf\xe8.txt", False),
        (b"caf?.txt", b"caf\xe9.txt", True),
        (rb"a\\xe9.txt", rb"a\xe9.txt", True),
        (rb"a\\xe9.txt", b"a\xe9.txt", False),
        ("caf\u00e9*\r".encode(), "caf\u00e9.txt".encode(), True),
        ("a\u2028b".encode(), "a\u2028b".encode(), True),
        (b"drafts/", b"new\nline/drafts/a.txt", True),
        (b"*.bak", b"new\nline/a.bak", True),
        (b"", b"new\nline/.hidden", True),
        (b"", b"new\nline/a.txt", False),
        (b"", b"#a.txt#", True),
        (b"", b"sub/sedAb12Cd", True),
        (b"", b"sedimentary", False),
        (b"!.well-known", b".well-known", False),
        (b"!*.md", b".notes.md", False),
        (b"*.md", b".notes.txt", True),
    ],
)
def test_a_rule_sees_the_name_as_the_file_system_has_it(
    tmp_path: Path, rule: bytes, path: bytes, ignored: bool
) -> None:
    (tmp_path / IGNORE_FILE).write_bytes(rule + b"\n")
    assert Ignore(tmp_path)(file_names.to_text(os.fsdecode(path)), is_folder=False) is ignored


@pytest.mark.parametrize("rule", [b"!", b"\\", b"a\\", b"[z-a]", b"\xff[z-a]"])
def test_a_rule_that_is_none_is_not_used_and_the_others_are(tmp_path: Path, rule: bytes) -> None:
    (tmp_path / IGNORE_FILE).write_bytes(b"*.bak\n" + rule + b"\ndrafts/\n")
    ignore = Ignore(tmp_path)
    assert ignore("a.bak", is_folder=False)
    assert ignore("drafts", is_folder=True)
    assert not ignore("a.txt", is_folder=False)


@pytest.mark.parametrize(
    "name",
    [
        "upload.txt.filepart", "page.html.part", "page.html.crdownload", "page.txt.download", "page.txt.partial",
        "page.txt.opdownload", "#notes.txt#", "notes.txt~", ".notes.txt.swp", "notes.txt.swo", "~$letter.docx",
        "desktop.ini", "Desktop.ini", "Thumbs.db", ".DS_Store", "page.tmp",
    ],
)  # fmt: skip
def test_temporary_files_and_those_of_the_desktop_are_ignored(tmp_path: Path, name: str) -> None:
    ignore = Ignore(tmp_path)
    assert ignore(name, is_folder=False)
    assert ignore(f"folder/{name}", is_folder=False)


@pytest.mark.parametrize(
    "name",
    [
        "upload.txt",
        "a part.txt",
        "download.txt",
        "#notes.txt",
        "partial",
        "desktop.txt",
        "~notes.txt",
        "my.filepart.txt",
    ],
)
def test_files_with_similar_names_are_read(tmp_path: Path, name: str) -> None:
    assert not Ignore(tmp_path)(name, is_folder=False)
