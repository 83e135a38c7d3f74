"""Which volumes are missing or others than remembered."""

import os
import re
from pathlib import Path

import pytest

from ingest_service.errors import SourceAway
from ingest_service.folder import folder_view, volumes
from ingest_service.folder.volumes import ROOT, Volume

HERE = Volume("/", 1, 10, "a")
DISK = Volume("/seeds/disk", 2, 1, "b")
BEFORE = {ROOT: HERE, "disk": DISK}


def changes(
    now: dict[str, Volume], before: dict[str, Volume] = BEFORE, ignored: str | None = None
) -> list[tuple[str, str]]:
    found = volumes.changes(Path("/seeds"), before, now, lambda path, _is_folder: path == ignored)
    return [(change.place, change.condition) for change in found]


def test_what_is_as_it_was_did_not_change() -> None:
    assert changes(BEFORE) == []
    assert volumes.loaded(volumes.dumped(BEFORE)) == BEFORE


def test_at_the_first_time_nothing_has_changed() -> None:
    assert changes(BEFORE, {}) == []


def test_a_mount_that_is_not_there_is_missing() -> None:
    assert changes({ROOT: HERE}) == [("/seeds/disk", "missing")]


def test_the_same_file_system_with_another_device_number_is_the_same() -> None:
    assert changes({ROOT: HERE, "disk": Volume("/seeds/disk", 77, 1, "b")}) == []


def test_another_file_system_with_the_same_device_number_is_another() -> None:
    assert changes({ROOT: HERE, "disk": Volume("/seeds/disk", 2, 1, "c")}) == [("/seeds/disk", "replaced")]


def test_another_folder_of_the_same_file_system_is_another() -> None:
    assert changes({ROOT: HERE, "disk": Volume("/seeds/disk", 2, 5, "b")}) == [("/seeds/disk", "replaced")]


def test_a_mount_over_a_folder_that_had_none_puts_another_in_its_place() -> None:
    assert changes(BEFORE, {ROOT: HERE}) == [("/seeds/disk", "replaced")]


def test_a_folder_that_is_no_longer_mounted_is_missing_and_not_replaced() -> None:
    mounted = {ROOT: Volume("/seeds", 3, 1, "c")}
    assert changes({ROOT: HERE}, mounted) == [("/seeds", "missing")]
    assert changes({ROOT: Volume("/", 1, 11, "a")}, {ROOT: HERE}) == [("/seeds", "replaced")]
    assert changes(mounted, {ROOT: HERE}) == [("/seeds", "replaced")]


def test_a_mount_above_the_folder_is_named_when_it_is_missing() -> None:
    before = {ROOT: Volume("/news", 3, 40, "c")}
    found = volumes.changes(Path("/news/seeds"), before, {ROOT: HERE}, lambda *_: False)
    assert [str(change) for change in found] == ["source unavailable: /news: no file system can be reached there"]


def test_mounts_below_ignored_folders_do_not_count() -> None:
    assert changes({ROOT: HERE}, ignored="disk") == []


def test_what_an_earlier_release_recorded_is_compared_by_device_and_inode() -> None:
    assert changes({ROOT: HERE}, {ROOT: Volume("", 1, 10, "")}) == []
    assert changes({ROOT: HERE}, {ROOT: Volume("", 1, 11, "")}) == [("/seeds", "replaced")]


@pytest.mark.parametrize(
    "name", ["plain", "with space", "tab\tand\nnewline", "back\\slash", "bl\\040ank", "\udcff-\udc80"]
)
def test_names_in_the_kernels_list_are_decoded(name: str, tmp_path: Path) -> None:
    place = re.sub(rb"[\\ \t\n]", lambda found: b"\\%03o" % found[0][0], os.fsencode(tmp_path / name))
    [mount] = volumes._mounts(b"7 1 0:1 / " + place + b" rw shared:1 - ext4 /dev/a rw\n").values()
    assert mount.point == str(tmp_path / name)


def test_a_view_sees_the_folder_that_it_opened_and_reports_that_it_was_renamed(tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "a.txt").touch()
    with folder_view.opened(folder, {}) as view:
        folder.rename(tmp_path / "away")
        assert [entry.path for entry in view.walk()] == ["a.txt"]
        assert view.look("a.txt") is not None
        with pytest.raises(SourceAway, match="No such file or directory"):
            view.check()
        folder.mkdir()
        with pytest.raises(SourceAway, match="changed during a scan"):
            view.check()
        folder.rmdir()
        (tmp_path / "away").rename(folder)
        view.check()


def test_rules_that_cannot_be_read_stop_the_scan(tmp_path: Path) -> None:
    (tmp_path / ".ingestignore").symlink_to(".ingestignore")
    with pytest.raises(SourceAway, match=r"\.ingestignore: Too many levels"), folder_view.opened(tmp_path, {}):
        pass
