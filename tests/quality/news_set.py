"""How well news formats are read: the samples of the IPTC in a folder, against what a person read in them.

    python -m tests.quality.news_set FOLDER

The expectations are in `news_samples.yaml`, by the name of the file. The samples are other people's texts, so they are
read where they are. Prints each wrong value and the share of right ones.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from ingest_service import normalise, reading
from ingest_service.errors import Unreadable
from ingest_service.model import Reading

PATH = Path(__file__).parent / "news_samples.yaml"
ELLIPSIS = "…"

# An expectation that is not written down: a usable item, without authors and title.
ABSENT = {"title": "", "authors": [], "status": "usable"}

Values: TypeAlias = Mapping[str, Any]
# The items that a file has, or the code of the reason why it has none.
Expected: TypeAlias = str | Sequence[Values]


@dataclass(frozen=True, slots=True)
class Value:
    """One value that was expected of an item of a file, and what was read."""

    file: str
    field: str
    expected: object
    read: object

    @property
    def is_right(self) -> bool:
        """Whether the value was read as expected; of long texts the first and last words count."""
        if isinstance(self.expected, str) and ELLIPSIS in self.expected and isinstance(self.read, str):
            first, _, last = self.expected.partition(ELLIPSIS)
            return self.read.startswith(first.strip()) and self.read.endswith(last.strip())
        return self.expected == self.read


def load() -> dict[str, Expected]:
    """The expectations, by the names of the files."""
    expected: dict[str, Expected] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return expected


def score(folder: Path, expected: Mapping[str, Expected]) -> list[Value]:
    """The values of all files in a folder of which something is expected."""
    files = sorted(path for path in folder.rglob("*") if path.name in expected)
    return [value for path in files for value in _compared(path, expected[path.name])]


def _compared(path: Path, expected: Expected) -> Iterator[Value]:
    read = _read(path)
    if isinstance(expected, str) or isinstance(read, str):
        yield Value(path.name, "reason", _reason(expected), _reason(read))
        return
    yield Value(path.name, "items", len(expected), len(read))
    for wanted, found in zip(expected, read, strict=False):
        for field in found:
            yield Value(path.name, field, wanted.get(field, ABSENT.get(field)), found[field])


def _reason(items: Expected) -> str | None:
    return items if isinstance(items, str) else None


def _read(path: Path) -> str | list[Values]:
    """The values of the items of a file, or the code of its reason."""
    try:
        return [_values(item) for item in reading.read(path.read_bytes(), path.name).items]
    except Unreadable as error:
        return error.code


def _values(item: Reading) -> Values:
    article, publication = normalise.normalise(item), item.publication
    return {
        "guid": publication.guid,
        "version": publication.version,
        "status": publication.availability,
        "title": article.title,
        "authors": list(article.authors),
        "published": article.published,
        "language": article.language,
        "text": " ".join(article.text.split()),
    }


def main(folder: str) -> int:
    """Prints the score; fails if no file of the set is in the folder."""
    expected = load()
    values = score(Path(folder), expected)
    for value in values:
        if not value.is_right:
            sys.stdout.write(
                f"{value.file}: {value.field}: expected {value.expected!r}, read {str(value.read)[:200]!r}\n"
            )
    files = {value.file for value in values}
    right = sum(value.is_right for value in values)
    sys.stdout.write(f"{right} of {len(values)} values right, in {len(files)} of {len(expected)} files\n")
    return 0 if files else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
