"""What the pages say of documents, versions and relations: words and marks made of the answers of the API. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from catalog_service import contract, resources
from catalog_service.search.results import Hit, Snippet
from catalog_service.web import marking

RELATION_WORDS = {
    "duplicate": "The same text as",
    "revision": "Another filing of the same story:",
    "excerpt": "One stands almost whole in the other:",
    "reuse": "Shares passages with",
}
HEADINGS = {
    "duplicate": "The same text twice",
    "revision": "Two filings of one story",
    "excerpt": "One text inside the other",
    "reuse": "Passages in common",
}
CHANGE_WORDS = {
    "created": "first reading",
    "publisher": "edited",
    "metadata": "other details, same text",
    "technical": "read again by better rules",
}
SNIPPETS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list, with the places where it matches and how many copies it stands for."""

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
class Side:
    """One text of a relation, its shared passages marked."""

    name: str
    opposite: str
    version: resources.Version
    paragraphs: list[list[marking.Segment]]


def entry(hit: Hit) -> Entry:
    """A hit of a search, its first snippets marked."""
    stretches = [each for each in hit.snippets if each.field == "text"][:SNIPPETS]
    return Entry(hit.document, tuple(_marked(each) for each in stretches), hit.collapsed.count if hit.collapsed else 0)


def _marked(snippet: Snippet) -> list[marking.Segment]:
    spans = [(start - snippet.start, end - snippet.start) for start, end in snippet.highlights]
    passages = [marking.Passage(number, span) for number, span in enumerate(spans)]
    # The snippet is one run of text to the page: its breaks are shown as spaces.
    [segments] = marking.marked([snippet.text.replace(marking.PARAGRAPH_BREAK, "  ")], passages)
    return segments


def sides(relation: resources.Relation, a: resources.Version, b: resources.Version) -> tuple[Side, Side]:
    """Both texts, passages numbered alike; quotation marks are told in `a` only."""
    numbered = list(enumerate(relation.passages, start=1))
    in_a = [marking.Passage(number, each.a, tuple(each.quoted)) for number, each in numbered]
    in_b = [marking.Passage(number, each.b) for number, each in numbered]
    return (
        Side("a", "b", a, marking.marked(a.paragraphs, in_a)),
        Side("b", "a", b, marking.marked(b.paragraphs, in_b)),
    )


def explanation(relation: resources.Relation) -> str:
    """The relation in a sentence: how many passages and words, and how much of each text they are."""
    count = len(relation.passages)
    words = sum(each.words for each in relation.passages)
    passages = "one passage" if count == 1 else f"{count} passages"
    share_a, share_b = (f"{share:.0%}" for share in (relation.coverage.a, relation.coverage.b))
    return f"{passages.capitalize()} of {words:,} words together: {share_a} of the first text, {share_b} of the second."


def relation_line(relation: resources.Relation, document: str) -> RelationLine:
    """The relation as `document` sees it."""
    other = relation.b if str(relation.a.document) == document else relation.a
    return RelationLine(str(relation.id), RELATION_WORDS[relation.type], other, len(relation.passages))


def version_line(version: resources.VersionSummary) -> VersionLine:
    """The version in a line, with what changed."""
    change = version.change
    summary = CHANGE_WORDS[change.kind]
    if change.words_added or change.words_removed:
        summary += f", {change.words_added} words added, {change.words_removed} removed"
    return VersionLine(str(version.id), version.version, contract.format_time(version.recorded_at), summary)


def web_address(url: str) -> str:
    """The URL where it is safe to follow, else nothing: a document may claim any."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""
