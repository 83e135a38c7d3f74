"""Whatever comes in whatever order, the catalog says the same as a model of a few dictionaries."""

import functools
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.orm import Session

from catalog_service import changes, contract, documents, history, relations, resources, schema
from catalog_service.db import Database
from catalog_service.errors import Withdrawn
from tests.catalog.conftest import NOW
from tests.catalog.events import article, document_id, event, related, relation

NUMBERS = (1, 2, 3, 4, 5)
# Durable commits are not what is tried here, and are slow on a busy disk.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").exists() else None  # noqa: S108  The folder is random.
NAMES = {document_id(number): number for number in NUMBERS}
TYPES = ("duplicate", "revision", "reuse")
Side = tuple[int, int]
Pair = tuple[Side, Side]

some = st.sampled_from(NUMBERS)
texts = st.sampled_from(["Envoys met on Monday.", "Envoys met on Tuesday.", "Nobody met."])
publishers = st.sampled_from([None, "Reuters"])
paths = st.sampled_from(["001.txt", "new/002.txt"])
others = st.dictionaries(some, st.sampled_from(TYPES), max_size=3)


@dataclass
class Known:
    """What the model knows of one document."""

    path: str
    said: list[tuple[str, str | None]] = field(default_factory=list)
    current: int = 0
    status: str = "current"
    observation: int = 0
    log: list[str] = field(default_factory=list)


class CatalogAgainstModel(RuleBasedStateMachine):
    """Rules send events; invariants compare."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=IN_MEMORY)
        self.known: dict[int, Known] = {}
        self.versions: dict[Side, int] = {}
        self.related: dict[Pair, str] = {}
        self.receipts: dict[str, tuple[contract.AnyEvent, contract.Receipt]] = {}
        self.judgements = itertools.count()
        self.touched = 0

    @initialize()
    def begin(self) -> None:
        """An empty catalog."""
        path = Path(self.folder.name) / "catalog.db"
        path.write_bytes(_template())
        self.database = Database(f"sqlite:///{path}")

    def teardown(self) -> None:
        """Closes and removes it."""
        self.database.close()
        self.folder.cleanup()

    @rule(number=some, text=texts, publisher=publishers, path=paths, found=others)
    def observe(self, number: int, text: str, publisher: str | None, path: str, found: dict[int, str]) -> None:
        """The item is looked at and says something."""
        known = self.known.setdefault(number, Known(path))
        observation = known.observation + 1
        told = [each for other in found if (each := self._told(other, number, found[other]))]
        sent = event(number, observation, path=path, article=article(text=text, publisher=publisher), relations=told)
        receipt = self._send(sent)
        if known.status == "withdrawn" and known.said[known.current - 1] == (text, publisher):
            self._lapse((number, known.current))
        expected = self._expect_seen(known, path, (text, publisher))
        assert (receipt.outcome, receipt.version) == (expected, known.current)
        known.observation = observation
        self._relate((number, observation), known.current, found, complete=False)

    def _lapse(self, version: Side) -> None:
        """A version that comes back tells anew what it is to what others say now."""
        for pair in [pair for pair in self.related if version in self._sides(pair)]:
            if all(
                self._is_said_now(side) for side, shown in zip(pair, self._sides(pair), strict=True) if shown != version
            ):
                del self.related[pair]

    def _told(self, other: int, number: int, type_: str) -> dict[str, object] | None:
        return relation(other, self._newest(other), type_=type_) if other != number else None

    def _newest(self, number: int) -> int:
        return self.known[number].observation if number in self.known else 1

    def _expect_seen(self, known: Known, path: str, says: tuple[str, str | None]) -> str:
        before = len(known.log)
        if known.said and known.status == "withdrawn":
            known.log.append("restored")
        if known.said and known.path != path:
            known.log.append("moved")
        if not known.said or known.said[known.current - 1] != says:
            known.log.append("changed" if known.said else "created")
            known.said.append(says)
            known.current = len(known.said)
        known.path, known.status = path, "current"
        return "recorded" if len(known.log) > before else "unchanged"

    @precondition(lambda self: self.known)
    @rule(number=some, path=paths)
    def move(self, number: int, path: str) -> None:
        """The item is elsewhere, or back."""
        if known := self.known.get(number):
            known.observation += 1
            receipt = self._send(event(number, known.observation, "moved", path=path))
            assert receipt.outcome == self._expect_seen(known, path, known.said[known.current - 1])
            self.versions[number, known.observation] = known.current

    @precondition(lambda self: self.known)
    @rule(number=some)
    def withdraw(self, number: int) -> None:
        """The item is gone."""
        if known := self.known.get(number):
            known.observation += 1
            receipt = self._send(event(number, known.observation, "withdrawn", path=known.path))
            assert receipt.outcome == ("recorded" if known.status == "current" else "unchanged")
            if known.status == "current":
                known.log.append("withdrawn")
            known.status = "withdrawn"
            self.versions[number, known.observation] = known.current

    @precondition(lambda self: self.known)
    @rule(number=some, text=texts, skipped=st.integers(2, 3))
    def come_late(self, number: int, text: str, skipped: int) -> None:
        """A look that was never told comes after a newer one."""
        known = self.known.get(number)
        if known is None:
            return
        known.observation += skipped
        newer = self._send(event(number, known.observation, "moved", path=known.path))
        assert newer.outcome == self._expect_seen(known, known.path, known.said[known.current - 1])
        self.versions[number, known.observation] = known.current
        late = self._send(event(number, known.observation - 1, article=article(text=text)))
        known.said.append((text, None))
        known.log.append("changed")
        self.versions[number, known.observation - 1] = len(known.said)
        assert (late.outcome, late.version) == ("late", len(known.said))

    @precondition(lambda self: self.known)
    @rule(number=some, found=others)
    def judge_again(self, number: int, found: dict[int, str]) -> None:
        """The newest observation is judged anew."""
        if known := self.known.get(number):
            told = [each for other in found if (each := self._told(other, number, found[other]))]
            receipt = self._send(related(number, known.observation, told, f"r{next(self.judgements)}"))
            assert receipt.outcome in ("recorded", "unchanged")
            self._relate((number, known.observation), None, found, complete=True)

    def _relate(self, own: Side, version: int | None, found: dict[int, str], *, complete: bool) -> None:
        if version is not None:
            waiting = [pair for pair in self.related if own in pair and not self._resolved(pair)]
            self.versions[own] = version
            # The newest first: it is the one of those about the same versions that stays.
            for pair in sorted(waiting, key=lambda pair: (pair[0][1], pair[1][1]), reverse=True):
                self._appear(pair)
        told = {_pair(own, (other, self._newest(other))): type_ for other, type_ in found.items() if other != own[0]}
        if complete:
            for pair in [pair for pair in self.related if own in pair and pair not in told]:
                if self._is_said_now(next(side for side in pair if side != own)):
                    del self.related[pair]
        for pair, type_ in told.items():
            known_already = self.related.get(pair) == type_
            self.related[pair] = type_
            if not known_already:
                self._appear(pair)

    def _is_said_now(self, side: Side) -> bool:
        """Whether a side is what its document says, or not known yet: what is history is not judged again."""
        if side not in self.versions:
            return True
        known = self.known[side[0]]
        return (known.status, known.current) == ("current", self.versions[side])

    def _resolved(self, pair: Pair) -> bool:
        return all(side in self.versions for side in pair)

    def _appear(self, pair: Pair) -> None:
        if pair in self.related and self._resolved(pair):
            same = [each for each in self.related if self._resolved(each) and self._sides(each) == self._sides(pair)]
            for each in same:
                if each != pair:
                    del self.related[each]

    def _sides(self, pair: Pair) -> list[Side]:
        """Which versions the sides are; 0 where that is not known yet."""
        return [(side[0], self.versions.get(side, 0)) for side in pair]

    def _send(self, sent: contract.AnyEvent) -> contract.Receipt:
        with self.database.writing() as session:
            [receipt] = history.record_batch(session, [sent], NOW)
        assert receipt.outcome != "rejected", receipt
        self.receipts[sent.id] = (sent, receipt)
        self.touched = NAMES[str(sent.subject)]
        return receipt

    @precondition(lambda self: self.receipts)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """An event comes twice."""
        sent, receipt = self.receipts[data.draw(st.sampled_from(sorted(self.receipts)))]
        with self.database.writing() as session:
            [again] = history.record_batch(session, [sent], NOW)
        assert again == receipt.model_copy(update={"outcome": "replayed"})

    @invariant()
    def the_catalog_says_what_the_model_says(self) -> None:
        """Documents, versions, logs, stories, and a feed that only grows."""
        with self.database.reading() as session:
            found = documents.by_ids(session, [document_id(number) for number in self.known])
            for number, known in self.known.items():
                self._compare(session, found[document_id(number)], known, whole=number == self.touched)
            shown = sum(len(relations.of_document(session, name, limit=1_000).relations) for name in found)
            seqs = [each.data["seq"] for each in changes.since(session, 0, limit=10_000)]
            assert seqs == list(range(1, len(seqs) + 1))
            assert documents.find(session, documents.Filter(), limit=1).snapshot.seq == len(seqs)
        links = [
            ({number for number, _ in pair}, type_) for pair, type_ in self.related.items() if self._is_current(pair)
        ]
        assert shown == 2 * len(links)
        self._compare_stories({number: found[document_id(number)] for number in self.known}, links)

    def _compare(self, session: Session, found: resources.Document, known: Known, *, whole: bool) -> None:
        assert (found.version, found.versions) == (known.current, len(known.said))
        assert (found.status, found.path) == (known.status, known.path)
        if not whole:
            return
        if known.status == "withdrawn":
            with pytest.raises(Withdrawn):
                documents.one(session, found.id)
        said = [documents.version(session, found.id, n + 1) for n in range(len(known.said))]
        assert [(each.text, each.publisher) for each in said] == known.said
        log = changes.log(session, str(found.id))
        assert [entry.type for entry in log] == known.log
        assert log[-1].seq == found.seq

    def _compare_stories(self, found: dict[int, resources.Document], links: list[tuple[set[int], str]]) -> None:
        """Copies and revisions hold together, reuse does not; sizes and heads are right.

        Copies of one text that say the same hold together even if nobody says it any more.
        """
        stories: dict[UUID, set[int]] = {}
        for number, each in found.items():
            assert sum(each.relations.values()) == sum(number in pair for pair, _ in links)
            if each.story:
                stories.setdefault(each.story.id, set()).add(number)
        expected = _components([pair for pair, type_ in links if type_ != "reuse"] + list(self._copies_of_a_text()))
        assert sorted(map(sorted, stories.values())) == expected
        assert all(each.story.size == len(stories[each.story.id]) for each in found.values() if each.story)
        heads = [each.story.id for each in found.values() if each.story and each.story.role == "head"]
        assert sorted(heads) == sorted(stories)

    def _copies_of_a_text(self) -> Iterator[set[int]]:
        found: dict[tuple[Side, str], list[int]] = {}
        for pair in [pair for pair, type_ in self.related.items() if type_ == "duplicate" and self._resolved(pair)]:
            for (copy, version), text in itertools.permutations(self._sides(pair)):
                known = self.known[copy]
                if (known.status, known.current) == ("current", version):
                    found.setdefault((text, known.said[version - 1][0]), []).append(copy)
        return (pair for copies in found.values() for pair in map(set, itertools.pairwise(copies)))

    def _is_current(self, pair: Pair) -> bool:
        return self._resolved(pair) and all(
            self.known[number].status == "current" and self.known[number].current == version
            for number, version in self._sides(pair)
        )


@functools.cache
def _template() -> bytes:
    """An empty, migrated catalog."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        database = Database(f"sqlite:///{path}")
        schema.upgrade(database)
        database.close()
        return path.read_bytes()


def _pair(one: Side, other: Side) -> Pair:
    return (one, other) if one < other else (other, one)


def _components(pairs: Iterable[set[int]]) -> list[list[int]]:
    parts: list[set[int]] = []
    for pair in pairs:
        touching = [part for part in parts if part & pair]
        parts = [part for part in parts if part not in touching] + [pair.union(*touching)]
    return sorted(map(sorted, parts))


TestCatalogAgainstModel = CatalogAgainstModel.TestCase
# Shrinking a failure would take minutes; the steps printed are few enough to read.
TestCatalogAgainstModel.settings = settings(
    max_examples=6, stateful_step_count=12, deadline=None, phases=(Phase.explicit, Phase.generate)
)
