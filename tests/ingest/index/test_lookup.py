"""Who shares fingerprints with an article is found, boilerplate aside, on both databases."""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.index import lookup, mirror
from ingest_service.sameness import Hashes
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.store.db import Database
from ingest_service.store.tables import Boilerplate, Fingerprints
from tests import templates


def prints(*values: int) -> Hashes:
    return np.array(sorted(values), dtype=np.int64)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


def added(database: Database, articles: dict[int, Hashes]) -> None:
    with database.writing() as session:
        lookup.add(session, articles)


def undo(session: Session) -> None:
    """Rolls back all that the transaction wrote, by the session or beside it."""
    transaction = session.connection().get_transaction()
    assert transaction is not None
    transaction.rollback()


def neighbours(database: Database, *values: int) -> tuple[int, ...]:
    with database.reading() as session:
        return lookup.find_candidates(session, {0: prints(*values)})[0].articles


def test_what_others_commit_is_followed(database: Database) -> None:
    added(database, {1: prints(1, 2, 3)})
    assert neighbours(database, 1, 2, 3) == (1,)
    added(database, {2: prints(1, 2, 3, 4)})
    assert neighbours(database, 1, 2, 3) == (1, 2)
    with database.writing() as session:
        lookup.remove(session, [1])
        lookup.remove(session, [99])
    assert neighbours(database, 1, 2, 3) == (2,)


def test_a_transaction_reads_the_rows_of_other_processes_once(database: Database) -> None:
    added(database, {1: prints(1, 2, 3)})
    statements: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    with database.reading() as session:
        mirror.update(session)
        assert any("fingerprints" in each for each in statements)
        statements.clear()
        assert lookup.find_candidates(session, {0: prints(1, 2, 3)})[0].articles == (1,)
        assert statements == []
    with database.writing() as session:
        assert lookup.find_candidates(session, {0: prints(1, 2, 3)})[0].articles == (1,)
        lookup.add(session, {2: prints(1, 2, 3)})
        assert lookup.find_candidates(session, {0: prints(1, 2, 3)})[0].articles == (1, 2)


def test_what_is_undone_was_never_there(database: Database) -> None:
    added(database, {1: prints(1, 2, 3)})
    with database.writing() as session:
        lookup.add(session, {2: prints(1, 2, 3)})
        assert lookup.find_candidates(session, {0: prints(1, 2, 3)})[0].articles == (1, 2)
        undo(session)
    assert neighbours(database, 1, 2, 3) == (1,)
    added(database, {3: prints(1, 2, 3)})
    assert neighbours(database, 1, 2, 3) == (1, 3)


def test_what_a_transaction_found_of_its_own_rows_is_not_read_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(database, {1: prints(1, 2, 3)})
    assert neighbours(database, 1, 2, 3) == (1,)
    with database.writing() as session:
        lookup.add(session, {2: prints(1, 2, 3)})
        assert lookup.find_candidates(session, {0: prints(1, 2, 3)})[0].articles == (1, 2)
        lookup.remove(session, [1])
        assert lookup.find_candidates(session, {0: prints(1, 2, 3)})[0].articles == (2,)
        written = mirror.written(session)
    mirror.keep(database.engine, written)
    assert rows_read(database, monkeypatch) == []
    assert neighbours(database, 1, 2, 3) == (2,)


def rows_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The rows that the next search reads into the mirror."""
    read: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(mirror, "_apply", lambda _, rows: read.extend(rows))
        neighbours(database, 1, 2, 3)
    return read


def test_what_was_read_after_a_transaction_is_newer_than_what_that_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        lookup.add(session, {1: prints(1, 2, 3)})
        lookup.find_candidates(session, {0: prints(1, 2, 3)})
        written = mirror.written(session)
    added(database, {2: prints(1, 2, 3)})
    assert neighbours(database, 1, 2, 3) == (1, 2)
    mirror.keep(database.engine, written)
    assert rows_read(database, monkeypatch) == []
    assert neighbours(database, 1, 2, 3) == (1, 2)


def boilerplate(database: Database) -> Hashes:
    with database.reading() as session, mirror.arrays(session) as arrays:
        return arrays.boilerplate


def test_boilerplate_is_read_once_though_it_is_committed_out_of_order(database: Database) -> None:
    def record(*ids: int) -> None:
        with database.writing() as session:
            session.execute(sa.insert(Boilerplate), [{"id": id_, "fingerprint": -id_} for id_ in ids])

    record(1, 3, 4)
    first = boilerplate(database)
    assert first.tolist() == [-4, -3, -1]
    assert boilerplate(database) is first
    record(5)
    assert boilerplate(database).tolist() == [-5, -4, -3, -1]
    record(2)
    assert boilerplate(database).tolist() == [-5, -4, -3, -2, -1]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_transactions_write_and_undo_each_sees_what_it_should(database: Database, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  Nothing secret: the same walk every time.
    held: set[int] = set()
    for article in range(1, 60):
        here = set(held)
        with database.writing() as session:
            for number in range(draw.randrange(3)):
                if here and draw.random() < 0.3:
                    lookup.remove(session, [gone := draw.choice(sorted(here))])
                    here.discard(gone)
                else:
                    lookup.add(session, {3 * article + number: prints(1, 2, 3)})
                    here.add(3 * article + number)
                if draw.random() < 0.5:
                    assert found(session) == here
            written = mirror.written(session)
            is_undone = draw.random() < 0.3
            if is_undone:
                undo(session)
        if not is_undone:
            held = here
            if draw.random() < 0.7:
                mirror.keep(database.engine, written)
        if draw.random() < 0.3:
            with database.reading() as session:
                assert found(session) == held


def found(session: Session) -> set[int]:
    """All articles but those beyond the cap that share the fingerprints."""
    with mirror.arrays(session) as arrays:
        return set(arrays.postings.find(prints(1, 2, 3), 1_000).articles.tolist())


def test_a_transaction_that_commits_late_is_followed_too(database: Database) -> None:
    hashes = prints(1, 2, 3).astype(mirror.STORED).tobytes()
    for number in (20, 10, 300, 299):
        with database.writing() as session:
            session.execute(sa.insert(Fingerprints).values(id=number, article=number, hashes=hashes))
        assert number in neighbours(database, 1, 2, 3)
    assert neighbours(database, 1, 2, 3) == (10, 20, 299, 300)


def test_a_new_process_finds_what_an_old_one_added(database: Database) -> None:
    count = mirror.CHUNK + 100
    added(database, {article: prints(3 * article, 3 * article + 1, 3 * article + 2) for article in range(1, count)})
    again = Database(database.engine.url.render_as_string(hide_password=False))
    for article in (1, mirror.CHUNK, count - 1):
        assert neighbours(again, 3 * article, 3 * article + 1, 3 * article + 2) == (article,)
    again.close()


def test_the_candidates_that_share_most_come_first(session: Session) -> None:
    lookup.add(session, {1: prints(1, 2, 3, 4, -(2**63)), 2: prints(1, 2, 3), 3: prints(7, 8, 9)})
    candidates = lookup.find_candidates(session, {1: prints(1, 2, 3, 4, -(2**63)), 4: prints(1, 2, 3, 4)})
    assert candidates[1].articles == (2,)
    assert candidates[4].articles == (1, 2)
    assert candidates[4].masked.tolist() == []


def test_too_few_shared_fingerprints_make_no_neighbour(session: Session) -> None:
    few = PARAMETERS.evidence_fingerprints - 1
    lookup.add(session, {1: prints(*range(10))})
    assert lookup.find_candidates(session, {2: prints(*range(few), 100, 101)})[2].articles == ()
    assert lookup.find_candidates(session, {2: prints(*range(few + 1), 100, 101)})[2].articles == (1,)


def test_a_text_of_one_fingerprint_has_neighbours_too(session: Session) -> None:
    lookup.add(session, {1: prints(5)})
    assert lookup.find_candidates(session, {2: prints(5)})[2].articles == (1,)


def test_boilerplate_finds_no_candidate_and_is_masked(session: Session) -> None:
    footer = range(1, 6)
    articles = {
        n: prints(*footer, *range(1000 * n, 1000 * n + 10)) for n in range(1, PARAMETERS.document_frequency_cap + 5)
    }
    for number, each in articles.items():
        lookup.add(session, {number: each})
    candidates = lookup.find_candidates(session, {1: articles[1]})[1]
    assert candidates.articles == ()
    assert candidates.masked.tolist() == list(footer)


def test_a_syndicated_story_still_has_candidates(session: Session) -> None:
    story = prints(*range(1, 50))
    for number in range(1, PARAMETERS.document_frequency_cap + 10):
        lookup.add(session, {number: story})
    candidates = lookup.find_candidates(session, {500: story})[500]
    assert 0 < len(candidates.articles) <= PARAMETERS.max_candidates


def test_a_removed_article_attracts_no_more(session: Session) -> None:
    lookup.add(session, {1: prints(1, 2, 3), 2: prints(1, 2, 3)})
    lookup.remove(session, [1])
    assert lookup.find_candidates(session, {3: prints(1, 2, 3)})[3].articles == (2,)


def test_no_fingerprints_no_neighbours(session: Session) -> None:
    lookup.add(session, {1: prints()})
    candidates = lookup.find_candidates(session, {1: prints()})[1]
    assert (candidates.articles, candidates.masked.tolist()) == ((), [])


def test_to_follow_the_table_is_no_walk_over_it(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    templates.bring_up(database)
    added(database, {1: prints(1, 2, 3)})
    assert neighbours(database, 1, 2, 3) == (1,)
    asked: list[tuple[str, Any]] = []
    sa.event.listen(
        database.engine, "before_cursor_execute", lambda *arguments: asked.append((arguments[2], arguments[3]))
    )
    with database.writing() as session:
        session.execute(sa.insert(Fingerprints).values(id=9, article=9, hashes=prints(1, 2, 3).astype("<i8").tobytes()))
    for _ in range(2):
        assert neighbours(database, 1, 2, 3) == (1, 9)
    with database.writing() as session:
        mirror.record(session, mirror.SavedCheckpoint("token", 0, 9, frozenset()))
    *asking, forgetting = [told for told in asked if "FROM fingerprints" in told[0]]
    assert len(asking) == 3
    with database.reading() as session:
        for statement, parameters in asking:
            told = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            assert not [row.detail for row in told if row.detail.startswith("SCAN fingerprints")]
        told = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {forgetting[0]}", forgetting[1])
        assert any("ix_fingerprints_tombstone" in row.detail for row in told)
    database.close()
