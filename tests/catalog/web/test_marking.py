"""Marking loses no character and marks just what it was told."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from catalog_service.web.marking import Manner, Passage, Piece, Segment, compared, marked, pieces

spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))


def test_a_passage_is_marked_and_its_quotation_told_apart() -> None:
    assert marked(["He said yes today."], [Passage(1, (3, 11), ((8, 11),))]) == [
        [Segment("He "), Segment("said ", 1, first=True), Segment("yes", 1, quoted=True), Segment(" today.")]
    ]


def test_a_passage_over_two_paragraphs_opens_once() -> None:
    assert marked(["one two", "three four"], [Passage(7, (4, 14))]) == [
        [Segment("one "), Segment("two", 7, first=True)],
        [Segment("three", 7), Segment(" four")],
    ]


def test_of_two_overlapping_passages_both_are_seen() -> None:
    [segments] = marked(["abcdef"], [Passage(2, (2, 5)), Passage(1, (0, 3))])
    assert segments == [Segment("abc", 1, first=True), Segment("de", 2, first=True), Segment("f")]


@given(st.lists(st.text(max_size=20), max_size=4), st.lists(st.tuples(spans, spans), max_size=5))
def test_the_segments_are_the_text(paragraphs: list[str], drawn: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    passages = [Passage(number, span, (quoted,)) for number, (span, quoted) in enumerate(drawn)]
    shown = marked(paragraphs, passages)
    assert ["".join(segment.text for segment in segments) for segments in shown] == paragraphs
    text = "\n\n".join(paragraphs)
    covered = {at for passage in passages for at in range(*passage.span) if at < len(text)}
    offset = 0
    for paragraph, segments in zip(paragraphs, shown, strict=True):
        at = offset
        for segment in segments:
            for place in range(at, at + len(segment.text)):
                assert (segment.passage is not None) == (place in covered)
            at += len(segment.text)
        offset += len(paragraph) + 2


@dataclass(frozen=True)
class Op:
    op: str
    a: tuple[int, int]
    b: tuple[int, int]


def test_a_comparison_shows_what_was_removed_where_it_stood() -> None:
    ops = [Op("equal", (0, 4), (0, 4)), Op("replace", (4, 7), (4, 8)), Op("delete", (7, 11), (8, 8))]
    told = compared(pieces("one two\n\nxx", "one four", ops))
    assert told == [[Piece("one ", "kept"), Piece("two", "removed"), Piece("four", "added")], [Piece("xx", "removed")]]


def test_moved_words_are_kept_words() -> None:
    assert list(pieces("a b", "b a", [Op("move", (2, 3), (0, 1))])) == [Piece("b", "kept")]


manners: st.SearchStrategy[Manner] = st.sampled_from(["kept", "added", "removed"])


@given(st.lists(st.builds(Piece, st.text(alphabet="ab\n", max_size=8), manners), max_size=6))
def test_a_comparison_loses_nothing_but_breaks(told: list[Piece]) -> None:
    shown = "".join(piece.text for paragraph in compared(told) for piece in paragraph)
    assert shown.replace("\n", "") == "".join(piece.text for piece in told).replace("\n", "")
