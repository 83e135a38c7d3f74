"""What a person names on the command line is read, within the limit, or refused at once."""

import io
import os
import sys
from pathlib import Path

import pytest

from ingest_service.cli import inputs
from ingest_service.errors import NoAccess, NotRegular, TooLarge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"a" * 100)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize("name", ["file", "link"])
def test_a_file_is_read_within_the_limit(folder: Path, name: str) -> None:
    assert inputs.read(str(folder / name), 100) == b"a" * 100
    with pytest.raises(TooLarge):
        inputs.read(str(folder / name), 99)


@pytest.mark.parametrize("name", ["folder", "pipe", "/dev/zero"])
def test_what_may_never_end_is_not_read(folder: Path, name: str) -> None:
    with pytest.raises(NotRegular):
        inputs.read(str(folder / name), 100)


def test_what_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(NoAccess, match=r"^No such file or directory\.$"):
        inputs.read(str(folder / "missing"), 100)


def test_standard_input_is_read_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a" * 200)))
    with pytest.raises(TooLarge):
        inputs.read("-", 199)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(NoAccess):
        inputs.read("-", 199)


def test_a_name_that_is_not_utf_8_is_read_and_shown(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.txt")
    (tmp_path / name).write_bytes(b"a")
    assert inputs.read(str(tmp_path / name), 100) == b"a"
    assert inputs.display_name(name) == r"caf\xe9\n.txt"
