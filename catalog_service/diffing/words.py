"""Cuts texts into words and sentences for the word diff.

A word is a run of characters without white space, with its punctuation. In scripts without spaces each character with
its marks is a word, and so is an emoji sequence (a flag, a family). Positions are code points, ranges half-open.
"""

import bisect
import itertools
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from catalog_service.unspaced import UNSPACED

Span = tuple[int, int]
Numbers: TypeAlias = NDArray[np.int64]

EMOJI = "\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
# Variation selectors, the keycap, skin tones and tags (flags of regions) continue an emoji.
EMOJI_TAIL = "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
REGIONAL = "\U0001f1e6-\U0001f1ff"
# An em dash between two words without spaces ends the first.
DASHES = "—―"
OPENING = "「『（【《〈〔“‘([{"
CLOSING = "、。，．：；！？」』）】》〉〕”’.,:;!?)\\]}\"'…%"
# Combining characters of the scripts without spaces, and variation selectors.
MARKS = (
    "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060"
    "\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u109a-\u109d\u17b6-\u17d3\u17dd\u3099\u309a\uff9e\uff9f"
    "\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
SEQUENCE = rf"[{REGIONAL}]{{2}}|[{EMOJI}][{EMOJI_TAIL}]*(?:\u200d[{EMOJI}][{EMOJI_TAIL}]*)*"
WORD = re.compile(
    rf"[{OPENING}]*(?:{SEQUENCE}|[{UNSPACED}][{MARKS}]*)[{CLOSING}]*"
    rf"|[^\s{DASHES}{EMOJI}{UNSPACED}]+[{DASHES}]*|[{DASHES}]+"
)
# Without these characters, there is only white space between two words, or the end of a dash.
APART = re.compile(rf"[{EMOJI}{UNSPACED}]")
SPACE = re.compile(r"\s")
DASH = re.compile(rf"[{DASHES}]")
# Whether a character is white space, and whether it is a dash: for each code point up to the last white space, and one
# more for all others.
LAST_KIND = 0x3001
IS_SPACE = np.array([*(chr(code).isspace() for code in range(LAST_KIND)), False])
IS_DASH = np.array([*(chr(code) in DASHES for code in range(LAST_KIND)), False])
# Texts are cut in blocks of so many characters; a shorter block than the second takes longer as an array.
BLOCK = 4_096
LEAST_AS_ARRAY = 200
# A point ends a sentence after three characters without a point, or after a short word in lower case before a capital:
# "Mr. Kim" and "the U.S. envoy" are not cut.
# The pattern begins with a set of characters, so that the search skips all others.
SENTENCE_END = re.compile(
    r"""[.!?…。！？\n](?:
        (?<=[^\s.]{3}\.)["'”’»)\]]*\s+
        |(?:(?<=[ ][a-z\d]\.)|(?<=[ ][a-z\d]{2}\.))["'”’»)\]]*\s+(?=[^\sa-z])
        |(?<=[!?…])["'”’»)\]]*\s+
        |(?<=[。！？])[」』）”’]*
        |(?<=\n)(?:\s*\n\s*|(?=\s*[^\sa-z]))
    )""",
    re.VERBOSE,
)
# A longer sentence is a table or has no punctuation: it is cut where its words say so, alike in both texts.
LONG_SENTENCE = 400
CUT_EVERY = 32
LONGEST_PART = 2_000
# Normalising many combining characters takes quadratic time (canonical ordering).
LONGEST_FOLDED = 1_000
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Symbols that are accents, lines and bullets.
LINES = frozenset("|^`´¨") | frozenset(map(chr, range(0x2500, 0x2600)))
DIGIT_SEPARATORS = frozenset(".,:/")
# Punctuation that counts for nothing at the beginning and the end of a word.
EDGES = ".,:;!?'\"()“”‘’"
# A dash before a number may be a minus sign.
END_EDGES = EDGES + DASHES
UNKNOWN = "\U0010ffff"
NO_WORD = "\0"


def is_plain(text: str) -> bool:
    """Whether a text is one word of ASCII letters and digits: its key is the same in lower case."""
    return text.isascii() and text.isalnum()


def key(word: str) -> str:
    """The letters, digits and symbols of a word, without case: two words with the same key differ in typography only.

    Empty for punctuation. Points, commas and dashes count where they are part of a number: 1.5 is not 15.
    """
    core = word.lstrip(EDGES).rstrip(END_EDGES)
    if is_plain(core):
        return core.lower()
    if len(word) > LONGEST_FOLDED:
        return word
    folded = THOUSANDS.sub("", unicodedata.normalize("NFC", word).casefold().translate(FULL_WIDTH))
    return "".join(_kept(folded))


def have_same_keys(first: str, second: str) -> bool:
    """Whether the words of two texts have the same letters, digits and symbols, wherever the spaces are."""
    # Most texts differ in their first word already.
    head, other = (next(map(key, text.split(maxsplit=1)), "") for text in (first, second))
    return (head.startswith(other) or other.startswith(head)) and _key_of_all(first) == _key_of_all(second)


def _key_of_all(text: str) -> str:
    return "".join(map(key, text.split()))


def counted(text: str) -> Counter[str]:
    """How often each word is in a text, without case."""
    return Counter(WORD.findall(text.casefold()))


def _kept(folded: str) -> Iterator[str]:
    for before, character, after in zip(f" {folded}", folded, f"{folded[1:]} ", strict=False):
        category = unicodedata.category(character)
        if category == "Pd" or character == "−":
            # A minus sign, or the dash of a range.
            if after.isdigit() and not before.isalpha():
                yield "-"
        elif character in DIGIT_SEPARATORS:
            if before.isdigit() and after.isdigit():
                yield character
        elif _counts(character, category):
            yield character


def _counts(character: str, category: str) -> bool:
    """Whether the character is more than typography."""
    if category[0] in "LNM":
        return not "\ufe00" <= character <= "\ufe0f"
    if category == "Cf":
        return character > "\U000e0000"
    return (category[0] == "S" and character not in LINES) or character in "%‰"


class Vocabulary(dict[str, str]):
    """One character for each word of two texts, the same for words with the same key.

    So a sentence is a string, and string metrics compare sentences word by word. `NO_WORD` is punctuation alone; a
    word beyond the number of Unicode characters is `UNKNOWN`.
    """

    def __init__(self) -> None:
        self._by_key: dict[str, str] = {"": NO_WORD}

    def __missing__(self, word: str) -> str:
        number = len(self._by_key)
        code = self._by_key.setdefault(key(word), chr(number) if number < ord(UNKNOWN) else UNKNOWN)
        self[word] = code
        return code


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some spans of a text: where they start and end, and one character for each (see Vocabulary)."""

    source: str
    starts: Sequence[int]
    ends: Sequence[int]
    codes: str

    def within(self, span: Span) -> Span:
        """The range of the words that start in a span of the text."""
        return bisect.bisect_left(self.starts, span[0]), bisect.bisect_left(self.starts, span[1])

    def codes_in(self, span: Span) -> str:
        """The characters of the words in a span of the text, without punctuation that is apart."""
        return self.codes[slice(*self.within(span))].replace(NO_WORD, "")

    def count(self, spans: Sequence[Span]) -> int:
        """The number of words that start in these spans of the text, without punctuation that is apart."""
        if not spans:
            return 0
        words = np.frombuffer(self.codes.encode("utf-32-le", "surrogatepass"), dtype=np.uint32) != ord(NO_WORD)
        before = np.concatenate(([0], np.cumsum(words)))[np.searchsorted(self.starts, spans)]
        return int((before[:, 1] - before[:, 0]).sum())


def cut(source: str, spans: Iterable[Span], vocabulary: Vocabulary) -> Words:
    """The words of these spans of a text, in order."""
    starts, ends = array("q"), array("q")
    codes: list[str] = []
    # Between two blocks the interpreter runs other threads.
    for block in itertools.chain.from_iterable(_blocks(source, span) for span in spans):
        is_short = block[1] - block[0] < LEAST_AS_ARRAY
        block_starts, block_ends, words = (_cut_by_pattern if is_short else _cut_at_spaces)(source, block)
        starts.extend(block_starts)
        ends.extend(block_ends)
        codes.extend(map(vocabulary.__getitem__, words))
    return Words(source, starts, ends, "".join(codes))


def _blocks(source: str, span: Span) -> Iterator[Span]:
    """The span in blocks of about BLOCK characters that end at white space."""
    start, last = span
    while last - start > BLOCK:
        space = SPACE.search(source, start + BLOCK, last)
        end = space.end() if space else last
        yield start, end
        start = end
    yield start, last


def _cut_by_pattern(source: str, block: Span) -> tuple[Sequence[int], Sequence[int], list[str]]:
    """The starts, the ends and the words of a block."""
    spans = [match.span() for match in WORD.finditer(source, *block)]
    return [start for start, _ in spans], [end for _, end in spans], [source[start:end] for start, end in spans]


def _cut_at_spaces(source: str, block: Span) -> tuple[Sequence[int], Sequence[int], list[str]]:
    """The same, faster: at white space and after dashes, and by the pattern only what is to be divided further."""
    text = source[slice(*block)]
    edges = _edges_of_words(text) + block[0]
    starts, ends = array("q", edges[::2].tobytes()), array("q", edges[1::2].tobytes())
    for dash in DASHES:
        text = text.replace(dash, f"{dash} ")
    words = text.split()
    if len(words) > len(starts):
        # The spaces divided dashes that follow each other.
        words = [source[start:end] for start, end in zip(starts, ends, strict=True)]
    divided_starts, divided_ends, divided_words = array("q"), array("q"), list[str]()
    position, done = block[0], 0
    while match := APART.search(source, position, block[1]):
        number = bisect.bisect_right(starts, match.start(), done) - 1
        position = ends[number]
        part_starts, part_ends, parts = _cut_by_pattern(source, (starts[number], position))
        divided_starts.extend(itertools.chain(starts[done:number], part_starts))
        divided_ends.extend(itertools.chain(ends[done:number], part_ends))
        divided_words += words[done:number] + parts
        done = number + 1
    return divided_starts + starts[done:], divided_ends + ends[done:], divided_words + words[done:]


def _edges_of_words(text: str) -> Numbers:
    """Where each word starts and ends, in turn, if words are divided by white space and after dashes."""
    characters = np.minimum(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32), LAST_KIND)
    in_word = np.zeros(len(characters) + 2, dtype=bool)
    in_word[1:-1] = ~IS_SPACE[characters]
    edges = np.flatnonzero(in_word[1:] != in_word[:-1])
    if not DASH.search(text):
        return edges
    is_dash = IS_DASH[characters]
    after_dashes = np.flatnonzero(is_dash[:-1] & ~is_dash[1:] & in_word[2:-1]) + 1
    return np.sort(np.concatenate((edges, after_dashes, after_dashes)))


def sentences(words: Words, span: Span) -> list[Span]:
    """The ranges of words of the sentences in a span of the text, in order and without gaps."""
    start, end = words.within(span)
    ends = (match.end() for match in SENTENCE_END.finditer(words.source, *span))
    edges = sorted({start, end, *(bisect.bisect_left(words.starts, edge, start, end) for edge in ends)})
    whole = list(itertools.pairwise(edges))
    if all(end - start <= LONG_SENTENCE for start, end in whole):
        return whole
    return [part for sentence in whole for part in _divided(words.codes, sentence)]


def sentence_starts(text: str, span: Span) -> list[int]:
    """The positions in the text at which the sentences of a span begin, in order; the first is that of the span."""
    ends = (match.end() for match in SENTENCE_END.finditer(text, *span))
    return [span[0], *(end for end in ends if span[0] < end < span[1])]


def _divided(codes: str, sentence: Span) -> Iterator[Span]:
    """The sentence, or its parts when it is long. Each cut depends on two words only (content-defined chunks).

    A part without such a cut is divided by length.
    """
    start, end = sentence
    if end - start <= LONG_SENTENCE:
        yield sentence
        return
    cuts = (at for at in range(start + 1, end) if _is_cut(codes[at - 1], codes[at]))
    for left, right in itertools.pairwise((start, *cuts, end)):
        yield from ((at, min(at + LONGEST_PART, right)) for at in range(left, right, LONGEST_PART))


def _is_cut(before: str, after: str) -> bool:
    # Knuth's multiplicative hash; repetitions of one word are not cut.
    return before != after and (ord(after) * 2_654_435_761 >> 12) % CUT_EVERY == 0
