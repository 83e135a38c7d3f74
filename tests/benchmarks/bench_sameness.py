"""How fast sameness is: fingerprints, neighbours, alignment and judging on a kept index, beside what others do.

    ./dev bench sameness [--corpus 2000] [--measured 1000] [--copies 2000]
        [--synthetic] [--workers 1]

Articles of 3 KB in batches of 100, two transactions each on SQLite with the product's own settings: fingerprints are
taken and added, then neighbours asked for and judged. The index holds `--corpus` articles before the clock starts; with
`--synthetic` made-up fingerprints stand for them, so that hundreds of thousands are there in minutes; with
`--workers` the service's own worker processes take fingerprints ahead and judge with this one. datasketch and
rensa take signatures of the same texts in the same run, when they are installed (group `bench`); they neither keep
anything nor align. Then inputs made to be slow.
"""

import argparse
import importlib
import itertools
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from sqlalchemy.orm import Session

from ingest_service import model, sameness
from ingest_service.index import lookup, mirror
from ingest_service.judging.parallel import Comparison, JudgePool
from ingest_service.settings import Limits
from ingest_service.store import article_blob
from ingest_service.store.db import Database
from ingest_service.workers import cache
from ingest_service.workers.cache import StoredArticle
from ingest_service.workers.pool import WorkerPool
from tests import templates
from tests.benchmarks.articles import FOOTER, articles

BATCH = 100
WORDS_A_SHINGLE = 5
PERMUTATIONS = 128
# What an article of the benchmark has: this many fingerprints, of which one in so many is of a common phrase.
PRINTS = 370
COMMON_EVERY = 12
PHRASES = 20_000


@dataclass(slots=True)
class Clock:
    """Seconds spent by stage, and the longest that one took for a batch."""

    spent: dict[str, float] = field(default_factory=dict)
    longest: dict[str, float] = field(default_factory=dict)

    def time(self, stage: str, start: float) -> float:
        """Counts what passed since `start`; now."""
        now = time.perf_counter()
        self.spent[stage] = self.spent.get(stage, 0.0) + now - start
        self.longest[stage] = max(self.longest.get(stage, 0.0), now - start)
        return now


@dataclass(slots=True)
class Texts:
    """Texts by number in one file, as the ledger has them on disk."""

    file: BinaryIO
    places: dict[int, tuple[int, int]] = field(default_factory=dict)

    def put(self, number: int, text: str) -> None:
        """Keeps a text."""
        content = article_blob.packed(article(text))
        self.places[number] = self.file.seek(0, 2), len(content)
        self.file.write(content)

    def get(self, number: int) -> StoredArticle:
        """The text of a number."""
        start, length = self.places[number]
        self.file.seek(start)
        return StoredArticle(str(number), self.file.read(length))


Numbered: TypeAlias = Sequence[tuple[int, str]]
Facts: TypeAlias = dict[int, sameness.TextFacts]


@dataclass(slots=True)
class Engine:
    """The index and the texts behind it, as judging sees them."""

    database: Database
    texts: Texts
    pool: JudgePool = field(default_factory=JudgePool)
    clock: Clock = field(default_factory=Clock)
    pairs: int = 0
    related: int = 0

    def add(self, numbered: Numbered, ahead: "Future[Facts] | None" = None) -> None:
        """Judges a batch of new texts with all before; `ahead` are their fingerprints, taken by a worker."""
        now = time.perf_counter()
        prepared = prepare(numbered) if ahead is None else ahead.result()
        for number, facts in prepared.items():
            self.pool.facts.put(str(number), facts)
        prints = {number: facts.fingerprints for number, facts in prepared.items()}
        now = self.clock.time("fingerprint", now)
        with self.database.writing() as session:
            lookup.add(session, prints)
        now = self.clock.time("add", now)
        asked = self.clock.spent.get("ask", 0.0)
        for answer in self.pool.judge(self._comparisons(prints), len(prints)):
            self.pairs += len(answer)
            self.related += sum(said is not None for said in answer)
        self.clock.time("align and judge", now + self.clock.spent["ask"] - asked)

    def _comparisons(self, prints: Mapping[int, sameness.Hashes]) -> Iterator[Comparison]:
        """With whom to judge each."""
        now = time.perf_counter()
        with self.database.reading() as session:
            found = lookup.find_candidates(session, prints)
        self.clock.time("ask", now)
        for number in prints:
            # Of two in one batch the later one tells.
            others = [other for other in found[number].articles if other < number or other not in prints]
            yield Comparison(self.texts.get(number), [self.texts.get(other) for other in others], found[number].masked)


def prepare(numbered: Numbered) -> Facts:
    """Folds texts and takes their fingerprints."""
    return {number: sameness.prepare(article(text)) for number, text in numbered}


def prepare_in_worker(numbered: Numbered) -> Facts:
    """Prepares texts, and caches their facts in the worker, as the service does."""
    prepared = prepare(numbered)
    for number, facts in prepared.items():
        cache.worker_cache().put(str(number), facts)
    return prepared


def article(text: str) -> model.Article:
    """A text as an article."""
    return model.Article("", tuple(text.split(model.PARAGRAPH_BREAK)))


def batches(texts: Iterable[str], first: int = 1) -> Iterator[list[tuple[int, str]]]:
    """Texts numbered, a hundred at a time."""
    numbered = enumerate(texts, first)
    while batch := list(itertools.islice(numbered, BATCH)):
        yield batch


def fill(engine: Engine, texts: Iterable[str]) -> None:
    """Fingerprints of real texts, not judged."""
    for batch in batches(texts):
        for number, text in batch:
            engine.texts.put(number, text)
        with engine.database.writing() as session:
            prints = {number: sameness.prepare(article(text)).fingerprints for number, text in batch}
            lookup.add(session, prints)


def fill_synthetically(session: Session, numbers: Sequence[int], draw: np.random.Generator) -> None:
    """Fingerprints as articles have them: most of their own, some of a phrase that others use as well."""
    common = np.arange(1, PHRASES, dtype=np.int64) * 0x1E3779B97F4A7C15
    made = {}
    for number in numbers:
        own = draw.integers(-(2**63), 2**63, PRINTS - PRINTS // COMMON_EVERY, dtype=np.int64)
        made[number] = np.unique(np.concatenate((own, draw.choice(common, PRINTS // COMMON_EVERY))))
    lookup.add(session, made)


def measure(corpus: int, measured: int, *, synthetic: bool, workers: int) -> dict[str, Any]:
    """Articles a second, milliseconds an article by stage, memory and stalls."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as engine:
        texts = articles(measured if synthetic else corpus + measured)
        if synthetic:
            draw = np.random.default_rng(1)
            for first in range(1, corpus + 1, 1_000):
                with engine.database.writing() as session:
                    fill_synthetically(session, range(first, first + 1_000), draw)
        else:
            fill(engine, itertools.islice(texts, corpus))
        new = list(texts)
        for number, text in enumerate(new, corpus + 1):
            engine.texts.put(number, text)
        opening = to_open(engine.database)
        now = time.perf_counter()
        with engine.database.reading() as session:
            saved = mirror.save(session)
        keeping = time.perf_counter() - now
        if saved is not None:
            with engine.database.writing() as session:
                mirror.record(session, saved)
        again = Database(engine.database.engine.url.render_as_string())
        opening_again = to_open(again)
        again.close()
        with Memory() as memory, judging(engine, workers):
            start = time.perf_counter()
            for batch, ahead in taken_ahead(engine, list(batches(new, corpus + 1))):
                engine.add(batch, ahead)
            seconds = time.perf_counter() - start
        return {
            "corpus": corpus,
            "seconds_to_open_from_the_table": round(opening, 2),
            "seconds_to_keep": round(keeping, 2),
            "seconds_to_open_again": round(opening_again, 2),
            "articles_a_second": round(measured / seconds),
            "milliseconds_an_article": by_article(engine.clock, measured),
            "longest_batch_ms": {stage: round(seconds * 1000) for stage, seconds in engine.clock.longest.items()},
            "peak_memory_mb": memory.peak,
            "pairs_judged": engine.pairs,
            "related": engine.related,
        }


@contextmanager
def judging(engine: Engine, workers: int) -> Iterator[None]:
    """With so many of the service's worker processes; none is this process alone."""
    if workers == 0:
        yield
        return
    pool = WorkerPool(Limits(workers=workers))
    # They have started before the first measured call.
    pool.run(abs, 0).result()
    engine.pool = JudgePool(pool.facts, pool)
    yield
    pool.close()


def taken_ahead(engine: Engine, found: Sequence[Numbered]) -> Iterator[tuple[Numbered, "Future[Facts] | None"]]:
    """Batches, with their fingerprints where there are workers: those of the next one are taken meanwhile."""
    if engine.pool.workers is None:
        yield from ((batch, None) for batch in found)
        return
    ahead = engine.pool.workers.run(prepare_in_worker, found[0])
    for batch, coming in zip(found, [*found[1:], []], strict=True):
        taken, ahead = ahead, engine.pool.workers.run(prepare_in_worker, coming)
        yield batch, taken


def to_open(database: Database) -> float:
    """Seconds until a process that knows nothing can ask."""
    now = time.perf_counter()
    with database.reading() as session:
        mirror.update(session)
    return time.perf_counter() - now


def by_article(clock: Clock, count: int) -> dict[str, float]:
    """Milliseconds an article, by stage."""
    return {stage: round(seconds * 1000 / count, 3) for stage, seconds in clock.spent.items()}


@contextmanager
def opened(folder: Path) -> Iterator[Engine]:
    """An engine on an empty index in a folder."""
    database = Database(f"sqlite:///{folder}/ingest.db")
    templates.bring_up(database)
    with (folder / "texts").open("w+b") as file:
        yield Engine(database, Texts(file))
    database.close()


class Memory:
    """The most anonymous memory this process and its workers have while it lasts, in megabytes (Linux)."""

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while Path("/proc/self/status").exists() and not self._over.wait(0.02):
            children = [
                child for task in Path("/proc/self/task").iterdir() for child in _read(task / "children").split()
            ]
            used = sum(_anonymous(Path("/proc", process, "status")) for process in ("self", *children))
            self.peak = max(self.peak, used // 1024)


def _anonymous(status: Path) -> int:
    """Kilobytes of anonymous memory; of a process that is gone none."""
    return sum(int(line.split()[1]) for line in _read(status).splitlines() if line.startswith("RssAnon"))


def _read(path: Path) -> str:
    """What stands in a file that may be gone."""
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def peers(texts: Sequence[str]) -> dict[str, Any]:
    """Articles a second that others take signatures of; None where one is not installed."""
    return {"datasketch": _datasketch(texts), "rensa": _rensa(texts)}


def _shingles(text: str) -> set[str]:
    words = text.lower().split()
    return {" ".join(words[start : start + WORDS_A_SHINGLE]) for start in range(len(words) - WORDS_A_SHINGLE + 1)}


def _datasketch(texts: Sequence[str]) -> int | None:
    library = _installed("datasketch")
    if library is None:
        return None
    start = time.perf_counter()
    index = library.MinHashLSH(threshold=0.5, num_perm=PERMUTATIONS)
    for number, text in enumerate(texts):
        signature = library.MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([shingle.encode() for shingle in _shingles(text)])
        index.query(signature)
        index.insert(number, signature)
    return round(len(texts) / (time.perf_counter() - start))


def _rensa(texts: Sequence[str]) -> int | None:
    library = _installed("rensa")
    if library is None:
        return None
    start = time.perf_counter()
    index = library.RMinHashLSH(threshold=0.5, num_perm=PERMUTATIONS, num_bands=32)
    for number, text in enumerate(texts):
        signature = library.RMinHash(num_perm=PERMUTATIONS, seed=1)
        signature.update(list(_shingles(text)))
        index.query(signature)
        index.insert(number, signature)
    return round(len(texts) / (time.perf_counter() - start))


def _installed(name: str) -> Any:  # noqa: ANN401  A module that may not be there has no type.
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def adversarial(copies: int) -> dict[str, Any]:
    """Inputs made to be slow: milliseconds an article at first and at last, or seconds for one text."""
    texts = list(articles(copies, seed=2))
    told: dict[str, Any] = {
        "the_same_article": growth([texts[0]] * copies),
        "one_shared_footer": growth([f"{text}\n\n{FOOTER * 10}" for text in texts]),
        "one_form_filled_in": growth(forms(texts[0], copies)),
    }
    draw = random.Random(4)  # noqa: S311  Nothing secret: the same texts every time are the point.
    said = [f"“{' '.join(draw.sample(texts[number % copies].split(), 14))}” he said." for number in range(8_000)]
    endless = ["".join(draw.choices("abcdefgh", k=800_000)) for _ in range(2)]
    for name, one, two in (
        ("8000_quotations", " ".join(said), " ".join(said[::4])),
        ("a_word_of_800_000_letters", f"{texts[0]} A{endless[0]}", f"{texts[0]} B{endless[1]}"),
        ("a_megabyte_of_two_words", *(" ".join(draw.choices("01", k=500_000)) for _ in range(2))),
    ):
        start = time.perf_counter()
        sameness.judge(sameness.prepare(article(one)), sameness.prepare(article(two)))
        told[name] = {"seconds": round(time.perf_counter() - start, 2)}
    for name, text in {
        "5_mb_of_one_sentence": (FOOTER + " ") * (5_000_000 // len(FOOTER)),
        "5_mb_of_words": "\n\n".join(articles(1_600, seed=3)),
        "one_word_a_million_times": "peace " * 1_000_000,
    }.items():
        start = time.perf_counter()
        prepared, other = sameness.prepare(article(text)), sameness.prepare(article(text[: len(text) // 2] + text[:99]))
        sameness.judge(prepared, other)
        told[name] = {"seconds": round(time.perf_counter() - start, 2)}
    return told


def forms(text: str, count: int) -> list[str]:
    """One text with every eighth word filled in anew."""
    draw = random.Random(5)  # noqa: S311  Nothing secret: the same texts every time are the point.
    words = text.split(" ")
    return [
        " ".join(f"N{draw.randint(0, 99_999)}" if place % 8 == 0 else word for place, word in enumerate(words))
        for _ in range(count)
    ]


def growth(texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds an article in the first and the last tenth; equal articles are judged as if each was news."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as engine:
        spent = []
        for batch in batches(texts):
            for number, text in batch:
                engine.texts.put(number, text)
            start = time.perf_counter()
            engine.add(batch)
            spent.append((time.perf_counter() - start) * 1000 / len(batch))
        tenth = max(1, len(spent) // 10)
        return {"first": round(sum(spent[1 : tenth + 1]) / tenth, 2), "last": round(sum(spent[-tenth:]) / tenth, 2)}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=int, default=2_000)
    parser.add_argument("--measured", type=int, default=1_000)
    parser.add_argument("--copies", type=int, default=2_000)
    parser.add_argument("--synthetic", action="store_true")
    parser.add_argument("--workers", type=int, default=0)
    asked = parser.parse_args()
    told = {
        "sameness": measure(asked.corpus, asked.measured, synthetic=asked.synthetic, workers=asked.workers),
        "peers_articles_a_second": peers(list(articles(asked.measured))),
        "adversarial": adversarial(asked.copies) if asked.copies else {},
    }
    print(json.dumps(told, indent=2))  # noqa: T201  This is what it is for.


if __name__ == "__main__":
    main()
