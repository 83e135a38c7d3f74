"""A reading becomes an article: one rule after another, in one visible order. Pure.

Every change of the text is a note; `apply(reading.source, article.notes)` is the article's text, exactly.
"""

from collections.abc import Callable
from dataclasses import replace

from ingest_service.model import PARAGRAPH_BREAK, Article, Normaliser, Reading
from ingest_service.normalise import (
    broken_words,
    bylines,
    captions,
    datelines,
    dates,
    draft,
    furniture,
    headings,
    languages,
    metadata,
    notes,
    publishers,
    title,
)
from ingest_service.normalise.notes import apply

__all__ = ["NAME", "RULES", "VERSION", "apply", "name_of", "normalise"]

NAME = "palimpsest"
VERSION = "1"

# Lines are judged before they are joined; the top of the page first, then what stands in the text, then its end.
RULES = (
    metadata.front_matter,
    furniture.page_furniture,
    furniture.release_label,
    title.breadcrumb,
    headings.heading_marks,
    title.wire_marker,
    title.title,
    title.desk_note,
    title.picture_label,
    bylines.byline,
    dates.date_line,
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
)


def normalise(reading: Reading) -> Article:
    """The article of a reading."""
    standing = draft.opened(reading)
    for rule in RULES:
        standing = standing.after(name_of(rule), rule(standing))
    return _article(standing)


def name_of(rule: Callable[[draft.Draft], draft.Found]) -> str:
    """The name of a rule as notes give it."""
    return rule.__name__.replace("_", "-")


def _article(standing: draft.Draft) -> Article:
    removed = notes.ordered(standing.notes)
    made = notes.ordered([*removed, *notes.spacing(standing.source, standing.lines, removed)])
    text = apply(standing.source, made)
    paragraphs = tuple(text.split(PARAGRAPH_BREAK)) if text else ()
    return replace(standing.article, paragraphs=paragraphs, notes=made, normaliser=Normaliser(NAME, VERSION))
