"""What the product would publish for these texts: the adaptor between a labelled set and a scorer.

    python tests/quality/sameness_predict.py DOCS.jsonl OUT_FOLDER

DOCS.jsonl holds one JSON object a line with `id`, `text` and perhaps `title`. The texts are taken as they stand, for
offsets refer to them, and go the product's own way from there: stored in a ledger on SQLite, judged, put into the
outbox. OUT_FOLDER gets `pairs.jsonl` (duplicates and revisions) and `passages.jsonl` (of all relations), both read from
the events. No threshold stands here.
"""

import functools
import itertools
import json
import re
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from ingest_service import model, sameness
from ingest_service.delivery import events
from ingest_service.folder.scan import FileFact
from ingest_service.judging.judge import Judge
from ingest_service.ledger import entries
from ingest_service.ledger.batch import FileChanges
from ingest_service.model import PARAGRAPH_BREAK, Span
from ingest_service.store.db import Database
from ingest_service.store.tables import Article, Item, Outbox
from ingest_service.workers.prepare import PreparedFile, PreparedItem
from tests import templates

BATCH = 100
UNREADABLE = re.compile("[\0\ud800-\udfff]")
ORIGIN = events.Origin("quality", "/ingest/quality")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Document:
    """One text of a set."""

    id: str
    text: str
    title: str = ""

    @property
    def article(self) -> model.Article:
        """The text as it stands, as an article; what reading replaces is replaced, character for character."""
        return model.Article(self.title, tuple(UNREADABLE.sub("\ufffd", self.text).split(PARAGRAPH_BREAK)))


@dataclass(frozen=True, slots=True)
class Published:
    """One relation as an event told it; `passages` are spans in the texts of `a` and `b`."""

    a: str
    b: str
    type: str
    passages: tuple[tuple[Span, Span], ...]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the scorer reads, one object a line."""

    pairs: list[dict[str, str]] = field(default_factory=list)
    passages: list[dict[str, str | int]] = field(default_factory=list)


def predict(documents: Sequence[Document]) -> Predictions:
    """The relations that the product publishes for these texts."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/ingest.db")
        templates.bring_up(database)
        store(database, documents)
        judge(database, Judge(ORIGIN))
        published, classes = _published(database), _classes(database)
        database.close()
    predictions = Predictions()
    texts = {document.id: sameness.prepare(document.article) for document in documents}
    for relation in _inherited(published, classes, texts):
        if relation.type in ("duplicate", "revision"):
            predictions.pairs.append({"a": relation.a, "b": relation.b})
        for own, other in relation.passages:
            predictions.passages.append(
                {"a": relation.a, "a_begin": own[0], "a_end": own[1],
                 "b": relation.b, "b_begin": other[0], "b_end": other[1]}
            )  # fmt: skip
    return predictions


def store(database: Database, documents: Iterable[Document]) -> None:
    """Every text as a file that was read, in the order of the set; all before the first is judged, as after a start."""
    rest = iter(documents)
    while batch := list(itertools.islice(rest, BATCH)):
        with database.writing() as session:
            changes = FileChanges(stored=[_prepared(document) for document in batch])
            entries.enter(session, entries.Context(ORIGIN, NOW), changes)


def _prepared(document: Document) -> tuple[FileFact, PreparedFile]:
    content = document.text.encode("utf-8", "surrogatepass")
    fact = FileFact(document.id, len(content), 0, 0, 0, zlib.crc32(document.id.encode("utf-8")))
    original = model.Original(content, "text/plain", "utf-8")
    item = PreparedItem.of(None, document.article, sameness.prepare(document.article))
    return fact, PreparedFile(original.digest, original, (item,))


def judge(database: Database, judging: Judge) -> None:
    """Judges until nothing is left to be judged."""
    for step in (judging.judge, functools.partial(judging.judge_again, now=NOW)):
        judged = 1
        while judged:
            with database.writing() as session:
                judged = step(session, BATCH)


def _published(database: Database) -> dict[frozenset[str], Published]:
    """The relations of all events, each pair once."""
    relations: dict[frozenset[str], Published] = {}
    with database.reading() as session:
        ids = dict(session.execute(sa.select(Item.document, Item.key)).all())
        for body in session.scalars(sa.select(Outbox.body).order_by(Outbox.id)):
            data = json.loads(body)["data"]
            for reported in data["relations"]:
                relation = _relation(ids[data["document"]], ids[reported["other"]["document"]], reported)
                relations[frozenset((relation.a, relation.b))] = relation
    return relations


def _relation(a: str, b: str, stored: Mapping[str, Any]) -> Published:
    spans = [(tuple(passage["self"]), tuple(passage["other"])) for passage in stored["passages"]]
    return Published(a, b, stored["type"], tuple(spans))


def _classes(database: Database) -> dict[str, list[str]]:
    """The copies of one text by the one that stands for them, itself first."""
    classes: dict[str, list[str]] = {}
    with database.reading() as session:
        query = sa.select(Item.key, Article.folded_digest).join(Item, Item.id == Article.item)
        rows = session.execute(query.order_by(Article.indexed.desc(), Article.id)).all()
    for _, of_one_text in itertools.groupby(sorted(rows, key=lambda row: row[1]), key=lambda row: row[1]):
        members = [key for key, _ in of_one_text]
        classes[members[0]] = members
    return classes


def _inherited(
    published: Mapping[frozenset[str], Published],
    classes: Mapping[str, Sequence[str]],
    texts: Mapping[str, sameness.TextFacts],
) -> Iterator[Published]:
    """All relations: copies are duplicates of each other and have the relations of the one that stands for them."""
    for members in classes.values():
        for a, b in itertools.combinations(members, 2):
            yield published.get(frozenset((a, b)), Published(a, b, "duplicate", ()))
    for relation in published.values():
        if relation.a in classes and relation.b in classes:
            for a, b in itertools.product(classes[relation.a], classes[relation.b]):
                spans = (
                    (_moved(own, texts[relation.a], texts[a]), _moved(other, texts[relation.b], texts[b]))
                    for own, other in relation.passages
                )
                yield Published(a, b, relation.type, tuple(spans))


def _moved(span: Span, origin: sameness.TextFacts, copy: sameness.TextFacts) -> Span:
    """Where a span of one text stands in a copy of it, whose typography may differ."""
    places = origin.side.folded.fold.positions
    first, last = np.searchsorted(places, span[0]), np.searchsorted(places, span[1], side="left") - 1
    return copy.side.folded.fold.span((int(first), int(last) + 1))


def read(path: Path) -> list[Document]:
    """The documents of a set."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return [Document(row["id"], row["text"], row.get("title") or "") for row in rows]


def write(predictions: Predictions, folder: Path) -> None:
    """Both files, one JSON object a line; sorted, so that they do not depend on which article reports a relation."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("pairs", predictions.pairs), ("passages", predictions.passages)):
        lines = "".join(sorted(json.dumps(row) + "\n" for row in rows))
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(predict(read(Path(sys.argv[1]))), Path(sys.argv[2]))
