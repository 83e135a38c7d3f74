"""Once the backlog has drained, pages of sites have the same relations in whatever order they arrived."""

import functools
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from ingest_service.workers.pool import WorkerPool
from tests import shares
from tests.ingest.folders import made
from tests.quality import furniture_set

Relations: TypeAlias = dict[frozenset[str], str]
# Of each set of so many pages: the number of stories filed again, and of sites with three templates each.
SETS = {80: (16, 3), 200: (40, 7)}
# A page that was among the first of its site may keep a line, as it is read again three times only. So of a pair of
# such pages a duplicate may be a revision.
MOST_OTHER_TYPES = 1


@functools.cache
def pages(count: int) -> furniture_set.PageSet:
    """So many pages."""
    filed_again, sites = SETS[count]
    return furniture_set.generate(count, filed_again, sites)


async def dropped(path: Path, workers: WorkerPool, count: int, drops: Sequence[Sequence[str]]) -> Relations:
    """The duplicates and revisions of the pages when they arrive in these parts, by what the events report."""
    (path / "seeds").mkdir(parents=True)
    folder = made(f"sqlite:///{path}/ingest.db", path / "seeds", workers)
    reported: dict[str, dict[str, str]] = {}
    paths: dict[str, str] = {}
    for names in drops:
        for name in names:
            folder.write(name, pages(count).pages[name])
        for event in await folder.once():
            own = event["document"]
            if "path" in event:
                paths[own] = event["path"]
            for others in reported.values():
                others.pop(own, None)
            reported[own] = {relation["other"]["document"]: relation["type"] for relation in event["relations"]}
    folder.database.close()
    return {
        frozenset((paths[own], paths[other])): type_
        for own, others in reported.items()
        for other, type_ in others.items()
        if type_ in ("duplicate", "revision")
    }


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, workers: WorkerPool) -> Callable[[int], Awaitable[Relations]]:
    """The relations of so many pages when all are there at once."""
    known: dict[int, Relations] = {}

    async def of(count: int) -> Relations:
        if count not in known:
            path = tmp_path_factory.mktemp("settled")
            known[count] = await dropped(path, workers, count, [list(pages(count).pages)])
        return known[count]

    return of


@pytest.mark.parametrize(("count", "seed"), shares.first(1, [(80, 0), *((200, seed) for seed in range(20))]))
async def test_the_order_of_arrival_does_not_matter(
    tmp_path: Path, workers: WorkerPool, settled: Callable[[int], Awaitable[Relations]], count: int, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311  Nothing secret.
    names = list(pages(count).pages)
    draw.shuffle(names)
    drops = []
    while names:
        size = draw.randint(1, 60)
        drops.append(names[:size])
        del names[:size]
    at_once, in_parts = await settled(count), await dropped(tmp_path, workers, count, drops)
    assert furniture_set.score(list(at_once), pages(count).pairs) >= 0.97
    assert in_parts.keys() == at_once.keys()
    assert sum(in_parts[pair] != at_once[pair] for pair in at_once) <= MOST_OTHER_TYPES
