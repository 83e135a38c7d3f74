"""What preparing a saved page costs in processor time, beside trafilatura alone, with the same setting and pages.

    ./dev exec python -m tests.benchmarks.bench_html [--folder FOLDER] [--rounds 5]

Without a folder of pages, those of the quality set are measured, filled up to 100 KB as sites do it: with scripts,
menus, and lists of other articles. Both take turns in one process, and of each the fastest round counts.
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import trafilatura

from ingest_service import normalise, reading, sameness
from tests.quality import html_set

SIZE = 100 * 1024
# The shares of a page that are programs and styles, and menus and lists.
SCRIPTS = 0.6
SCRIPT = (
    "<script>window.q=window.q||[];q.push({id:%d,slot:'top',sizes:[[300,250],[728,90]],targeting:{a:'b'}});</script>\n"
)
ITEM = '<li class="menu-item item-%d"><a href="/section/%d" class="link"><span>Harbour news %d</span></a></li>\n'


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures both, and prints milliseconds a page and how many pages are prepared while trafilatura extracts one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="a folder of pages, packed or not")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    pages = _saved(options.folder) if options.folder else [filled(page.content) for page in html_set.pages()]
    sys.stdout.write(json.dumps(measure(pages, options.rounds)) + "\n")


def measure(pages: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Milliseconds a page of both, and their ratio: over 1 if preparing is faster."""
    normalise.load()
    fastest = {
        which.__name__: min(_seconds(which, pages) for _ in range(rounds)) * 1000 / len(pages)
        for which in (_extract, _prepare)
    }
    ratio = fastest["_extract"] / fastest["_prepare"]
    return {
        "trafilatura": round(fastest["_extract"], 2),
        "prepare": round(fastest["_prepare"], 2),
        "ratio": round(ratio, 3),
    }


def filled(content: bytes) -> bytes:
    """A page of 100 KB: scripts and styles in its head, menus and lists before and after the article."""
    head, _, body = content.partition(b"</head>")
    missing = SIZE - len(content)
    scripts = "".join(SCRIPT % number for number in range(int(missing * SCRIPTS / len(SCRIPT))))
    items = [ITEM % (number, number, number) for number in range(int(missing * (1 - SCRIPTS) / len(ITEM)))]
    menu, after = "".join(items[::2]), "".join(items[1::2])
    start, _, rest = body.partition(b">")
    inner, _, end = rest.rpartition(b"</body>")
    lists = [f'<div class="list"><ul>{part}</ul></div>'.encode() for part in (menu, after)]
    return b"".join((head, scripts.encode(), b"</head>", start, b">", lists[0], inner, lists[1], b"</body>", end))


def _saved(folder: Path) -> list[bytes]:
    files = sorted(path for path in folder.iterdir() if path.suffix in {".html", ".gz"})
    return [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]


def _seconds(which: Callable[[bytes], object], pages: Sequence[bytes]) -> float:
    which(pages[0])
    start = time.process_time()
    for page in pages:
        which(page)
    return time.process_time() - start


def _extract(page: bytes) -> object:
    return trafilatura.extract(page, fast=True, include_comments=False)


def _prepare(page: bytes) -> object:
    """What a worker does with the content of a file."""
    return [sameness.prepare(normalise.normalise(item)) for item in reading.read(page, "a.html").items]


if __name__ == "__main__":
    main()
