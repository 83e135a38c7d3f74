"""A search of all versions finds what was taken out, each document once, and names the versions that match."""

from datetime import timedelta

import pytest

from catalog_service import search
from catalog_service.history.record import record_batch
from catalog_service.search.results import Hit, SearchResults
from catalog_service.store import moments
from catalog_service.store.db import Database
from tests.catalog.conftest import NOW
from tests.catalog.events import article, document_id, event, relation

DAY = timedelta(days=1)
TEXTS = {
    1: ["Envoys met on the quarry.", "Envoys met.", "Envoys met on the quarry again.", "They left."],
    2: ["A quarry opened.", "A mine opened."],
    3: ["The mine is a mine, and was no quarry."],
}


@pytest.fixture
def catalog(catalog: Database) -> Database:
    """Three documents whose versions were recorded one each day; the last version of 1 has a title with the word."""
    for day in range(4):
        events = [
            event(
                number,
                day + 1,
                "changed" if day else "created",
                article=article(
                    title="Of a quarry" if (number, day) == (1, 1) else "News",
                    text=texts[day],
                    publisher="Reuters" if day else None,
                ),
            )
            for number, texts in TEXTS.items()
            if day < len(texts)
        ]
        with catalog.writing() as session:
            record_batch(session, events, NOW + day * DAY)
    return catalog


def find(catalog: Database, as_of: str | None = None, **query: object) -> SearchResults:
    asked = search.Query(**{"versions": "all", "total": "exact", "facets": search.FACETS} | query)  # type: ignore[arg-type]
    with catalog.reading() as session:
        return search.find(session, asked, moments.parse(as_of, NOW + 9 * DAY) if as_of else None)


def matched(results: SearchResults) -> list[tuple[str, int, tuple[int, ...]]]:
    """The document of each hit, the version of its snippets, and the versions that match."""
    assert results.total is not None
    assert all(sum(counts.values()) == results.total.documents for counts in results.facets.values())
    return [(str(hit.document.id), hit.version, hit.matched_versions) for hit in results.hits]


def test_what_was_taken_out_is_found_in_the_versions_that_had_it(catalog: Database) -> None:
    results = find(catalog, q="quarry")
    # The version with the word in its title matches best, however old; then the newest first.
    assert matched(results) == [
        (document_id(1), 2, (1, 2, 3)),
        (document_id(3), 1, (1,)),
        (document_id(2), 1, (1,)),
    ]
    assert [hit.score for hit in results.hits] == [1.0, 0.5, 0.5]
    # The document is shown as it is now, the snippets are of the version that matches.
    first = results.hits[0]
    assert (first.document.version, first.document.title) == (4, "News")
    assert [snippet.text for snippet in first.snippets] == ["Of a quarry"]
    assert matched(find(catalog, q="quarry", versions="latest")) == [(document_id(3), 1, (1,))]


@pytest.mark.parametrize("sort", ["relevance", "-published", "-recorded"])
@pytest.mark.parametrize("collapse", ["none", "duplicates", "stories"])
def test_pages_of_all_versions_neither_repeat_nor_skip(catalog: Database, sort: str, collapse: str) -> None:
    with catalog.writing() as session:
        copy = event(4, article=article(title="News", text=TEXTS[3][0]), relations=[relation(3, type_="duplicate")])
        record_batch(session, [copy], NOW + 5 * DAY)
    whole = find(catalog, q="quarry OR mine", sort=sort, collapse=collapse)
    assert whole.total is not None
    assert len(whole.hits) == whole.total.documents == (4 if collapse == "none" else 3)
    paged: list[Hit] = []
    cursor = None
    for _ in whole.hits:
        page = find(catalog, q="quarry OR mine", sort=sort, collapse=collapse, limit=1, cursor=cursor)
        paged += page.hits
        cursor = page.next
    assert (tuple(paged), cursor) == (whole.hits, None)


def test_filters_apply_to_the_version_that_matches(catalog: Database) -> None:
    assert matched(find(catalog, q="quarry", publisher="Reuters")) == [(document_id(1), 2, (2, 3))]
    assert matched(find(catalog, q="quarry", recorded=("2026-11-24", None))) == [(document_id(1), 3, (3,))]
    assert matched(find(catalog, q="quarry", within=("text",), recorded=(None, "2026-11-22"))) == [
        (document_id(3), 1, (1,)), (document_id(2), 1, (1,)), (document_id(1), 1, (1,))
    ]  # fmt: skip
    assert [hit[0] for hit in matched(find(catalog, significance="substantive"))] == [document_id(1), document_id(2)]
    assert len(matched(find(catalog))) == 3


def test_all_versions_are_those_until_the_moment(catalog: Database) -> None:
    then = (NOW + DAY).isoformat()
    assert matched(find(catalog, then, q="quarry"))[0] == (document_id(1), 2, (1, 2))
    assert find(catalog, then, q="again").hits == ()
    assert find(catalog, q="again").hits != ()


def test_a_withdrawn_document_is_found_by_its_status(catalog: Database) -> None:
    with catalog.writing() as session:
        record_batch(session, [event(2, 9, "withdrawn")], NOW + 5 * DAY)
    assert document_id(2) not in [hit[0] for hit in matched(find(catalog, q="quarry"))]
    assert matched(find(catalog, q="quarry", status="withdrawn")) == [(document_id(2), 1, (1,))]
