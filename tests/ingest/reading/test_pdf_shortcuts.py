"""What is decided of many lines of a PDF at once is what the rules for single lines decide. On lines at random."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from ingest_service.reading.pdf import boundaries, character_classes, columns, layout
from ingest_service.reading.pdf.character_classes import CharacterClass
from ingest_service.reading.pdf.geometry import Geometry
from ingest_service.reading.pdf.layout import Boundary
from ingest_service.reading.pdf.lines import Line, Lines, Pages
from ingest_service.reading.pdf.metrics import Metrics

TEXTS = (
    "The council approved a new timetable for the",
    "harbour ferry on Tuesday, and the last boat",
    "leaves at midnight from now on.",
    "Work on the OLD BRIDGE begins in spring, once the",
    "- an item of a list that is as long as a line",
    "2.1 A numbered item of a list of the council",
    "river is low enough for the first of the four well-",
    "Piers . . . . . . . . 12",
    "“It is late,” said the mayor: “much too late.”",
    "Ferry",
)


def block(chance: random.Random, left: float = 72, top: float = 700) -> list[Line]:
    """Lines of a column, most of them as they are in running text."""
    size = chance.choice([9, 11, 12.5])
    lines: list[Line] = []
    for _ in range(chance.choice([1, 2, 5, 20, 40])):
        text = chance.choice(TEXTS)
        start = left + chance.choice([0, 0, 0, 0, 12, 0.9, 30])
        # Full, ragged, centred, or ending before its beginning.
        right = chance.choice([left + 230, left + 228, start + 5 * len(text), left + left + 230 - start, start - 40])
        height = size * chance.choice([1, 1, 1, 1, 1, 1, 1.4])
        hyphenated = chance.random() < 0.05
        lines.append(Line(text, start, right, top, top + height, chance.random() < 0.1, hyphenated))
        top -= size * chance.choice([1.2, 1.2, 1.2, 1.2, 1.2, 1.9, 0.2, 0])
    return lines


def documents(count: int) -> list[list[list[Line]]]:
    chances = map(random.Random, range(count))
    return [[block(chance) for _ in range(chance.choice([1, 2, 4]))] for chance in chances]


def geometry_of(blocks: Sequence[Sequence[Line]]) -> Geometry:
    return Geometry.of_blocks([(Lines.of(block), [len(block)]) for block in blocks])


def pages_of(pages: Sequence[Sequence[Line]]) -> Pages:
    return Pages(Lines.of([line for lines in pages for line in lines]), list(map(len, pages)))


def test_boundaries_are_those_that_the_rules_find_line_by_line() -> None:
    kinds: set[Boundary] = set()
    for geometry in map(geometry_of, documents(300)):
        metrics = Metrics.of(geometry)
        decided = boundaries.decided(geometry, metrics)
        undecided = np.full_like(decided, Boundary.OPEN)
        assert layout.paragraphs(geometry, decided, metrics) == layout.paragraphs(geometry, undecided, metrics)
        kinds.update(map(Boundary, decided.tolist()))
    assert kinds == set(Boundary)


def test_distances_of_lines_are_the_same_one_by_one_and_together() -> None:
    for geometry in map(geometry_of, documents(50)):
        metrics = Metrics.of(geometry)
        assert metrics.pitches_of(geometry.size).tolist() == [metrics.pitch(size) for size in geometry.size.tolist()]


@pytest.mark.parametrize("gap", [-60, 0, 30], ids=["overlapping", "touching", "apart"])
def test_one_column_has_no_columns_and_no_bands(gap: float) -> None:
    answers = set()
    for chance in map(random.Random, range(200)):
        lines = [*block(chance), *block(chance, left=72 + chance.choice([0, 230]) + gap)]
        chance.shuffle(lines)
        if len(lines) >= 2 * columns.FEWEST_LINES:
            answers.add(is_one := columns.Shape.of(lines).is_one_column)
            assert not is_one or columns._columns(lines) is columns._bands(lines) is None
    assert True in answers


def test_rows_below_each_other_remain_as_they_are() -> None:
    answers = set()
    for blocks in documents(200):
        for lines in blocks:
            answers.add(descend := columns.Shape.of(lines).descends)
            assert not descend or columns._rows(lines) == lines
    assert answers == {True, False}


def test_pages_in_order_are_those_that_the_cut_leaves_as_they_are() -> None:
    kept = 0
    for document in documents(200):
        pages = pages_of([[], *document, []])
        expected = [part for lines in document for part in columns.blocks(lines)]
        parts = list(columns.reading_order(pages))
        assert [line for lines, _ in parts for line in lines.single()] == [line for part in expected for line in part]
        assert [count for _, counts in parts for count in counts] == list(map(len, expected))
        kept += sum(columns._are_ordered(pages).tolist())
    assert kept


def test_pages_of_one_column_are_in_order_whatever_is_on_other_pages() -> None:
    row = [Line("Ferry", 72, 300, 700 - 14 * number, 711 - 14 * number) for number in range(8)]
    columns_in_turn = [line._replace(left=72 + 300 * (number % 2)) for number, line in enumerate(row)]
    pages = pages_of([row, row[::-1], [], row, row[:1], columns_in_turn])
    assert columns._are_ordered(pages).tolist() == [True, False, False, True, True, False]


def test_characters_are_of_a_class_one_by_one_and_together() -> None:
    texts = ["Ä", "a", "Z", "ß", "\U0001d400", "。", "-"]
    for function in (str.isupper, str.islower, str.isascii):
        found = CharacterClass(function).among(character_classes.codes(texts, -1))
        assert found.tolist() == list(map(function, texts))


def test_the_height_of_most_characters_is_that_of_the_body() -> None:
    heading, body = Line("Ferry", 72, 90, 700, 720), Line("The last boat leaves", 72, 200, 680, 691)
    assert Metrics.of(geometry_of([[heading, heading, body]])).body_size == 11
    # Of two heights with as many characters, the first one counts.
    assert Metrics.of(geometry_of([[heading, body._replace(text="Boats")]])).body_size == 20


def test_lines_of_no_height_are_looked_at_one_by_one() -> None:
    lines: Sequence[Line] = [Line("Ferry", 72, 90, 700 - number, 699 - number) for number in range(8)]
    assert not columns.Shape.of(lines).is_one_column
    assert not columns.Shape.of(lines).descends
