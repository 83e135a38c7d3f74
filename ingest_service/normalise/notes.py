"""The notes of an article: their order, and those for the white space between its lines."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ingest_service.model import Note, Span
from ingest_service.normalise import layout
from ingest_service.normalise.layout import Line

WHITE_SPACE = "white-space"
LINE_BREAK = "line-break"
PARAGRAPH_BREAK = "paragraph-break"


def ordered(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Notes in the order of the source; an insertion comes before a removal at the same place."""
    return tuple(sorted(notes, key=lambda note: note.at or (0, 0)))


def spacing(source: str, lines: Sequence[Line], removed: Sequence[Note]) -> Iterator[Note]:
    """Notes for the white space between, before and after the remaining lines. `removed` is ordered."""
    spans = [note.at for note in removed if note.at]
    # Most gaps are as they should be.
    gaps = _gaps(source, lines)
    cut = _cut(gaps, spans)
    gaps = [gap for at, gap in enumerate(gaps) if source[gap[0] : gap[1]] != gap[2] or at in cut]
    rests = _rests([(start, end) for start, end, _ in gaps], spans)
    for (start, _, wanted), rest in zip(gaps, rests, strict=True):
        yield from _made(source, start, rest, wanted)


def _cut(gaps: Sequence[tuple[int, int, str]], removed: Iterable[Span]) -> set[int]:
    """The indices of the gaps in which a removal begins."""
    starts = [start for start, _, _ in gaps]
    nearest = ((bisect_right(starts, start) - 1, start) for start, _ in removed)
    return {at for at, start in nearest if at >= 0 and start < gaps[at][1]}


def _gaps(source: str, lines: Sequence[Line]) -> list[tuple[int, int, str]]:
    """Each gap between lines in the source, as start and end, and the separator that replaces it."""
    if not lines:
        return [(0, len(source), "")]
    between = [(line.end, following.start, layout.separator(line, following)) for line, following in pairwise(lines)]
    return [(0, lines[0].start, ""), *between, (lines[-1].end, len(source), "")]


def _rests(gaps: Sequence[Span], removed: Sequence[Span]) -> Iterator[list[Span]]:
    """For each gap the parts that the removals leave of it, in one pass over both."""
    index = 0
    for start, end in gaps:
        while index < len(removed) and removed[index][1] <= start:
            index += 1
        rest, at = [], start
        while index < len(removed) and removed[index][0] < end:
            rest.append((at, removed[index][0]))
            at = removed[index][1]
            index += 1
        rest.append((at, end))
        yield [(begin, stop) for begin, stop in rest if begin < stop]


def _made(source: str, start: int, rest: list[Span], wanted: str) -> Iterator[Note]:
    """The notes that turn the rest of a gap into the wanted separator: in its first part; the others are removed."""
    if "".join(source[begin:stop] for begin, stop in rest) == wanted:
        return
    rule = PARAGRAPH_BREAK if "\n" in wanted else LINE_BREAK if wanted else WHITE_SPACE
    for begin, stop in rest or [(start, start)]:
        if source[begin:stop] != wanted:
            yield Note(rule, (begin, stop), source[begin:stop], wanted)
        wanted, rule = "", WHITE_SPACE
