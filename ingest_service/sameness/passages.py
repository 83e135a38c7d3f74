"""Passages: alignments as they are reported, with their quotations and the words that differ. Pure."""

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel

from ingest_service.model import PARAGRAPH_BREAK, Edit, EditOp, Passage, Span
from ingest_service.sameness import edit_kinds, quotations
from ingest_service.sameness.alignment import Alignment
from ingest_service.sameness.fold import is_inner_jamo
from ingest_service.sameness.matching import Block
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.sameness.side import Side

# Whether a character is white space, by its code point; the last entry is for all others.
SPACES = np.array([*(chr(code).isspace() for code in range(0x3001)), False])
OPENERS = "\"'“‘(["
# Differing runs with more words than this are one edit, since aligning their words takes quadratic time.
MAX_COMPARED = 1_000


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a span: a row for each with its start and end in the text, and in its fold."""

    fold: str
    spans: npt.NDArray[np.integer[Any]]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def folded(self, start: int, end: int) -> list[str]:
        """The folded words of a range. Only ranges in which two texts differ are asked for: most words are equal."""
        places = zip(self.starts[start:end].tolist(), self.ends[start:end].tolist(), strict=True)
        return [self.fold[first:last] for first, last in places]

    def around(self, which: Span, passage: Span) -> Span:
        """The span of these words in the text; for no words, the empty span where they would be."""
        if which[0] < which[1]:
            return int(self.spans[which[0], 0]), int(self.spans[which[1] - 1, 1])
        place = int(self.spans[which[0], 0]) if which[0] < len(self.spans) else passage[1]
        return place, place


def passage(a: Side, b: Side, alignment: Alignment) -> Passage | None:
    """The passage of an alignment; None when it has too few words."""
    counted = words(a, b, alignment)
    if counted < PARAMETERS.passage_words:
        return None
    own, other = _whole(a.text, a.folded.fold.span(alignment.a)), _whole(b.text, b.folded.fold.span(alignment.b))
    quoted = quotations.inside(a.quoted, own), quotations.inside(b.quoted, other)
    is_equal = a.string[slice(*alignment.a)] == b.string[slice(*alignment.b)]
    edits = () if is_equal else _edits(a, b, alignment, (own, other))
    return Passage(own, other, counted, quoted[0], not edits, edits, quoted[1])


def _whole(text: str, span: Span) -> Span:
    """The span, extended by the combining characters that belong to its last letter."""
    end = span[1]
    while end < len(text) and (unicodedata.combining(text[end]) or is_inner_jamo(text[end])):
        end += 1
    return span[0], end


def words(a: Side, b: Side, alignment: Alignment) -> int:
    """The number of words of an alignment, on the side that has fewer."""
    return int(min(a.folded.fold.words_between(*alignment.a), b.folded.fold.words_between(*alignment.b)))


def evident_words(passage: Passage, a: Side) -> float:
    """The words of a passage that are evidence of a quotation: those of its longest paragraph, names counted half.

    Independent texts share stock phrases and sequences of names: of bills, agencies, people. A phrase that ends one
    paragraph and a phrase that begins the next are two.
    """
    paragraphs = [paragraph.split() for paragraph in a.text[slice(*passage.own)].split(PARAGRAPH_BREAK)]
    # In scripts that put no space between words, the text between two spaces is many words.
    density = passage.words / sum(map(len, paragraphs))
    return max(map(_without_half_of_names, paragraphs)) * density


def _without_half_of_names(words: Sequence[str]) -> float:
    """The number of words, with names counted half."""
    return len(words) - sum(word.lstrip(OPENERS)[:1].isupper() for word in words) / 2


def _edits(a: Side, b: Side, alignment: Alignment, spans: tuple[Span, Span]) -> tuple[Edit, ...]:
    """The edits of a passage: words that differ after folding, so typography and breaks inside words do not count."""
    left, right = _words(a, spans[0]), _words(b, spans[1])
    edits = []
    for start, end in itertools.pairwise(_anchors(left, right, alignment.blocks)):
        for (i, k), (j, m) in _differing(left.folded(start[0], end[0]), right.folded(start[1], end[1])):
            own = left.around((start[0] + i, start[0] + k), spans[0])
            other = right.around((start[1] + j, start[1] + m), spans[1])
            edits.append(Edit(_op(own, other), own, other, edit_kinds.kind(a, b, own, other)))
    return tuple(edits)


def _words(side: Side, span: Span) -> _Words:
    """The words of a span, without those that have neither letter nor digit."""
    fold = side.folded.fold
    # In the type of the positions: numpy would copy all positions to look up another type.
    spans = (_between_spaces(side.text[slice(*span)]) + span[0]).astype(fold.positions.dtype)
    starts, ends = np.searchsorted(fold.positions, spans[:, 0]), np.searchsorted(fold.positions, spans[:, 1])
    selected = starts < ends
    return _Words(fold.string, spans[selected], starts[selected], ends[selected])


def _between_spaces(text: str) -> npt.NDArray[np.int64]:
    """The spans between white space: a row for each with its start and end."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    is_space = np.ones(len(codes) + 2, dtype=bool)
    is_space[1:-1] = SPACES.take(codes, mode="clip")
    return np.flatnonzero(is_space[1:] != is_space[:-1]).reshape(-1, 2)


def _anchors(a: _Words, b: _Words, blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """Pairs of words, by index, that begin at the same place of an equal run: its first and last, and both ends.

    Inside a run nothing differs, so only the words between runs are compared, and the cost of a long passage depends
    on its differences.
    """
    starts, ends, others = np.array([(run.a, run.a_end, run.b) for run in blocks], dtype=np.int64).T
    block = np.maximum(np.searchsorted(starts, a.starts, side="right") - 1, 0)
    place = a.starts - starts[block] + others[block]
    partner = np.minimum(np.searchsorted(b.starts, place), len(b.starts) - 1)
    own = np.flatnonzero((starts[block] <= a.starts) & (a.starts < ends[block]) & (b.starts[partner] == place))
    edge = np.ones(len(own) + 1, dtype=bool)
    edge[1:-1] = np.diff(block[own]) != 0
    selected = own[edge[1:] | edge[:-1]]
    return [(0, 0), *zip(selected.tolist(), partner[selected].tolist(), strict=True), (len(a.starts), len(b.starts))]


def _differing(a: list[str], b: list[str]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Ranges of words that differ between two lists of them."""
    if "".join(a) == "".join(b):
        return
    last_a = last_b = 0
    blocks = Indel.opcodes(a, b).as_matching_blocks() if max(len(a), len(b)) < MAX_COMPARED else ()
    for i, j, size in (*blocks, (len(a), len(b), 0)):
        if "".join(a[last_a:i]) != "".join(b[last_b:j]):
            yield (last_a, i), (last_b, j)
        last_a, last_b = i + size, j + size


def _op(own: Span, other: Span) -> EditOp:
    if own[0] == own[1]:
        return "insert"
    return "delete" if other[0] == other[1] else "replace"
