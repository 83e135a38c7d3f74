"""Both databases find the same; copies are one hit; totals and facets agree."""

import json
from pathlib import Path
from typing import Any

import pytest

from catalog_service import search
from catalog_service.db import Database
from catalog_service.search.results import SearchResults
from tests.catalog.conftest import Record
from tests.catalog.events import article, event, relation

GOLD = json.loads((Path(__file__).parents[2] / "quality" / "seeds.json").read_text(encoding="utf-8"))["documents"]


def found(catalog: Database, q: str, **more: Any) -> SearchResults:  # noqa: ANN401  Fields of a query.
    with catalog.reading() as session:
        return search.find(session, search.Query(q=q, **more))


def paths(results: SearchResults) -> list[str]:
    return sorted(hit.document.path for hit in results.hits)


@pytest.fixture
def seeds(record: Record) -> None:
    record(
        *(
            event(
                number,
                path=name,
                article=article(
                    told["title"], "\n\n".join(told["paragraphs"]), kind=told["kind"], publisher=told["publisher"],
                    published=told["published"],
                ),
            )
            for number, (name, told) in enumerate(GOLD.items(), start=1)
        )
    )  # fmt: skip


@pytest.mark.usefixtures("seeds")
def test_denuclearisation_is_in_two_seeds(catalog: Database) -> None:
    assert [path[:3] for path in paths(found(catalog, "denuclearisation"))] == ["001", "004"]


@pytest.mark.usefixtures("seeds")
@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ('"serious concerns"', ["000", "001"]),
        ('"concerns serious"', []),
        ("denuc* -statement", ["004"]),
        ("title:luxon", ["003"]),
        ("(title:luxon OR title:peters)", ["003", "004"]),
        ("Nuku'alofa", ["001"]),
        ("korea zzz", []),
        ("zzz OR penny", ["002"]),
        ("-korea", []),
    ],
)
def test_the_grammar_finds(catalog: Database, q: str, expected: list[str]) -> None:
    assert [path[:3] for path in paths(found(catalog, q))] == expected


@pytest.mark.usefixtures("seeds")
def test_snippets_mark_what_was_found_where_it_stands(catalog: Database) -> None:
    [hit] = found(catalog, '"Penny Wong" title:destabilising').hits
    text = "\n\n".join(GOLD[hit.document.path]["paragraphs"])
    told = {snippet.field: snippet for snippet in hit.snippets}
    assert told["text"].text == text[told["text"].start : told["text"].end]
    assert next(text[start:end] for start, end in told["text"].highlights) == "Penny Wong"
    assert [hit.document.title[start:end] for start, end in told["title"].highlights] == ["Destabilising"]


@pytest.mark.usefixtures("seeds")
def test_facets_and_totals_agree(catalog: Database) -> None:
    results = found(catalog, "korea", facets=("kind", "publisher"), total="exact")
    assert results.total is not None
    assert sum(results.facets["kind"].values()) == results.total.documents == len(results.hits)


def test_a_copy_is_one_hit_that_says_so(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1, type_="duplicate")]), event(3, article=article("Peace", "Peace.")))
    results = found(catalog, "peace", total="exact")
    assert len(results.hits) == 2
    assert [hit.collapsed.count for hit in results.hits if hit.collapsed] == [1]
    assert results.total is not None
    assert results.total.documents == 2
    assert len(found(catalog, "peace", collapse="none").hits) == 3


def test_a_withdrawn_document_is_not_found_and_a_restored_one_is(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "withdrawn"))
    assert found(catalog, "envoys").hits == ()
    record(event(1, 3, "restored"))
    assert len(found(catalog, "envoys").hits) == 1


def test_an_edited_text_is_found_by_its_new_words_only(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Ministers dined.")))
    assert found(catalog, "envoys").hits == ()
    assert len(found(catalog, "ministers").hits) == 1


def test_pages_neither_repeat_nor_skip_while_others_write(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in range(1, 8)))
    seen: list[str] = []
    cursor = None
    for number in range(20, 30):
        results = found(catalog, "envoys", limit=3, cursor=cursor)
        seen += [hit.document.path for hit in results.hits]
        record(event(number))
        cursor = results.next
        if cursor is None:
            break
    assert sorted(seen) == [f"{number:03}.txt" for number in range(1, 8)]


def test_a_long_text_is_found_in_all_its_parts(catalog: Database, record: Record) -> None:
    words = [f"w{number}" for number in range(40_000)]
    record(event(1, article=article(text=" ".join(words))))
    for q in ("w5 w39999", '"w15999 w16000 w16001"', '"w16040 w16041"', "w3999*"):
        assert len(found(catalog, q).hits) == 1, q


def test_scripts_without_spaces_are_found(catalog: Database, record: Record) -> None:
    record(event(1, article=article("首尔", "新西兰总理与韩国总统在首尔举行会谈。")), event(2))
    for q in ("新西兰", "总统", "首"):
        assert len(found(catalog, q).hits) == 1, q
