"""NewsML-G2 of the IPTC: news items, alone or in a news message (https://iptc.org/standards/newsml-g2/).

Packages, concepts, plans and catalogues refer to news items or describe them, and have no text of their own.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from ingest_service.errors import NoText
from ingest_service.model import Json, Publication
from ingest_service.reading import markup, xml_documents
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.news import items, moments, nitf
from ingest_service.reading.news.items import NewsItem
from ingest_service.reading.xml_documents import Element, attribute, find, find_all, first_line

NAME = "NewsML-G2"
MEDIA_TYPE = "application/vnd.iptc.g2.newsitem+xml"
NEWS_ITEM, MESSAGE = "newsitem", "newsmessage"
# Items that have no text of their own, in words.
OTHER_ITEMS = {
    "packageitem": "a package of references to other items",
    "conceptitem": "the description of a concept",
    "knowledgeitem": "a list of concepts",
    "planningitem": "a plan of coverage",
    "catalogitem": "a catalogue of vocabularies",
}
# Parts of an item that documentation and some systems save alone.
ITEM_PARTS = frozenset({"contentset", "contentmeta", "groupset"})
CAPTION, MAIN = "caption", frozenset({"", "main"})
ORGANISATION = re.compile(r"\b(?:Agency|AG|Corp|GmbH|Inc|LLC|Ltd|Network|News|plc|Press|Radio|Television|TV)\b")
SUMMARIES = frozenset({"summary", "abstract"})


def _read(source: Source) -> Iterable[Part]:
    root, encoding = xml_documents.parse(source.content)
    elements = list(_news_items(root))
    if not elements:
        raise NoText(f"The NewsML-G2 file holds {_other_items(root)}, and no news item.")
    read = [_item(element, number) for number, element in enumerate(elements, 1)]
    return items.parts(read, source, encoding)


def _news_items(root: Element) -> Iterator[Element]:
    kind = xml_documents.name(root)
    if kind == MESSAGE:
        yield from find_all(root, "itemset/newsitem")
    elif kind == NEWS_ITEM:
        yield root
    elif kind == "contentset":
        # As the content of an item about which nothing is known.
        parent = root.makeelement(NEWS_ITEM)
        parent.append(root)
        yield parent


def _other_items(root: Element) -> str:
    """What a file without news items holds, in words."""
    kinds = map(xml_documents.name, root.iter())
    return next((OTHER_ITEMS[kind] for kind in kinds if kind in OTHER_ITEMS), "only a part of an item")


def _item(element: Element, number: int) -> NewsItem:
    publication = _publication(element)
    body = _body(element)
    descriptions = list(find_all(element, "contentmeta/description"))
    paragraphs = body or _described(descriptions)
    values = _metadata(element)
    if body:
        values["summary"] = next((xml_documents.line(one) for one in descriptions if _role(one) in SUMMARIES), "")
    return NewsItem(
        paragraphs,
        items.metadata(values),
        publication,
        MEDIA_TYPE,
        publication.guid or f"item {number}",
        own_bytes=partial(xml_documents.serialised, element),
    )


def _publication(element: Element) -> Publication:
    item_meta = find(element, "itemmeta")
    end = first_line(item_meta, "embargoed")
    embargo = moments.moment(end, first_line(item_meta, "versioncreated"))
    status = _code(find(item_meta, "pubstatus"))
    if any(_code(signal).lower() == "kill" for signal in find_all(item_meta, "signal")):
        status = "kill"
    created = moments.iso(first_line(item_meta, "versioncreated"))
    return Publication(
        attribute(element, "guid") or None,
        items.version(attribute(element, "version"), created),
        items.availability(status, has_embargo=embargo is not None, is_unclear=bool(end)),
        embargo,
    )


def _body(element: Element) -> list[str]:
    """The paragraphs of the first content with text; the others are other renditions of it."""
    for content in xml_documents.children(find(element, "contentset")):
        kind = xml_documents.name(content)
        made: list[str] = []
        if kind == "inlinexml":
            made = _inline_xml(content)
        elif kind == "inlinedata" and not attribute(content, "encoding"):
            made = markup.fragment("".join(xml_documents.pieces(content)))
        if made:
            return made
    return []


def _inline_xml(content: Element) -> list[str]:
    """The paragraphs of NITF, of XHTML, or of long texts in another vocabulary, such as SportsML."""
    nitf_root = _nitf(content)
    if nitf_root is not None:
        return nitf.text(nitf_root)
    html = find(content, "html")
    if html is not None:
        return markup.paragraphs(*find_all(html, "body"))
    if any(xml_documents.name(child) in markup.BLOCKS for child in content):
        return markup.paragraphs(content)
    return markup.prose(content)


def _nitf(element: Element | None) -> Element | None:
    return find(element, "nitf")


def _described(descriptions: list[Element]) -> list[str]:
    """The descriptions of a photograph, video or sound: its captions, else all."""
    captions = [one for one in descriptions if _role(one) == CAPTION]
    return markup.paragraphs(*(captions or descriptions))


def _metadata(element: Element) -> dict[str, Json]:
    item_meta, content_meta = find(element, "itemmeta"), find(element, "contentmeta")
    nitf_root = next(
        (found for found in map(_nitf, find_all(element, "contentset/inlinexml")) if found is not None), None
    )
    inner = {} if nitf_root is None else nitf.body_metadata(nitf_root)
    versioned, first = first_line(item_meta, "versioncreated"), first_line(item_meta, "firstcreated")
    created = first_line(content_meta, "contentcreated")
    return {
        "title": _headline(content_meta) or inner.get("title") or first_line(item_meta, "title"),
        "byline": _byline(content_meta) or inner.get("byline") or _creators(content_meta),
        "byline_title": inner.get("byline_title"),
        "date": moments.date(first) or moments.date(created) or moments.date(versioned),
        "publisher": _publisher(element),
        "language": _language(element),
        "version_created": moments.iso(versioned),
        "content_created": moments.iso(created),
        "content_modified": moments.iso(first_line(content_meta, "contentmodified")),
        "dateline": first_line(content_meta, "dateline") or inner.get("dateline"),
        "located": _name(find(content_meta, "located")),
        "credit": first_line(content_meta, "creditline"),
        "source_of_information": _party(find(content_meta, "infosource")),
        "slugline": first_line(content_meta, "slugline"),
        "urgency": first_line(content_meta, "urgency"),
        "genres": _names_of(find_all(content_meta, "genre")),
        "subjects": _names_of(find_all(content_meta, "subject")),
        "keywords": [xml_documents.line(keyword) for keyword in find_all(content_meta, "keyword")],
        "type": _code(find(item_meta, "itemclass")),
        "status": _code(find(item_meta, "pubstatus")),
        "note_to_editors": _notes_to_editors(item_meta),
        "copyright": first_line(element, "rightsinfo/copyrightnotice"),
        "usage": first_line(element, "rightsinfo/usageterms"),
    }


def _notes_to_editors(item_meta: Element | None) -> list[Json] | str:
    """The notes to editors, without those that only the desk may read, and copies of all notes in HTML."""
    notes = [
        xml_documents.line(note)
        for note in find_all(item_meta, "ednote")
        if not attribute(note, "pubconstraint") and next(xml_documents.children(note), None) is None
    ]
    notes = list(filter(None, notes))
    return notes[0] if len(notes) == 1 else list[Json](notes)


def _headline(content_meta: Element | None) -> str:
    """The main headline, before subheadlines."""
    headlines = [one for one in find_all(content_meta, "headline") if xml_documents.line(one)]
    main = next((one for one in headlines if _role(one) in MAIN), headlines[0] if headlines else None)
    return xml_documents.line(main)


def _byline(content_meta: Element | None) -> list[Json] | str:
    names = [items.byline(line) for by in find_all(content_meta, "by") if (line := xml_documents.line(by))]
    return names[0] if len(names) == 1 else list[Json](names)


def _creators(content_meta: Element | None) -> list[Json]:
    """The full names of the creators that are persons, as far as the item shows."""
    creators = [one for one in find_all(content_meta, "creator") if find(one, "organisationdetails") is None]
    return [name for one in creators if " " in (name := _name(one)) and not ORGANISATION.search(name)]


def _publisher(element: Element) -> str:
    """The provider if it is named, else the holder of the copyright or the source; the address of a site at last."""
    provider = find(element, "itemmeta/provider")
    candidates = [
        _party(provider),
        _party(find(element, "rightsinfo/copyrightholder")),
        _party(find(element, "contentmeta/infosource")),
        first_line(element, "contentmeta/creditline"),
    ]
    named = (candidate for candidate in candidates if candidate and not _is_site(candidate))
    return next(named, "") or next(filter(None, candidates), "")


def _is_site(text: str) -> bool:
    return " " not in text and "." in text.strip(".")


def _language(element: Element) -> str:
    content = find(element, "contentset/inlinexml", "contentset/inlinedata")
    return (
        attribute(find(element, "contentmeta/language"), "tag")
        or attribute(content, "lang")
        or attribute(find(content, "html"), "lang")
        or attribute(element, "lang")
    )


def _party(element: Element | None) -> str:
    """The name of a person or organisation, else its literal value or its code."""
    return _name(element) or attribute(element, "literal") or _code(element)


def _name(element: Element | None) -> str:
    return first_line(element, "name")


def _names_of(elements: Iterable[Element]) -> list[Json]:
    return list(dict.fromkeys(name for element in elements if (name := _name(element))))


def _code(element: Element | None) -> str:
    """The code of a concept without the alias of its vocabulary, from a qcode or, if it has one, from a URI."""
    qcode, uri = attribute(element, "qcode"), attribute(element, "uri")
    return qcode.partition(":")[2] or (uri.rstrip("/").rpartition("/")[2] if "newscodes" in uri else "")


def _role(element: Element) -> str:
    """The role of an element in lower case, without the alias of its vocabulary."""
    return attribute(element, "role").rpartition(":")[2].lower()


FORMAT = Format(
    NAME,
    MEDIA_TYPE,
    frozenset({".xml", ".newsml", ".g2"}),
    lambda opening: (opening.root or "").lower() in {NEWS_ITEM, MESSAGE, *OTHER_ITEMS, *ITEM_PARTS},
    _read,
)
