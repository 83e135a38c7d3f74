"""How improbable a decoded text is: whether its characters beyond ASCII are where such characters occur.

A text that was decoded with a wrong encoding has signs inside words, capitals after small letters, words of two
scripts, and letters that its language does not have.
"""

import functools
import re
import unicodedata
from collections import Counter

from ingest_service.reading.alphabets import LANGUAGES, Language

# Characters of a text that are judged.
SAMPLE = 1_500
BEYOND_ASCII = re.compile("[^\x00-\x7f]")
WORD = re.compile(r"[^\W\d_]+")
# A language is recognised by at least this many of its commonest words.
FEWEST_WORDS = 2
# What letters of other languages weigh when the language is chosen, and known words when the text is judged.
FOREIGN_WEIGHT = 0.25
KNOWN_WEIGHT = 0.3
# Non-Latin letters alone between spaces are improbable when there are so many times more ASCII letters.
ASCII_DOMINANCE = 4

CONTROL, SIGN, PUNCTUATION, MARK, LATIN = "control", "sign", "punctuation", "mark", "LATIN"
MARKS_OF_TEXT = frozenset("’‘“”«»„‚–—…·\u00a0\u2011¿¡‹›•")
# Marks that open, close or list: between two letters they are improbable, as in "caf‚s".
OUTER_MARKS = frozenset("“”„‚‘«»‹›•¿¡")
OPENING_MARKS = frozenset("‚„‘¿¡")
DASHES = frozenset("–—…")
# Marks that are improbable without one of these in the text, and at the end of a word if that is what they close.
PARTNERS = {"«": "»›", "»": "«‹", "“": "”„", "„": "“”"}
RARE_SIGNS = frozenset("¤¦¬¶¨¯´¸ˇ˘˙˛˝")
# Signs that are written directly before or after a word or a number.
ATTACHED_SIGNS = frozenset("°€£¥©®™ºª½¼¾²³")
# The letters that Vietnamese writes with a separate tone mark.
TONE_BEARERS = frozenset("aăâeêioôơuưy")


def improbability(text: str) -> float:
    """The mean improbability of the characters beyond ASCII: about 0 for a right text, 1 and more for a wrong one.

    Below 0 when words beyond ASCII are known ones.
    """
    text = text[:SAMPLE]
    words = WORD.findall(text.lower())
    language = _language(words)
    places = [match.start() for match in BEYOND_ASCII.finditer(text)]
    if not places:
        return 0.0
    ascii_letters = sum(map(len, filter(str.isascii, words)))
    foreign_letters = sum(map(len, words)) - ascii_letters
    is_ascii = ascii_letters > ASCII_DOMINANCE * foreign_letters
    cost = sum(_cost(text, at, language, is_ascii) for at in places)
    return cost / len(places) - KNOWN_WEIGHT * _known_share(words, language)


def _language(words: list[str]) -> Language | None:
    """The language whose words and letters fit best; None if no language has enough of the words."""
    counted = Counter(words)
    letters = Counter(letter for word in words if not word.isascii() for letter in word if letter > "\x7f")
    total = letters.total() or 1
    best: tuple[float, Language] | None = None
    for language in LANGUAGES.values():
        hits = sum(counted[word] for word in language.words)
        if hits >= FEWEST_WORDS:
            foreign = sum(count for letter, count in letters.items() if letter not in language.letters)
            fit = hits / len(words) - FOREIGN_WEIGHT * foreign / total
            if best is None or fit > best[0]:
                best = fit, language
    return best[1] if best else None


def _known_share(words: list[str], language: Language | None) -> float:
    """The share of the words beyond ASCII that are among the commonest of the language."""
    accented = [word for word in words if not word.isascii()]
    if language is None or not accented:
        return 0.0
    return sum(word in language.words for word in accented) / len(accented)


def _cost(text: str, at: int, language: Language | None, is_ascii: bool) -> float:
    """The improbability of one character at its place."""
    character = text[at]
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    kind = _kind(character)
    if kind == CONTROL:
        return 3
    if kind == MARK:
        return 0 if before.lower() in TONE_BEARERS else 1
    if kind in {SIGN, PUNCTUATION}:
        placed = _cost_of_sign if kind == SIGN else _cost_of_punctuation
        return placed(character, before, after) + _cost_of_lone_mark(text, at)
    if _breaks_case(text, at):
        return 2
    if kind == LATIN:
        return _cost_of_latin(character, before, after, language)
    return _cost_of_other_letter(before, after, is_ascii)


def _cost_of_sign(sign: str, before: str, after: str) -> float:
    if before.isalpha() and after.isalpha():
        return 2
    if sign in RARE_SIGNS or after.islower():
        return 1
    return 1 if (before.isalpha() or after.isalpha()) and sign not in ATTACHED_SIGNS else 0


def _cost_of_punctuation(mark: str, before: str, after: str) -> float:
    if before.isalpha() and after.isalpha():
        return 1 if mark in OUTER_MARKS else 0.3 if mark in DASHES else 0
    return 1 if before.isalpha() and mark in OPENING_MARKS else 0


def _cost_of_lone_mark(text: str, at: int) -> float:
    """1 for a mark without its partner, and for one that opens a sentence or clause after a number or a word."""
    mark, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if mark in PARTNERS:
        is_lone = not any(partner in text for partner in PARTNERS[mark])
        return 1 if is_lone and (before.isalpha() or after.isspace()) else 0
    if mark in "¿¡":
        return 1 if text[max(0, at - 2) : at - 1].isdigit() else 0
    return 0.5 if mark in DASHES and mark != "…" and before.isalpha() and after.isspace() else 0


def _cost_of_latin(letter: str, before: str, after: str, language: Language | None) -> float:
    if letter.isupper() and after.isdigit():
        return 1
    # "100 øC"
    if letter.islower() and after.isupper() and not before.isalpha():
        return 1
    if not before.isalpha() and not after.isalpha():
        return 0 if language and letter.lower() in language.words else 0.5
    cost = language.foreign if language and letter.lower() not in language.letters else 0
    other_script = any(_kind(side) not in {LATIN, SIGN, MARK} for side in (before, after) if side.isalpha())
    return cost + 2 * other_script


def _cost_of_other_letter(before: str, after: str, is_ascii: bool) -> float:
    if _is_ascii_letter(before) or _is_ascii_letter(after):
        return 2
    return 1 if is_ascii and not before.isalpha() and not after.isalpha() else 0


def _breaks_case(text: str, at: int) -> bool:
    """Whether a letter is a capital inside small letters, or a small one inside capitals."""
    letter, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if letter.isupper():
        return before.islower() or (before.isupper() and after.islower())
    return letter.islower() and before.isupper() and (after.isupper() or text[max(0, at - 2) : at - 1].isupper())


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


@functools.lru_cache(10_000)
def _kind(character: str) -> str:
    """What a character is; for a letter the script, which is the first word of its name."""
    category = unicodedata.category(character)
    if category in {"Cc", "Cn", "Co", "Cs"}:
        return CONTROL
    if category[0] == "M":
        return MARK
    if character in MARKS_OF_TEXT or category[0] == "Z":
        return PUNCTUATION
    if category[0] == "L" and category != "Lm" and character not in "ªº":
        return re.split("[ -]", unicodedata.name(character, ""), maxsplit=1)[0]
    return SIGN
