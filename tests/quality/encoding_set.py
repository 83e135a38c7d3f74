"""The set of texts in many encodings: 400 texts of 40 to 4,000 bytes, made of the sentences in `encodings.json`.

The sentences are the project's own. Each text is one sentence or more of a language, encoded as people who wrote it
had it: where an encoding has no curly quotes, the text has straight ones.
"""

import hashlib
import json
import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SENTENCES = Path(__file__).parent / "encodings.json"
SIZE = 400
LEAST_BYTES, MOST_BYTES = 40, 4_000
# How many sentences a text has; short texts are the hard ones.
COUNTS = (1, 1, 1, 2, 2, 3, 4, 6, 10, 16, 24)

WESTERN = "cp1252 iso8859-1 iso8859-15 mac-roman cp850"
CENTRAL = "cp1250 iso8859-2 cp852"
CYRILLIC = "cp1251 iso8859-5 cp866 mac-cyrillic"
BALTIC = "cp1257 iso8859-13 iso8859-4 cp775"
UNICODE = "utf-8 utf-8-sig utf-16-le utf-16-be utf-16 utf-32-le"
ENCODINGS: Mapping[str, str] = {
    **dict.fromkeys(("en", "fr", "de", "es", "pt", "it"), f"{WESTERN} utf-8"),
    **dict.fromkeys(("sv", "da", "nb", "fi", "nl"), WESTERN),
    **dict.fromkeys(("is", "sq", "ca", "ga"), "cp1252 iso8859-1"),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "hr", "sl", "ro"), CENTRAL),
    "cy": "iso8859-14", "mt": "iso8859-3", "eo": "iso8859-3",
    "ru": f"{CYRILLIC} koi8-r {UNICODE}", "bg": CYRILLIC, "mk": "cp1251 iso8859-5", "sr": "cp1251 iso8859-5 cp855",
    "uk": "cp1251 koi8-u iso8859-5 mac-cyrillic", "be": "cp1251 iso8859-5", "kk": "ptcp154",
    "el": f"cp1253 iso8859-7 cp737 {UNICODE}", "tr": "cp1254 iso8859-9 cp857",
    "he": "cp1255 iso8859-8 cp862", "ar": f"cp1256 iso8859-6 {UNICODE}",
    **dict.fromkeys(("lt", "lv", "et"), BALTIC),
    "vi": "cp1258 utf-8", "th": "cp874 utf-8",
    "zh-hans": f"gb18030 gb2312 hz {UNICODE}", "zh-hant": f"big5 big5hkscs {UNICODE}",
    "ja": f"shift_jis euc_jp iso2022_jp {UNICODE}", "ko": f"euc_kr cp949 johab iso2022_kr {UNICODE}",
}  # fmt: skip
# What writers put for a character that their encoding lacks.
SUBSTITUTES = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "€": "EUR ", "œ": "oe",
    "½": "1/2", "¼": "1/4", "°": " degrees ", "©": "(c) ", "\u200c": "", "ё": "е",
}  # fmt: skip
TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the set."""

    language: str
    encoding: str
    content: bytes
    right: str


def texts() -> tuple[Text, ...]:
    """The texts of the set; the same ones at each call."""
    return tuple(_texts(json.loads(SENTENCES.read_text(encoding="utf-8"))))


def digest(content: tuple[Text, ...]) -> str:
    """The digest of the set, with which its floor is pinned."""
    parts = (f"{text.language} {text.encoding} {text.content.hex()}\n".encode() for text in content)
    return "sha-256:" + hashlib.sha256(b"".join(parts)).hexdigest()


def _texts(sentences: Mapping[str, list[str]]) -> Iterator[Text]:
    chance = random.Random(17)  # noqa: S311  No secret; the set must be the same each time.
    pairs = [(language, encoding) for language, names in ENCODINGS.items() for encoding in names.split()]
    count = 0
    while count < SIZE:
        language, encoding = pairs[count % len(pairs)]
        chosen = chance.sample(sentences[language] * 4, chance.choice(COUNTS) if len(sentences[language]) > 5 else 3)
        right, content = _encoded("\n\n".join(chosen), encoding)
        if LEAST_BYTES <= len(content) <= MOST_BYTES and not right.isascii():
            count += 1
            yield Text(language, encoding, content, right)


def _encoded(text: str, encoding: str) -> tuple[str, bytes]:
    """The text without the characters that an encoding lacks, and its bytes."""
    if encoding == "cp1258":
        text = "".join(map(_with_tone_apart, text))
    for character, substitute in SUBSTITUTES.items():
        if character in text and not _can_encode(character, encoding):
            text = text.replace(character, substitute)
    return unicodedata.normalize("NFC", text), text.encode(encoding)


def _can_encode(character: str, encoding: str) -> bool:
    try:
        return bool(character.encode(encoding))
    except UnicodeEncodeError:
        return False


def _with_tone_apart(character: str) -> str:
    """A Vietnamese letter as Windows-1258 has it: composed but for the mark of its tone."""
    if _can_encode(character, "cp1258"):
        return character
    parts = unicodedata.normalize("NFD", character)
    letter = "".join(part for part in parts if part not in TONES)
    return unicodedata.normalize("NFC", letter) + "".join(part for part in parts if part in TONES)
