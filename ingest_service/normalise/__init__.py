"""Normalising: the rules that turn a reading into an article, applied in one visible order. Pure.

Every change of the text is recorded as a note: `apply(reading.source, article.notes)` is exactly the article's text.
"""

from collections.abc import Callable
from dataclasses import replace

from ingest_service import versions
from ingest_service.model import PARAGRAPH_BREAK, Article, Normaliser, Reading
from ingest_service.normalise import (
    broken_words,
    bylines,
    captions,
    date_lines,
    datelines,
    draft,
    furniture,
    headings,
    headline_lists,
    languages,
    letterheads,
    metadata,
    notes,
    publishers,
    site_names,
    suspects,
    title,
    wire_headers,
    wire_markers,
)
from ingest_service.normalise.notes import apply

__all__ = ["NAME", "RULES", "apply", "load", "name_of", "normalise"]

NAME = "palimpsest"

# The rules see lines before these are joined: first the top of the page, then the body, then the end.
RULES = (
    metadata.front_matter,
    wire_headers.wire_header,
    headline_lists.headline_list,
    furniture.page_furniture,
    letterheads.letterhead,
    letterheads.release_label,
    title.breadcrumb,
    headings.heading_marks,
    wire_markers.wire_marker,
    site_names.title_label,
    site_names.site_name,
    title.title,
    wire_markers.desk_note,
    title.picture_label,
    bylines.byline,
    date_lines.date_line,
    furniture.picture_credit,
    datelines.dateline,
    captions.caption,
    furniture.copyright_line,
    furniture.end_mark,
    furniture.source_line,
    bylines.credit_line,
    bylines.reporter_address,
    publishers.publisher,
    publishers.kind,
    languages.language,
    broken_words.broken_words,
    suspects.suspect,
)


def load() -> None:
    """Loads the language model and the list of words, half a second; else the first text waits for them."""
    languages.model()
    broken_words.known_words()


def normalise(reading: Reading) -> Article:
    """The article of a reading."""
    current = draft.opened(reading)
    for rule in RULES:
        current = current.after(name_of(rule), rule(current))
    return _article(current)


def name_of(rule: Callable[[draft.Draft], draft.RuleResult]) -> str:
    """The name of a rule in notes."""
    return rule.__name__.replace("_", "-")


def _article(final: draft.Draft) -> Article:
    removed = notes.ordered(final.notes)
    all_notes = notes.ordered([*removed, *notes.spacing(final.source, final.lines, removed)])
    text = apply(final.source, all_notes)
    paragraphs = tuple(text.split(PARAGRAPH_BREAK)) if text else ()
    normaliser = Normaliser(NAME, versions.NORMALISE)
    return replace(final.article, paragraphs=paragraphs, notes=all_notes, normaliser=normaliser)
