"""A page as furniture is learned from it: its source, its paragraphs, and which of them are at its edges. Pure."""

import functools
import hashlib
import re
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest_service.furniture import machine_pages, numbered
from ingest_service.model import PARAGRAPH_BREAK, Article, Suspect

RULE = "site-furniture"
"""The rule of the notes that hold lifted furniture."""
# An edge ends with its third long paragraph: menus and footers hold few, and a text consists of them.
LONG_IN_EDGE = 3
# The most paragraphs of one edge.
DEEPEST = 200
# A long paragraph, in bytes of UTF-8: one of a script without spaces has fewer characters.
LONG = 120
# A line of less, without white space and signs, is no evidence of anything; one of more characters is a text.
SHORTEST = 2
LONGEST_LINE = 2_000
# A text of up to so many characters may be suspect.
LONGEST_SUSPECT = 1_000
# Of the text between the edges so many characters are kept, to compare what remains of two pages.
LONGEST_MIDDLE = 12_000
NOT_FOLDED = re.compile(r"[\W_]+")
# The source of pages that name neither a URL nor a publisher. Such pages are of one site if they share many lines.
ANONYMOUS = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph. `key` is None for one that is not at an edge: it is never furniture.

    `form` is that of a numbered line.
    """

    text: str
    key: int | None
    form: str | None


@dataclass(frozen=True)
class Page:
    """What learning needs of an article. `lifted` are the lines that reading lifted into notes, by their keys.

    `title_key` is that of the title, which is furniture only where furniture follows it. `text_key` is that of the
    whole text, or None if it cannot be suspect. `url` is "" if the article has none.
    """

    source: str
    title: str
    title_key: int
    paragraphs: tuple[Paragraph, ...]
    lifted: dict[int, str]
    text_key: int | None
    url: str
    suspect: Suspect | None

    @functools.cached_property
    def lines(self) -> dict[int, str]:
        """The lines at the edges, lifted or not, by key."""
        return self.lifted | self.remaining

    @functools.cached_property
    def remaining(self) -> dict[int, str]:
        """The lines at the edges of the text, by key."""
        return {paragraph.key: paragraph.text for paragraph in self.paragraphs if paragraph.key is not None}

    @functools.cached_property
    def forms(self) -> dict[int, int]:
        """The keys of the forms of numbered lines, lifted or not, by the keys of these lines."""
        forms = {key: numbered.form_of(text) for key, text in self.lifted.items()}
        forms |= {paragraph.key: paragraph.form for paragraph in self.paragraphs if paragraph.key is not None}
        return {key: form_key(self.source, form) for key, form in forms.items() if form}

    @functools.cached_property
    def numbered(self) -> dict[int, int]:
        """The keys of numbered lines that are no rows of a table, by those of their forms."""
        if not self.forms:
            return {}
        forms = numbered.without_tables([paragraph.form for paragraph in self.paragraphs])
        single = {paragraph.key for paragraph, form in zip(self.paragraphs, forms, strict=True) if form}
        return {form: line for line, form in self.forms.items() if line in single or line in self.lifted}

    @functools.cached_property
    def candidates(self) -> dict[int, str]:
        """What may be learned from the edges of the text, by key: the lines, and the forms of numbered ones."""
        lines = ((form, self.remaining.get(line)) for form, line in self.numbered.items())
        return self.remaining | {form: str(numbered.form_of(line)) for form, line in lines if line is not None}

    def shared_with(self, other: "Page") -> set[int]:
        """The keys of the lines that another page has too, with the same numbers or others."""
        forms = self.numbered.keys() & other.numbered.keys()
        alike = {line for line, form in self.forms.items() if form in forms} if forms else set()
        return (self.lines.keys() & other.lines.keys()) | alike

    @property
    def keys(self) -> tuple[int, ...]:
        """The keys of all lines and their forms, of the title as either, and of the whole text."""
        return (*self.lines, *self.forms.values(), *self._own_keys)

    @property
    def candidate_keys(self) -> tuple[int, ...]:
        """The keys of what may be learned from the page: what was lifted need not be learned again."""
        return (*self.candidates, *self._own_keys)

    @property
    def _own_keys(self) -> tuple[int, ...]:
        text = () if self.text_key is None else (self.text_key,)
        return (self.title_key, self.title_line_key, *text)

    @property
    def text(self) -> str:
        """The text; if it is long, as much of it as is compared."""
        return PARAGRAPH_BREAK.join(paragraph.text for paragraph in self.paragraphs)

    @property
    def title_line_key(self) -> int:
        """The key of the title as a line."""
        return line_key(self.source, self.title)

    @property
    def has_line_as_title(self) -> bool:
        """Whether the title is above another short line, so that it may be an entry of the menu."""
        return bool(self.title and self.paragraphs and not is_long(self.paragraphs[0].text))

    def has(self, text: str) -> bool:
        """Whether a line of the page, lifted or not, or its title has the letters and digits of this text."""
        return fold(text) in map(fold, (self.title, *self.lines.values()))


def page_of(article: Article) -> Page:
    """The page of an article, whether or not furniture was lifted from it: the lifted lines count as lines of it."""
    source = source_of(article)
    paragraphs = tuple(_paragraphs(source, article.paragraphs))
    lifted = {line_key(source, note.removed): note.removed for note in article.notes if note.rule == RULE}
    # What follows a number sign is a place on the page.
    url = (article.url or "").partition("#")[0].rstrip("/")
    key = text_key(source, article.text)
    title = title_key(source, article.title)
    return Page(source, article.title, title, paragraphs, lifted, key, url, article.suspect)


def source_of(article: Article) -> str:
    """The source of an article: `host:` and the host of its URL, else `publisher:` and the name, else `ANONYMOUS`."""
    if article.url and (host := _host(article.url)):
        return f"host:{host}"
    return f"publisher:{article.publisher}" if article.publisher else ANONYMOUS


def edges(paragraphs: Sequence[str], longest: int = LONG_IN_EDGE) -> list[bool]:
    """Which paragraphs are at an edge: those from either end as far as the third long one."""
    top = _depth(paragraphs, longest)
    bottom = _depth(paragraphs[::-1], longest)
    return [index < top or index >= len(paragraphs) - bottom for index in range(len(paragraphs))]


def line_key(source: str, text: str) -> int:
    """The key of a line of a source; 64 bits, signed. Case, signs and white space do not count."""
    content = f"{source}\n{fold(text)}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), signed=True)


def title_key(source: str, text: str) -> int:
    """The key of a line as a title: a headline that other pages list is no furniture as the title of its own page."""
    return line_key(f"{source}\ntitle", text)


def form_key(source: str, form: str) -> int:
    """The key of the form of a numbered line."""
    return line_key(f"{source}\nform", form.replace(numbered.SIGN, "0"))


def text_key(source: str, text: str) -> int | None:
    """The key of a whole text that may be suspect; None if it is too long, has no word, or its source is unknown."""
    if source == ANONYMOUS or len(text) > LONGEST_SUSPECT:
        return None
    words = machine_pages.without_varying(text)
    return line_key(f"{source}\ntext", words) if fold(words) else None


def suspect_of(source: str, key: int, text: str) -> Suspect | None:
    """What kind of suspect text a learned key is that of; None if it is that of a line or title."""
    return machine_pages.kind(text) if key == text_key(source, text) else None


def is_long(text: str) -> bool:
    """Whether a paragraph is longer than most lines of a menu."""
    return len(text) > LONG or (not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > LONG)


@functools.lru_cache(maxsize=1024)
def fold(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return NOT_FOLDED.sub("", text.casefold())


def _paragraphs(source: str, texts: Sequence[str]) -> Iterator[Paragraph]:
    """All short paragraphs at the edges with their keys, and as much of the other text as is compared."""
    room = LONGEST_MIDDLE
    for text, is_edge in zip(texts, edges(texts), strict=True):
        if is_edge and len(text) <= LONGEST_LINE:
            key = line_key(source, text) if len(fold(text)) >= SHORTEST else None
            yield Paragraph(text, key, numbered.form_of(text))
        elif room > 0:
            yield Paragraph(text[:room], None, numbered.form_of(text))
            room -= len(text)


def _depth(paragraphs: Sequence[str], longest: int) -> int:
    """The number of paragraphs of the edge at the beginning."""
    found = 0
    for index, text in enumerate(paragraphs[:DEEPEST]):
        found += is_long(text)
        if found == longest:
            return index + 1
    return min(len(paragraphs), DEEPEST)


def _host(url: str) -> str | None:
    try:
        host = urllib.parse.urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
