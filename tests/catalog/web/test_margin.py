"""The margin gathers the passages of all related documents by their places in the text."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from catalog_service.relations.related_documents import Ending, RelatedDocument
from catalog_service.resources import Relation
from catalog_service.web import margin
from tests.catalog.events import WHEN, document_id

OWN = document_id(1)
NAMES = {(document_id(number), 1): Markup(f"Document {number}") for number in range(2, 5)}  # noqa: S704  No markup.


def related(number: int, *passages: tuple[int, int], **fields: Any) -> RelatedDocument:  # noqa: ANN401
    """Document `number` with passages of document 1, which is side `b` of the relation."""
    ends = [
        {"document": document_id(n), "version": 1, "digest": "", "title": f"Document {n}", "path": f"{n}.txt"}
        for n in (number, 1)
    ]
    listed = [{"a": span, "b": span, "words": 10, "verbatim": True, "quoted": [span]} for span in passages]
    relation = {
        "id": f"r{number}", "type": "reuse", "a": ends[0], "b": ends[1], "jaccard": 0, "coverage": {"a": 0, "b": 0},
        "earlier": None, "earlier_basis": None, "source": None, "source_basis": None, "differs": None,
        "passages": listed, "passages_omitted": 0, "recorded_at": WHEN,
    }  # fmt: skip
    shown = Relation.model_validate(relation | fields)
    return RelatedDocument(document_id(number), f"{number}.txt", shown, is_current=True, ending=None)


def test_passages_of_several_documents_at_one_place_have_one_number() -> None:
    places = margin.places(
        OWN, 1, [related(2, (10, 60), (100, 120)), related(3, (20, 70)), related(4, (65, 90))], NAMES
    )
    assert [(place.number, place.span, [m.name for m in place.mentions]) for place in places] == [
        (1, (10, 70), ["Document 2", "Document 3"]),
        (2, (70, 90), ["Document 4"]),
        (3, (100, 120), ["Document 2"]),
    ]


def test_the_source_is_named_first_and_words_that_come_from_here_are_first_here() -> None:
    taken = related(2, (0, 50), source="b", source_basis="quotes")
    source = related(3, (0, 50), source="a", source_basis="published")
    [place] = margin.places(OWN, 1, [taken, source], NAMES)
    assert [(m.role, m.name) for m in place.mentions] == [("first in", "Document 3"), ("also in", "Document 2")]
    assert not place.is_first_here
    [place] = margin.places(OWN, 1, [taken], NAMES)
    assert place.is_first_here


def test_filings_of_the_story_and_passages_of_other_versions_have_no_note() -> None:
    assert (
        margin.places(OWN, 1, [related(2, (0, 50), type="revision"), related(3, (0, 50), type="duplicate")], NAMES)
        == []
    )
    assert margin.places(OWN, 2, [related(2, (0, 50))], NAMES) == []


def test_a_note_says_what_happened_to_the_other_document_since() -> None:
    for ended, detail in ((2, "10 words, word for word, since withdrawn"), (1, "10 words, word for word")):
        ending = Ending(9, datetime(2026, 11, 22, tzinfo=UTC), document_id(ended), "withdrawn")
        [place] = margin.places(OWN, 1, [replace(related(2, (0, 50)), is_current=False, ending=ending)], NAMES)
        assert place.mentions[0].detail == detail


def test_tones_repeat_after_six() -> None:
    spans = [(number * 10, number * 10 + 9) for number in range(7)]
    assert [place.tone for place in margin.places(OWN, 1, [related(2, *spans)], NAMES)] == [1, 2, 3, 4, 5, 6, 1]
