"""A statement that takes too long is ended, on both databases; what follows is not limited."""

import pytest
import sqlalchemy as sa

from catalog_service.store import deadline
from catalog_service.store.db import Database

ENDLESS = sa.text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
SHORT = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT count(*) FROM n"
)


def test_an_endless_statement_is_ended(catalog: Database) -> None:
    with catalog.reading() as session, pytest.raises(deadline.Exceeded), deadline.limited(session, 0.05):
        session.execute(ENDLESS)
    with catalog.reading() as session:
        with deadline.limited(session, 60):
            assert session.scalar(SHORT) == 100_000
        assert session.scalar(SHORT) == 100_000


def test_other_errors_stay_as_they_are(catalog: Database) -> None:
    with catalog.reading() as session, pytest.raises(sa.exc.DBAPIError), deadline.limited(session, 60):
        session.execute(sa.text("SELECT nothing"))
