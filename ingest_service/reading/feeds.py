"""Feeds saved as files: RSS 0.9 to 2.0 (RSS 1.0 is RDF) and Atom (RFC 4287), one item an entry.

A feed lists only its newest entries, so one that is no longer in it is not withdrawn. An entry with a title and no text
is an item nevertheless: it says that something was published, and where.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin

from ingest_service.errors import NoText
from ingest_service.model import Json, Publication
from ingest_service.reading import markup, xml_documents
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.news import items, moments
from ingest_service.reading.news.items import NewsItem
from ingest_service.reading.opening import Opening
from ingest_service.reading.xml_documents import Element, attribute, children, line

NAME = "RSS or Atom"
RSS, ATOM = "application/rss+xml", "application/atom+xml"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
# Podcasts describe an episode here, some nowhere else.
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
RSS_IN_RDF = re.compile(r"http://(?:purl\.org/rss/1\.0/|my\.netscape\.com/rdf/simple/0\.9|channel\.netscape\.com)")
ATOM_NAMESPACES = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
WEB = re.compile(r"https?://\S+")
# "jane@example.com (Jane Roe)"
MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((?P<name>[^()]+)\)")
MAIL = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says for all its entries."""

    media_type: str
    title: str
    link: str
    language: str
    authors: list[Json]


def _read(source: Source) -> Iterable[Part]:
    root, encoding = xml_documents.parse(source.content)
    head = _head(root)
    feed = Feed(_media_type(root), _title(head), _link(head, ""), _language(head, root), _authors(head))
    read = [_item(entry, feed) for entry in islice(_entries(root), source.limits.members + 1)]
    if not read:
        raise NoText("The feed holds no entries.")
    return items.members(read, source, encoding)


def _recognises(opening: Opening) -> bool:
    root = (opening.root or "").lower()
    if root == "rdf":
        return bool(RSS_IN_RDF.search(opening.text))
    return root == "rss" or (root in {"feed", "entry"} and any(name in opening.text for name in ATOM_NAMESPACES))


def _media_type(root: Element) -> str:
    return ATOM if xml_documents.name(root) in {"feed", "entry"} else RSS


def _head(root: Element) -> Element:
    """The element that describes the feed."""
    return next(_own(root, "channel"), root)


def _entries(root: Element) -> Iterator[Element]:
    """The entries: in the channel of RSS, beside it in RSS 1.0, in the feed of Atom; or an entry of Atom alone."""
    if xml_documents.name(root) == "entry":
        yield root
    for parent in dict.fromkeys((_head(root), root)):
        for name in ("item", "entry"):
            yield from _own(parent, name)


def _item(entry: Element, feed: Feed) -> NewsItem:
    title, link = _title(entry), _link(entry, feed.link)
    published, updated = _date(entry, "pubdate", "published", "issued"), _date(entry, "updated", "modified")
    bodies = [paragraphs for paragraphs in _bodies(entry) if paragraphs]
    summary = " ".join(bodies[-1]) if len(bodies) > 1 and bodies[-1] != bodies[0] else ""
    values: dict[str, Json] = {
        "title": title,
        "byline": _authors(entry) or feed.authors,
        "date": published or updated,
        "publisher": _source(entry) or feed.title,
        "language": _language(entry) or feed.language,
        "url": link,
        "updated": updated if published and updated != published else None,
        "summary": summary,
        "categories": list(dict.fromkeys(filter(None, map(_category, _own(entry, "category"))))),
    }
    name = _name(entry, link or "", f"{title}\n{published}\n{bodies[:1]}")
    text = bodies[0] if bodies else []
    return NewsItem(text, items.metadata(values), Publication(), feed.media_type, name, needs_text=False)


def _own(element: Element, *names: str) -> Iterator[Element]:
    """The children with these names in the vocabulary of the element itself: `media:title` is no title."""
    namespace = _namespace(element)
    for child in children(element):
        if xml_documents.name(child) in names and _namespace(child) in {namespace, ""}:
            yield child


def _of(element: Element, namespace: str, name: str) -> Iterator[Element]:
    return (child for child in children(element) if child.tag == f"{{{namespace}}}{name}")


def _namespace(element: Element) -> str:
    # An RDF document holds elements of RSS.
    namespace = element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""
    return "" if "rdf-syntax" in namespace or RSS_IN_RDF.match(namespace) else namespace


def _title(element: Element) -> str:
    """The title as one line, without the marks that some feeds have in it."""
    titles = (" ".join(_paragraphs(title)) for title in _own(element, "title"))
    return xml_documents.one_line(next(filter(None, titles), ""))


def _bodies(entry: Element) -> Iterator[list[str]]:
    """The texts of an entry, the whole one before the summary."""
    whole = (*_of(entry, CONTENT, "encoded"), *_own(entry, "content"))
    stated = (*whole, *_own(entry, "description", "summary"))
    for element in stated or _of(entry, ITUNES, "summary"):
        yield _paragraphs(element)


def _paragraphs(element: Element) -> list[str]:
    """The paragraphs of a text: elements of XHTML, or HTML written as text."""
    if any(True for _ in children(element)):
        return markup.paragraphs(element)
    text = "".join(xml_documents.pieces(element))
    # In Atom a text without a type has no marks.
    is_plain = attribute(element, "type") in {"text", "text/plain"}
    return markup.plain(text) if is_plain else markup.fragment(text)


def _link(element: Element, base: str) -> str:
    """The address of the page: an alternate link, else a permanent id; relative to the feed's own address."""
    links = [*_own(element, "link")]
    alternate = [link for link in links if attribute(link, "rel") in {"", "alternate"}]
    ids = [line(guid) for guid in _own(element, "guid") if attribute(guid, "ispermalink") != "false"]
    addresses = (*(attribute(link, "href") or line(link) for link in alternate), *ids)
    absolute = (_joined(base, address) for address in addresses if address)
    return next(filter(WEB.fullmatch, absolute), "")


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _date(entry: Element, *names: str) -> str | None:
    elements = (*_own(entry, *names), *_of(entry, DUBLIN_CORE, "date"))
    return next((date for element in elements if (date := moments.date(line(element)))), None)


def _authors(element: Element) -> list[Json]:
    """The names of the authors; addresses of mail are not published."""
    names = [line(creator) for creator in _of(element, DUBLIN_CORE, "creator")]
    for author in _own(element, "author"):
        name = next((line(name) for name in children(author) if xml_documents.name(name) == "name"), line(author))
        found = MAIL_AND_NAME.fullmatch(name)
        names.append(found["name"] if found else name)
    bylines = (items.byline(name) for name in names if name and not MAIL.fullmatch(name))
    return list(dict.fromkeys(bylines))


def _source(entry: Element) -> str:
    """The feed that an entry was taken from, if it names one: its title in Atom, its own text in RSS."""
    return next((_title(source) or line(source) for source in _own(entry, "source")), "")


def _language(*elements: Element) -> str:
    for element in elements:
        stated = (*_own(element, "language"), *_of(element, DUBLIN_CORE, "language"))
        content = next(_own(element, "content"), None)
        found = next(filter(None, map(line, stated)), "") or attribute(element, "lang") or attribute(content, "lang")
        if found:
            return found
    return ""


def _category(category: Element) -> str:
    return attribute(category, "label", "term") or line(category)


def _name(entry: Element, link: str, text: str) -> str:
    """The id of an entry, else its address, else a digest of its title, date and text."""
    ids = (*map(line, _own(entry, "guid", "id")), attribute(entry, "about"), link)
    return next(filter(None, ids), "") or hashlib.sha256(text.encode()).hexdigest()


FORMAT = Format(NAME, RSS, frozenset({".xml", ".rss", ".atom", ".rdf"}), _recognises, _read, accumulates=True)
