"""NewsML 1.x of the IPTC, which agencies sent before NewsML-G2 (https://iptc.org/standards/newsml-1/).

A news item has components inside components. Its lines and metadata are in the outer ones, its text in an inner one.
"""

import copy
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from ingest_service.errors import NoText
from ingest_service.model import Json, Publication
from ingest_service.reading import markup, xml_documents
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.news import items, moments, nitf
from ingest_service.reading.news.items import NewsItem
from ingest_service.reading.xml_documents import Element, attribute, find, find_all, first_line

NAME = "NewsML 1"
MEDIA_TYPE = "text/vnd.IPTC.NewsML"
ROOT = "newsml"
# The roles of the component that holds the story, and of those that hold a caption.
MAIN_ROLES = ("main", "", "caption")
TEXT_TYPES = frozenset({"", "text", "complexdata"})


def _read(source: Source) -> Iterable[Part]:
    root, encoding = xml_documents.parse(source.content)
    read = [_item(element, number) for number, element in enumerate(find_all(root, "newsitem"), 1)]
    if not read:
        raise NoText("The NewsML file holds no news item.")
    return items.parts(read, source, encoding)


def _item(element: Element, number: int) -> NewsItem:
    publication = _publication(element)
    content = _main_content(element)
    values = items.metadata(_metadata(element, content))
    text = [] if content is None else _text(content)
    return NewsItem(
        text,
        values,
        publication,
        MEDIA_TYPE,
        publication.guid or f"item {number}",
        own_bytes=partial(_alone, element),
    )


def _alone(element: Element) -> bytes:
    """A file of an item alone."""
    root = element.makeelement("NewsML")
    root.append(copy.deepcopy(element))
    return xml_documents.serialised(root)


def _publication(element: Element) -> Publication:
    management = find(element, "newsmanagement")
    revision = first_line(element, "identification/newsidentifier/revisionid")
    revised = first_line(management, "thisrevisioncreated")
    created = moments.iso(revised)
    embargo = _embargo(management, revised)
    status = attribute(find(management, "status"), "formalname")
    return Publication(
        _guid(element, revision),
        items.version(revision, created),
        items.availability(status, has_embargo=embargo is not None),
        embargo,
    )


def _guid(element: Element, revision: str) -> str | None:
    """The public identifier without the revision, which it ends with."""
    identifier = find(element, "identification/newsidentifier")
    public = first_line(identifier, "publicidentifier")
    update = attribute(find(identifier, "revisionid"), "update")
    for ending in (f":{revision}{update}", f":{revision}"):
        if revision and public.endswith(ending):
            return public.removesuffix(ending)
    parts = [first_line(identifier, name) for name in ("providerid", "dateid", "newsitemid")]
    return public or ("urn:newsml:" + ":".join(parts) if all(parts) else None)


def _embargo(management: Element | None, revised: str) -> datetime | None:
    """When the status becomes usable; a time without a zone has that of the revision."""
    change = find(management, "statuswillchange")
    future = attribute(find(change, "futurestatus"), "formalname").lower()
    return moments.moment(first_line(change, "dateandtime"), revised) if future == "usable" else None


def _components(element: Element) -> Iterator[Element]:
    """The components in an element and in these, outer ones first."""
    for component in find_all(element, "newscomponent"):
        yield component
        yield from _components(component)


def _main_content(element: Element) -> Element | None:
    """The first content with text, of the main component if one has that role."""
    found = [
        (MAIN_ROLES.index(role), content)
        for component in _components(element)
        if (role := attribute(find(component, "role"), "formalname").lower()) in MAIN_ROLES
        for content in find_all(component, "contentitem")
        if attribute(find(content, "mediatype"), "formalname").lower() in TEXT_TYPES and _text(content)
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _text(content: Element) -> list[str]:
    """The paragraphs of NITF, of XHTML, or of HTML written as text."""
    data = find(content, "datacontent")
    inner = find(data, "nitf")
    if inner is not None:
        return nitf.text(inner)
    html = find(data, "html")
    if html is not None:
        return markup.paragraphs(*find_all(html, "body"))
    if next(xml_documents.children(data), None) is not None:
        return markup.paragraphs(data)
    return [] if data is None else markup.fragment("".join(xml_documents.pieces(data)))


def _metadata(element: Element, content: Element | None) -> dict[str, Json]:
    management = find(element, "newsmanagement")
    inner = find(content, "datacontent/nitf")
    body = {} if inner is None else nitf.body_metadata(inner)
    revised, first = first_line(management, "thisrevisioncreated"), first_line(management, "firstcreated")
    return {
        "title": _line(element, "headline") or body.get("title") or first_line(element, "identification/namelabel"),
        "byline": items.byline(_line(element, "byline")) or body.get("byline"),
        "date": moments.date(first) or moments.date(revised),
        "publisher": _party(element, "provider") or _party(element, "source") or _line(element, "creditline"),
        "language": (_described(element, "language") or attribute(element, "lang")).lower(),
        "version_created": moments.iso(revised),
        "dateline": _line(element, "dateline") or body.get("dateline"),
        "subheadline": _line(element, "subheadline"),
        "credit": _line(element, "creditline"),
        "slugline": _line(element, "slugline"),
        "copyright": _line(element, "copyrightline"),
        "urgency": attribute(find(management, "urgency"), "formalname"),
        "status": attribute(find(management, "status"), "formalname").lower(),
        "genres": list(filter(None, [_described(element, "genre")])),
        "keywords": _keywords(element),
        "note_to_editors": next(filter(None, (first_line(one, "comment") for one in _components(element))), ""),
    }


def _line(element: Element, name: str) -> str:
    """A line of the news item, such as its headline, from the outermost component that has it."""
    return next(filter(None, (first_line(one, f"newslines/{name}") for one in _components(element))), "")


def _party(element: Element, name: str) -> str:
    parties = (find(component, f"administrativemetadata/{name}/party") for component in _components(element))
    return next(filter(None, (attribute(party, "formalname") for party in parties)), "")


def _described(element: Element, name: str) -> str:
    values = (find(component, f"descriptivemetadata/{name}") for component in _components(element))
    return next(filter(None, (attribute(value, "formalname") for value in values)), "")


def _keywords(element: Element) -> list[Json]:
    properties = (
        one for component in _components(element) for one in find_all(component, "descriptivemetadata/property")
    )
    return [attribute(one, "value") for one in properties if attribute(one, "formalname") == "Keyword"]


FORMAT = Format(
    NAME, MEDIA_TYPE, frozenset({".xml", ".newsml"}), lambda opening: (opening.root or "").lower() == ROOT, _read
)
