"""Normalising: the rules that turn a reading into an article, applied in one visible order. Pure.

First, rewriters replace marks by text: Markdown, wide gaps, control characters. Then the rules judge lines.
Every change of the text is recorded as a note, those that reading made included: `apply(reading.source, article.notes)`
is exactly the article's text. Notes about a text that a reader extracted, from HTML or PDF for example, have no
positions.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest_service import characters, edits, versions
from ingest_service.edits import apply
from ingest_service.furniture import NO_LINES, NOTHING_LEARNED, Furniture, SiteLines
from ingest_service.model import PARAGRAPH_BREAK, Article, Normaliser, Note, Reading
from ingest_service.normalise import (
    broken_words,
    bylines,
    captions,
    controls,
    date_lines,
    datelines,
    draft,
    embargoes,
    furniture,
    gaps,
    headings,
    headline_lists,
    kinds,
    languages,
    letterheads,
    manifests,
    markdown,
    metadata,
    notes,
    publishers,
    site_furniture,
    site_names,
    suspects,
    title,
    wire_headers,
    wire_markers,
    word_pairs,
)

__all__ = ["NAME", "REWRITERS", "RULES", "apply", "load", "name_of", "normalise"]

NAME = "palimpsest"

REWRITERS = (controls.control_character, markdown.markdown, gaps.wide_gap)
# Only these media types hold the marks that a rewriter replaces; the others rewrite every text.
MARKED = {markdown.markdown: "text/markdown"}

# The rules see lines before these are joined: first the top of the page, then the body, then the end.
RULES = (
    metadata.front_matter,
    manifests.c2pa_manifest,
    wire_headers.wire_header,
    headline_lists.headline_list,
    furniture.page_furniture,
    site_furniture.site_furniture,
    embargoes.embargo_label,
    letterheads.letterhead,
    letterheads.release_label,
    title.breadcrumb,
    headings.heading_marks,
    wire_markers.wire_marker,
    wire_markers.desk_note,
    site_names.title_label,
    site_names.site_name,
    title.title,
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
    kinds.kind,
    languages.language,
    broken_words.broken_words,
    suspects.suspect,
)


def load() -> None:
    """Loads the list of words and the model of languages; else the first texts that need them wait for them."""
    word_pairs.load()
    languages.model()


def normalise(reading: Reading, known: Furniture = NOTHING_LEARNED) -> Article:
    """The article of a reading, without what is known of its site's furniture; suspect if its text is known to be.

    The source of a page, and so its furniture, is known only when all rules have read it. Where it has furniture, the
    rules begin again without that. The publisher remains: a footer may be all that names it.
    """
    rewritten = _rewritten(reading)
    article = _normalised(reading, rewritten)
    lines = known.on(article)
    if lines.keys:
        article = replace(_normalised(reading, rewritten, lines), publisher=article.publisher)
    suspect = None if article.suspect else known.suspect(article)
    return replace(article, suspect=suspect) if suspect else article


def _normalised(reading: Reading, rewritten: tuple[Note, ...], lines: SiteLines = NO_LINES) -> Article:
    current = draft.opened(reading, rewritten, lines)
    for rule in RULES:
        if (result := rule(current)) is not draft.NOTHING:
            current = current.after(name_of(rule), result)
    return _article(reading, rewritten, current)


def _rewritten(reading: Reading) -> tuple[Note, ...]:
    """The notes of reading, and of all rewriters that are for this media type."""
    start = reading.front_matter[1] if reading.front_matter else 0
    text, rewritten = reading.text, reading.repairs
    for rewriter in REWRITERS:
        if MARKED.get(rewriter, reading.media_type) == reading.media_type and (made := rewriter(text, start)):
            text = apply(text, made)
            rewritten = edits.composed(reading.source, rewritten, made)
    # An entity may represent what reading repairs, such as a soft hyphen or the accent of the letter before it.
    repairs = characters.repaired(text)[1] if text is not reading.text else ()
    return edits.composed(reading.source, rewritten, repairs) if repairs else rewritten


def name_of(rule: Callable[..., object]) -> str:
    """The name of a rule or rewriter in notes."""
    return rule.__name__.replace("_", "-")


def _article(reading: Reading, rewritten: Sequence[Note], final: draft.Draft) -> Article:
    removed = notes.ordered(final.notes)
    all_notes = notes.ordered([*removed, *notes.spacing(final.source, final.lines, removed)])
    text = apply(final.source, all_notes)
    all_notes = edits.composed(reading.source, rewritten, all_notes)
    if reading.is_extracted:
        all_notes = tuple(Note(note.rule, None, note.removed, note.inserted, note.detail) for note in all_notes)
    paragraphs = tuple(text.split(PARAGRAPH_BREAK)) if text else ()
    normaliser = Normaliser(NAME, versions.NORMALISE)
    return replace(final.article, paragraphs=paragraphs, notes=all_notes, normaliser=normaliser)
