"""What a page says about its article: in JSON-LD, in its `meta` elements, and in its headings.

The names are those that normalising knows. A title is the heading that people see, if the page's data confirm it.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from ingest_service.model import Json
from ingest_service.reading import document_metadata
from ingest_service.reading.html import json_ld, names
from ingest_service.reading.html.document import Page, line

TITLES = ("og:title", "twitter:title", "dc.title", "headline")
DATES = (
    "article:published_time", "article:published", "og:published_time", "datepublished", "parsely-pub-date", "pubdate",
    "publishdate", "publish-date", "publish_date", "sailthru.date", "article.published", "dc.date.issued",
    "dcterms.created", "dc.date", "dcterms.date", "date",
)  # fmt: skip
UPDATES = ("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified")
AUTHORS = ("author", "parsely-author", "sailthru.author", "dc.creator", "byl", "article:author", "article:author_name")
SITES = ("og:site_name", "application-name", "dc.publisher", "publisher", "twitter:app:name:iphone")
SECTIONS = ("article:section", "parsely-section", "section", "category")
DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description")
LANGUAGES = ("og:locale", "content-language", "dc.language", "language")

YEAR = re.compile(r"(?:19|20)\d\d")
DATE_IN_PATH = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_-]|\Z)")
# A date with the name of a month, or with the year first.
SHOWN_DATE = re.compile(
    r"\b\d{1,2}\.? [^\W\d_]{3,12}\.? (?:19|20)\d\d\b|\b[^\W\d_]{3,12}\.? \d{1,2},? (?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d-\d\d-\d\d\b"
)
UPDATED = re.compile(r"(?:last )?(?:updated|modified)", re.I)
LONGEST_SHOWN = 80
DATE_PATH = (
    "//*[contains(@class, 'date') or contains(@class, 'Date') or contains(@class, 'time') or"
    " contains(@class, 'publish') or contains(@class, 'author') or contains(@class, 'byline')]"
)
WEB = re.compile(r"https?://", re.I)
TAG = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}", re.I)
LONGEST = 2_000
LONGEST_DESCRIPTION = 600
MOST_KEYWORDS = 20
# Keywords that begin so are for the site's own programs.
INTERNAL = ("@", "_", "&", "http")
# A date or an author is near the heading: further down are those of other articles and of comments.
MOST_ELEMENTS = 3
MOST_HEADINGS = 30
# Marks of an author's name, the surest first.
AUTHOR_PATHS = (
    "//*[@itemprop='author']//*[@itemprop='name'] | //*[@itemprop='author' and not(.//*[@itemprop])]",
    "//a[@rel='author'] | //a[contains(@href, '/author/') or contains(@href, '/authors/')]",
    "//*[contains(@class, 'author-name') or contains(@class, 'author__name') or @class='author']",
    "//*[contains(@class, 'byline')]",
)


def read(page: Page) -> dict[str, Json]:
    """The metadata of a page, without empty ones."""
    statements = Statements(page)
    site = statements.site
    stated: dict[str, Json] = {
        "title": statements.title,
        "date": statements.date,
        "updated": statements.updated,
        "author": _authors(statements, site),
        "publisher": site,
        "url": statements.url,
        "language": statements.language,
        "section": statements.first("articleSection", SECTIONS),
        "description": statements.first("description", DESCRIPTIONS)[:LONGEST_DESCRIPTION],
        "keywords": statements.keywords,
    }
    return {name: value for name, value in stated.items() if value}


class Statements:
    """What a page states, each statement read when it is first asked for."""

    def __init__(self, page: Page) -> None:
        self.root = page.root
        self.article = json_ld.article(page)
        self.meta = _meta(page)

    def first(self, name: str, metas: Sequence[str]) -> str:
        """What the article's data say under a name, else what the first of these `meta` elements does."""
        return json_ld.words(self.article.get(name)) or next(self.of_meta(metas), "")

    def of_meta(self, metas: Sequence[str]) -> Iterator[str]:
        """The contents of the `meta` elements with these names, by the order of the names."""
        return (value for name in metas for value in self.meta.get(name, ()))

    @cached_property
    def url(self) -> str:
        """The address of the article, absolute; empty if the page does not state one."""
        links = (link.get("href") for link in self.root.iter("link") if "canonical" in (link.get("rel") or "").lower())
        base = next(self.of_meta(("og:url",)), "") or json_ld.text(self.article.get("url"))
        for value in (*links, base, json_ld.text(self.article.get("url"))):
            address = _joined(base, line(value))
            if WEB.match(address) and len(_path(address)) > 1:
                return address
        return ""

    @cached_property
    def site(self) -> str:
        """The name of the site."""
        stated = [name for name in self.of_meta(SITES) if not WEB.match(name)]
        of_article = json_ld.words(self.article.get("publisher"))
        return names.site(stated[0] if stated else "", of_article) or names.behind(self.title, self._window)

    @cached_property
    def title(self) -> str:
        """The heading that agrees with a stated title, else the stated title without the name of the site."""
        stated = list(filter(None, [json_ld.words(self.article.get("headline")), *self.of_meta(TITLES)]))
        sites = [*self.of_meta(SITES), json_ld.words(self.article.get("publisher")), *_host_names(self.url)]
        # If nothing else states a title or a site, the last part of the window's title is the site.
        window = self._window if stated or any(sites) else names.divided(self._window)[0]
        titles = [names.without_site(title, sites) for title in (*stated, window) if title]
        headings = [line(heading.text_content()) for heading in itertools.islice(self.root.iter("h1"), MOST_HEADINGS)]
        return names.title(list(filter(None, headings)), titles, sites)

    @cached_property
    def date(self) -> str:
        """When the article was published, as the page writes it."""
        stated = (json_ld.text(self.article.get("datePublished")), *self.of_meta(DATES))
        date = next((value for value in stated if YEAR.search(value)), "")
        return date or self._marked_date() or self._date_in_path() or self._shown_date()

    @cached_property
    def updated(self) -> str:
        """When the article was changed, as the page writes it; empty if that is when it was published."""
        stated = (json_ld.text(self.article.get("dateModified")), *self.of_meta(UPDATES))
        return next((value for value in stated if YEAR.search(value) and value != self.date), "")

    @cached_property
    def language(self) -> str:
        """The language tag of the page."""
        stated = (self.root.get("lang") or self.root.get("{http://www.w3.org/XML/1998/namespace}lang") or "",
                  json_ld.text(self.article.get("inLanguage")), *self.of_meta(LANGUAGES))  # fmt: skip
        return next((value.replace("_", "-") for value in map(line, stated) if TAG.fullmatch(value)), "")

    @cached_property
    def keywords(self) -> list[Json]:
        """The article's keywords."""
        stated = json_ld.texts(self.article.get("keywords")) or list(self.of_meta(("article:tag",)))
        stated = stated or list(self.of_meta(("news_keywords", "keywords")))
        words = (word.strip() for value in stated for word in value.split(","))
        kept: dict[Json, None] = dict.fromkeys(word for word in words if word and not word.startswith(INTERNAL))
        return list(kept)[:MOST_KEYWORDS]

    @cached_property
    def _window(self) -> str:
        """The title of the page's window, in which the name of the site usually follows that of the article.

        Empty if it is what the program that made the page puts there.
        """
        title = line(self.root.findtext(".//title"))
        return "" if document_metadata.is_unnamed(title) else title

    def _marked_date(self) -> str:
        """The date of an element that is marked as it, or of the first `time`."""
        for path in ("//*[@itemprop='datePublished' or @pubdate]", "//article//time[@datetime]", "//time[@datetime]"):
            for element in self.root.xpath(path)[:MOST_ELEMENTS]:
                value = line(element.get("datetime") or element.get("content"))
                shown = None if value else SHOWN_DATE.search(line(element.text_content()))
                if YEAR.search(value) or shown:
                    return shown[0] if shown else value
        return ""

    def _date_in_path(self) -> str:
        """The date in the path of the address."""
        match = DATE_IN_PATH.search(_path(self.url))
        return "-".join(match.groups()) if match else ""

    def _shown_date(self) -> str:
        """The first date in an element whose class is that of a date or an author."""
        for element in self.root.xpath(DATE_PATH):
            text = line(element.text_content())
            if len(text) <= LONGEST_SHOWN and not UPDATED.match(text) and (date := SHOWN_DATE.search(text)):
                return date[0]
        return ""


def _meta(page: Page) -> Mapping[str, list[str]]:
    """The contents of the `meta` elements, by their names in lower case."""
    contents: dict[str, list[str]] = {}
    for element in page.root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = line(element.get("content"))
        if name and content and len(content) <= LONGEST:
            contents.setdefault(name.strip().lower(), []).append(content)
    return contents


def _authors(statements: Statements, site: str) -> Json:
    """The authors: those of the article's data, else of its `meta` elements, else those that are marked in the text.

    One alone is a text, which normalising divides if it names several.
    """
    for read_ in (_of_article, _of_meta, _marked):
        stated = read_(statements)
        # Data that name only the site as the author leave no question to the text.
        if authors := names.authors(stated, site):
            return authors[0] if len(authors) == 1 else list(authors)
        if stated and all(names.folded(name) == names.folded(site) for name in stated):
            break
    return []


def _of_article(statements: Statements) -> list[str]:
    return json_ld.texts(statements.article.get("author"))


def _of_meta(statements: Statements) -> list[str]:
    return list(statements.of_meta(AUTHORS))


def _marked(statements: Statements) -> list[str]:
    """The first text that is marked as an author's name."""
    for path in AUTHOR_PATHS:
        texts = (line(element.text_content()) for element in statements.root.xpath(path)[:MOST_ELEMENTS])
        if people := [text for text in texts if names.is_person(text)]:
            return people[:1]
    return []


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address) if address else ""
    except ValueError:
        return ""


def _path(url: str) -> str:
    """The path of an address; empty for an address that is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _host_names(url: str) -> list[str]:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return []
    return [host.removeprefix("www."), *(part for part in host.split(".")[:-1] if len(part) > 3)]
