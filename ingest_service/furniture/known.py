"""The furniture that is known: what is lifted from a page when it is read. Pure."""

import pickle
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from ingest_service.furniture.filings import FEWEST_LINES
from ingest_service.furniture.numbered import form_of
from ingest_service.furniture.page import (
    ANONYMOUS,
    Page,
    form_key,
    line_key,
    page_of,
    source_of,
    suspect_of,
    text_key,
    title_key,
)
from ingest_service.model import Article, Suspect


@dataclass(frozen=True, slots=True)
class SiteLines:
    """The lines to be lifted from one page: its source, and the keys of lines, titles and forms; and those to be kept.

    `forms` are the keys that are those of forms.
    """

    source: str = ANONYMOUS
    keys: frozenset[int] = frozenset()
    forms: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()

    def has(self, text: str) -> bool:
        """Whether a line is one of them."""
        return line_key(self.source, text) in self.keys or title_key(self.source, text) in self.keys

    def has_form(self, form: str | None) -> bool:
        """Whether a form of numbered lines is one of theirs."""
        return form is not None and form_key(self.source, form) in self.forms

    def keeps(self, text: str) -> bool:
        """Whether a person disabled this line, or its form: it remains wherever it is."""
        form = form_of(text)
        keys = {line_key(self.source, text)} | ({form_key(self.source, form)} if form else set())
        return not keys.isdisjoint(self.kept)


@dataclass(frozen=True, slots=True)
class Furniture:
    """The keys of the learned lines, titles and suspect texts, by source.

    `kept` are those that a person disabled, of all sources.
    """

    keys: Mapping[str, frozenset[int]] = field(default_factory=dict)
    kept: frozenset[int] = frozenset()

    @classmethod
    def of(cls, lines: Iterable[tuple[str, int]], kept: Iterable[int] = ()) -> "Furniture":
        """The furniture of these pairs of a source and a key, without the keys to be kept."""
        return cls(kept=frozenset(kept)).with_lines(lines)

    def with_lines(self, lines: Iterable[tuple[str, int]]) -> "Furniture":
        """This furniture, and these pairs of a source and a key."""
        added: dict[str, set[int]] = {}
        for source, key in lines:
            added.setdefault(source, set()).add(key)
        more = {source: self.keys.get(source, frozenset()) | keys for source, keys in added.items()}
        return Furniture({**self.keys, **more}, self.kept)

    def on(self, article: Article) -> SiteLines:
        """The lines of an article's page that are furniture."""
        source = source_of(article)
        if source not in self.keys:
            return NO_LINES
        page = page_of(article)
        keys = furniture_on(page, self.keys[source])
        return SiteLines(source, frozenset(keys), frozenset(keys.intersection(page.forms.values())), self.kept)

    def suspect(self, article: Article) -> Suspect | None:
        """What an article is because its source sends this text at several addresses; None if that is not known."""
        source = source_of(article)
        if source not in self.keys:
            return None
        key = text_key(source, article.text)
        return suspect_of(source, key, article.text) if key is not None and key in self.keys[source] else None

    def packed(self) -> bytes:
        """The furniture in bytes, for the workers; empty if nothing is learned."""
        return pickle.dumps(self, pickle.HIGHEST_PROTOCOL) if self.keys else b""

    @classmethod
    def unpacked(cls, packed: bytes) -> "Furniture":
        """The furniture that `packed` made, in a process of this service."""
        if not packed:
            return NOTHING_LEARNED
        furniture: Furniture = pickle.loads(packed)  # noqa: S301  No other program made it.
        return furniture


NO_LINES = SiteLines()
NOTHING_LEARNED = Furniture()


def furniture_on(page: Page, keys: Set[int]) -> set[int]:
    """Which of the keys are those of lines of a page or of their forms, lifted or not.

    Its title is one of them above another short line: it may be an entry of the menu. Above the text it is the
    headline, which other pages may list. Of a page that names no source, a few lines are not enough: they may be those
    of another site.
    """
    lines = page.lines.keys() & keys
    forms = {line: form for line, form in page.forms.items() if form in keys}
    lines.discard(page.title_line_key)
    if page.has_line_as_title:
        lines |= {page.title_line_key} & keys
    if page.source == ANONYMOUS and len(lines | forms.keys()) < FEWEST_LINES:
        return set()
    return lines | {*forms.values()} | ({page.title_key} & keys)
