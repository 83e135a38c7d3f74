"""Marking keeps every character of a text and marks exactly the given spans."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from catalog_service.marking import Manner, MarkedSpan, Piece, Segment, compared, extent, marked, pieces

spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))


def test_a_passage_and_the_quotation_in_it_are_marked() -> None:
    assert marked(["He said yes today."], [MarkedSpan(1, (3, 11), ((8, 11),))]) == [
        [Segment("He "), Segment("said ", 1, first=True), Segment("yes", 1, quoted=True), Segment(" today.")]
    ]


def test_a_passage_across_two_paragraphs_has_one_first_segment() -> None:
    assert marked(["one two", "three four"], [MarkedSpan(7, (4, 14))]) == [
        [Segment("one "), Segment("two", 7, first=True)],
        [Segment("three", 7), Segment(" four")],
    ]


def test_two_overlapping_passages_are_both_marked() -> None:
    [segments] = marked(["abcdef"], [MarkedSpan(2, (2, 5)), MarkedSpan(1, (0, 3))])
    assert segments == [Segment("abc", 1, first=True), Segment("de", 2, first=True), Segment("f")]


@given(st.lists(st.text(max_size=20), max_size=4), st.lists(st.tuples(spans, spans), max_size=5))
def test_the_segments_join_to_the_text_and_mark_the_spans(
    paragraphs: list[str], drawn: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    passages = [MarkedSpan(number, span, (quoted,)) for number, (span, quoted) in enumerate(drawn)]
    shown = marked(paragraphs, passages)
    assert ["".join(segment.text for segment in segments) for segments in shown] == paragraphs
    text = "\n\n".join(paragraphs)
    covered = {at for passage in passages for at in range(*passage.span) if at < len(text)}
    offset = 0
    for paragraph, segments in zip(paragraphs, shown, strict=True):
        at = offset
        for segment in segments:
            for index in range(at, at + len(segment.text)):
                assert (segment.passage is not None) == (index in covered)
            at += len(segment.text)
        offset += len(paragraph) + 2


@dataclass(frozen=True)
class Op:
    op: str
    a: tuple[int, int]
    b: tuple[int, int]


def test_a_comparison_shows_removed_text_at_its_old_position() -> None:
    ops = [Op("equal", (0, 4), (0, 4)), Op("replace", (4, 7), (4, 8)), Op("delete", (7, 11), (8, 8))]
    paragraphs = compared(pieces("one two\n\nxx", "one four", ops))
    assert paragraphs == [
        [Piece("one ", "kept"), Piece("two", "removed"), Piece("four", "added")],
        [Piece("xx", "removed")],
    ]


def test_moved_words_are_marked_where_they_are_and_where_they_were() -> None:
    ops = [Op("move", (2, 3), (0, 1)), Op("equal", (1, 2), (1, 2)), Op("move", (0, 1), (2, 3))]
    assert list(pieces("a b", "b a", ops)) == [
        Piece("b", "moved", 1),
        Piece("a", "moved-away", 2),
        Piece(" ", "kept"),
        Piece("a", "moved", 2),
        Piece("b", "moved-away", 1),
    ]


def test_a_part_that_moved_and_was_edited_is_one_move() -> None:
    first, second = "x; one two three", "one TWO three; x"
    ops = [
        Op("move", (3, 7), (0, 4)),
        Op("replace", (7, 10), (4, 7)),
        Op("move", (10, 16), (7, 13)),
        Op("insert", (16, 16), (13, 15)),
        Op("equal", (0, 1), (15, 16)),
        Op("delete", (1, 3), (16, 16)),
    ]
    assert list(pieces(first, second, ops)) == [
        Piece("one ", "moved", 1),
        Piece("two", "removed", in_move=True),
        Piece("TWO", "added"),
        Piece(" three", "moved"),
        Piece("; ", "added"),
        Piece("x", "kept"),
        Piece("; ", "removed"),
        Piece("one two three", "moved-away", 1),
    ]


def test_only_the_first_paragraph_of_a_move_has_its_number() -> None:
    assert compared([Piece("\n\none\n\ntwo", "moved", 3)]) == [[Piece("one", "moved", 3)], [Piece("two", "moved")]]


manners: st.SearchStrategy[Manner] = st.sampled_from(["kept", "moved", "moved-away", "added", "removed"])


@given(st.lists(st.builds(Piece, st.text(alphabet="ab\n", max_size=8), manners), max_size=6))
def test_a_comparison_keeps_all_text_except_breaks(given_pieces: list[Piece]) -> None:
    shown = "".join(piece.text for paragraph in compared(given_pieces) for piece in paragraph)
    assert shown.replace("\n", "") == "".join(piece.text for piece in given_pieces).replace("\n", "")


def test_the_extent_of_a_change_names_only_what_happened() -> None:
    assert extent(1, 0, 0) == "1 word added"
    assert extent(1200, 3, 40) == "1,200 words added, 3 removed, 40 moved"
    assert extent(0, 1, 40) == "1 word removed, 40 moved"
    assert extent(0, 0, 57) == "57 words moved"
    assert extent(2, 2, None) == "2 words added, 2 removed"
    assert extent(0, 0, 0) == "no word added, removed or moved"
    assert extent(0, 0, None) == "no word added or removed"
