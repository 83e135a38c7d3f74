"""Once judging has drained, relations do not depend on what arrived when, nor on which release judged it first."""

import functools
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model, sameness
from ingest_service.delivery import events
from ingest_service.folder.scan import FileFact
from ingest_service.index import candidates
from ingest_service.judging.judge import Judge
from ingest_service.ledger import entries
from ingest_service.ledger.batch import FileChanges
from ingest_service.ledger.queries import unjudged
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.store.db import Database
from ingest_service.store.tables import Article, Outbox
from ingest_service.workers.prepare import PreparedFile, PreparedItem
from tests import shares, templates
from tests.benchmarks.articles import FOOTER as ENQUIRIES
from tests.benchmarks.articles import articles

ORIGIN = events.Origin("seeds", "/ingest/seeds")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FOOTER = (
    "This notice is sent to all subscribers of the daily service. Whoever no longer wants to receive it may say so at "
    "the address below, and whoever finds a mistake in it is asked to tell the desk before noon of the same day."
)
# What the relations of a folder are in the end, by the paths of both sides.
Relations: TypeAlias = dict[frozenset[str], tuple[str, frozenset[tuple[tuple[int, int], ...]]]]


class Folder:
    """A ledger that stores and judges texts, and the relations that its events report."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        templates.bring_up(self.database)
        self.judge = Judge(ORIGIN)

    def take(self, texts: Iterable[tuple[str, str]]) -> None:
        """Stores texts by name, in one transaction."""
        stored = []
        for number, (name, text) in enumerate(texts):
            article = model.Article(text[:40], tuple(text.split("\n\n")))
            original = model.Original(text.encode(), "text/plain", "utf-8")
            item = PreparedItem.of(None, article, sameness.prepare(article))
            fact = FileFact(name, original.size, 0, 0, 0, number)
            stored.append((fact, PreparedFile(original.digest, original, (item,))))
        with self.database.writing() as session:
            entries.enter(session, entries.Context(ORIGIN, NOW), FileChanges(stored=stored))

    def drop(self, names: Sequence[str]) -> None:
        """Files are gone."""
        with self.database.writing() as session:
            entries.remove(session, entries.Context(ORIGIN, NOW), names)

    def tell(self, limit: int = 100) -> None:
        """Judges what is new, as the service does: so many in one transaction."""
        self._until_done(self.judge.judge, limit)

    def drain(self, limit: int = 100) -> None:
        """Judges until nothing is left."""
        self.tell(limit)
        self._until_done(functools.partial(self.judge.judge_again, now=NOW), limit)
        with self.database.reading() as session:
            assert unjudged(session) == 0

    def _until_done(self, step: Callable[[Session, int], int], limit: int) -> None:
        judged = 1
        while judged:
            with self.database.writing() as session:
                judged = step(session, limit)

    def relations(self) -> Relations:
        """What a reader of all events believes."""
        with self.database.reading() as session:
            bodies = [json.loads(body) for body in session.scalars(sa.select(Outbox.body).order_by(Outbox.id))]
        names = {body["data"]["document"]: body["data"]["path"] for body in bodies if "path" in body["data"]}
        latest: Relations = {}
        for body in bodies:
            own = names[body["data"]["document"]]
            if "relations" in body["data"] or body["data"]["cause"] == "withdrawn":
                latest = {pair: relation for pair, relation in latest.items() if own not in pair}
            for relation in body["data"].get("relations", ()):
                other = names[relation["other"]["document"]]
                latest[frozenset((own, other))] = (
                    relation["type"],
                    frozenset(_spans(own, other, relation["passages"])),
                )
        return latest

    def events(self, type_: str) -> int:
        """How many events of a type are owed."""
        with self.database.reading() as session:
            return sum(json.loads(body)["type"] == type_ for body in session.scalars(sa.select(Outbox.body)))


def _spans(own: str, other: str, passages: Iterable[dict[str, Any]]) -> Iterator[tuple[tuple[int, int], ...]]:
    """The passages with the lesser name's side first."""
    for passage in passages:
        sides = {own: tuple(passage["self"]), other: tuple(passage["other"])}
        yield tuple(sides[name] for name in sorted(sides))


def mixed() -> list[tuple[str, str]]:
    """Stories of their own, most with the same footer; copies, revisions and quotations among them."""
    made = articles(PARAMETERS.document_frequency_cap + 20, words=120, seed=7)
    plain = [f"{number}\n\n{text.removesuffix(ENQUIRIES)}" for number, text in enumerate(made)]
    texts = {f"{number:02}": text + "\n\n" + FOOTER for number, text in enumerate(plain)}
    texts["00 copy"] = texts["00"].upper()
    texts["revision"] = "(LEAD) " + texts["01"] + "\n\nMore is to follow in the evening."
    texts["quoting"] = next(articles(1, words=250, seed=9)) + "\n\n" + plain[2].split("\n\n")[2]
    texts["footer"] = "A short note of its own on the harvest of this year.\n\n" + FOOTER
    return list(texts.items())


@pytest.fixture
def folder(sqlite_url: str) -> Iterator[Folder]:
    made = Folder(sqlite_url)
    yield made
    made.database.close()


@pytest.fixture
def on_either(database_url: str) -> Iterator[Folder]:
    """On SQLite and on PostgreSQL."""
    made = Folder(database_url)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Relations:
    """The relations when everything was there before the first was judged."""
    folder = Folder(f"sqlite:///{tmp_path_factory.mktemp('settled')}/ingest.db")
    folder.take(mixed())
    folder.drain()
    folder.database.close()
    return folder.relations()


def test_the_set_has_relations_of_several_types_and_none_by_its_footer(settled: Relations) -> None:
    types = {tuple(sorted(pair)): type_ for pair, (type_, _) in settled.items()}
    assert types["00", "00 copy"] == "duplicate"
    assert types["01", "revision"] == "revision"
    assert types["02", "quoting"] in ("excerpt", "reuse")
    assert not [pair for pair in types if "footer" in pair]


@pytest.mark.parametrize("seed", shares.first(3, range(20)))
def test_the_order_of_arrival_does_not_matter(folder: Folder, settled: Relations, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  Nothing secret.
    texts = mixed()
    draw.shuffle(texts)
    while texts:
        count = draw.randint(1, 9)
        folder.take(texts[:count])
        folder.tell()
        del texts[:count]
    folder.drain(limit=7)
    assert _of_classes(folder.relations()) == _of_classes(settled)


def _of_classes(relations: Relations) -> Relations:
    """Whichever of two copies stands for both."""
    return {frozenset(name.removesuffix(" copy") for name in pair): relation for pair, relation in relations.items()}


def everybody_ran(count: int) -> list[tuple[str, str]]:
    """One story as many publishers printed it, with a sentence of their own, among other stories."""
    draw = random.Random(1)  # noqa: S311  Nothing secret.
    [story] = articles(1, words=200, seed=3)
    words = " ".join(articles(3, words=300, seed=11)).lower().split()
    ran = [(f"{n:02}", f"{story}\n\n{' '.join(draw.choices(words, k=18)).capitalize()}.") for n in range(count)]
    return [*ran, *((f"other {name}", text) for name, text in mixed()[:10])]


@pytest.fixture(scope="module")
def everybodys(tmp_path_factory: pytest.TempPathFactory) -> Relations:
    """The relations of a story that everybody ran when all was there before the first was judged."""
    folder = Folder(f"sqlite:///{tmp_path_factory.mktemp('everybodys')}/ingest.db")
    folder.take(everybody_ran(40))
    folder.drain()
    folder.database.close()
    return folder.relations()


def take_in_disorder(folder: Folder, seed: int) -> None:
    """The copies of one story arrive in groups, and the backlog is drained now and then and at the end."""
    draw = random.Random(seed)  # noqa: S311  Nothing secret.
    documents = everybody_ran(40)
    draw.shuffle(documents)
    while documents:
        count = draw.choice((1, 2, 3, 9, 30))
        folder.take(documents[:count])
        folder.tell(limit=draw.choice((1, 7, 100)))
        if draw.random() < 0.3:
            folder.drain(limit=7)
        del documents[:count]
    folder.drain()


def go_and_come_back(folder: Folder, seed: int) -> None:
    """Of the copies of one story some are deleted, some are stored again, some change for a while."""
    draw = random.Random(seed)  # noqa: S311  Nothing secret.
    stay = everybody_ran(40)
    gone = [(f"gone {number}", text) for number, (_, text) in enumerate(everybody_ran(70)[40:70])]
    documents = stay + gone
    draw.shuffle(documents)
    folder.take(documents)
    folder.drain()
    going = [name for name, _ in gone]
    draw.shuffle(going)
    while going:
        count = draw.choice((1, 2, 3, 9))
        folder.drop(going[:count])
        for name, text in draw.sample(stay, 2):
            folder.take([(name, text + " And so on.")])
            if draw.random() < 0.5:
                folder.drain(limit=7)
            folder.take([(name, text)])
        if draw.random() < 0.5:
            folder.drain(limit=draw.choice((1, 7, 100)))
        del going[:count]
    folder.drain()


def many_go_at_once(folder: Folder, limit: int) -> None:
    """More go than stand for the story, and so many are looked at in one transaction."""
    folder.take(everybody_ran(70))
    folder.drain()
    folder.drop([f"{number:02}" for number in range(40, 70)])
    folder.drain(limit)


def who_quotes_it_whole_goes(folder: Folder, seed: int) -> None:
    """Long texts of their own, with the whole story in the middle, are no filings of it and stand for nothing."""
    folder.take(everybody_ran(40) + quoters(20, seed))
    folder.drain()
    folder.drop([name for name, _ in quoters(20, seed)])
    folder.drain()


def quoters(count: int, seed: int) -> list[tuple[str, str]]:
    """Long texts with the story that everybody ran in the middle."""
    [story] = articles(1, words=200, seed=3)
    around = enumerate(articles(count, words=600, seed=seed))
    return [(f"quoter {n}", f"{text}\n\n{story}\n\nIt ends so in the paper of {n}.") for n, text in around]


LIVES = [
    *shares.first(1, ((take_in_disorder, seed) for seed in range(10))),
    *shares.first(0, ((go_and_come_back, seed) for seed in range(10, 14))),
    *shares.first(2, ((many_go_at_once, limit) for limit in (1, 100, 7))),
    (who_quotes_it_whole_goes, 77),
]


@pytest.mark.parametrize(("live", "seed"), LIVES)
def test_the_related_pairs_of_a_syndicated_story_are_bounded(
    folder: Folder, everybodys: Relations, live: Callable[[Folder, int], None], seed: int
) -> None:
    live(folder, seed)
    assert folder.relations() == everybodys


@pytest.mark.parametrize("live", [take_in_disorder, go_and_come_back])
def test_so_it_is_on_either_database(
    on_either: Folder, everybodys: Relations, live: Callable[[Folder, int], None]
) -> None:
    live(on_either, 99)
    assert on_either.relations() == everybodys


@pytest.mark.parametrize("first", ["filings", "quoters"])
def test_who_quotes_a_story_whole_may_come_whenever(folder: Folder, first: str, tmp_path: Path) -> None:
    texts = [everybody_ran(40), quoters(20, seed=77)]
    for group in texts if first == "filings" else reversed(texts):
        folder.take(group)
        folder.drain()
    settled = Folder(f"sqlite:///{tmp_path}/settled.db")
    settled.take([*texts[0], *texts[1]])
    settled.drain()
    assert folder.relations() == settled.relations()
    settled.database.close()


def test_template_text_that_is_all_deleted_has_no_relations(on_either: Folder) -> None:
    texts = everybody_ran(40)
    on_either.take(texts)
    on_either.drain()
    on_either.drop([name for name, _ in texts if not name.startswith("other")])
    on_either.drain()
    assert not [pair for pair in on_either.relations() for name in pair if not name.startswith("other")]


def test_each_deletion_re_judges_few_articles(on_either: Folder) -> None:
    on_either.take(everybody_ran(40))
    on_either.drain()
    judged = on_either.events(contract.RELATED)
    for number in range(4):
        on_either.drop([f"{number:02}", f"other {number:02}"])
        on_either.drain()
    # One, and another where it holds some phrase that fewer of them have.
    assert 4 <= on_either.events(contract.RELATED) - judged <= 8


def test_nobody_takes_the_place_of_one_of_few(on_either: Folder) -> None:
    on_either.take(everybody_ran(PARAMETERS.document_frequency_cap + 1))
    on_either.drain()
    before = on_either.events(contract.RELATED)
    on_either.drop(["00", "other 03"])
    on_either.drain()
    assert on_either.events(contract.RELATED) == before


def test_a_footer_of_too_many_hides_nothing_of_a_story(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MAX_HOLDERS", 60)
    draw = random.Random(5)  # noqa: S311  Nothing secret.
    words = " ".join(articles(3, words=300, seed=11)).split()
    notes = [(f"n{n:03}", f"Note {n}\n\n{' '.join(draw.choices(words, k=120))}\n\n{FOOTER}") for n in range(80)]
    story = [(name, f"{text}\n\n{FOOTER}") for name, text in everybody_ran(50) if not name.startswith("other")]
    folder.take(notes)
    for start in range(0, len(story), 5):
        folder.take(story[start : start + 5])
        folder.drain()
    folder.drop([name for name, _ in story[40:]])
    folder.drain()
    # Of forty those that stand have each other and all the rest.
    standing = candidates.REPRESENTATIVES
    pairs = [pair for pair in folder.relations() if not any(name.startswith("n") for name in pair)]
    assert len(pairs) == standing * (standing - 1) // 2 + standing * (40 - standing)


@pytest.mark.parametrize("held", [30, candidates.MAX_HOLDERS])
def test_a_syndicated_story_stays_one_story(folder: Folder, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MAX_HOLDERS", held)
    for text in everybody_ran(70):
        folder.take([text])
        folder.tell()
    folder.drain()
    linked = [pair for pair, (type_, _) in folder.relations().items() if type_ == "revision"]
    reached, waiting = {"00"}, ["00"]
    while waiting:
        name = waiting.pop()
        new = {other for pair in linked if name in pair for other in pair} - reached
        reached |= new
        waiting += new
    assert len(reached) == 70


@pytest.mark.parametrize("arrives", ["first", "last"])
def test_a_digest_is_related_to_everything_it_quotes(folder: Folder, arrives: str) -> None:
    stories = {f"{number:02}": f"{number}\n\n{text}" for number, text in enumerate(articles(80, words=150, seed=5))}
    digest = "\n\n".join(text.split("\n\n")[2] for text in stories.values())
    texts = [*stories.items(), ("digest", digest)]
    for text in texts if arrives == "last" else reversed(texts):
        folder.take([text])
        folder.tell()
    folder.drain()
    quoted = {name for pair in folder.relations() if "digest" in pair for name in pair} - {"digest"}
    assert quoted == stories.keys()


def test_boilerplate_seen_in_hindsight_takes_its_relations_back(on_either: Folder) -> None:
    texts = [text for text in mixed() if text[0] not in ("00 copy", "revision", "quoting")]
    on_either.take(texts[:10])
    on_either.drain()
    assert len(on_either.relations()) >= 45
    for text in texts[10:]:
        on_either.take([text])
        on_either.drain()
    pairs = {tuple(sorted(pair)) for pair in on_either.relations()}
    assert not [pair for pair in pairs if "09" in pair and "08" in pair]
    before = on_either.events(contract.RELATED)
    on_either.drain()
    assert on_either.events(contract.RELATED) == before


def test_boilerplate_stays_so_when_its_first_holders_go(on_either: Folder) -> None:
    texts = mixed()
    on_either.take(texts)
    on_either.drain()
    on_either.drop([name for name, _ in texts[: PARAMETERS.document_frequency_cap + 5]])
    on_either.take([("late one", "Nothing else is known about the ferry.\n\n" + FOOTER)])
    on_either.drain()
    assert not [pair for pair in on_either.relations() if "late one" in pair]


@pytest.mark.parametrize("texts", [mixed(), everybody_ran(20), everybody_ran(40)], ids=["mixed", "few", "many"])
def test_a_new_way_of_judging_judges_everything_again(on_either: Folder, texts: list[tuple[str, str]]) -> None:
    on_either.take(texts)
    on_either.drain()
    before, related_count = on_either.relations(), on_either.events(contract.RELATED)
    with on_either.database.writing() as session:
        session.execute(sa.update(Article).values(sameness_version="0", folded_digest="sha-256:old"))
    with on_either.database.reading() as session:
        assert unjudged(session) == len(texts)
    on_either.drain(limit=10)
    assert on_either.events(contract.RELATED) >= related_count + len(texts)
    assert _of_classes(on_either.relations()) == _of_classes(before)
