"""A walk of the folder reports what a look at each of its paths reports, at one system call for a regular file."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_service import file_names
from ingest_service.errors import NotRegular, PathTooLong
from ingest_service.folder import scan
from ingest_service.folder.scan import Entry, FileFact, Unusable

NAMES = st.sampled_from(
    [b"a.txt", b"caf\xc3\xa9.txt", b"caf\xe9.txt", rb"a\xe9.txt", b"new\nline.txt", b"\\", b"x" * 255]
)
FOLDERS = st.sampled_from([b"", b"sub", b"sub/deep", b"odd\xff", b"new\nline"])
KINDS = st.sampled_from(["file", "pipe", "link to file", "link to folder", "link outside", "broken link", "loop"])


def make(place: Path, kind: str) -> None:
    """Makes an entry; links lead to what lies beside the folder or to the folder itself."""
    place.parent.mkdir(parents=True, exist_ok=True)
    targets = {
        "link to file": "target.txt",
        "link to folder": ".",
        "link outside": "../outside.txt",
        "broken link": "none",
    }
    root = next(parent for parent in place.parents if parent.name == "seeds")
    if kind == "file":
        place.write_bytes(os.fsencode(place.name))
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "loop":
        place.symlink_to(place.name)
    else:
        place.symlink_to(root / targets[kind])


def walked(root: Path) -> dict[str, Entry]:
    return {entry.path: entry for entry in scan.walk(root, lambda _path, _is_folder: False)}


@given(st.dictionaries(st.tuples(FOLDERS, NAMES), KINDS, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_walk_reports_what_a_look_at_each_path_reports(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[tuple[bytes, bytes], str]
) -> None:
    root = tmp_path_factory.mktemp("scan") / "seeds"
    root.mkdir()
    (root / "target.txt").write_text("target")
    (root.parent / "outside.txt").write_text("outside")
    for (folder, name), kind in entries.items():
        make(Path(os.fsdecode(os.path.join(os.fsencode(root), folder, name))), kind)  # noqa: PTH118  Names are bytes.
    paths = [file_names.to_text(str(place.relative_to(root))) for place in root.rglob("*")]
    looked_at = {path: repr(entry) for path in paths if (entry := scan.look(root, path)) is not None}
    assert {path: repr(entry) for path, entry in walked(root).items()} == looked_at


def test_a_walk_costs_one_stat_for_each_regular_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text("text")
    calls: list[object] = []
    stat, lstat = os.stat, os.lstat

    def counted(function: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def call(*args: object, **options: object) -> os.stat_result:
            calls.append(args)
            return function(*args, **options)

        return call

    monkeypatch.setattr(os, "stat", counted(stat))
    monkeypatch.setattr(os, "lstat", counted(lstat))
    assert len(walked(tmp_path)) == 20
    names = [args[0] for args in calls if isinstance(args, tuple) and str(args[0]).endswith(".txt")]
    assert sorted(map(str, names)) == sorted(f"{number}.txt" for number in range(20))


def test_a_folder_that_becomes_a_link_during_the_walk_is_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "seeds", tmp_path / "outside"
    for folder in (root / "sub", outside):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("text")

    def replace(path: str, _is_folder: bool) -> bool:
        if path == "sub":
            (root / "sub").rename(tmp_path / "away")
            (root / "sub").symlink_to(outside)
        return False

    assert list(scan.walk(root, replace)) == []


@pytest.mark.parametrize("path", ["../outside.txt", "sub/../../outside.txt", "{}/outside.txt"], ids=["up", "down", "/"])
def test_a_path_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, path: str) -> None:
    (tmp_path / "seeds" / "sub").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("text")
    path = path.format(tmp_path)
    entry = scan.look(tmp_path / "seeds", path)
    assert isinstance(entry, Unusable)
    assert isinstance(entry.why, NotRegular)
    assert list(scan.walk(tmp_path / "seeds", lambda _path, _is_folder: False, path.rpartition("/")[0])) == []


def test_a_path_that_is_too_long_is_unusable(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d" * 250] * 10)
    parent = os.open(tmp_path, os.O_RDONLY)
    for _ in range(11):
        os.mkdir("d" * 250, dir_fd=parent)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=parent)
        os.close(parent)
        parent = below
    os.close(os.open("a.txt", os.O_CREAT, dir_fd=parent))
    os.close(parent)
    assert deep.is_dir()
    [entry] = walked(tmp_path).values()
    assert isinstance(entry, Unusable)
    assert isinstance(entry.why, PathTooLong)


def test_facts_are_those_of_the_file_system(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    os.mkfifo(tmp_path / "b.pipe")
    facts = (tmp_path / "a.txt").stat()
    found = walked(tmp_path)
    assert found["a.txt"] == FileFact(
        "a.txt", 4, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_dev, facts.st_ino
    )  # fmt: skip
    pipe = found["b.pipe"]
    assert isinstance(pipe, Unusable)
    assert isinstance(pipe.why, NotRegular)
