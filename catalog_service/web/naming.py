"""How a sentence names a document: by its publisher ("Yonhap"), by what it is ("the joint statement"), or by its title.

All functions but `noun` return HTML; words of the document in it are isolated from ours.
"""

import re
from typing import Protocol

from markupsafe import Markup

from catalog_service.web import foreign_text, in_words

# Code points of a title inside a sentence.
LONGEST_TITLE = 70
# What the title of a release or document says that it is, where the words after it show that it is no other sentence.
_STATED = re.compile(
    r"(?:the )?((?:joint |press |fact |open |white )?(?:statement|communiqu[eé]|declaration|release|remarks|speech"
    r"|address|letter|report|transcript|sheet|paper|agreement|resolution))"
    r"(?=,?$|,? (?:by|between|of|on|from|to|at|for|following|after|the|with|\d))",
    re.IGNORECASE,
)
_AGENCY = re.compile(r" (?:News|Press) Agency$")
# Names that read as a description take an article: "the New Zealand Government".
_DESCRIPTION = re.compile(
    r"(?!The )(?=.*\b(?:Government|Ministry|Office|Department|Commission|Council|Agency|Authority|Embassy|Union"
    r"|Senate|Parliament|House)\b)"
)
NOUNS = {"wire": "story", "article": "story", "release": "release", "document": "document"}


class Titled(Protocol):
    """A document or a version of one."""

    @property
    def title(self) -> str:
        """The title; may be empty."""

    @property
    def path(self) -> str:
        """The path of the file."""

    @property
    def kind(self) -> str:
        """wire, release, article or document."""

    @property
    def publisher(self) -> str | None:
        """The name of the publisher."""

    @property
    def language(self) -> str | None:
        """The code of the language."""


def noun(document: Titled) -> str:
    """What the document is, as one or two English words: "story", "joint statement", "release"."""
    stated = _STATED.match(document.title) if document.kind in ("release", "document") else None
    return stated[1].lower() if stated else NOUNS.get(document.kind, "document")


def title(document: Titled) -> Markup:
    """The title, else the path, in quotation marks; shortened."""
    name = in_words.shortened(document.title or document.path, LONGEST_TITLE)
    return Markup("“{}”").format(foreign_text.isolated(name, document.language if document.title else None))


def publisher(name: str) -> Markup:
    """The publisher as it is called in a sentence: "Yonhap", "the New Zealand Government"."""
    short = in_words.shortened(_AGENCY.sub("", name), LONGEST_TITLE)
    name_itself = foreign_text.isolated(short)
    return Markup("the {}").format(name_itself) if _DESCRIPTION.match(short) else name_itself


def speaker(document: Titled) -> Markup:
    """The document as the one that does something: its publisher, else its title."""
    return publisher(document.publisher) if document.publisher else title(document)


def text(document: Titled) -> Markup:
    """The document as the text that something is done with: "the joint statement", "Yonhap’s story", else its title."""
    name = noun(document)
    if name not in NOUNS.values():
        return Markup("the {}").format(name)
    if document.publisher:
        return Markup("{}’s {}").format(publisher(document.publisher), name)
    return title(document)


def both(first: Titled, second: Titled) -> tuple[Markup, Markup]:
    """Two documents as short as they remain different: "the story", "the statement"; else as `text` names them."""
    nouns = noun(first).split()[-1], noun(second).split()[-1]
    if nouns[0] != nouns[1]:
        return Markup("the {}").format(nouns[0]), Markup("the {}").format(nouns[1])
    names = text(first), text(second)
    return names if names[0] != names[1] else (Markup("the first text"), Markup("the second text"))


def capitalised(sentence: Markup) -> Markup:
    """The sentence with a capital letter, if it begins with a word of ours."""
    return Markup(sentence[:1].upper()) + sentence[1:] if sentence[:1].isalpha() else sentence  # noqa: S704  A letter.
