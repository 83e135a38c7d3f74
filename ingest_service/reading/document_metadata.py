"""What programs write about a document that they save: a title and an author are often those of another one. Pure."""

import re
from collections.abc import Mapping

from ingest_service.model import Json

# What programs put for a title: the program, a file name, or a name for a document without one.
PROGRAM = re.compile(r"(?:microsoft )?(?:word|powerpoint|excel|publisher) ?[-–:] ", re.I)
FILE_NAME = re.compile(
    r"(?:[A-Za-z]:\\|/)?\S.*\.(?:docx?|dotx?|pdf|indd|qx[dp]|rtf|odt|pptx?|xlsx?|txt|pages|html?|tex|pub)", re.I
)
UNNAMED = re.compile(
    r"(?:untitled|dokument|unbenannt|sans titre|slide|layout|title|titre|titel|blank|template|index|no title"
    r"|home(?: ?page)?|(?:untitled |new |web ?)?(?:page|document))[ -]?\d*",
    re.I,
)
# What kind of document it is, as a letterhead says.
LABEL = re.compile(
    r"(?:press|news|media) (?:release|statement|notice|information)|for immediate release|statement|memo(?:randum)?"
    r"|newsletter|bulletin|report|pressemitteilung|communiqué(?: de presse)?|comunicado(?: de prensa)?|nota de prensa",
    re.I,
)
LONGEST_TITLE = 300
WORD = re.compile(r"\w+")
# The share of a title's words that are in the text, if it is the title of this document.
SHARED_WORDS = 0.6
LONGEST_FIELD = 1_000


def plausible_title(title: str, text: str) -> str | None:
    """The stated title of a document on one line, if it may be its title; `text` is its beginning."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE or not any(map(str.isalpha, title)) or "_" in title:
        return None
    if is_unnamed(title) or is_label(title):
        return None
    words, known = words_of(title), set(words_of(text))
    return title if sum(word in known for word in words) >= SHARED_WORDS * len(words) else None


def is_unnamed(title: str) -> bool:
    """Whether a stated title is what a program puts there itself, such as "Untitled" or a file name."""
    return bool(PROGRAM.match(title) or FILE_NAME.fullmatch(title) or UNNAMED.fullmatch(title))


def is_label(text: str) -> bool:
    """Whether a text only says what kind of document it heads, such as "Press release"."""
    return LABEL.fullmatch(text) is not None


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return WORD.findall(text.casefold())


def fields(properties: Mapping[str, str | None]) -> dict[str, Json]:
    """The properties that have a value, on one line and not too long."""
    lines = {name: " ".join(value.split()) for name, value in properties.items() if value}
    return {name: line for name, line in lines.items() if 0 < len(line) <= LONGEST_FIELD}
