"""No path that the service writes may lie in the watched folder, however it is written."""

import os
from pathlib import Path

import pytest

from ingest_service.cli import placement
from ingest_service.errors import SettingsWrong
from ingest_service.settings import Settings


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the service is started, with a watched folder, and links to it and out of it."""
    (tmp_path / "seeds" / "below").mkdir(parents=True)
    (tmp_path / "var").mkdir()
    (tmp_path / "link").symlink_to("seeds")
    (tmp_path / "seeds" / "out").symlink_to("../var")
    (tmp_path / "seeds" / "linked.db").symlink_to("../var/ingest.db")
    (tmp_path / "var" / "linked.db").symlink_to("../seeds/ingest.db")
    (tmp_path / "indexed.index").symlink_to("seeds")
    (tmp_path / "loop.db").symlink_to("loop.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("seeds", "url"),
    [
        ("seeds", "sqlite:///seeds/ingest.db"),
        ("seeds", "sqlite:///seeds/below/ingest.db"),
        ("seeds", "sqlite:///seeds/new/ingest.db"),
        ("seeds", "sqlite:///./var/../seeds/ingest.db"),
        ("seeds", "sqlite:///link/ingest.db"),
        ("link", "sqlite:///seeds/ingest.db"),
        ("seeds/", "sqlite:///seeds/linked.db"),
        ("seeds", "sqlite:///var/linked.db"),
        ("seeds", "sqlite:///indexed.db"),
        ("var/ingest.index", "sqlite:///var/ingest.db"),
        ("var", "sqlite:///var/ingest.db"),
        (".", "sqlite:///var/ingest.db"),
        ("/", "sqlite:///var/ingest.db"),
        ("var", "postgresql://host/catalogue"),
        (".", "postgresql://host/catalogue"),
    ],
)
def test_a_database_in_the_watched_folder_is_refused(place: Path, seeds: str, url: str) -> None:
    with pytest.raises(SettingsWrong, match=r"^INGEST_DATABASE_URL: .* lies in the watched folder .*outside it$"):
        placement.check(Settings(seeds=Path(seeds), database_url=url))
    if "///" in url:
        absolute = url.replace("///", f"///{place}/")
        with pytest.raises(SettingsWrong):
            placement.check(Settings(seeds=place / seeds, database_url=absolute))


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("seeds", "url"),
    [
        ("seeds", "sqlite:///var/ingest.db"),
        ("seeds", "sqlite:///seeds.db"),
        ("seeds", "sqlite:///seeds-2/ingest.db"),
        ("seeds", "sqlite:///seeds/out/ingest.db"),
        ("seeds", "sqlite:///loop.db"),
        ("var/seeds", "sqlite:///var/ingest.db"),
        ("missing", "sqlite:///var/ingest.db"),
        ("seeds", "postgresql://host/catalogue"),
    ],
)
def test_a_database_beside_the_watched_folder_is_accepted(seeds: str, url: str) -> None:
    placement.check(Settings(seeds=Path(seeds), database_url=url))


def test_a_folder_with_two_names_is_one_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a folder is mounted twice, both names have the same device and inode."""
    watched, other = place / "seeds", place / "other"
    other.mkdir()
    real_stat = Path.stat

    def mounted_twice(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        return real_stat(watched if path == other else path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", mounted_twice)
    with pytest.raises(SettingsWrong):
        placement.check(Settings(seeds=watched, database_url=f"sqlite:///{other}/ingest.db"))


@pytest.mark.usefixtures("place")
def test_a_token_in_the_watched_folder_is_refused() -> None:
    with pytest.raises(SettingsWrong, match=r"^INGEST_TOKEN_FILE: "):
        placement.check(Settings(seeds=Path("seeds"), token_file=Path("seeds/token")))
