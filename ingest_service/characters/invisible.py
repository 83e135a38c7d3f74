"""Signs that no reader sees and that change nothing: zero-width spaces, soft hyphens, hidden tags and manifests.

Joiners of scripts that need them, of emoji, the tags of flags, and variation selectors after a character that has
variants carry meaning and remain, and so do controls of direction in lines that have a direction to control.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ingest_service.model import Note

RULE = "invisible-signs"
SOFT_HYPHEN, ZERO_WIDTH_SPACE, NON_JOINER, JOINER, GRAPHEME_JOINER = "\u00ad", "\u200b", "\u200c", "\u200d", "\u034f"
# Word joiner, the byte order mark inside a text, the Mongolian vowel separator, and deprecated format controls.
MEANINGLESS = "\u2060\ufeff\u206a-\u206f"
SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
TAGS = "\U000e0001\U000e0020-\U000e007f"
MARKS = "\u061c\u200e\u200f"
EMBEDDINGS = "\u202a-\u202e\u2066-\u2069"
# Letters that run from right to left, and the controls that reorder a line even without any.
REORDERING = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff\u200f\u061c\u202b\u202e\u2067]"
)
SIGNS = re.compile(f"[\u00ad\u200b-\u200d\u034f{MEANINGLESS}{SELECTORS}{TAGS}{MARKS}{EMBEDDINGS}]")
RUN = re.compile(f"{SIGNS.pattern}+")
DIRECTION = re.compile(f"[{MARKS}{EMBEDDINGS}]")
# A soft hyphen before a line end divides a word there: the word is joined.
DIVIDED_WORD = re.compile("\u00ad[ \t]*(?:\r\n|[\n\r])[ \t]*(?=[^\\W\\d_])")

# Scripts whose letters joiners connect and divide: Arabic to Syriac and N'Ko, Indic, Tibetan to Khmer, Mongolian.
JOINING = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1900-\u1cff\ua840-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
# Scripts that write no space between words, where a zero-width space divides them.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf]")
IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
VARIED_ASCII = frozenset("#*0123456789©®")
FLAG = "\U0001f3f4"
FLAG_TAGS = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f")
# C2PA 2.4, appendix A.8: U+FEFF and the bytes of a manifest as variation selectors, which begin with "C2PATXT" and NUL.
MANIFEST = "\ufeff" + "".join(chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16) for byte in b"C2PATXT\0")


def find(text: str) -> Sequence[Note]:
    """The notes that remove the invisible signs without meaning."""
    return tuple(_notes(text))


def _notes(text: str) -> Iterator[Note]:
    at = 0
    for match in RUN.finditer(text):
        if match.start() < at:
            continue
        if divided := DIVIDED_WORD.match(text, match.end() - 1):
            at = divided.end()
            yield Note(RULE, (match.start(), at), text[match.start() : at], detail="a word divided at a line end")
            continue
        at = match.end()
        yield from _removed(text, match)


def _removed(text: str, run: re.Match[str]) -> Iterator[Note]:
    """The parts of a run of invisible signs that have no meaning between their neighbours."""
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    kept = _kept(run[0], before, after, _line(text, run))
    at = run.start()
    for start, end in [*kept, (len(run[0]), len(run[0]))]:
        stop = run.start() + start
        if at < stop:
            detail = "C2PA text manifest" if MANIFEST in text[at:stop] else None
            yield Note(RULE, (at, stop), text[at:stop], detail=detail)
        at = run.start() + end


def _kept(run: str, before: str, after: str, line: str) -> list[tuple[int, int]]:
    """The spans of a run that carry meaning."""
    spans, at = [], 0
    while at < len(run):
        end = at + 1
        if at == 0 and before == FLAG and (tags := FLAG_TAGS.match(run)):
            end = tags.end()
        elif not _means(run[at], run[at - 1] if at else before, before, after) and not (
            DIRECTION.match(run[at]) and REORDERING.search(line)
        ):
            at = end
            continue
        spans.append((at, end))
        at = end
    return spans


def _means(sign: str, previous: str, before: str, after: str) -> bool:
    """Whether a sign means something after `previous`, in a run between two visible characters."""
    if sign == ZERO_WIDTH_SPACE:
        return bool(UNSPACED.match(before) and UNSPACED.match(after))
    if sign == NON_JOINER:
        return bool(JOINING.match(before) or JOINING.match(after))
    if sign == JOINER:
        return bool(JOINING.match(before) or JOINING.match(after)) or (_is_pictograph(before) and _is_pictograph(after))
    if sign == GRAPHEME_JOINER:
        return bool(after) and unicodedata.category(after)[0] == "M"
    if "\ufe00" <= sign <= "\ufe0f":
        return _has_variants(previous)
    return "\U000e0100" <= sign <= "\U000e01ef" and bool(IDEOGRAPH.match(previous))


def _has_variants(character: str) -> bool:
    """Whether a variation selector after a character may change its form."""
    if not character or character in VARIED_ASCII:
        return bool(character)
    return character > "\xa0" and unicodedata.category(character) in {"Lo", "So", "Sm", "Po", "Sk", "Me"}


def _is_pictograph(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in {"So", "Sk", "Sm"}


def _line(text: str, run: re.Match[str]) -> str:
    """The line of a run, if the run has controls of direction; their effect ends with the line."""
    if not DIRECTION.search(run[0]):
        return ""
    end = text.find("\n", run.end())
    return text[text.rfind("\n", 0, run.start()) + 1 : end if end >= 0 else len(text)]
