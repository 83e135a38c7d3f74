"""What reading, normalising and fingerprinting a text costs in processor time, beside another tree.

    ./dev exec python -m tests.benchmarks.bench_reading [--texts 200] [--rounds 7] [--against CHECKOUT] [--markdown]

Each tree has a process of its own. They take turns with the same made-up texts of 3 KB, and of each the fastest round
counts: so a busy machine slows both, and their ratio holds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import news

HERE = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures this tree, and the one of `--against`, and prints milliseconds a text and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--markdown", action="store_true", help="read the texts as Markdown")
    parser.add_argument("--reader", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.reader:
        answer_rounds(options.reader)
        return
    trees = [HERE, *filter(None, [options.against])]
    figures = measure(trees, list(news.texts(options.texts)), options.rounds, "a.md" if options.markdown else "a.txt")
    sys.stdout.write(json.dumps(figures) + "\n")


def measure(trees: Sequence[Path], texts: Sequence[str], rounds: int, path: str) -> dict[str, Any]:
    """Milliseconds a text in each tree, and the ratio of the first to the second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.json"
        file.write_text(json.dumps({"path": path, "texts": list(texts)}), encoding="utf-8")
        readers = [_reader(tree, file) for tree in trees]
        try:
            seconds = [[_round(reader) for reader in readers] for _ in range(rounds)]
        finally:
            for reader in readers:
                reader.communicate()
    fastest = [min(column) * 1000 / len(texts) for column in zip(*seconds, strict=True)]
    figures: dict[str, Any] = {"milliseconds": [round(figure, 3) for figure in fastest]}
    if len(fastest) > 1:
        figures["ratio"] = round(fastest[0] / fastest[1], 3)
    return figures


def answer_rounds(file: Path) -> None:
    """Reads the texts of a file once for each line of the input, and prints the seconds of processor time."""
    # The other tree's packages: this process was started with its folder first on the path.
    from ingest_service import normalise, reading, sameness  # noqa: PLC0415

    def prepare(content: bytes) -> None:
        read: Any = reading.read(content, stored["path"])
        # Earlier trees return the items themselves.
        items = getattr(read, "items", read)
        sameness.prepare(normalise.normalise(items[0]))

    stored = json.loads(file.read_text(encoding="utf-8"))
    contents = [text.encode() for text in stored["texts"]]
    for content in contents[:5]:
        prepare(content)
    for _ in sys.stdin:
        start = time.process_time()
        for content in contents:
            prepare(content)
        sys.stdout.write(f"{time.process_time() - start}\n")
        sys.stdout.flush()


def _reader(tree: Path, file: Path) -> "subprocess.Popen[str]":
    """A process with the packages of a tree and this module, since the tree may be older than the benchmark."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__)), "--reader", str(file)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (tree, HERE)))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _round(reader: "subprocess.Popen[str]") -> float:
    assert reader.stdin
    assert reader.stdout
    reader.stdin.write("\n")
    reader.stdin.flush()
    return float(reader.stdout.readline())


if __name__ == "__main__":
    main()
