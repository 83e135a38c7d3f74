"""A random life of a folder, with kills in the middle: in the end the catalog is what the folder is.

What was done is drawn from a seed; what the services make of it meanwhile depends on the moment, and that is the point.
"""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.benchmarks.articles import articles
from tests.system.house import House, Service, until

DEEDS = 70


@dataclass
class Life:
    """Deeds on a folder, each drawn."""

    home: House
    draw: random.Random
    texts: list[str]
    count: int = 0
    done: list[str] = field(default_factory=list)

    def files(self) -> list[Path]:
        """The files there are, at least one."""
        return sorted(self.home.seeds.rglob("*.txt")) or [self._new("first")]

    def live(self) -> None:
        """Does one thing."""
        deed = self.draw.choice(DEEDS_BY_CHANCE)
        deed(self)
        self.done.append(deed.__name__)
        if self.draw.random() < 0.5:
            time.sleep(self.draw.random() / 5)

    def _path(self, folder: str = "") -> Path:
        self.count += 1
        return self.home.seeds / folder / f"{self.count:03}.txt"

    def _new(self, text: str) -> Path:
        path = self._path()
        path.write_text(f"{text}\n\nNumber {self.count} of them all.", encoding="utf-8")
        return path

    def _any(self) -> Path:
        return self.draw.choice(self.files())

    def write(self) -> None:
        """A new file."""
        self._new(self.draw.choice(self.texts))

    def edit(self) -> None:
        """Written over in place."""
        path = self._any()
        path.write_text(f"{path.read_text(encoding='utf-8')}\n\nMore words follow.", encoding="utf-8")

    def append(self) -> None:
        """Held open for a while."""
        with self._any().open("a", encoding="utf-8") as file:
            file.write("\n\nSlowly")
            file.flush()
            time.sleep(self.draw.random() / 3)
            file.write(" appended.")

    def replace(self) -> None:
        """Written beside and renamed over, as editors do."""
        path, beside = self._any(), self.home.seeds / ".beside~"
        beside.write_text(f"{path.read_text(encoding='utf-8')}\n\nReplaced.", encoding="utf-8")
        beside.rename(path)

    def rename(self) -> None:
        """Another name."""
        self._any().rename(self._path())

    def move(self) -> None:
        """Into a folder that may be new."""
        path = self._path("below")
        path.parent.mkdir(exist_ok=True)
        self._any().rename(path)

    def swap(self) -> None:
        """Two files change places."""
        one, other, aside = self._any(), self._any(), self.home.seeds / ".aside~"
        if one != other:
            one.rename(aside)
            other.rename(one)
            aside.rename(other)

    def copy(self) -> None:
        """The same bytes at another path."""
        self._path().write_bytes(self._any().read_bytes())

    def delete(self) -> None:
        """Gone."""
        if len(self.files()) > 3:
            self._any().unlink()

    def touch(self) -> None:
        """Nothing but another date."""
        os.utime(self._any())

    def kill_ingest(self) -> None:
        """As a power cut would."""
        self._killed(self.home.ingest)

    def kill_catalog(self) -> None:
        """As a power cut would."""
        self._killed(self.home.catalog)

    def work_unseen(self) -> None:
        """Things happen while the ingest service is stopped."""
        self.home.ingest.stop()
        for deed in (Life.rename, Life.edit, Life.delete):
            deed(self)
        self.home.ingest.start()

    @staticmethod
    def _killed(service: Service) -> None:
        service.kill()
        service.start()


DEEDS_BY_CHANCE: list[Callable[[Life], None]] = [
    Life.write, Life.write, Life.edit, Life.edit, Life.append, Life.replace, Life.rename, Life.move, Life.swap,
    Life.copy, Life.delete, Life.touch, Life.kill_ingest, Life.kill_catalog, Life.work_unseen,
]  # fmt: skip


def published_bytes(home: House) -> dict[str, bytes]:
    """The bytes of each current document as the catalog keeps them, by path."""
    found = {}
    for path, each in home.documents().items():
        answer = home.catalog.get(f"/v1/documents/{each['id']}/versions/{each['version']}/original")
        assert answer.status == 200
        found[path] = answer.body
    return found


@pytest.mark.scenario
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_catalog_is_the_folder(empty_house: House, seed: int) -> None:
    life = Life(empty_house, random.Random(seed), list(articles(40, words=120, seed=seed)))  # noqa: S311  No secret.
    empty_house.start()
    empty_house.arrived()
    for _ in range(DEEDS):
        life.live()
    wanted = {str(path.relative_to(empty_house.seeds)): path.read_bytes() for path in life.files()}
    until(lambda: published_bytes(empty_house) == wanted, f"the catalog to be the folder after {life.done}")
    empty_house.quiet()
    status = empty_house.ingest.get("/v1/status").json
    assert (set(status["states"]), status["outbox"]["dead"]) == ({"published"}, 0)

    events = empty_house.feed()
    assert [each["data"]["seq"] for each in events] == list(range(1, len(events) + 1))
    empty_house.stop()
    empty_house.start()
    empty_house.quiet()
    assert len(empty_house.feed()) == len(events), "a start after all this tells nothing new"
