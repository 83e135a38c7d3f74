"""Converts the API's answers to what the templates show: words, lines of lists, marked texts. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from catalog_service import contract, marking, resources
from catalog_service.relation_types import PROPERTIES
from catalog_service.search.results import Hit, Snippet

CHANGE_WORDS = {
    "created": "first reading",
    "publisher": "edited",
    "metadata": "other details, same text",
    "technical": "read again with newer rules",
}
SNIPPETS = 2


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document in a list, with its marked snippets and the number of copies that it represents."""

    document: resources.Document
    snippets: tuple[list[marking.Segment], ...] = ()
    copies: int = 0


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of versions."""

    id: str
    version: int
    recorded: str
    summary: str


@dataclass(frozen=True, slots=True)
class RelationLine:
    """A relation in the list of a document's relations, seen from that document."""

    id: str
    words: str
    other: resources.RelationEnd
    passages: int


@dataclass(frozen=True, slots=True)
class RelationSide:
    """One text of a relation, its shared passages marked."""

    name: str
    opposite: str
    version: resources.Version
    paragraphs: list[list[marking.Segment]]


def listed_document(hit: Hit) -> ListedDocument:
    """A hit of a search with its first SNIPPETS snippets of the text, marked."""
    snippets = [snippet for snippet in hit.snippets if snippet.field == "text"][:SNIPPETS]
    copies = hit.collapsed.count if hit.collapsed else 0
    return ListedDocument(hit.document, tuple(_marked(snippet) for snippet in snippets), copies)


def _marked(snippet: Snippet) -> list[marking.Segment]:
    spans = [(start - snippet.start, end - snippet.start) for start, end in snippet.highlights]
    passages = [marking.MarkedSpan(number, span) for number, span in enumerate(spans)]
    # The page shows a snippet as one paragraph: its paragraph breaks become spaces, of the same length.
    [segments] = marking.marked([snippet.text.replace(marking.PARAGRAPH_BREAK, "  ")], passages)
    return segments


def sides(
    relation: resources.Relation, a: resources.Version, b: resources.Version
) -> tuple[RelationSide, RelationSide]:
    """Both texts with the passages marked under the same numbers; quotations are marked in `a` only."""
    numbered = list(enumerate(relation.passages, start=1))
    in_a = [marking.MarkedSpan(number, passage.a, tuple(passage.quoted)) for number, passage in numbered]
    in_b = [marking.MarkedSpan(number, passage.b) for number, passage in numbered]
    return (
        RelationSide("a", "b", a, marking.marked(a.paragraphs, in_a)),
        RelationSide("b", "a", b, marking.marked(b.paragraphs, in_b)),
    )


def explanation(relation: resources.Relation) -> str:
    """The numbers of passages and words, the share of each text that they cover, and what differs in them."""
    count = len(relation.passages)
    words = sum(passage.words for passage in relation.passages)
    passages = "one passage" if count == 1 else f"{count} passages"
    share_a, share_b = (f"{share:.0%}" for share in (relation.coverage.a, relation.coverage.b))
    covered = (
        f"{passages.capitalize()} of {words:,} words together: {share_a} of the first text, {share_b} of the second."
    )
    return f"{covered} {differing}" if (differing := differences(relation.differs)) else covered


def differences(differs: resources.Differences | None) -> str:
    """A sentence with the number of differences of each kind; empty if there are none, or their kinds are not known."""
    counts = [(count, name) for name, count in (differs.model_dump() if differs else {}).items() if count]
    listed = [f"{count:,} {name if count > 1 else name.removesuffix('s')}" for count, name in counts]
    if not listed:
        return ""
    return f"They differ in {', '.join(listed[:-1])}{' and ' if listed[:-1] else ''}{listed[-1]}."


def relation_line(relation: resources.Relation, document: str) -> RelationLine:
    """The line of a relation in the list of `document`; `other` is the other side."""
    other = relation.b if str(relation.a.document) == document else relation.a
    return RelationLine(str(relation.id), PROPERTIES[relation.type].phrase, other, len(relation.passages))


def version_line(version: resources.VersionSummary) -> VersionLine:
    """The line of a version in the list of versions, with a summary of its change."""
    change = version.change
    summary = CHANGE_WORDS[change.kind]
    if change.words_added or change.words_removed or change.moved:
        summary += f", {marking.extent(change.words_added, change.words_removed, change.moved)}"
    elif change.significance == "typography":
        summary += ", typography only"
    return VersionLine(str(version.id), version.version, contract.format_time(version.recorded_at), summary)


def web_address(url: str) -> str:
    """The URL if its scheme is http or https, else an empty string: a document may contain any URL."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""
