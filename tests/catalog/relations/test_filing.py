"""The filing order is the same in a statement and in Python, on both databases."""

import itertools
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog_service.relations import filing
from catalog_service.store.db import Database
from catalog_service.store.tables import Version
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event

FIRST, LATE = "2024-09-04", "2024-09-04T10:00:00Z"
# Two filings each: publication date and sequence number, and which of them is earlier; the ids are 1 and 2.
PAIRS: list[tuple[tuple[str | None, int | None], tuple[str | None, int | None], int]] = [
    ((None, None), (FIRST, None), 1),
    ((FIRST, None), (None, 7), 2),
    ((FIRST, 2), (FIRST, 10), 1),
    ((FIRST, 1), (FIRST, None), 2),
    ((LATE, 1), (FIRST, 2), 2),
    ((FIRST, None), ("2024", None), 2),
    (("2024-10", None), (FIRST, None), 2),
    ((None, None), (None, 0), 1),
]


def filed(number: int, published: str | None, sequence: int | None) -> Any:  # noqa: ANN401
    """A filing whose text is the same as that of all others."""
    wire = None if sequence is None else {"marker": "LD", "sequence": sequence}
    return event(number, article=article(published=published, wire=wire))


@pytest.mark.parametrize(("one", "other", "earlier"), PAIRS)
def test_filings_are_ordered_by_date_and_sequence(
    catalog: Database,
    record: Record,
    one: tuple[str | None, int | None],
    other: tuple[str | None, int | None],
    earlier: int,
) -> None:
    record(filed(1, *one), filed(2, *other))
    before, after = aliased(Version), aliased(Version)
    with catalog.reading() as session:
        rows = session.execute(sa.select(*filing.columns(Version))).all()
        pairs = session.execute(
            sa.select(before.document, after.document).join(after, filing.is_before(before, after))
        ).all()
    assert filing.earliest(rows).document == document_id(earlier)
    assert [tuple(pair) for pair in pairs] == [(document_id(earlier), document_id(3 - earlier))]
    equal = (one[0], one[1] or 0) == (other[0], other[1] or 0)
    # Of equal filings the first by id is preferred at both ends.
    assert filing.newest(rows).document == document_id(1 if equal else 3 - earlier)


def test_equal_filings_are_ordered_by_digest_before_id(catalog: Database, record: Record) -> None:
    articles = sorted((article(text=text) for text in ("Envoys met.", "Envoys left.")), key=lambda each: each["digest"])
    record(event(2, article=articles[0]), event(1, article=articles[1]))
    with catalog.reading() as session:
        rows = session.execute(sa.select(*filing.columns(Version))).all()
    for ordered in itertools.permutations(rows):
        assert filing.earliest(ordered).document == filing.newest(ordered).document == document_id(2)
