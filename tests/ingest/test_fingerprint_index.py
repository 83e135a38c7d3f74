"""Who shares fingerprints with an article is found, boilerplate aside, on both databases."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy.orm import Session

from ingest_service import fingerprint_index, schema
from ingest_service.db import Database
from ingest_service.sameness import Hashes
from ingest_service.sameness.parameters import PARAMETERS


def prints(*values: int) -> Hashes:
    return np.array(sorted(values), dtype=np.int64)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = Database(database_url)
    schema.upgrade(database)
    with database.writing() as session:
        yield session
    database.close()


def test_those_who_share_most_come_first(session: Session) -> None:
    fingerprint_index.add(session, {1: prints(1, 2, 3, 4, -(2**63)), 2: prints(1, 2, 3), 3: prints(7, 8, 9)})
    found = fingerprint_index.candidates(session, {1: prints(1, 2, 3, 4, -(2**63)), 4: prints(1, 2, 3, 4)})
    assert found[1].articles == (2,)
    assert found[4].articles == (1, 2)
    assert found[4].masked.tolist() == []


def test_too_few_shared_fingerprints_make_no_neighbour(session: Session) -> None:
    few = PARAMETERS.telling_prints - 1
    fingerprint_index.add(session, {1: prints(*range(10))})
    assert fingerprint_index.candidates(session, {2: prints(*range(few), 100, 101)})[2].articles == ()
    assert fingerprint_index.candidates(session, {2: prints(*range(few + 1), 100, 101)})[2].articles == (1,)


def test_a_text_of_one_fingerprint_has_neighbours_too(session: Session) -> None:
    fingerprint_index.add(session, {1: prints(5)})
    assert fingerprint_index.candidates(session, {2: prints(5)})[2].articles == (1,)


def test_boilerplate_starts_no_pair_and_is_told(session: Session) -> None:
    footer = range(1, 6)
    articles = {n: prints(*footer, *range(1000 * n, 1000 * n + 10)) for n in range(1, PARAMETERS.common + 5)}
    for number, each in articles.items():
        fingerprint_index.add(session, {number: each})
    found = fingerprint_index.candidates(session, {1: articles[1]})[1]
    assert found.articles == ()
    assert found.masked.tolist() == list(footer)


def test_what_everybody_ran_is_still_found(session: Session) -> None:
    story = prints(*range(1, 50))
    for number in range(1, PARAMETERS.common + 10):
        fingerprint_index.add(session, {number: story})
    found = fingerprint_index.candidates(session, {500: story})[500]
    assert 0 < len(found.articles) <= PARAMETERS.neighbours


def test_a_removed_article_attracts_no_more(session: Session) -> None:
    fingerprint_index.add(session, {1: prints(1, 2, 3), 2: prints(1, 2, 3)})
    fingerprint_index.remove(session, 1)
    assert fingerprint_index.candidates(session, {3: prints(1, 2, 3)})[3].articles == (2,)


def test_no_fingerprints_no_neighbours(session: Session) -> None:
    fingerprint_index.add(session, {1: prints()})
    found = fingerprint_index.candidates(session, {1: prints()})[1]
    assert (found.articles, found.masked.tolist()) == ((), [])
