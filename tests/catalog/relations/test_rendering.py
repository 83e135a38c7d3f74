"""A relation is shown with its source: the side that is quoted, else the side that was first."""

from datetime import timedelta
from typing import Any

import pytest

from catalog_service import resources
from catalog_service.history.record import record_batch
from catalog_service.relations import queries
from catalog_service.store.db import Database
from catalog_service.web import presenting
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event, relation


def passage(quoted: tuple[int, int] | None = None, other: tuple[int, int] | None = None) -> dict[str, Any]:
    """A passage of nine characters with a quotation in the own text, in the other, in both or in none."""
    return {
        "self": [0, 9], "other": [0, 9], "words": 8,
        "quoted": [quoted] if quoted else [], "other_quoted": [other] if other else [],
    }  # fmt: skip


def filed(published: str | None = None, sequence: int | None = None) -> dict[str, Any]:
    """An article with a date and the number of a wire filing."""
    return article(published=published, wire=sequence and {"marker": "LEAD", "sequence": sequence})


def shown(
    catalog: Database,
    earlier: dict[str, Any],
    later: dict[str, Any],
    *passages: dict[str, Any],
    together: bool = False,
    omitted: int = 0,
) -> resources.Relation:
    """The relation of two articles, recorded together or one after the other; document 2 reports it."""
    reported = relation(1, passages=list(passages), passages_omitted=omitted)
    events = [event(1, article=earlier), event(2, article=later, relations=[reported])]
    for number, batch in enumerate([events] if together else [[sent] for sent in events]):
        with catalog.writing() as session:
            record_batch(session, batch, NOW + timedelta(seconds=number))
    with catalog.reading() as session:
        [only] = queries.find(session, queries.Filter(), limit=2).relations
    return only


SOURCES = [
    # The side that quotes has the other as its source, whatever the dates say.
    ((filed("2024-09-05"), filed("2024-09-04")), [passage((0, 5))], "001.txt", "quotes"),
    ((filed(), filed()), [passage(other=(0, 5))], "002.txt", "quotes"),
    # Both quote: the longer quotation that only one of them has decides; what both quote may be a third text's.
    ((filed(), filed()), [passage((0, 5)), passage(other=(0, 9))], "002.txt", "quotes"),
    ((filed("2024-09-05"), filed("2024-09-04")), [passage((0, 9), (0, 5))], "002.txt", "published"),
    ((filed("2024-09-04"), filed("2024-09-04T10:00Z", 2)), [passage()], "001.txt", "recorded"),
    ((filed("2024-09-04", 3), filed("2024-09-04", 2)), [passage()], "002.txt", "wire"),
    ((filed(), filed("2024")), [passage()], "001.txt", "recorded"),
]


@pytest.mark.parametrize(("sides", "passages", "source", "basis"), SOURCES)
def test_a_relation_has_its_source(
    catalog: Database,
    sides: tuple[dict[str, Any], dict[str, Any]],
    passages: list[dict[str, Any]],
    source: str,
    basis: str,
) -> None:
    relation = shown(catalog, *sides, *passages)
    assert relation.source is not None
    assert (getattr(relation, relation.source).path, relation.source_basis) == (source, basis)
    if basis in ("published", "wire"):
        assert (relation.earlier, relation.earlier_basis) == (relation.source, basis)


def test_versions_of_one_transaction_without_dates_have_no_source(catalog: Database) -> None:
    relation = shown(catalog, filed(), filed(), passage(), together=True)
    assert (relation.source, relation.source_basis, relation.earlier) == (None, None, None)


def test_a_relation_counts_what_differs_by_kind(catalog: Database) -> None:
    edits = [
        {"op": "replace", "a": [0, 1], "b": [0, 1], "kind": "figure"},
        {"op": "insert", "a": [2, 2], "b": [2, 3], "kind": "name"},
        {"op": "delete", "a": [4, 5], "b": [5, 5], "kind": "figure"},
    ]
    relation = shown(catalog, article(), article(), passage() | {"verbatim": False, "edits": edits}, passage())
    assert relation.differs == resources.Differences(figures=2, names=1)
    assert {edit.kind for edit in relation.passages[0].edits + relation.passages[1].edits} == {"figure", "name"}
    assert presenting.differences_listed(relation.differs) == "2 figures and 1 name"


def test_verbatim_passages_differ_in_nothing(catalog: Database) -> None:
    relation = shown(catalog, article(), article(), passage())
    assert relation.differs == resources.Differences()
    assert presenting.differences_listed(relation.differs) == ""


def test_edits_of_an_earlier_release_have_no_known_kind(catalog: Database) -> None:
    edits = [{"op": "replace", "a": [0, 1], "b": [0, 1]}]
    relation = shown(catalog, article(), article(), passage() | {"verbatim": False, "edits": edits})
    assert relation.differs is None
    assert presenting.differences_listed(relation.differs) == ""


def test_a_relation_says_how_many_passages_it_does_not_list(catalog: Database) -> None:
    relation = shown(catalog, article(), article(), passage(), omitted=251)
    assert relation.passages_omitted == 251


def test_a_relation_lists_all_its_passages_unless_it_says_otherwise(catalog: Database) -> None:
    relation = shown(catalog, article(), article(), passage())
    assert relation.passages_omitted == 0
