"""Passages: matches as a reader is told of them, with their quotations and the words that differ. Pure."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel

from ingest_service.model import PARAGRAPH_BREAK, Edit, Passage, Span
from ingest_service.sameness import quotations
from ingest_service.sameness.alignment import Match
from ingest_service.sameness.fold import is_put_to_jamo
from ingest_service.sameness.matching import Block
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.sameness.side import Side

WORD = re.compile(r"\S+")
OPENERS = "\"'“‘(["
MOST_COMPARED = 1_000


@dataclass(frozen=True, slots=True)
class _Words:
    """Words as they are folded, where they stand in the text, and at which folded character each begins."""

    words: list[str]
    spans: list[Span]
    starts: npt.NDArray[np.int64]


def passage(a: Side, b: Side, match: Match) -> Passage | None:
    """The match as a passage; None when it has too few words."""
    counted = words(a, b, match)
    if counted < PARAMETERS.passage_words:
        return None
    own, other = _whole(a.text, a.folded.fold.span(match.a)), _whole(b.text, b.folded.fold.span(match.b))
    quoted = quotations.inside(a.quoted, own), quotations.inside(b.quoted, other)
    same = a.string[slice(*match.a)] == b.string[slice(*match.b)]
    edits = () if same else _edits(a, b, match, (own, other))
    return Passage(own, other, counted, quoted[0], not edits, edits, quoted[1])


def _whole(text: str, span: Span) -> Span:
    """The span with all of its last character, which may be written as a letter and what is put to it."""
    end = span[1]
    while end < len(text) and (unicodedata.combining(text[end]) or is_put_to_jamo(text[end])):
        end += 1
    return span[0], end


def words(a: Side, b: Side, match: Match) -> int:
    """How many words the match has, on the side that has fewer."""
    return int(min(a.folded.fold.words_between(*match.a), b.folded.fold.words_between(*match.b)))


def telling_words(told: Passage, a: Side) -> float:
    """How many words say something: those of one paragraph, names counted half.

    Texts that know nothing of each other share stock phrases, and names in a row: of bills, agencies, people. One that
    ends a paragraph and one that begins the next are two.
    """
    paragraphs = [paragraph.split() for paragraph in a.text[slice(*told.own)].split(PARAGRAPH_BREAK)]
    # In scripts without spaces what spaces divide is many words.
    density = told.words / sum(map(len, paragraphs))
    return max(map(_telling, paragraphs)) * density


def _telling(words: Sequence[str]) -> float:
    """How many words, names counted half."""
    return len(words) - sum(word.lstrip(OPENERS)[:1].isupper() for word in words) / 2


def _edits(a: Side, b: Side, match: Match, spans: tuple[Span, Span]) -> tuple[Edit, ...]:
    """The words that differ inside a passage; breaks inside words and typography do not."""
    left, right = _words(a, spans[0]), _words(b, spans[1])
    found = []
    for start, end in itertools.pairwise(_anchors(left, right, match.blocks)):
        for (i, k), (j, m) in _differing(left.words[start[0] : end[0]], right.words[start[1] : end[1]]):
            own = _around(left.spans, (start[0] + i, start[0] + k), spans[0])
            found.append(_edit(own, _around(right.spans, (start[1] + j, start[1] + m), spans[1])))
    return tuple(found)


def _words(side: Side, span: Span) -> _Words:
    """The words of a span; what has neither letter nor digit is none."""
    fold, text = side.folded.fold, side.text[slice(*span)]
    spans = np.array([each.span() for each in WORD.finditer(text)], dtype=np.int64).reshape(-1, 2) + span[0]
    # Of the same type as the positions: to look another type up, numpy makes a copy of all of them.
    spans = spans.astype(fold.positions.dtype)
    starts, ends = np.searchsorted(fold.positions, spans[:, 0]), np.searchsorted(fold.positions, spans[:, 1])
    some = starts < ends
    starts, ends = starts[some], ends[some]
    words = [fold.string[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return _Words(words, [(start, end) for start, end in spans[some].tolist()], starts)


def _anchors(a: _Words, b: _Words, blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """Which words begin at the same place on both sides: the first and last of each equal run, and both ends.

    Between the two of one run nothing differs, so only what lies between runs is compared, and long passages cost
    what their differences do.
    """
    starts, ends, others = np.array([(each.a, each.a_end, each.b) for each in blocks], dtype=np.int64).T
    block = np.maximum(np.searchsorted(starts, a.starts, side="right") - 1, 0)
    place = a.starts - starts[block] + others[block]
    met = np.minimum(np.searchsorted(b.starts, place), len(b.starts) - 1)
    own = np.flatnonzero((starts[block] <= a.starts) & (a.starts < ends[block]) & (b.starts[met] == place))
    edge = np.ones(len(own) + 1, dtype=bool)
    edge[1:-1] = np.diff(block[own]) != 0
    some = own[edge[1:] | edge[:-1]]
    return [(0, 0), *zip(some.tolist(), met[some].tolist(), strict=True), (len(a.words), len(b.words))]


def _differing(a: list[str], b: list[str]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Ranges of words that differ between two lists of them."""
    if "".join(a) == "".join(b):
        return
    last_a = last_b = 0
    # So many words without one that begins at the same place: told as one difference.
    blocks = Indel.opcodes(a, b).as_matching_blocks() if max(len(a), len(b)) < MOST_COMPARED else ()
    for i, j, size in (*blocks, (len(a), len(b), 0)):
        if "".join(a[last_a:i]) != "".join(b[last_b:j]):
            yield (last_a, i), (last_b, j)
        last_a, last_b = i + size, j + size


def _around(spans: Sequence[Span], which: Span, passage: Span) -> Span:
    """The text of these words; of none, the place where they would stand."""
    if which[0] < which[1]:
        return spans[which[0]][0], spans[which[1] - 1][1]
    place = spans[which[0]][0] if which[0] < len(spans) else passage[1]
    return place, place


def _edit(own: Span, other: Span) -> Edit:
    if own[0] == own[1]:
        return Edit("insert", own, other)
    return Edit("delete" if other[0] == other[1] else "replace", own, other)
