"""Marking loses no character and marks just what it was told."""

from hypothesis import given
from hypothesis import strategies as st

from catalog_service.web.marking import Passage, Segment, marked

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
