"""Both databases find the same documents; copies are one hit; totals and facets agree with the hits."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from catalog_service import document_versions, search
from catalog_service.errors import BadQuery, CursorMismatch, SearchTooExpensive
from catalog_service.resources import Differences
from catalog_service.search import counting, finding
from catalog_service.search.results import Collapsed, Hit, SearchResults, Total
from catalog_service.store import deadline
from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation

GOLD = json.loads((Path(__file__).parents[2] / "quality" / "seeds.json").read_text(encoding="utf-8"))["documents"]


def run(catalog: Database, q: str, **more: Any) -> SearchResults:  # noqa: ANN401  Fields of a query.
    with catalog.reading() as session:
        return search.find(session, search.Query(q=q, **more))


def everything(catalog: Database, q: str, **more: Any) -> list[Hit]:  # noqa: ANN401  Fields of a query.
    """The hits of all pages."""
    hits: list[Hit] = []
    cursor = None
    while True:
        results = run(catalog, q, cursor=cursor, **more)
        hits += results.hits
        cursor = results.next
        if cursor is None:
            return hits


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
                    gold["title"], "\n\n".join(gold["paragraphs"]), kind=gold["kind"], publisher=gold["publisher"],
                    published=gold["published"],
                ),
            )
            for number, (name, gold) in enumerate(GOLD.items(), start=1)
        )
    )  # fmt: skip


@pytest.mark.usefixtures("seeds")
def test_denuclearisation_is_found_in_two_seeds(catalog: Database) -> None:
    assert [path[:3] for path in paths(run(catalog, "denuclearisation"))] == ["001", "004"]


@pytest.mark.usefixtures("seeds")
def test_each_operator_finds_these_seeds(catalog: Database) -> None:
    expected = {
        '"serious concerns"': ["000", "001"],
        '"concerns serious"': [],
        "denuc* -statement": ["004"],
        "title:luxon": ["003"],
        "(title:luxon OR title:peters)": ["003", "004"],
        "Nuku'alofa": ["001"],
        "korea zzz": [],
        "zzz OR penny": ["002"],
        "-korea": [],
        "-luxon": ["002", "004"],
        "korea (penny OR -luxon)": ["002", "004"],
        "!?": [],
    }
    assert {q: [path[:3] for path in paths(run(catalog, q))] for q in expected} == expected


@pytest.mark.usefixtures("seeds")
def test_snippets_mark_the_matches_in_text_and_title(catalog: Database) -> None:
    [hit] = run(catalog, '"Penny Wong" title:destabilising').hits
    text = "\n\n".join(GOLD[hit.document.path]["paragraphs"])
    snippets = {snippet.field: snippet for snippet in hit.snippets}
    assert snippets["text"].text == text[snippets["text"].start : snippets["text"].end]
    assert next(text[start:end] for start, end in snippets["text"].highlights) == "Penny Wong"
    assert [hit.document.title[start:end] for start, end in snippets["title"].highlights] == ["Destabilising"]


@pytest.fixture
def one_story(record: Record) -> None:
    """A wire story, two copies of it, a revision, a copy of the revision, and another story."""
    talks = {"kind": "wire", "publisher": "Yonhap", "published": "2024-09-04", "language": "en"}
    record(
        event(1, article=article(**talks)),
        event(2, article=article(**talks | {"publisher": "Herald"}), relations=[relation(1, type_="duplicate")]),
        event(3, article=article(**talks | {"published": "2024-09-05"}), relations=[relation(2, type_="duplicate")]),
        event(4, article=article(text="Envoys met on Tuesday.", **talks), relations=[relation(1, type_="revision")]),
        event(5, article=article(text="Envoys met on Tuesday."), relations=[relation(4, type_="duplicate")]),
        event(6, article=article(title="Envoys dine", published="2023")),
    )


@pytest.mark.usefixtures("one_story")
@pytest.mark.parametrize(("collapse", "hits"), [("none", 6), ("duplicates", 3), ("stories", 2)])
def test_hits_totals_and_facets_agree(catalog: Database, collapse: Any, hits: int) -> None:  # noqa: ANN401  Parameters.
    for q in ("envoys", ""):
        for sort in ("relevance", "-published", "-recorded"):
            results = run(catalog, q, collapse=collapse, facets=search.FACETS, total="exact", limit=1, sort=sort)
            assert results.total == Total(documents=hits, stories=2, relation="eq")
            assert {name: sum(values.values()) for name, values in results.facets.items()} == dict.fromkeys(
                search.FACETS, hits
            )
            listed = everything(catalog, q, collapse=collapse, limit=1, sort=sort)
            assert len({hit.document.id for hit in listed}) == len(listed) == hits
            assert sum(1 + (hit.collapsed.count if hit.collapsed else 0) for hit in listed) == 6
            assert Counter(hit.document.kind for hit in listed) == results.facets["kind"]
            assert Counter(hit.document.publisher or "" for hit in listed) == results.facets["publisher"]


@pytest.mark.usefixtures("one_story")
def test_the_first_of_copies_and_the_newest_of_a_story_are_shown(catalog: Database) -> None:
    [copies] = run(catalog, "title:peace monday").hits
    assert copies.document.path == "001.txt"
    assert copies.document.story is not None
    assert copies.collapsed is not None
    assert [(each.path, each.publisher) for each in copies.collapsed.documents] == [
        ("002.txt", "Herald"),
        ("003.txt", "Yonhap"),
    ]
    listed = copies.collapsed.documents
    because = "duplicates"
    assert copies.collapsed == Collapsed(story=copies.document.story.id, count=2, because=because, documents=listed)
    story = [hit for hit in run(catalog, "envoys", collapse="stories").hits if hit.collapsed]
    assert [(hit.document.path, hit.collapsed and hit.collapsed.because) for hit in story] == [("003.txt", "stories")]


@pytest.mark.usefixtures("one_story")
def test_a_copy_that_matches_is_shown_when_the_first_does_not_match(catalog: Database) -> None:
    [hit] = run(catalog, "monday", publisher="Herald").hits
    assert (hit.document.path, hit.collapsed) == ("002.txt", None)


@pytest.mark.usefixtures("one_story")
def test_each_filter_selects_these_documents(catalog: Database) -> None:
    [story] = {hit.document.story.id for hit in everything(catalog, "", collapse="none") if hit.document.story}
    expected: dict[tuple[str, Any], list[int]] = {
        ("kind", "wire"): [1, 2, 3, 4],
        ("publisher", "Yonhap"): [1, 3, 4],
        ("language", "en"): [1, 2, 3, 4],
        ("collection", "seeds"): [1, 2, 3, 4, 5, 6],
        ("path", "005.txt"): [5],
        ("published", ("2024-09", None)): [1, 2, 3, 4],
        ("published", (None, "2024-09-04")): [1, 2, 4, 6],
        ("published", ("2023", "2023")): [6],
        ("published", ("2024-09-05", "2024")): [3],
        ("recorded", ("2026-11-22", "2026-11-22")): [1, 2, 3, 4, 5, 6],
        ("recorded", ("2026-11-23", None)): [],
        ("recorded", (None, "2025")): [],
        ("recorded", (None, "9999-12-31")): [1, 2, 3, 4, 5, 6],
        ("status", "withdrawn"): [],
        ("significance", "quotation"): [],
        ("story", str(story)): [1, 2, 3, 4, 5],
        ("within", ("title",)): [6],
    }
    for (name, value), numbers in expected.items():
        results = run(catalog, "envoys", collapse="none", **{name: value})
        assert paths(results) == [f"{number:03}.txt" for number in numbers], (name, value)


def test_documents_are_found_by_the_significance_of_their_change(catalog: Database, record: Record) -> None:
    record(event(1), event(2), event(2, 2, "changed", article=article(text="Envoys met on Sunday.")))
    with catalog.reading() as session:
        significance = document_versions.version(session, UUID(document_id(2)), 2).change.significance
    assert significance is not None
    assert paths(run(catalog, "", significance=significance)) == ["002.txt"]


def test_a_date_that_does_not_exist_is_refused(catalog: Database) -> None:
    with pytest.raises(BadQuery, match="no date 2024-02-31"):
        run(catalog, "", recorded=("2024-02-31", None))


def test_dates_sort_and_relevance_puts_titles_first(catalog: Database, record: Record) -> None:
    opening = "So it began. " * 20
    record(
        event(1, article=article("Peace at last", "Envoys met.", published="2024-01-02")),
        event(2, article=article("Envoys met", "They spoke of peace.", published="2024-03")),
        event(3, article=article("Envoys met", opening + "Peace.", published="2024-02-01")),
        event(4, article=article("Envoys met", opening + "Peace. " * 5)),
        event(5, article=article("Envoys met", opening + "Peace, and more of it.")),
    )
    orders = {"relevance": [1, 4, 2, 5, 3], "-published": [2, 3, 1, 5, 4], "-recorded": [5, 4, 3, 2, 1]}
    for sort, numbers in orders.items():
        listed = everything(catalog, "peace", sort=sort, limit=2)
        assert [int(hit.document.path[:3]) for hit in listed] == numbers, sort
    assert [hit.score for hit in everything(catalog, "peace")] == [1.0, 0.5, 0.5, 0.25, 0.25]


def test_a_relation_between_old_versions_collapses_nothing(catalog: Database, record: Record) -> None:
    record(event(1), event(2, relations=[relation(1, type_="duplicate")]))
    record(event(2, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    assert len(run(catalog, "envoys").hits) == 2


def test_a_withdrawn_document_is_not_found_and_a_restored_one_is(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "withdrawn"))
    assert run(catalog, "envoys").hits == ()
    record(event(1, 3, "restored"))
    assert len(run(catalog, "envoys").hits) == 1


def test_an_edited_text_is_found_by_its_new_words_only(catalog: Database, record: Record) -> None:
    record(event(1), event(1, 2, "changed", article=article(text="Ministers dined.")))
    assert run(catalog, "envoys").hits == ()
    assert len(run(catalog, "ministers").hits) == 1


@pytest.mark.parametrize("sort", ["relevance", "-published", "-recorded"])
def test_all_pages_are_of_one_snapshot_while_others_write(catalog: Database, record: Record, sort: Any) -> None:  # noqa: ANN401
    record(*(event(number, article=article(title=f"Envoys {number % 2}")) for number in range(1, 8)))
    first = everything(catalog, "envoys", sort=sort, collapse="none")
    seen, cursor = [], None
    for number in range(1, 8):
        results = run(catalog, "envoys", limit=3, cursor=cursor, sort=sort, collapse="none", total="exact")
        assert results.total == Total(documents=7, stories=7, relation="eq")
        seen += [(hit.document.id, hit.document.title) for hit in results.hits]
        record(
            event(20 + number), event(number, 2, "changed", article=article(text="Nobody met.")),
            event(8 - number, 3, "withdrawn"),
        )  # fmt: skip
        cursor = results.next
        if cursor is None:
            break
    assert seen == [(hit.document.id, hit.document.title) for hit in first]


def test_a_cursor_belongs_to_its_query(catalog: Database, record: Record) -> None:
    record(event(1), event(2))
    cursor = run(catalog, "envoys", limit=1).next
    with pytest.raises(CursorMismatch):
        run(catalog, "envoy", limit=1, cursor=cursor)
    assert len(run(catalog, "envoys", limit=5, cursor=cursor).hits) == 1


def test_pages_continue_after_many_copies(catalog: Database, record: Record) -> None:
    record(event(1), event(2, article=article(text="Envoys met twice.")))
    record(*(event(number, relations=[relation(1, type_="duplicate")]) for number in range(3, 30)))
    assert sorted(hit.document.path for hit in everything(catalog, "envoys", limit=1)) == [
        min(hit.document.path for hit in everything(catalog, "monday")), "002.txt"
    ]  # fmt: skip


def test_a_removed_document_leaves_no_terms_in_the_index(catalog: Database, record: Record) -> None:
    record(event(1, article=article(text="Xylophones.")), event(1, 2, "changed", article=article(text="Trombones.")))
    record(event(2, article=article(text="Trumpets.")))
    with catalog.writing() as session:
        search.remove(session, document_id(1))
    assert [run(catalog, q).hits for q in ("xylophones", "trombones")] == [(), ()]
    assert len(run(catalog, "trumpets").hits) == 1
    if catalog.engine.dialect.name == "sqlite":
        with catalog.reading() as session:
            blocks = session.execute(sa.text("SELECT block FROM search_entry_data")).scalars()
            assert not [block for block in blocks if b"xylophon" in block or b"trombon" in block]


def test_a_long_text_is_found_in_all_its_parts(catalog: Database, record: Record) -> None:
    words = [f"w{number}" for number in range(20_000)]
    record(event(1, article=article(text=" ".join(words))))
    for q in ("w5 w19999", '"w1498 w1499 w1500"', '"w16040 w16041"', "w1999*"):
        assert len(run(catalog, q).hits) == 1, q


def test_scripts_without_spaces_are_found(catalog: Database, record: Record) -> None:
    record(event(1, article=article("首尔", "新西兰总理与韩国总统在首尔举行会谈。")), event(2))
    for q in ("新西兰", "总统", "首"):
        assert len(run(catalog, q).hits) == 1, q


@pytest.mark.parametrize("collapse", ["none", "duplicates", "stories"])
def test_of_too_many_matches_the_newest_are_counted(
    catalog: Database, record: Record, monkeypatch: pytest.MonkeyPatch, collapse: str
) -> None:
    monkeypatch.setattr(counting, "MAX_COUNTED", 4)
    copies = [event(number, relations=[relation(number - 1, type_="duplicate")]) for number in (4, 7)]
    record(*(event(number) for number in (1, 2, 3, 5, 6)), *copies)
    results = run(catalog, "envoys", collapse=collapse, total="exact", facets=("kind", "month"))
    assert results.total is not None
    assert (results.total.relation, len(results.hits) >= results.total.documents) == ("gte", True)
    assert all(sum(facet.values()) == results.total.documents for facet in results.facets.values())
    whole = run(catalog, "envoys", collapse=collapse, path="001.txt", total="exact")
    assert whole.total == Total(documents=1, stories=1, relation="eq")


FOUND = {
    "email": {1, 2, 3}, "e-mail": {1, 2, 3}, '"e-mail"': {1, 2}, "e-mails": {1, 2, 3}, '"send email"': {3},
    "emai*": {1, 2, 3},
    "번역이": {4, 5, 6}, "번역을": {4, 5, 6}, "번역": {4, 5, 6, 7}, '번역이 -"번역을"': {4, 6},
    "title:email": {2}, "-email": {4, 5, 6, 7},
}  # fmt: skip


def test_a_word_is_found_with_and_without_hyphens_and_with_other_particles(catalog: Database, record: Record) -> None:
    texts = [
        "Send an e-mail.",
        "No. Nor e‑mails.",
        "They send email.",
        "새 번역이 좋다",
        "번역을 읽다",
        "기계 번역",
        "번역가",
    ]
    titles = ["News", "An e-mail", *["News"] * 5]
    pairs = enumerate(zip(titles, texts, strict=True), start=1)
    record(*(event(number, article=article(title, text)) for number, (title, text) in pairs))
    for q, numbers in FOUND.items():
        hits = everything(catalog, q)
        assert {str(hit.document.id) for hit in hits} == {document_id(number) for number in numbers}, q
        marked = [snippet.text[slice(*span)] for hit in hits for snippet in hit.snippets for span in snippet.highlights]
        assert len(marked) >= len(hits) or q in ("-email", "emai*"), (q, marked)


def test_a_search_that_takes_too_long_is_refused(
    catalog: Database, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(*(event(number) for number in range(1, 200)))
    monkeypatch.setattr(finding, "MAX_SECONDS", 0.001)
    monkeypatch.setattr(deadline, "STEPS_BETWEEN_CHECKS", 1)
    with pytest.raises(SearchTooExpensive), catalog.reading() as session:
        search.find(session, search.Query(q="envoys OR met* OR -monday", total="exact", facets=("kind",)))
    monkeypatch.undo()
    assert run(catalog, "envoys").hits


def test_a_hit_says_what_differs_in_the_other_filings_of_its_story(catalog: Database, record: Record) -> None:
    edit = {"op": "replace", "a": [0, 1], "b": [0, 1], "kind": "figure"}
    passage = {"self": [0, 9], "other": [0, 9], "words": 8, "quoted": [], "verbatim": False, "edits": [edit, edit]}
    record(
        event(1, article=article(title="Tide of 45", published="2024-01-01")),
        event(
            2,
            article=article(title="Tide of 54", published="2024-01-02"),
            relations=[relation(1, type_="revision", passages=[passage])],
        ),
        event(
            3,
            article=article(title="Tide of 55", published="2024-01-03"),
            relations=[relation(1, type_="revision", passages=[{**passage, "verbatim": True, "edits": []}])],
        ),
    )
    [hit] = run(catalog, "tide", collapse="stories").hits
    assert hit.collapsed is not None
    differs = {document.path: document.differs for document in hit.collapsed.documents}
    assert (hit.document.path, differs) == ("003.txt", {"001.txt": Differences(), "002.txt": None})
    # Only the relation between the current versions counts.
    changed = article(title="Tide of 56", text="Another text.", published="2024-01-03")
    record(event(3, 2, "changed", article=changed, relations=[relation(1, type_="revision", passages=[passage])]))
    [hit] = run(catalog, "tide", collapse="stories").hits
    assert hit.collapsed is not None
    differs = {document.path: document.differs for document in hit.collapsed.documents}
    assert differs == {"001.txt": Differences(figures=2), "002.txt": None}
