"""Every event that the ledger and the judge put into the outbox is in the contract, in the shape of the samples."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from pydantic import TypeAdapter

import tests.contract
from catalog_service import contract
from ingest_service import file_names
from ingest_service.folder.scan import FileFact
from ingest_service.judging.judge import Judge
from ingest_service.ledger import adopted, entries
from ingest_service.ledger.batch import FileChanges
from ingest_service.store import article_blob
from ingest_service.store.db import Database
from ingest_service.store.tables import AGAIN, Article, Outbox
from ingest_service.workers.prepare import FileToRead, PreparedFile, PreparedItem, prepare
from tests.ingest.events import head
from tests.ingest.folders import OTHER, STORY
from tests.ingest.normalise import test_documentation
from tests.quality import sameness_predict
from tests.quality.sameness_predict import NOW, ORIGIN

EVENTS: TypeAdapter[contract.AnyEvent] = TypeAdapter(contract.AnyEvent)
SAMPLES = Path(tests.contract.__file__).parent / "v1"
CONTEXT = entries.Context(ORIGIN, NOW)
QUOTING = f"Envoys leave Geneva\n\nIt began when, they wrote, “{STORY.partition(chr(10) * 2)[2]}” Now it is over."
# Rules that set a field of the article and change no text, one whose line ends are noted as line breaks, and one that
# needs several pages of a site (its notes are tested with the pages).
WITHOUT_NOTES = {"dateline", "kind", "language", "publisher", "site-furniture", "suspect", "wide-gap"}
# Fields that a body has only where they say something, by their place.
OPTIONAL = {"/data/article/notes": {"detail"}, "/data/relations": {"passages_omitted"}}
Shape = dict[str, set[str]]
Data = dict[str, Any]


def shape(body: object, path: str = "", into: Shape | None = None) -> Shape:
    """The names of the fields at each place of a body; the place of free fields is left out."""
    names = defaultdict(set) if into is None else into
    if isinstance(body, Mapping) and path != "/data/article/fields":
        names[path] |= body.keys()
        for name, value in body.items():
            shape(value, f"{path}/{name}", names)
    elif isinstance(body, list):
        for value in body:
            shape(value, path, names)
    return names


def shapes() -> dict[str, Shape]:
    """The shape of all golden samples of each type of event together."""
    by_type: dict[str, Shape] = {}
    for file in sorted(SAMPLES.glob("[ae]*/*.json")):
        sample = json.loads(file.read_text(encoding="utf-8"))
        shape(sample, into=by_type.setdefault(sample["type"], defaultdict(set)))
    return by_type


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """The transactions of the service over files in a folder: store, move, remove, judge."""

    database: Database
    root: Path

    def prepared(self, name: str, content: str | bytes = STORY) -> tuple[FileFact, PreparedFile]:
        """A file with its content, read and normalised."""
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        stat = path.stat()
        fact = FileFact(
            file_names.to_text(name), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_dev, stat.st_ino
        )
        return fact, prepare(self.root, FileToRead(fact))

    def store(self, name: str, content: str | bytes = STORY) -> None:
        """Stores a file."""
        self.enter(*self.prepared(name, content))

    def enter(self, fact: FileFact, prepared: PreparedFile) -> None:
        """Stores a file that was read."""
        with self.database.writing() as session:
            entries.enter(session, CONTEXT, FileChanges(stored=[(fact, prepared)]))

    def move(self, old: str, new: str) -> None:
        """Moves a file."""
        fact, _ = self.prepared(new)
        with self.database.writing() as session:
            entries.enter(session, CONTEXT, FileChanges(moved={old: fact}))

    def remove(self, name: str) -> None:
        """Removes a file."""
        with self.database.writing() as session:
            entries.remove(session, CONTEXT, [name])

    def emitted(self) -> list[Data]:
        """Judges all, and checks the body of every event. Returns their data with the type, in order."""
        sameness_predict.judge(self.database, Judge(ORIGIN))
        samples = shapes()
        with self.database.reading() as session:
            bodies = list(session.scalars(sa.select(Outbox.body).order_by(Outbox.id)))
        for body in bodies:
            event = EVENTS.validate_json(body)
            assert event.model_dump_json(by_alias=True).encode() == body
            for place, names in shape(json.loads(body)).items():
                optional = OPTIONAL.get(place, set())
                assert names | optional == samples[event.type][place] | optional, place
        return [json.loads(body)["data"] | {"type": json.loads(body)["type"]} for body in bodies]


@pytest.fixture
def service(database: Database, tmp_path: Path) -> Service:
    (tmp_path / "seeds").mkdir()
    return Service(database, tmp_path / "seeds")


def causes(emitted: list[Data]) -> list[str]:
    return [str(data.get("cause", data["type"])) for data in emitted]


def test_every_cause_of_one_file(service: Service) -> None:
    service.store("a.txt")
    service.emitted()
    service.store("a.txt", STORY.replace("Monday", "Tuesday"))
    service.emitted()
    fact, prepared = service.prepared("a.txt", STORY.replace("Monday", "Tuesday"))
    [item] = prepared.items
    better = dataclasses.replace(article_blob.unpacked(item.article.content), publisher="The Examiner")
    improved = PreparedItem.of(None, better, item.facts.unpacked())
    service.enter(fact, dataclasses.replace(prepared, items=(improved,)))
    service.emitted()
    service.move("a.txt", "b.txt")
    service.remove("b.txt")
    service.store("b.txt")
    emitted = service.emitted()
    assert causes(emitted) == ["created", "changed", "reprocessed", "moved", "withdrawn", "restored"]
    assert set(causes(emitted)) == set(get_args(contract.Cause))


def test_relations_at_first_and_judged_again(service: Service) -> None:
    for name, content in {"a.txt": STORY, "copy.txt": STORY.upper(), "lead.txt": f"(LEAD) {STORY}\n\nMore.",
                          "quoting.txt": QUOTING, "other.txt": OTHER}.items():  # fmt: skip
        service.store(name, content)
    service.emitted()
    with service.database.writing() as session:
        session.execute(sa.update(Article).values(judging=AGAIN))
    emitted = service.emitted()
    assert causes(emitted) == ["created"] * 5 + [contract.RELATED] * 5
    reported = [{relation["type"] for relation in data["relations"]} for data in emitted]
    assert {"duplicate", "reuse"} < set().union(*reported[:5]) & set().union(*reported[5:])
    assert [reported[4], reported[9]] == [set(), set()]


def test_an_article_that_moves_before_it_is_judged(service: Service) -> None:
    service.store("a.txt")
    service.move("a.txt", "b.txt")
    assert causes(service.emitted()) == ["created", "moved", contract.RELATED]


def test_members_of_one_file(service: Service) -> None:
    fact, prepared = service.prepared("a.txt")
    [item] = prepared.items
    other = service.prepared("b.txt", OTHER)[1].items[0]
    members = (dataclasses.replace(item, member="1"), dataclasses.replace(other, member="#2 “x”\n"))
    service.enter(fact, dataclasses.replace(prepared, items=members))
    service.enter(fact, dataclasses.replace(prepared, items=members[:1]))
    service.move("a.txt", "sub/c.txt")
    emitted = service.emitted()
    assert [data["item"]["parent"] for data in emitted if "item" in data] == ["a.txt"] * 3 + ["sub/c.txt"]
    assert sorted(causes(emitted)) == sorted(["created", "created", "withdrawn", "moved", contract.RELATED])


def test_a_file_that_was_read_while_it_was_written(service: Service) -> None:
    fact, prepared = service.prepared("a.txt")
    service.enter(fact, dataclasses.replace(prepared, possibly_truncated=True))
    assert causes(service.emitted()) == ["created"]


def test_files_adopted_from_the_catalog(service: Service) -> None:
    with service.database.writing() as session:
        withdrawn = head("wellington", 2).model_copy(update={"status": "withdrawn"})
        adopted.adopt(session, [head("seoul", 3), head("tokyo", 4), withdrawn])
    service.store("seoul.txt")
    service.remove("tokyo.txt")
    service.store("wellington.txt")
    emitted = service.emitted()
    assert sorted((data["cause"], data["observation"]) for data in emitted) == [
        ("changed", 4), ("restored", 3), ("withdrawn", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["\udcff\udcfe.txt", "two\nlines.txt", "\x1b[31m“’😀.txt", "\\x5c.txt", "é" * 120 + ".txt", "a/#1.txt"]
)
def test_odd_names(service: Service, name: str) -> None:
    service.store(name)
    service.remove(file_names.to_text(name))
    created, withdrawn = service.emitted()
    assert created["path"] == withdrawn["path"] == file_names.to_text(name)


CONTENTS: dict[str, str | bytes] = {
    "an endless title": "A title without an end, " * 10_000 + "\n\n" + STORY,
    "many paragraphs": "\n\n".join(f"{number}." for number in range(99_000)),
    "an endless word": "a" * 1_000_000,
    "many fields": "---\n" + "\n".join(f"k{number}: {'v' * 1_000}" for number in range(500)) + "\n---\n" + STORY,
    "many authors": f"---\nauthors: [{', '.join(f'A{number}' for number in range(5_000))}]\n---\n{STORY}",
    "odd fields": f"---\nurl: http://x/{'u' * 10_000}\ndate: 2026-13-45\nn: .inf\nt: '\\0'\n---\n{STORY}",
    "no text": "---\ntitle: Nothing follows\n---\n",
    "the largest inline original": STORY.ljust(contract.MAX_INLINE_ORIGINAL),
    "the smallest large original": STORY.ljust(contract.MAX_INLINE_ORIGINAL + 1),
    "another encoding": f"{STORY} “Café naïve”".encode("cp1252"),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_contents_at_the_limits(service: Service, content: str | bytes) -> None:
    service.store("a.md", content)
    [data] = service.emitted()
    assert (data["original"]["bytes"] is None) == (data["original"]["size"] > contract.MAX_INLINE_ORIGINAL)


def test_the_notes_of_every_rule(service: Service) -> None:
    for rule, section in test_documentation.SECTIONS.items():
        if example := test_documentation.EXAMPLE.search(section):
            service.store(f"{rule}.txt", example[1])
    service.store(
        "a.txt", "The first line of a long paragraph that goes on\nin the second one.\n\n\n\nAnd   white space."
    )
    service.store("signs.txt", "The har\u00adbour and the cafe\u0301 are open.\n\nThe pier\x07 is closed.")
    service.store("b.md", "The *harbour* is [open](http://example.org/).\n\nThe pier is closed.")
    emitted = service.emitted()
    rules = {note["rule"] for data in emitted if "article" in data for note in data["article"]["notes"]}
    assert rules == {*test_documentation.SECTIONS} - WITHOUT_NOTES
