"""What preparing a PDF costs in processor time, beside PDFium alone taking the text out of the same file.

    ./dev exec python -m tests.benchmarks.bench_pdf [--pages 20] [--rounds 15] [--file FILE]

The file is made up: pages of wrapped paragraphs with a header and a page number. Both take turns in one process, and of
each the fastest round counts: so a busy machine slows both, and their ratio holds.
"""

import argparse
import gc
import json
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # The package ships no stubs.

from ingest_service import normalise, reading, sameness
from tests.benchmarks import news
from tests.ingest.reading.pdfs import Text, column, pdf

COLUMNS, ROWS = 85, 48


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints milliseconds a file, and the ratio of PDFium alone to the product."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--file", type=Path, help="measure this PDF instead of a made-up one")
    options = parser.parse_args(arguments)
    content = options.file.read_bytes() if options.file else made_up(options.pages)
    normalise.load()
    # As in the process that workers are forked from: the collector does not examine what is loaded.
    gc.collect()
    gc.freeze()
    sys.stdout.write(json.dumps(measure(content, options.rounds)) + "\n")


def made_up(pages: int) -> bytes:
    """A PDF of so many pages of news."""
    rows = _rows(pages * ROWS)
    return pdf(*(_page(number, [next(rows) for _ in range(ROWS)]) for number in range(1, pages + 1)))


def measure(content: bytes, rounds: int) -> dict[str, float]:
    """Milliseconds of processor time of PDFium alone and of the product, and their ratio."""
    alone, product = zip(
        *((_seconds(_extract, content), _seconds(_prepare, content)) for _ in range(rounds)), strict=True
    )
    figures = {"pdfium": min(alone) * 1000, "prepare": min(product) * 1000, "ratio": min(alone) / min(product)}
    return {name: round(figure, 3) for name, figure in figures.items()}


def _extract(content: bytes) -> object:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def _prepare(content: bytes) -> object:
    (item,) = reading.read(content, "a.pdf").items
    return sameness.prepare(normalise.normalise(item))


def _seconds(work: Callable[[bytes], object], content: bytes) -> float:
    start = time.process_time()
    work(content)
    return time.process_time() - start


def _rows(count: int) -> Iterator[str]:
    """Lines of wrapped paragraphs, an empty one between two."""
    for text in news.texts(count):
        for paragraph in text.split("\n\n"):
            yield from textwrap.wrap(paragraph, COLUMNS)
            yield ""


def _page(number: int, rows: Sequence[str]) -> list[Text]:
    header = Text("Harbour board | Minutes of the council", 72, 810, 9)
    return [header, *column(rows), Text(f"{number}", 290, 30, 9)]


if __name__ == "__main__":
    main()
