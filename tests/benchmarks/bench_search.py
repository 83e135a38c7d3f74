"""How fast a search is answered, beside Datasette's page of full-text search over the same texts."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from tests.benchmarks import load
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Plan
from tests.benchmarks.news import Sample
from tests.benchmarks.peers import Datasette
from tests.system.house import House

QUERIES = 8
HITS = 20
# Words that are written alike in the queries of both engines.
WORD = re.compile(r"\b[a-z]{4,}\b")
PHRASE = re.compile(r"\b[a-z]{4,} [a-z]{4,}\b")


def figures(home: House, texts: Sequence[Sample], datasette: Datasette, count: int) -> Iterator[Figure]:
    """The rate and the 95th percentile of each kind of query, one connection; the catalog is running."""
    assert home.catalog.process
    pid, port = home.catalog.process.pid, int(urlsplit(home.catalog.url).port or 0)
    for kind, queries in queries_of(texts).items():
        ours = [f"/v1/search?{urlencode({'q': query, 'limit': HITS})}" for query in queries]
        theirs = [
            f"/texts/texts.json?{urlencode({'_search': query, '_searchmode': 'raw', '_size': HITS})}"
            for query in queries
        ]
        own, peer = load.alternate(
            [(_plan(port, ours, count), pid), (_plan(datasette.port, theirs, count), datasette.pid)]
        )
        details = {
            "cpu_ms": own.cpu_ms, "p50_ms": own.p50_ms,
            "datasette_cpu_ms": peer.cpu_ms, "datasette_p50_ms": peer.p50_ms, "queries": list(queries),
        }  # fmt: skip
        yield Figure(f"search {kind}", own.per_second, peer.per_second, "requests/s", details)
        yield Figure(f"search {kind} p95", own.p95_ms, peer.p95_ms, "ms")


def queries_of(texts: Sequence[Sample]) -> Mapping[str, Sequence[str]]:
    """Queries of each kind: words of one text, words of most texts, neighbouring words, beginnings of words."""
    draw = random.Random(1)  # noqa: S311  Nothing secret: the same queries every time are the point.
    frequency = Counter(word for text in texts for word in set(WORD.findall(text.text)))
    rare = sorted(word for word, count in frequency.items() if count == 1)
    common = [word for word, _ in frequency.most_common(QUERIES)]
    phrases = sorted({phrase for text in texts[:200] for phrase in PHRASE.findall(text.text)})
    beginnings = [f"{word[:4]}*" for word, _ in frequency.most_common(20 * QUERIES)]
    return {
        "rare": draw.sample(rare, min(len(rare), QUERIES)),
        "common": common,
        "phrase": [f'"{phrase}"' for phrase in draw.sample(phrases, min(len(phrases), QUERIES))],
        "prefix": draw.sample(sorted(set(beginnings)), QUERIES),
    }


def _plan(port: int, paths: Sequence[str], count: int) -> Plan:
    return Plan(port, 1, [(paths[number % len(paths)], {}) for number in range(count)], seconds=8.0)
