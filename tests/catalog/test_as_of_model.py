"""What a catalog answered at every `seq`, it answers as of that `seq` after any later history, on both databases."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from catalog_service.history.record import record_batch
from catalog_service.store import moments
from catalog_service.store.db import Database
from tests import templates
from tests.catalog import answers
from tests.catalog.answers import Answers
from tests.catalog.conftest import NOW
from tests.catalog.events import document_id
from tests.catalog.history import contents
from tests.catalog.history.test_batch_sizes import DOCUMENTS, PATHS, STEPS, TEXTS, Step, events_of

IDS = [document_id(number) for number in DOCUMENTS]
SECOND = timedelta(seconds=1)
# The clock of requests, after all transactions.
ASKED_AT = NOW + timedelta(days=1)


class HistoryAgainstAnswers(RuleBasedStateMachine):
    """The rule records events and reads the past; each catalog gets the same events at the same times."""

    databases: tuple[Database, ...] = ()
    # The most events of one transaction.
    together = 4

    @initialize(lot=st.integers(0, 2**32))
    def begin(self, lot: int) -> None:
        """Empties the catalogs and records two copies, a revision of them, and three other documents."""
        # The first history that Hypothesis tries has the simplest value of everything: one event, repeated.
        assume(lot)
        for database in self.databases:
            with database.writing() as session:
                contents.empty(session)
        self.steps: list[Step] = []
        self.sent = 0
        # The answers after each transaction, and the `seq` of each.
        self.served: list[Answers] = []
        self.seqs: list[int] = []
        related: dict[int, dict[int, str]] = {2: {1: "duplicate"}, 3: {1: "revision"}, 5: {4: "reuse"}}
        texts = [TEXTS[0], TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[1], TEXTS[2]]
        self._record([("article", n, texts[n - 1], PATHS[0], related.get(n, {})) for n in DOCUMENTS])

    @rule(data=st.data())
    def record(self, data: st.DataObject) -> None:
        """A few events in one transaction; then one moment of the past is read.

        It is named by its time, or by the last time before the next transaction.
        """
        self._record(data.draw(st.lists(STEPS, min_size=1, max_size=self.together)))
        number = data.draw(st.integers(0, len(self.served) - 1))
        offset = data.draw(st.sampled_from([timedelta(), SECOND - timedelta(microseconds=1)]))
        self._check(number, (NOW + number * SECOND + offset).isoformat())

    def _record(self, steps: list[Step]) -> None:
        """Records events in one transaction, and keeps the answers after it."""
        self.steps += steps
        events = events_of(self.steps)[self.sent :]
        self.sent += len(events)
        time = NOW + len(self.served) * SECOND
        for database in self.databases:
            with database.writing() as session:
                record_batch(session, events, time)
        first, *others = (self._answers(database) for database in self.databases)
        for other in others:
            check_equal(other, first)
        self.served.append(first)
        self.seqs.append(first["stories"]["snapshot"]["seq"])

    def teardown(self) -> None:
        """Every moment of the past."""
        for number in range(len(getattr(self, "served", ()))):
            self._check(number, f"seq:{self.seqs[number]}")

    @invariant()
    def seqs_ascend(self) -> None:
        """No transaction takes a `seq` back."""
        assert self.seqs == sorted(self.seqs)

    def _check(self, number: int, written: str) -> None:
        for database in self.databases:
            check_equal(self._answers(database, written), self.served[number])

    @staticmethod
    def _answers(database: Database, written: str | None = None) -> Answers:
        as_of = moments.parse(written, ASKED_AT) if written else None
        with database.reading() as session:
            return answers.collect(session, IDS, as_of)


def check_equal(found: Answers, expected: Answers) -> None:
    """Compares answer by answer: the difference of all at once is too long to read."""
    assert found.keys() == expected.keys()
    for name in expected:
        assert found[name] == expected[name], name


def run(*databases: Database, examples: int, steps: int, **attributes: int) -> None:
    """Runs random histories in these catalogs; `attributes` are those of the machine."""
    machine = type("Machine", (HistoryAgainstAnswers,), {"databases": databases, **attributes})
    # Shrinking a failure would take minutes; the steps printed are few enough to read.
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def both(sqlite_url: str, postgres_url: str) -> Iterator[tuple[Database, Database]]:
    """An empty catalog on each database."""
    first, second = Database(sqlite_url), Database(postgres_url)
    for database in (first, second):
        templates.bring_up(database)
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Database]:
    """An empty catalog on SQLite."""
    database = Database(sqlite_url)
    templates.bring_up(database)
    yield database
    database.close()


def test_the_past_is_answered_as_it_was_served(on_sqlite: Database) -> None:
    run(on_sqlite, examples=2, steps=7)


@pytest.mark.postgres
def test_both_databases_answer_the_same_about_every_moment(both: tuple[Database, Database]) -> None:
    run(*both, examples=2, steps=4)


@pytest.mark.scenario
@pytest.mark.timeout(900)
@pytest.mark.postgres
def test_both_databases_answer_the_same_after_long_histories(both: tuple[Database, Database]) -> None:
    # Of about 150 events. To read the past takes most of the time, so a transaction has five or six of them.
    run(*both, examples=1, steps=27, together=10)
