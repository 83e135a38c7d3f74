"""The content of an entry as HTML: the beginning of a new text, or the paragraphs that changed. Pure."""

import html
from collections.abc import Iterable, Sequence

from catalog_service import marking
from catalog_service.diff_resources import Diff
from catalog_service.marking import Piece
from catalog_service.resources import Version, VersionSummary

# Code points of text in one entry; what is longer ends with a link.
LONGEST = 10_000
# Feed readers drop the element `mark`, so moved text is shown as removed and added; a sentence says that it moved.
TAGS = {"kept": "", "moved": "ins", "moved-away": "del", "added": "ins", "removed": "del"}
GAP = "<p>…</p>"
SAME = "<p>The title and the text are the same; other details of the document changed.</p>"


def of_first(version: Version) -> str:
    """The beginning of the text of a document's first version."""
    return _joined([[Piece(paragraph, "kept")] for paragraph in version.paragraphs])


def of_change(before: Version, after: Version, difference: Diff) -> str:
    """The titles if they differ, and the paragraphs that changed, with what was removed, added and moved marked."""
    titles = [[Piece(before.title, "removed"), Piece(after.title, "added")]] if before.title != after.title else []
    paragraphs = marking.compared(marking.pieces(before.text, after.text, difference.ops))
    marked = [*titles, *paragraphs]
    if not any(map(_is_changed, marked)):
        return SAME
    summary = difference.summary
    extent = marking.extent(summary.words_added, summary.words_removed, summary.moved)
    sentence = f"<p>{extent.capitalize()}.</p>" if summary.moved else ""
    return sentence + _joined(marked, changed_only=True)


def of_long(version: VersionSummary) -> str:
    """The extent of the change of a text that is too long to be shown in a feed."""
    change = version.change
    extent = marking.extent(change.words_added, change.words_removed, change.moved)
    return f"<p>{extent.capitalize()}. The text is too long to show.</p>"


def _joined(paragraphs: Iterable[Sequence[Piece]], *, changed_only: bool = False) -> str:
    """The paragraphs up to `LONGEST`; those without a change are left out, if only the changed ones are wanted."""
    parts: list[str] = []
    left = LONGEST
    for pieces in paragraphs:
        if changed_only and not _is_changed(pieces):
            if parts[-1:] != [GAP]:
                parts.append(GAP)
            continue
        if left <= 0:
            return "".join((*parts, GAP))
        parts.append(f"<p>{''.join(map(_marked, _cut(pieces, left)))}</p>")
        left -= sum(len(piece.text) for piece in pieces)
    return "".join(parts)


def _is_changed(pieces: Iterable[Piece]) -> bool:
    return any(piece.manner != "kept" for piece in pieces)


def _cut(pieces: Iterable[Piece], longest: int) -> Iterable[Piece]:
    """The first `longest` code points of the pieces, and an ellipsis where more follow."""
    for piece in pieces:
        if len(piece.text) > longest:
            yield Piece(f"{piece.text[:longest]}…", piece.manner)
            return
        yield piece
        longest -= len(piece.text)


def _marked(piece: Piece) -> str:
    tag = TAGS[piece.manner]
    text = html.escape(piece.text, quote=False)
    return f"<{tag}>{text}</{tag}>" if tag else text
