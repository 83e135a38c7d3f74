"""What is decided of many lines of a PDF at once is what the rules for single lines decide. On lines at random."""

import random
from collections.abc import Sequence

import pytest

from ingest_service.reading.pdf import boundaries, columns, layout
from ingest_service.reading.pdf.geometry import Geometry
from ingest_service.reading.pdf.layout import Boundary
from ingest_service.reading.pdf.lines import Line
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
        right = chance.choice([left + 230, left + 228, left + 215, start + 5 * len(text)])
        height = size * chance.choice([1, 1, 1, 1, 1, 1, 1.4])
        hyphenated = chance.random() < 0.05
        lines.append(Line(text, start, right, top, top + height, chance.random() < 0.1, hyphenated))
        top -= size * chance.choice([1.2, 1.2, 1.2, 1.2, 1.2, 1.9, 0.2, 0])
    return lines


def documents(count: int) -> list[list[list[Line]]]:
    chances = map(random.Random, range(count))
    return [[block(chance) for _ in range(chance.choice([1, 2, 4]))] for chance in chances]


def test_boundaries_are_those_that_the_rules_find_line_by_line() -> None:
    kinds = set()
    for blocks in documents(300):
        geometry = Geometry.of(blocks)
        metrics = Metrics.of(geometry)
        decided = boundaries.decided(geometry, metrics)
        undecided = [Boundary.OPEN] * len(decided)
        assert layout.paragraphs(blocks, decided, metrics) == layout.paragraphs(blocks, undecided, metrics)
        kinds.update(decided)
    assert kinds == set(Boundary)


def test_distances_of_lines_are_the_same_one_by_one_and_together() -> None:
    for blocks in documents(50):
        geometry = Geometry.of(blocks)
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


def test_lines_of_no_height_are_looked_at_one_by_one() -> None:
    lines: Sequence[Line] = [Line("Ferry", 72, 90, 700 - number, 699 - number) for number in range(8)]
    assert not columns.Shape.of(lines).is_one_column
    assert not columns.Shape.of(lines).descends
