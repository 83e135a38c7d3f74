"""The encoding of bytes that have no mark and are not UTF-8.

A detector proposes candidates. Each is judged by the text it gives (`plausibility`), by what the file declares, and by
how common the encoding is; Windows-1252 is preferred at equal evidence.
"""

import codecs
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest_service.errors import Undecodable
from ingest_service.reading import plausibility

# The bytes that are examined, from a little before the first one beyond ASCII.
SAMPLE = 16 * 1024
BEFORE = 500
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")

# A declaration is looked for in the first bytes: `charset=`, `encoding:`, `coding:` in any format.
HEAD = 1_024
DECLARATION = re.compile(rb"\b(?:charset|(?:en)?coding)[ \t]*[=:][ \t]*[\"']?([a-z0-9][\w.:-]{1,39})", re.IGNORECASE)
# Codecs of Python that are no encodings of texts.
NO_ENCODINGS = frozenset({"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})

# The share of the best candidate's confidence below which a candidate is not judged.
LEAST_CONFIDENCE = 0.4
# Bytes of which the detector is less confident are probably damaged.
LOW_CONFIDENCE = 0.05
# These are judged even if the detector does not propose them.
WINDOWS = "cp1252"
ALWAYS_JUDGED = (WINDOWS, "mac-roman")
ALWAYS_CONFIDENCE = 0.5
# The same when the detector is less confident of all than LOW_CONFIDENCE: then the letters decide.
UNSURE_CONFIDENCE = 0.95
# With a lower score the bytes may be damaged text in another encoding; with a lower one still they are no text.
DOUBTFUL_SCORE = 0.6
LEAST_SCORE = 0.3
# Text with a smaller share of characters beyond ASCII is text in any case.
FOREIGN_SHARE = 1 / 4
DECLARED_BONUS = 0.3
# Candidates that differ by less are rivals; so many are noted.
MARGIN = 0.25
MOST_RIVALS = 3
# How common an encoding is decides between candidates of equal evidence.
COMMONNESS = {
    "cp1252": 0.04, "iso8859-15": 0.03, "cp1250": 0.03, "iso8859-2": 0.02, "cp1254": 0.02, "cp1257": 0.02,
    "mac-roman": 0.01, "cp850": 0.01, "cp852": 0.01,
    "iso8859-3": -0.1, "iso8859-10": -0.1, "iso8859-14": -0.1, "iso8859-16": -0.1, "hp-roman8": -0.1,
    "cp1006": -0.1, "cp720": -0.1, "cp856": -0.1, "mac-turkish": -0.05, "mac-iceland": -0.05, "mac-latin2": -0.1,
    "cp861": -0.1,
}  # fmt: skip
# Extensions, and the encodings that they extend.
EXTENDED = {
    "big5hkscs": "big5", "cp949": "euc_kr", "cp932": "shift_jis", "shift_jis_2004": "shift_jis",
    "euc_jis_2004": "euc_jp", "iso2022_jp_2": "iso2022_jp", "iso2022_jp_2004": "iso2022_jp",
    "iso2022_jp_ext": "iso2022_jp",
}  # fmt: skip
UNICODE = frozenset({"utf-8", "ascii"})
EBCDIC = frozenset({"cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"})
# Bytes with a few errors are still text in one of these.
DAMAGED = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "cp1252")
DAMAGED_SHARE = 1 / 1000
REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text, the name of its encoding as Python has it, and encodings that are nearly as probable."""

    text: str
    encoding: str
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding, the examined bytes as it decodes them, how probable that is, and the detector's own confidence."""

    encoding: str
    text: str
    score: float
    confidence: float


def decode(content: bytes) -> Decoded:
    """Decodes bytes as the most probable encoding that fits all of them. Raises Undecodable."""
    candidates = _candidates(content)
    if not _is_convincing(candidates) and (damaged := _damaged(content)):
        return damaged
    for index, candidate in enumerate(candidates):
        text = decoded(content, candidate.encoding)
        if text is not None and (candidate.score > LEAST_SCORE or _is_mostly_ascii(candidate.text)):
            close = [other for other in candidates[index + 1 :] if candidate.score - other.score < MARGIN]
            rivals = tuple(other.encoding for other in close[:MOST_RIVALS])
            return Decoded(text, _narrowest(content, text, candidate.encoding), rivals)
    raise Undecodable("no encoding fits the bytes")


def escaped(content: bytes) -> Decoded | None:
    """The text of ASCII bytes that switch character sets, as ISO 2022, HZ and a declared UTF-7 do."""
    name = declared(content) if b"+" in content else None
    if name != "utf-7":
        name = _detected(content)[0][0] if b"\x1b" in content or b"~{" in content else None
    if name is None or not (name in {"utf-7", "hz"} or name.startswith("iso2022")):
        return None
    text = decoded(content, name)
    return None if text is None or text.isascii() else Decoded(text, _narrowest(content, text, name))


def declared(content: bytes) -> str | None:
    """The encoding that the first bytes declare, by Python's name; None for one that Python does not know."""
    declaration = DECLARATION.search(content, 0, HEAD)
    return _codec(declaration[1].decode()) if declaration else None


def decoded(content: bytes, encoding: str) -> str | None:
    """The bytes in an encoding, without a truncated last character; None if the encoding does not fit."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content)
    except (UnicodeError, LookupError):
        return None


def _narrowest(content: bytes, text: str, encoding: str) -> str:
    """The standard encoding that gives the same text, where the detector names an extension of it."""
    standard = EXTENDED.get(encoding)
    return standard if standard and decoded(content, standard) == text else encoding


def _candidates(content: bytes) -> list[Candidate]:
    """The encodings that fit the sample, the most probable first; of those that give one text only one."""
    first = BEYOND_ASCII.search(content)
    start = max(0, first.start() - BEFORE) if first else 0
    sample = content[start : start + SAMPLE]
    name = declared(content)
    confidences = dict.fromkeys(filter(None, [name, *ALWAYS_JUDGED]), ALWAYS_CONFIDENCE)
    detected = _detected(sample)
    highest = max(confidence for _, confidence in detected)
    if highest < LOW_CONFIDENCE:
        confidences = dict.fromkeys(confidences, UNSURE_CONFIDENCE)
    fits_windows = decoded(sample, WINDOWS) is not None
    for proposed, confidence in detected:
        # What Latin-1 leaves to control characters are letters and quotation marks in Windows-1252.
        encoding = WINDOWS if proposed == "iso8859-1" and fits_windows else proposed
        confidences[encoding] = max(confidences.get(encoding, 0), confidence / highest)
    return sorted(_judged(sample, confidences, highest, name), key=lambda it: -it.score)


def _judged(
    sample: bytes, confidences: dict[str, float], highest: float, declared_name: str | None
) -> Iterator[Candidate]:
    by_text: dict[str, list[str]] = {}
    for encoding, confidence in confidences.items():
        text = decoded(sample, encoding) if confidence >= LEAST_CONFIDENCE else None
        if text is not None:
            by_text.setdefault(text, []).append(encoding)
    for text, encodings in by_text.items():
        # Encodings that give one text differ in name only.
        encoding = max(encodings, key=lambda it: (it == declared_name, COMMONNESS.get(it, 0)))
        confidence = max(confidences[it] for it in encodings)
        bonus = COMMONNESS.get(encoding, 0) + DECLARED_BONUS * (encoding == declared_name)
        score = confidence + bonus - plausibility.improbability(text)
        yield Candidate(encoding, text, score, confidence * highest)


def _detected(content: bytes) -> list[tuple[str, float]]:
    """The encodings that the detector proposes, with its confidence."""
    # The detector would believe a declaration, and bytes that begin as those of a picture do.
    content = b" " + DECLARATION.sub(b" ", content[:HEAD]) + content[HEAD:]
    # Text in capitals looks like EBCDIC, whose space is 0x40.
    excluded = EBCDIC if content.count(b" ") >= content.count(b"@") else None
    proposals = _detector().detect_all(content, max_bytes=SAMPLE, exclude_encodings=excluded)
    named = ((_codec(it["encoding"]), it["confidence"]) for it in proposals if it["encoding"])
    # UTF-8 is proposed when only the last character is cut off, which is damage.
    return [(name, it) for name, it in named if name and name not in UNICODE] or [(WINDOWS, LOW_CONFIDENCE)]


@functools.cache
def _detector() -> Any:  # noqa: ANN401  A module.
    """The detector, loaded for the first file that needs it: hardly any is not UTF-8."""
    import chardet  # noqa: PLC0415  It takes 50 ms and 3 MB, as said above.

    return chardet


def _codec(name: str) -> str | None:
    """Python's name of an encoding; None if Python does not know it or it is none of a text."""
    try:
        codec = codecs.lookup(name).name
        b"    ".decode(codec, "replace")
    except LookupError:
        return None
    return None if codec in NO_ENCODINGS else codec


def _damaged(content: bytes) -> Decoded | None:
    """The text of bytes of which a few fit no encoding, and become U+FFFD; None if the others convince no more."""
    for encoding in DAMAGED:
        text = content.decode(encoding, "replace")
        sound = text.replace(REPLACEMENT, "")
        bad = len(text) - len(sound)
        if 0 < bad <= max(1, len(text) * DAMAGED_SHARE) and len(plausibility.BEYOND_ASCII.findall(sound)) > 2 * bad:
            remaining = sound.encode(encoding)
            candidates = _candidates(remaining)
            if _is_convincing(candidates) and decoded(remaining, candidates[0].encoding) == sound:
                return Decoded(text, encoding)
    return None


def _is_mostly_ascii(text: str) -> bool:
    return len(plausibility.BEYOND_ASCII.findall(text)) < len(text) * FOREIGN_SHARE


def _is_convincing(candidates: list[Candidate]) -> bool:
    """Whether the detector is confident of the best candidate, and its text is probable."""
    return bool(candidates) and candidates[0].confidence > LOW_CONFIDENCE and candidates[0].score > DOUBTFUL_SCORE
