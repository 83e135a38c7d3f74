"""Names of people in bylines and credits, and words in the form in which they are compared."""

import re

WORD = re.compile(r"\w+")
DIVIDER = re.compile(r"\s*[,;/|]\s*(?:and\s+)?|\s+(?:and|&)\s+")
PLACE = re.compile(r"\s+in\s+(?=[^\W\d_a-z])[^,;]*$")
SMALL = frozenset(
    WORD.findall(
        "of the and for de da di du la le van von der den bin al el y e del des dos das los las dello della do"
    )
)
# "d'Emilio", "l'Hôpital"
ELIDED = re.compile(r"[dl]['’](?=[^\W\d_a-z])")
LONGEST = 120


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return WORD.findall(text.casefold())


def are_words(expected: list[str], text: str) -> bool:
    """Whether these are the words of a text; of most other texts the first word decides."""
    folded = text.casefold()
    first = WORD.search(folded)
    if first is None or [first[0]] != expected[:1]:
        return not (first or expected)
    return WORD.findall(folded) == expected


def divided(text: str) -> tuple[str, ...] | None:
    """The names in "Jane Roe, John Doe in Seoul and Reuters"; None if any part is no name."""
    if len(text) > LONGEST:
        return None
    parts = [PLACE.sub("", part).strip() for part in DIVIDER.split(text)]
    if not parts or not all(map(is_name, parts)):
        return None
    return tuple(parts)


def is_name(text: str) -> bool:
    """Whether a text is one to six words without digits, each capitalised or a particle such as "of"."""
    return is_capitalised(text, most=6) and not any(map(str.isdigit, text))


def is_capitalised(text: str, most: int = 12) -> bool:
    """Whether a text is a few words, each capitalised or a particle."""
    parts = text.split(maxsplit=most)
    return 0 < len(parts) <= most and not parts[0][0].islower() and all(map(_may_be_in_a_name, parts))


def _may_be_in_a_name(word: str) -> bool:
    if word.lower() in SMALL:
        return True
    word = ELIDED.sub("", word, count=1)
    return (word[0].isalpha() and not word[0].islower()) and (word[-1].isalnum() or word[-1] == ".")
