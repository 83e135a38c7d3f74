"""For events of any kind in any order, the catalog has the same state as a model made of a few dictionaries."""

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.orm import Session

from catalog_service import changes, contract, document_versions, documents, resources
from catalog_service.errors import Withdrawn
from catalog_service.history import record
from catalog_service.relations import queries
from catalog_service.store.db import Database
from tests import memory, templates
from tests.catalog.conftest import NOW
from tests.catalog.events import article, document_id, event, related, relation

NUMBERS = (1, 2, 3, 4, 5)
NAMES = {document_id(number): number for number in NUMBERS}
TYPES = ("duplicate", "revision", "reuse")
Side = tuple[int, int]
Pair = tuple[Side, Side]

document_numbers = st.sampled_from(NUMBERS)
texts = st.sampled_from(["Envoys met on Monday.", "Envoys met on Tuesday.", "Nobody met."])
publishers = st.sampled_from([None, "Reuters"])
paths = st.sampled_from(["001.txt", "new/002.txt"])
others = st.dictionaries(document_numbers, st.sampled_from(TYPES), max_size=3)


@dataclass
class ModelDocument:
    """The model of one document; `contents` are the text and publisher of each version."""

    path: str
    contents: list[tuple[str, str | None]] = field(default_factory=list)
    current: int = 0
    status: str = "current"
    observation: int = 0
    log: list[str] = field(default_factory=list)


class CatalogAgainstModel(RuleBasedStateMachine):
    """The rules send events to the catalog and apply them to the model; the invariant compares the two."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=memory.parent())
        self.documents: dict[int, ModelDocument] = {}
        self.versions: dict[Side, int] = {}
        self.related: dict[Pair, str] = {}
        self.receipts: dict[str, tuple[contract.AnyEvent, contract.Receipt]] = {}
        self.judgements = itertools.count()
        self.touched = 0

    @initialize()
    def begin(self) -> None:
        """Starts with an empty catalog."""
        self.database = Database(f"sqlite:///{self.folder.name}/catalog.db")
        templates.bring_up(self.database)

    def teardown(self) -> None:
        """Closes and deletes the database."""
        self.database.close()
        self.folder.cleanup()

    @rule(number=document_numbers, text=texts, publisher=publishers, path=paths, types=others)
    def observe(self, number: int, text: str, publisher: str | None, path: str, types: dict[int, str]) -> None:
        """An observation with an article is recorded."""
        document = self.documents.setdefault(number, ModelDocument(path))
        observation = document.observation + 1
        relation_set = [made for other in types if (made := self._relation_to(other, number, types[other]))]
        sent = event(
            number, observation, path=path, article=article(text=text, publisher=publisher), relations=relation_set
        )
        receipt = self._send(sent)
        if document.status == "withdrawn" and document.contents[document.current - 1] == (text, publisher):
            self._lapse((number, document.current))
        expected = self._expect_seen(document, path, (text, publisher))
        assert (receipt.outcome, receipt.version) == (expected, document.current)
        document.observation = observation
        self._relate((number, observation), document.current, types, complete=False)

    def _lapse(self, version: Side) -> None:
        """Removes the relations of a restored version to current versions: its event carries the full set again."""
        for pair in [pair for pair in self.related if version in self._sides(pair)]:
            if all(
                self._is_current_or_pending(side)
                for side, shown in zip(pair, self._sides(pair), strict=True)
                if shown != version
            ):
                del self.related[pair]

    def _relation_to(self, other: int, number: int, type_: str) -> dict[str, object] | None:
        return relation(other, self._newest(other), type_=type_) if other != number else None

    def _newest(self, number: int) -> int:
        return self.documents[number].observation if number in self.documents else 1

    def _expect_seen(self, document: ModelDocument, path: str, content: tuple[str, str | None]) -> str:
        before = len(document.log)
        if document.contents and document.status == "withdrawn":
            document.log.append("restored")
        if document.contents and document.path != path:
            document.log.append("moved")
        if not document.contents or document.contents[document.current - 1] != content:
            document.log.append("changed" if document.contents else "created")
            document.contents.append(content)
            document.current = len(document.contents)
        document.path, document.status = path, "current"
        return "recorded" if len(document.log) > before else "unchanged"

    @precondition(lambda self: self.documents)
    @rule(number=document_numbers, path=paths)
    def move(self, number: int, path: str) -> None:
        """The item is found at a path, perhaps another one, perhaps after it was withdrawn."""
        if document := self.documents.get(number):
            document.observation += 1
            receipt = self._send(event(number, document.observation, "moved", path=path))
            assert receipt.outcome == self._expect_seen(document, path, document.contents[document.current - 1])
            self.versions[number, document.observation] = document.current

    @precondition(lambda self: self.documents)
    @rule(number=document_numbers)
    def withdraw(self, number: int) -> None:
        """The item is withdrawn."""
        if document := self.documents.get(number):
            document.observation += 1
            receipt = self._send(event(number, document.observation, "withdrawn", path=document.path))
            assert receipt.outcome == ("recorded" if document.status == "current" else "unchanged")
            if document.status == "current":
                document.log.append("withdrawn")
            document.status = "withdrawn"
            self.versions[number, document.observation] = document.current

    @precondition(lambda self: self.documents)
    @rule(number=document_numbers, text=texts, skipped=st.integers(2, 3))
    def send_late(self, number: int, text: str, skipped: int) -> None:
        """An observation is recorded after a newer one."""
        document = self.documents.get(number)
        if document is None:
            return
        document.observation += skipped
        newer = self._send(event(number, document.observation, "moved", path=document.path))
        assert newer.outcome == self._expect_seen(document, document.path, document.contents[document.current - 1])
        self.versions[number, document.observation] = document.current
        late = self._send(event(number, document.observation - 1, article=article(text=text)))
        document.contents.append((text, None))
        document.log.append("changed")
        self.versions[number, document.observation - 1] = len(document.contents)
        assert (late.outcome, late.version) == ("late", len(document.contents))

    @precondition(lambda self: self.documents)
    @rule(number=document_numbers, types=others)
    def judge_again(self, number: int, types: dict[int, str]) -> None:
        """The newest observation is judged again."""
        if document := self.documents.get(number):
            relation_set = [made for other in types if (made := self._relation_to(other, number, types[other]))]
            receipt = self._send(related(number, document.observation, relation_set, f"r{next(self.judgements)}"))
            assert receipt.outcome in ("recorded", "unchanged")
            self._relate((number, document.observation), None, types, complete=True)

    def _relate(self, own: Side, version: int | None, types: dict[int, str], *, complete: bool) -> None:
        if version is not None:
            waiting = [pair for pair in self.related if own in pair and not self._resolved(pair)]
            self.versions[own] = version
            # The newest first: of the relations between the same two versions, it is the one that remains.
            for pair in sorted(waiting, key=lambda pair: (pair[0][1], pair[1][1]), reverse=True):
                self._appear(pair)
        judged = {_pair(own, (other, self._newest(other))): type_ for other, type_ in types.items() if other != own[0]}
        if complete:
            for pair in [pair for pair in self.related if own in pair and pair not in judged]:
                if self._is_current_or_pending(next(side for side in pair if side != own)):
                    del self.related[pair]
        for pair, type_ in judged.items():
            unchanged = self.related.get(pair) == type_
            self.related[pair] = type_
            if not unchanged:
                self._appear(pair)

    def _is_current_or_pending(self, side: Side) -> bool:
        """Whether a side is the current version of its document or not recorded yet; others are not judged again."""
        if side not in self.versions:
            return True
        document = self.documents[side[0]]
        return (document.status, document.current) == ("current", self.versions[side])

    def _resolved(self, pair: Pair) -> bool:
        return all(side in self.versions for side in pair)

    def _appear(self, pair: Pair) -> None:
        if pair in self.related and self._resolved(pair):
            same = [row for row in self.related if self._resolved(row) and self._sides(row) == self._sides(pair)]
            for duplicate in same:
                if duplicate != pair:
                    del self.related[duplicate]

    def _sides(self, pair: Pair) -> list[Side]:
        """The document and version of each side; version 0 while it is not recorded."""
        return [(side[0], self.versions.get(side, 0)) for side in pair]

    def _send(self, sent: contract.AnyEvent) -> contract.Receipt:
        with self.database.writing() as session:
            [receipt] = record.record_batch(session, [sent], NOW)
        assert receipt.outcome != "rejected", receipt
        self.receipts[sent.id] = (sent, receipt)
        self.touched = NAMES[str(sent.subject)]
        return receipt

    @precondition(lambda self: self.receipts)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """An event is sent again."""
        sent, receipt = self.receipts[data.draw(st.sampled_from(sorted(self.receipts)))]
        with self.database.writing() as session:
            [replayed] = record.record_batch(session, [sent], NOW)
        assert replayed == receipt.model_copy(update={"outcome": "replayed"})

    @invariant()
    def the_catalog_equals_the_model(self) -> None:
        """Compares documents, versions, logs and stories; the feed has every `seq` once."""
        with self.database.reading() as session:
            recorded = documents.by_ids(session, [document_id(number) for number in self.documents])
            for number, document in self.documents.items():
                self._compare(session, recorded[document_id(number)], document, whole=number == self.touched)
            shown = sum(
                len(queries.of_document(session, queries.OfDocument(name), limit=1_000).relations) for name in recorded
            )
            feed = changes.since(session, 0, limit=10_000)
            seqs = [change.data["seq"] for change in feed]
            assert seqs == list(range(1, len(seqs) + 1))
            current = {row.id for row in queries.find(session, queries.Filter(), limit=1_000).relations}
            assert reported_relations(feed) == current
            assert documents.find(session, documents.Filter(), limit=1).snapshot.seq == len(seqs)
        links = [
            ({number for number, _ in pair}, type_) for pair, type_ in self.related.items() if self._is_current(pair)
        ]
        assert shown == 2 * len(links)
        self._compare_stories({number: recorded[document_id(number)] for number in self.documents}, links)

    def _compare(self, session: Session, recorded: resources.Document, document: ModelDocument, *, whole: bool) -> None:
        assert (recorded.version, recorded.versions) == (document.current, len(document.contents))
        assert (recorded.status, recorded.path) == (document.status, document.path)
        if not whole:
            return
        if document.status == "withdrawn":
            with pytest.raises(Withdrawn):
                documents.one(session, recorded.id)
        versions = [document_versions.version(session, recorded.id, n + 1) for n in range(len(document.contents))]
        assert [(version.text, version.publisher) for version in versions] == document.contents
        log = changes.log(session, str(recorded.id))
        assert [entry.type for entry in log] == document.log
        assert log[-1].seq == recorded.seq

    def _compare_stories(self, recorded: dict[int, resources.Document], links: list[tuple[set[int], str]]) -> None:
        """Duplicates and revisions connect documents, reuse does not; sizes and heads are right.

        Current copies of one text are connected even when that text is no longer current itself.
        """
        stories: dict[UUID, set[int]] = {}
        for number, document in recorded.items():
            assert sum(document.relations.values()) == sum(number in pair for pair, _ in links)
            assert document.duplicates == _duplicates(number, [pair for pair, type_ in links if type_ == "duplicate"])
            if document.story:
                stories.setdefault(document.story.id, set()).add(number)
        expected = _components([pair for pair, type_ in links if type_ != "reuse"] + list(self._copies_of_a_text()))
        assert sorted(map(sorted, stories.values())) == expected
        memberships = [document.story for document in recorded.values() if document.story]
        assert all(story.size == len(stories[story.id]) for story in memberships)
        heads = [story.id for story in memberships if story.role == "head"]
        assert sorted(heads) == sorted(stories)

    def _copies_of_a_text(self) -> Iterator[set[int]]:
        copies_of: dict[tuple[Side, str], list[int]] = {}
        for pair in [pair for pair, type_ in self.related.items() if type_ == "duplicate" and self._resolved(pair)]:
            for (copy, version), text in itertools.permutations(self._sides(pair)):
                document = self.documents[copy]
                if (document.status, document.current) == ("current", version):
                    copies_of.setdefault((text, document.contents[version - 1][0]), []).append(copy)
        return (pair for copies in copies_of.values() for pair in map(set, itertools.pairwise(copies)))

    def _is_current(self, pair: Pair) -> bool:
        return self._resolved(pair) and all(
            self.documents[number].status == "current" and self.documents[number].current == version
            for number, version in self._sides(pair)
        )


def reported_relations(feed: Iterable[resources.Change]) -> set[object]:
    """The ids of the relations that the entries of the feed added, and withdrew not or earlier."""
    reported: set[object] = set()
    for change in feed:
        if change.type == "relation.added.v1":
            reported.add(change.data["relation"])
        elif change.type == "relation.withdrawn.v1":
            reported.discard(change.data["relation"])
    return reported


def _pair(first: Side, second: Side) -> Pair:
    return (first, second) if first < second else (second, first)


def _duplicates(number: int, pairs: Iterable[set[int]]) -> int:
    """The copies of a document; if it has one, the copies of that one."""
    copies = {other: set().union(*(pair for pair in pairs if other in pair)) - {other} for other in set().union(*pairs)}
    own = copies.get(number, set())
    return len(copies[min(own)]) if len(own) == 1 else len(own)


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
