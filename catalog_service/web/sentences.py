"""Sentences of the pages: parts of our own words and of texts of documents, which templates show differently. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

# Whose words a part has: the page's, a document's, or those that a document lost or got.
Manner = Literal["ours", "theirs", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence; `href` is the address that it links to, `language` that of a document's words.

    A part of ours may be `Markup`, in which names of documents are isolated already.
    """

    text: str
    manner: Manner = "ours"
    href: str | None = None
    language: str | None = None


Sentence: TypeAlias = tuple[Part, ...]


def sentence(*pieces: str | Part | Iterable[Part]) -> Sentence:
    """One sentence from strings, which are words of ours, parts, and other sentences; empty strings are left out."""
    return tuple(_parts(pieces))


def _parts(pieces: Iterable[str | Part | Iterable[Part]]) -> Iterator[Part]:
    for piece in pieces:
        if isinstance(piece, Part):
            yield piece
        elif isinstance(piece, str):
            if piece:
                yield Part(piece)
        else:
            yield from piece
