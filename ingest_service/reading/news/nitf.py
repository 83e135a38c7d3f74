"""NITF, the News Industry Text Format of the IPTC: one article a file (NITF 3.x, https://iptc.org/standards/nitf/)."""

from collections.abc import Iterable

from ingest_service.model import Availability, Json, Publication
from ingest_service.reading import markup, xml_documents
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.news import items, moments
from ingest_service.reading.news.items import NewsItem
from ingest_service.reading.xml_documents import Element, attribute, find, find_all, first_line

NAME = "NITF"
MEDIA_TYPE = "application/nitf+xml"


def item(root: Element, file_name: str) -> NewsItem:
    """The item of an `nitf` element."""
    publication = _publication(find(root, "head/docdata"))
    values = items.metadata({**body_metadata(root), **_head_metadata(root)})
    return NewsItem(text(root), values, publication, MEDIA_TYPE, publication.guid or file_name)


def text(root: Element) -> list[str]:
    """The paragraphs of the content; those of the abstract if there are no others."""
    body = find(root, "body")
    return (
        markup.paragraphs(*find_all(body, "body.content"), *find_all(body, "body.end/tagline"))
        or markup.paragraphs(*find_all(body, "body.head/abstract"))
        or _loose_text(body)
    )


def body_metadata(root: Element) -> dict[str, Json]:
    """What the head of the body says: title, authors, dateline, publisher and abstract; the file's title at last."""
    head = find(root, "body/body.head")
    titles = list(find_all(head, "byline/byttl")) + list(find_all(head, "byline/person/byttl"))
    names = [items.byline(name) for byline in find_all(head, "byline") if (name := _names(byline))]
    subheadline = first_line(head, "hedline/hl2")
    title = first_line(head, "hedline/hl1", "headline/hl1", "hedline") or first_line(root, "head/title")
    return {
        "title": title,
        "byline": (names[0] if len(names) == 1 else list[Json](names)) or [xml_documents.line(one) for one in titles],
        "byline_title": first_line(head, "byline/byttl") if names else "",
        "publisher": first_line(head, "distributor", "rights/rights.owner"),
        "dateline": first_line(head, "dateline/location", "dateline"),
        "subheadline": subheadline if subheadline != title else "",
        "abstract": first_line(head, "abstract"),
    }


def _head_metadata(root: Element) -> dict[str, Json]:
    """What the head of the file says; it names the publisher only if the body names none."""
    head, docdata, body = find(root, "head"), find(root, "head/docdata"), body_metadata(root)
    issued = attribute(find(docdata, "date.issue"), "norm") or _story_date(root)
    rights = find(docdata, "doc.rights")
    return {
        "publisher": body["publisher"]
        or attribute(find(docdata, "doc.copyright"), "holder")
        or attribute(rights, "owner")
        or attribute(find(docdata, "doc-id"), "regsrc"),
        "date": moments.date(issued),
        "language": attribute(root, "baselang", "lang"),
        "released": moments.iso(attribute(find(docdata, "date.release"), "norm")),
        "expires": moments.iso(attribute(find(docdata, "date.expire"), "norm")),
        "urgency": attribute(find(docdata, "urgency"), "ed-urg"),
        "status": attribute(docdata, "management-status"),
        "keywords": [attribute(keyword, "key") for keyword in find_all(docdata, "key-list/keyword")],
        "subjects": [_subject(subject) for subject in find_all(head, "tobject/tobject.subject")],
        "type": attribute(find(head, "tobject"), "tobject.type"),
        "place": attribute(find(docdata, "evloc"), "city"),
        "series": attribute(find(docdata, "series"), "series.name"),
        "note_to_editors": attribute(find(docdata, "ed-msg"), "info"),
        "copyright": attribute(find(docdata, "doc.copyright"), "holder"),
        "usage": attribute(rights, "limitations", "type"),
    }


def _publication(docdata: Element | None) -> Publication:
    issue = attribute(find(docdata, "date.issue"), "norm")
    issued = moments.moment(issue)
    released = moments.moment(attribute(find(docdata, "date.release"), "norm"), issue)
    embargo = released if released and (issued is None or released > issued) else None
    created = moments.iso(attribute(find(docdata, "date.issue"), "norm"))
    version = items.version(attribute(find(docdata, "du-key"), "version"), created)
    return Publication(_guid(docdata), version, _availability(docdata, has_embargo=embargo is not None), embargo)


def _guid(docdata: Element | None) -> str | None:
    """The id of the document; the key of its updates if the id only adds the number of the update to it."""
    id_, key = attribute(find(docdata, "doc-id"), "id-string"), attribute(find(docdata, "du-key"), "key")
    return (key if key and id_.startswith(key) else id_ or key) or None


def _availability(docdata: Element | None, *, has_embargo: bool) -> Availability:
    if any("kill" in attribute(message, "msg-type").lower() for message in find_all(docdata, "ed-msg")):
        return "cancelled"
    return items.availability(attribute(docdata, "management-status"), has_embargo=has_embargo)


def _names(byline: Element) -> str:
    """The text of a byline without the titles of the persons."""
    texts = [byline.text or ""]
    for child in byline:
        if xml_documents.name(child) not in {"", "byttl"}:
            texts += xml_documents.pieces(child)
        texts.append(child.tail or "")
    return xml_documents.one_line(" ".join(texts)).replace(" ,", ",")


def _story_date(root: Element) -> str:
    date = find(root, "body/body.head/dateline/story.date")
    return attribute(date, "norm") or xml_documents.line(date)


def _subject(subject: Element) -> str:
    """The most detailed name of a subject, else its code."""
    return attribute(
        subject,
        "tobject.subject.detail",
        "tobject.subject.matter",
        "tobject.subject.type",
        "tobject.subject.code",
        "tobject.subject.refnum",
    )


def _loose_text(body: Element | None) -> list[str]:
    """The paragraphs directly in a body without a content."""
    return [] if body is None else markup.paragraphs(*find_all(body, "p"), *find_all(body, "block"))


def _read(source: Source) -> Iterable[Part]:
    root, encoding = xml_documents.parse(source.content)
    return items.parts([item(root, source.name)], source, encoding)


FORMAT = Format(
    NAME, MEDIA_TYPE, frozenset({".xml", ".nitf"}), lambda opening: (opening.root or "").lower() == "nitf", _read
)
