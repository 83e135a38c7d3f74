"""Edits of a document as sentences, made from two versions and the diff of their texts. Pure.

A phrase begins with its verb, so that any name of the document may come before it: "raises the number of soldiers from
53 to 57", "adds 114 words". The context repeats the words around the change, with what was removed and added marked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog_service import diffing, marking
from catalog_service.resources import VersionChange, VersionSummary
from catalog_service.web import change_words, in_words
from catalog_service.web.change_words import WordChange
from catalog_service.web.news.material import Compared
from catalog_service.web.sentences import Manner, Part, Sentence, sentence

# The kind of a version that only newer rules of reading made.
READ_AGAIN = "read again"
# Changes that a phrase lists, and the words that a context has on each side of the first one.
LISTED = 3
AROUND = 8
# Code points of eight words.
NEAR = 400
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# The plural after a figure says what it counts: "53 soldiers".
COUNTED = re.compile(r"\s+([a-z]{2,30}s|people|men|women|children)\b")
NO_NOUNS = frozenset({"as", "is", "was", "has", "does", "its", "his", "this", "plus", "less", "across", "towards"})
MANNERS: dict[str, Manner] = {"removed": "removed", "moved-away": "removed", "added": "added"}


@dataclass(frozen=True, slots=True)
class EditWords:
    """What a version changed: its kind, a phrase that begins with a verb, and the words around the change if known."""

    kind: str
    phrase: Sentence
    context: Sentence = ()


def of_version(before: VersionSummary | None, after: VersionSummary, compared: Compared | None = None) -> EditWords:
    """What the version `after` changed against the one before it; with their texts and diff, which words."""
    change = after.change
    if change.kind == "technical":
        return EditWords(READ_AGAIN, sentence("is read again with newer rules"))
    if before is None:
        return EditWords(_kind(change), _extent_of(change))
    if change.significance == "headline":
        return EditWords("headline", sentence("changes its headline"), of_titles(before, after))
    if change.kind == "metadata" or change.significance == "metadata":
        return EditWords("details", _of_details(before, after))
    return _of_text(change, compared)


def _of_text(change: VersionChange, compared: Compared | None) -> EditWords:
    if change.significance == "typography":
        return EditWords("typography", sentence("changes typography only"))
    if change.moved and not change.words_added + change.words_removed:
        return _moved(change.moved, compared)
    if compared is None:
        return EditWords(_kind(change), _extent_of(change))
    return _of_words(change, change_words.of_text(compared.before, compared.after, compared.diff), compared)


def of_titles(before: VersionSummary, after: VersionSummary) -> Sentence:
    """Both headlines as one, with the words that were removed and added marked."""
    pieces = marking.pieces(before.title, after.title, diffing.compare(before.title, after.title).ops)
    return tuple(_spaced(pieces, after.language))


def _spaced(pieces: Iterable[marking.Piece], language: str | None) -> Iterator[Part]:
    """The pieces as parts, with a space between words that were removed and words that were added."""
    last: Manner = "theirs"
    for piece in pieces:
        manner = MANNERS.get(piece.manner, "theirs")
        if "theirs" not in (last, manner):
            yield Part(" ")
        yield Part(piece.text, manner, language=language)
        last = manner


def of_extent(added: int, removed: int, moved: int = 0) -> str:
    """The numbers of words as a phrase: "adds 114 words and removes three"."""
    counts = [(verb, count) for verb, count in (("adds", added), ("removes", removed), ("moves", moved)) if count]
    if not counts:
        return "changes no word"
    (verb, first), *others = counts
    rest = [f"{verb} {in_words.spelled(count)}" for verb, count in others]
    return in_words.listed([f"{verb} {in_words.spelled(first, 'word')}", *rest])


def _extent_of(change: VersionChange) -> Sentence:
    return sentence(of_extent(change.words_added, change.words_removed, change.moved or 0))


def _kind(change: VersionChange) -> str:
    return change.significance if change.significance in change_words.OF_ONE_KIND else "edited"


def _moved(count: int, compared: Compared | None) -> EditWords:
    """A text whose parts only changed places; the context is the opening of the first one."""
    phrase = sentence(f"moves {in_words.spelled(count, 'word')}; no word changed")
    moves = [op for op in compared.diff.ops if op.op == "move"] if compared else []
    if compared is None or not moves:
        return EditWords("moved", phrase)
    opening = _words_after(compared.after.text, moves[0].b[0])
    return EditWords("moved", phrase, sentence(Part(f"{opening} …", "theirs", language=compared.after.language)))


def _of_details(before: VersionSummary, after: VersionSummary) -> Sentence:
    """Which details changed, each with its old and new value."""
    changed = change_words.of_details(before, after)
    if not changed:
        return sentence("changes other details; the text is the same")
    parts: list[Part] = []
    for each in changed[:LISTED]:
        parts += sentence("," if parts else "changes", f" its {each.what}", _from_to(each))
    return tuple(parts)


def _from_to(change: WordChange) -> Sentence:
    removed, added = Part(change.before, "removed"), Part(change.after, "added")
    if change.before and change.after:
        return sentence(" from ", removed, " to ", added)
    return sentence(" to ", added) if change.after else sentence(" from ", removed, " to none")


def _of_words(change: VersionChange, changed: Sequence[WordChange], compared: Compared) -> EditWords:
    """The change of an edited text: which figures or dates by which, else how many words."""
    kind = _kind(change)
    context = _context(changed[0], compared) if changed else ()
    if not changed or kind == "edited":
        return EditWords(kind, _extent_of(change), context if len(changed) == 1 else ())
    if kind == "quotation":
        return EditWords(kind, sentence("alters a quotation"), context)
    return EditWords(kind, _of_values(kind, changed, compared.after.text), context)


def _of_values(kind: str, changed: Sequence[WordChange], text: str) -> Sentence:
    """Figures or dates that were replaced: the first ones with their old and new value."""
    first = changed[0]
    if len(changed) == 1:
        noun = _noun(first, text)
        what = sentence("the number of ", Part(noun, "theirs")) if noun else sentence(f"a {kind}")
        return sentence(f"{_verb(first)} ", what, _from_to(first))
    parts: list[Part] = []
    for each in changed[:LISTED]:
        parts += sentence("," if parts else "", _from_to(each))
    more = ", …" if len(changed) > LISTED else ""
    return sentence(f"changes {in_words.spelled(len(changed), kind)}:", parts, more)


def _noun(change: WordChange, text: str) -> str | None:
    """What a figure counts: the plural after it; None if another word follows."""
    match = COUNTED.match(text, change.place[1]) if _are_numbers(change) else None
    return match[1] if match and match[1] not in NO_NOUNS else None


def _are_numbers(change: WordChange) -> bool:
    return all(NUMBER.fullmatch(value) for value in (change.before, change.after))


def _verb(change: WordChange) -> str:
    """Whether a figure rises or falls, if both values are numbers."""
    if not _are_numbers(change):
        return "changes"
    before, after = (float(value.replace(",", "")) for value in (change.before, change.after))
    return "raises" if after > before else "lowers"


def _context(change: WordChange, compared: Compared) -> Sentence:
    """The words around a change, in its paragraph of the second text."""
    text, language = compared.after.text, compared.after.language
    before, after = _words_before(text, change.place[0]), _words_after(text, change.place[1])
    removed, added = Part(change.before, "removed", language=language), Part(change.after, "added", language=language)
    return sentence(
        Part(f"… {before}", "theirs", language=language),
        *([removed] if change.before else []),
        " " if change.before and (change.after or not after[:1].isspace()) else "",
        *([added] if change.after else []),
        Part(f"{after} …", "theirs", language=language),
    )


def _words_before(text: str, at: int) -> str:
    paragraph = text[max(0, at - NEAR) : at].rpartition("\n\n")[2]
    return "".join(re.findall(r"\S+\s*", paragraph)[-AROUND:])


def _words_after(text: str, at: int) -> str:
    paragraph = text[at : at + NEAR].partition("\n\n")[0]
    return "".join(re.findall(r"\s*\S+", paragraph)[:AROUND])
