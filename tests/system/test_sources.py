"""The folder, or a part of it, cannot be seen for a while: no document is withdrawn because of that.

Scenarios 2, 2b, 3, 19, 20 and 21 of the folder, in their short form.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.articles import articles
from tests.system import namespace, texts
from tests.system.conftest import mostly_on
from tests.system.house import House, until
from tests.system.namespace import Namespace

FEW = 15


@pytest.fixture
def space() -> Iterator[Namespace]:
    """A mount namespace of the test's own."""
    with namespace.living() as made:
        yield made


def write(folder: Path, count: int = FEW, seed: int = 1) -> None:
    """Writes so many articles, `000.txt` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(articles(count, words=120, seed=seed)):
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")


def withdrawn(house: House) -> list[str]:
    """The paths of the documents that the catalog shows as withdrawn."""
    return sorted(house.documents("withdrawn"))


def reasons(house: House) -> str:
    """Why the ingest service is not healthy, once it is not."""
    status = until(house.unhealthy, f"the service to be degraded; output: {house.ingest.output()}")
    return "; ".join(status["reasons"])


def heals(house: House) -> None:
    """Waits until nothing is degraded and everything is delivered."""
    until(house.is_healthy, f"the service to heal; output: {house.ingest.output()}")
    house.quiet()


def proves_alive(house: House, name: str) -> None:
    """A new file at the top comes in: the service has looked at the folder after what happened before."""
    (house.seeds / name).write_text(f"{texts.HARBOUR}\n\nFiled as {name}.", encoding="utf-8")
    house.appeared(name)


@mostly_on("sqlite")
class TestAMount:
    """Scenarios 2 and 2b."""

    def test_below_the_folder_is_taken_away_and_comes_back(self, empty_house: House, space: Namespace) -> None:
        disk, place = empty_house.folder / "disk", empty_house.seeds / "sub"
        write(disk)
        place.mkdir()
        space.bind(disk, place)
        empty_house.ingest.prefix = space.prefix
        empty_house.start()
        empty_house.arrived(5 + FEW)

        space.unmount(place)
        assert f"source unavailable: {place}" in reasons(empty_house)
        proves_alive(empty_house, "while-away.txt")
        empty_house.ingest.stop()
        empty_house.ingest.start()
        assert f"source unavailable: {place}" in reasons(empty_house)
        proves_alive(empty_house, "after-restart.txt")
        assert withdrawn(empty_house) == []
        assert "confirm-deletes" not in reasons(empty_house)

        space.bind(disk, place)
        heals(empty_house)
        assert len(empty_house.documents()) == 7 + FEW
        (disk / "000.txt").unlink()
        (disk / "new.txt").write_text(texts.HARBOUR, encoding="utf-8")
        empty_house.appeared("sub/new.txt")
        until(lambda: withdrawn(empty_house) == ["sub/000.txt"], "the one deletion that was witnessed")

    def test_of_the_folder_itself_is_taken_away_and_comes_back(self, empty_house: House, space: Namespace) -> None:
        disk = empty_house.folder / "disk"
        shutil.copytree(empty_house.seeds, disk)
        space.bind(disk, empty_house.seeds)
        empty_house.ingest.prefix = space.prefix
        empty_house.start()
        empty_house.arrived()

        space.unmount(empty_house.seeds)
        shutil.rmtree(empty_house.seeds)
        empty_house.seeds.mkdir()
        assert f"source unavailable: {empty_house.seeds}" in reasons(empty_house)
        empty_house.ingest.stop()
        empty_house.ingest.start()
        assert f"source unavailable: {empty_house.seeds}" in reasons(empty_house)
        assert "confirm-deletes" not in reasons(empty_house)

        space.bind(disk, empty_house.seeds)
        (disk / "new.txt").write_text(texts.HARBOUR, encoding="utf-8")
        empty_house.appeared("new.txt")
        heals(empty_house)
        assert withdrawn(empty_house) == []

    def test_gives_way_to_another_file_system(self, empty_house: House, space: Namespace) -> None:
        place = empty_house.seeds / "sub"
        place.mkdir()
        space.mount(place)
        write(space.inside(place))
        empty_house.ingest.prefix = space.prefix
        empty_house.start()
        empty_house.arrived(5 + FEW)

        space.unmount(place)
        space.mount(place)
        # Device number and inode are those of the first one.
        (space.inside(place) / "other.txt").write_text(texts.HARBOUR, encoding="utf-8")
        empty_house.appeared("sub/other.txt")
        assert "confirm-deletes" in reasons(empty_house)
        assert withdrawn(empty_house) == []
        states = [each["state"] for path, each in empty_house.files().items() if path != "sub/other.txt"]
        assert sorted(states) == ["gone-held"] * FEW + ["published"] * 5


LOOK = """
import json, sys
from pathlib import Path
from ingest_service.folder import folder_view, volumes
with folder_view.opened(Path(sys.argv[1]), volumes.loaded(sys.argv[2])) as view:
    print(json.dumps([volumes.dumped(view.volumes), {change.path: change.condition for change in view.changes}]))
"""


def looked(space: Namespace, folder: Path, remembered: str = "{}") -> tuple[str, dict[str, str]]:
    """The volumes as they are seen in the namespace, as text, and how they differ from those remembered."""
    command = [*space.prefix, sys.executable, "-c", LOOK, str(folder), remembered]
    done = subprocess.run(command, capture_output=True, check=True)
    text, changes = json.loads(done.stdout)
    return text, changes


class TestWhatIsMounted:
    """The volumes as the kernel lists them: bind mounts, mounts on mounts, single files, names of every kind."""

    def test_is_seen_as_it_is_reached(self, tmp_path: Path, space: Namespace) -> None:
        folder = tmp_path / "wat ched\\040"
        odd = folder / os.fsdecode(b"od d\xff\nname")
        for place in (folder / "a", folder / "b", folder / ".hidden", odd):
            place.mkdir(parents=True)
        (folder / "file.txt").touch()
        for place in (folder / "a", odd, folder / ".hidden"):
            space.mount(place)
        space.run("mkdir", str(folder / "a" / "in"))
        space.mount(folder / "a" / "in")
        space.bind(folder / "a", folder / "b")
        space.bind(folder / "file.txt", folder / "file.txt")
        before, changes = looked(space, folder)
        assert json.loads(before).keys() == {"", "a", "a/in", "b", "file.txt", "od d\\xff\nname"}
        assert changes == {}

        space.mount(folder / "a")
        assert looked(space, folder, before)[1] == {"a": "replaced", "a/in": "missing"}
        space.unmount(folder / "a")
        assert looked(space, folder, before) == (before, {})
        space.unmount(folder / "file.txt")
        space.unmount(folder / "b")
        assert looked(space, folder, before)[1] == {"b": "missing", "file.txt": "missing"}
        space.bind(folder / "a", folder / "b")
        space.mount(folder)
        below = ("a", "a/in", "b", "od d\\xff\nname")
        assert looked(space, folder, before)[1] == {"": "replaced"} | dict.fromkeys((*below, "file.txt"), "missing")
        assert looked(space, folder, looked(space, folder)[0])[1] == {}
        after = looked(space, folder)[0]
        space.unmount(folder)
        assert looked(space, folder, after)[1] == {
            "": "missing",
            **dict.fromkeys(("a", "a/in", "b", "od d\\xff\nname"), "replaced"),
        }


@mostly_on("postgres")
class TestTheFolder:
    """Scenarios 3 and 21."""

    def test_is_swapped_for_another(self, empty_house: House) -> None:
        empty_house.start()
        empty_house.arrived()
        old = empty_house.seeds.with_name("seeds.old")
        empty_house.seeds.rename(old)
        empty_house.seeds.mkdir()
        (old / "old.txt").write_text(f"{texts.HARBOUR}\n\nOf the old folder.", encoding="utf-8")
        proves_alive(empty_house, "new.txt")
        assert "confirm-deletes" in reasons(empty_house)
        held = [path for path, each in empty_house.files().items() if each["state"] == "gone-held"]
        assert len(held) == 5
        assert "old.txt" not in empty_house.documents()
        shutil.rmtree(empty_house.seeds)
        old.rename(empty_house.seeds)
        empty_house.appeared("old.txt")
        heals(empty_house)
        assert set(empty_house.documents()) >= {path.name for path in empty_house.seeds.iterdir()}

    def test_vanishes_while_its_files_are_rewritten(self, empty_house: House) -> None:
        write(empty_house.seeds, 60)
        empty_house.start()
        empty_house.arrived(65)
        away = empty_house.seeds.with_name("away")
        for turn in range(3):
            for path in sorted(empty_house.seeds.glob("???.txt")):
                path.write_text(f"{path.read_text(encoding='utf-8')}\n\nTurn {turn}.", encoding="utf-8")
            empty_house.seeds.rename(away)
            assert "source unavailable" in reasons(empty_house)
            away.rename(empty_house.seeds)
        heals(empty_house)
        proves_alive(empty_house, "afterwards.txt")
        assert withdrawn(empty_house) == []
        assert len(empty_house.documents()) == 66
        assert "document.withdrawn.v1" not in {event["type"] for event in empty_house.feed()}

    @pytest.mark.scenario
    @pytest.mark.timeout(400)
    def test_vanishes_and_comes_back_all_the_time(self, empty_house: House) -> None:
        write(empty_house.seeds, 300)
        empty_house.start()
        empty_house.arrived(305)
        away, draw = empty_house.seeds.with_name("away"), random.Random(1)  # noqa: S311  No secret.
        descriptor = os.open(empty_house.seeds, os.O_RDONLY)
        same_folder = Path(f"/proc/self/fd/{descriptor}")
        try:
            for turn in range(1_500):
                path = same_folder / f"{draw.randrange(300):03}.txt"
                path.write_text(f"{path.read_text(encoding='utf-8')}\n\nTurn {turn}.", encoding="utf-8")
                empty_house.seeds.rename(away)
                time.sleep(draw.random() / 50)
                away.rename(empty_house.seeds)
                time.sleep(draw.random() / 50)
        finally:
            os.close(descriptor)
        proves_alive(empty_house, "afterwards.txt")
        heals(empty_house)
        assert len(empty_house.documents()) == 306
        assert "document.withdrawn.v1" not in {event["type"] for event in empty_house.feed()}


def once(house: House) -> "subprocess.CompletedProcess[str]":
    """Runs `ingest-service once` with the rights of the service that it takes the place of."""
    service = house.ingest
    command = [*service.prefix, str(service.binaries / "ingest-service"), "once"]
    return subprocess.run(
        command, env=service.environment, cwd=house.folder, capture_output=True, text=True, check=False
    )


@mostly_on("sqlite")
class TestASubfolder:
    """Scenario 20."""

    def test_that_cannot_be_read_is_not_empty(self, empty_house: House) -> None:
        # Root may read everything, unless it gave that right up.
        if os.geteuid() == 0:
            lost = "-dac_override,-dac_read_search"
            empty_house.ingest.prefix = ("setpriv", f"--bounding-set={lost}", f"--inh-caps={lost}", "--")
        place = empty_house.seeds / "sub"
        write(place)
        empty_house.start()
        empty_house.arrived(5 + FEW)
        place.chmod(0)
        try:
            empty_house.ingest.stop()
            done = once(empty_house)
            assert done.returncode == 3
            assert f"source unavailable: {place}: Permission denied" in done.stderr
            empty_house.ingest.start()
            proves_alive(empty_house, "meanwhile.txt")
            assert f"source unavailable: {place}: Permission denied" in reasons(empty_house)
            assert withdrawn(empty_house) == []
        finally:
            place.chmod(0o755)
        heals(empty_house)
        (place / "new.txt").write_text(texts.HARBOUR, encoding="utf-8")
        empty_house.appeared("sub/new.txt")
        assert withdrawn(empty_house) == []
        assert {each["state"] for each in empty_house.files().values()} == {"published"}


@mostly_on("sqlite")
class TestWhatIsNoFile:
    """Scenario 19."""

    def test_is_listed_and_weighs_nothing(self, empty_house: House) -> None:
        for number in range(130):
            os.mkfifo(empty_house.seeds / f"{number:03}.pipe")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(empty_house.seeds / "a.socket"))
        (empty_house.seeds / "outside").symlink_to(empty_house.folder / "journal")
        empty_house.start()
        empty_house.arrived()
        before = listed(empty_house)
        assert len(before) == 132
        for turn in range(2):
            empty_house.ingest.stop()
            empty_house.ingest.start()
            proves_alive(empty_house, f"turn-{turn}.txt")
            assert listed(empty_house) == before

        empty_house.ingest.stop()
        for path in [*empty_house.seeds.glob("*.pipe"), *empty_house.seeds.glob("turn-*.txt")]:
            path.unlink()
        empty_house.ingest.start()
        until(lambda: len(withdrawn(empty_house)) == 2, "the true deletions")
        assert empty_house.is_healthy()
        assert sorted(listed(empty_house)) == ["a.socket", "outside"]


def listed(house: House) -> dict[str, tuple[str, str, str]]:
    """State, reason and time of each entry that is no file."""
    return {
        path: (each["state"], each["reason"], each["since"])
        for path, each in house.files().items()
        if not path.endswith(".txt")
    }
