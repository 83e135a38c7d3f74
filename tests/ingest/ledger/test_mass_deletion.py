"""Which deletions are believed."""

import pytest

from ingest_service.errors import NotRegular
from ingest_service.folder import scan
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.scan import FileFact, Known, Seen, Unavailable, Unusable
from ingest_service.folder.volumes import ROOT, Volume, VolumeChange
from ingest_service.ledger import mass_deletion

VOLUMES = {ROOT: Volume("/", 1, 1, "a"), "disk": Volume("/seeds/disk", 2, 1, "b")}
REPLACED = VolumeChange("disk", "/seeds/disk", "replaced")


def fact(path: str) -> FileFact:
    return FileFact(path, 1, 1, 1, 1, abs(hash(path)))


def known(*paths: str, is_document: bool = True, is_held: bool = False) -> dict[str, Known]:
    return {path: Known(fact(path), None, is_document, is_held) for path in paths}


def many(count: int, folder: str = "") -> list[str]:
    return [f"{folder}{number}.txt" for number in range(count)]


def diff(
    before: dict[str, Known], *left: str, changes: tuple[VolumeChange, ...] = (), whole: bool = True
) -> FolderDiff:
    seen = Seen({path: fact(path) for path in left}, {})
    return FolderDiff(before, seen, scan.diff(before, seen), VOLUMES, changes, whole)


def inferred(_path: str) -> bool:
    return False


def witnessed(_path: str) -> bool:
    return True


def test_a_few_inferred_deletions_are_believed() -> None:
    assert mass_deletion.to_hold(diff(known(*many(101), "left.txt"), "0.txt", "left.txt"), inferred) == frozenset()


@pytest.mark.parametrize(
    ("files", "deleted", "held"), [(200, 100, 0), (200, 101, 101), (1_000, 200, 0), (1_000, 201, 201)]
)
def test_so_many_inferred_deletions_are_held(files: int, deleted: int, held: int) -> None:
    paths = many(files)
    assert len(mass_deletion.to_hold(diff(known(*paths), *paths[deleted:]), inferred)) == held


def test_so_many_witnessed_deletions_are_believed() -> None:
    assert mass_deletion.to_hold(diff(known(*many(500)), "other.txt"), witnessed) == frozenset()


def test_deletions_on_a_volume_that_changed_are_held_and_others_are_not() -> None:
    before = known("a.txt", "b.txt", "disk/a.txt", "disk/b.txt")
    for is_witnessed in (inferred, witnessed):
        assert mass_deletion.to_hold(diff(before, "a.txt", "disk/a.txt", changes=(REPLACED,)), is_witnessed) == {
            "disk/b.txt"
        }


def test_the_last_files_of_a_volume_are_held_unless_their_deletion_was_witnessed() -> None:
    before = known("a.txt", "disk/a.txt")
    assert mass_deletion.to_hold(diff(before, "a.txt"), inferred) == {"disk/a.txt"}
    assert mass_deletion.to_hold(diff(before, "a.txt"), witnessed) == frozenset()


def test_files_of_a_partial_scan_are_not_the_last_ones() -> None:
    assert mass_deletion.to_hold(diff(known("a.txt"), whole=False), inferred) == frozenset()


def test_what_is_held_stays_held_until_it_is_back_though_it_is_little_now() -> None:
    before = known("a.txt", "left.txt") | known("held.txt", is_held=True)
    assert mass_deletion.to_hold(diff(before, "left.txt"), witnessed) == {"held.txt"}


def test_files_without_a_document_weigh_nothing() -> None:
    before = known(*many(150), is_document=False) | known("a.txt", "left.txt")
    assert mass_deletion.to_hold(diff(before, "left.txt"), inferred) == frozenset()


def test_a_file_without_a_document_is_not_held_on_another_volume_either() -> None:
    before = known("disk/pipe", is_document=False) | known("disk/a.txt", "a.txt")
    assert mass_deletion.to_hold(diff(before, "a.txt", changes=(REPLACED,)), inferred) == {"disk/a.txt"}


def test_unusable_entries_and_unavailable_paths_are_not_deletions() -> None:
    before = known("pipe", "sub/a.txt", "sub/deep/b.txt", "subway.txt", "whole/c.txt")
    seen = Seen({}, {"pipe": Unusable("pipe", NotRegular())}, (Unavailable("sub", "EIO"),))
    assert scan.diff(before, seen).deleted == ("subway.txt", "whole/c.txt")
    assert scan.diff(before, Seen({}, {}, (Unavailable("", "EIO"),))).deleted == ()
