"""Converts the hits of a search to what its page shows: marked snippets, copies, and old versions. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog_service import marking, resources
from catalog_service.search.results import Collapsed, Hit, Snippet
from catalog_service.web import layout

SNIPPETS = 2


@dataclass(frozen=True, slots=True)
class HitEntry:
    """A hit on the page; `address` opens the document at the first match.

    `old_version` is the number of the version that was found if the current one does not match.
    """

    document: resources.Document
    address: str
    snippets: tuple[list[marking.Segment], ...]
    old_version: int | None
    collapsed: Collapsed | None

    @property
    def collapsed_words(self) -> str:
        """What the hit represents, as the label of the list of it."""
        if self.collapsed is None:
            return ""
        count = self.collapsed.count
        if self.collapsed.because == "stories":
            return f"and {count:,} more of the same story"
        return f"and {count:,} {'copy' if count == 1 else 'copies'} of it"

    @property
    def unlisted(self) -> int:
        """The number of documents that the hit represents but does not list."""
        return self.collapsed.count - len(self.collapsed.documents) if self.collapsed else 0


def entry(hit: Hit) -> HitEntry:
    """The hit with its first SNIPPETS snippets of the text, marked."""
    snippets = [snippet for snippet in hit.snippets if snippet.field == "text"][:SNIPPETS]
    at = _first_match(snippets)
    old_version = hit.version if hit.document.version not in hit.matched_versions else None
    return HitEntry(
        document=hit.document,
        address=layout.address(f"/documents/{hit.document.id}", version=old_version, at=at) + ("#found" if at else ""),
        snippets=tuple(_marked(snippet) for snippet in snippets),
        old_version=old_version,
        collapsed=hit.collapsed,
    )


def _first_match(snippets: Sequence[Snippet]) -> str | None:
    """The span of the first marked words, as an address of the document's page names it."""
    if not snippets or not snippets[0].highlights:
        return None
    start, end = snippets[0].highlights[0]
    return f"{start}-{end}"


def _marked(snippet: Snippet) -> list[marking.Segment]:
    spans = [(start - snippet.start, end - snippet.start) for start, end in snippet.highlights]
    passages = [marking.MarkedSpan(number, span) for number, span in enumerate(spans)]
    # The page shows a snippet as one paragraph: its paragraph breaks become spaces, of the same length.
    [segments] = marking.marked([snippet.text.replace(marking.PARAGRAPH_BREAK, "  ")], passages)
    return segments
