"""ninjs, News in JSON of the IPTC, versions 1 to 3: one item or a list (https://iptc.org/standards/ninjs/).

The versions differ in the form of their keys: `headline` is a text in 1.x and a list of texts with roles, `headlines`,
from 2.0 on; 3.0 writes `versionCreated` for `versioncreated`. Keys are therefore compared in lower case.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from ingest_service.errors import Damaged, UnknownFormat, Unreadable
from ingest_service.model import Json, Publication
from ingest_service.reading import encoding, markup
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.news import items, moments, ninjs_fields
from ingest_service.reading.news.items import NewsItem
from ingest_service.reading.news.ninjs_fields import Object, Text
from ingest_service.reading.opening import Opening

NAME = "ninjs"
MEDIA_TYPE = "application/json"

IDENTITIES = ("uri", "guid")
# An object with an identity and two of these is a news item. "title" and "type" are in too many others to count.
SIGNS = frozenset(
    {
        "versioncreated", "firstcreated", "pubstatus", "headline", "headlines", "byline", "body_text", "body_xhtml",
        "body_html", "bodies", "description_text", "descriptions", "copyrightholder", "copyrightnotice", "renditions",
        "associations", "eventdetails", "contentcreated", "located", "slugline", "usageterms",
    }
)  # fmt: skip
FEWEST_SIGNS = 2
# Where a service answers with a list of items, they are under these keys.
WRAPPERS = ("data", "item", "items", "results")
DEEPEST_WRAPPER = 6
SIGN_IN_TEXT = re.compile(rf'"({"|".join(SIGNS)})"\s*:', re.I)
IDENTITY_IN_TEXT = re.compile(r'"(?:uri|guid)"\s*:\s*"', re.I)

PAGE = re.compile(r"https?://(?!api\.)[^/\s]+/", re.I)

# Items of these types have their captions as text.
PICTURES = frozenset({"picture", "graphic", "photo", "image", "video", "audio"})
CAPTION_ROLES = ("caption", "text", "main", "")
# What is no text, though it is among the descriptions.
OTHER_ROLES = frozenset({"creditline", "writer", "keywords", "credit"})
MAIN_ROLES = ("main", "", "headline", "text")


def _read(source: Source) -> Iterable[Part]:
    objects = list(_objects(_parsed(source.content)))
    if not objects:
        raise UnknownFormat("no reader knows this JSON: it is no news item in ninjs")
    read = [item for number, one in enumerate(objects, 1) for item in _items(one, f"item {number}")]
    return items.parts(read, source, "utf-8")


def _recognises(opening: Opening) -> bool:
    if opening.text[:1] not in {"{", "["}:
        return False
    # A file that is cut off is no JSON, and its first keys show what it was.
    if IDENTITY_IN_TEXT.search(opening.text) and len(set(SIGN_IN_TEXT.findall(opening.text))) >= FEWEST_SIGNS:
        return True
    if opening.kind != "JSON":
        return False
    try:
        return next(_objects(_parsed(opening.content)), None) is not None
    except Unreadable:
        return False


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content)
    except UnicodeDecodeError:
        content = encoding.decode(content).text.encode()
    except (ValueError, RecursionError) as error:
        raise Damaged(f"The JSON is damaged or cut off: {error}; save the file again.") from None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"The JSON is damaged: {error}; save the file again.") from None


def _objects(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The news items in a value, as they are: itself, those of a list, or those of an answer that wraps them."""
    if depth > DEEPEST_WRAPPER:
        return
    if isinstance(value, list):
        for entry in value:
            yield from _objects(entry, depth + 1)
    elif isinstance(value, dict):
        fields = ninjs_fields.lowered(value)
        if _is_item(fields):
            yield value
        else:
            for key in WRAPPERS:
                yield from _objects(fields.get(key), depth + 1)


def _is_item(fields: Object) -> bool:
    named = any(isinstance(fields.get(key), str) for key in IDENTITIES)
    return named and len(fields.keys() & SIGNS) >= FEWEST_SIGNS


def _items(item: dict[str, Any], name: str) -> Iterator[NewsItem]:
    """An item, and those of its associations that are texts of their own; pictures remain fields of the item."""
    yield _item(item, name)
    for association in _associations(ninjs_fields.lowered(item)):
        fields = ninjs_fields.lowered(association)
        if _is_item(fields) and _has_body(fields):
            yield _item(association, name)


def _item(item: dict[str, Any], name: str) -> NewsItem:
    fields = ninjs_fields.lowered(item)
    publication = _publication(fields)
    text, values = _text(fields), _metadata(fields)
    own = partial(_alone, item)
    return NewsItem(text, items.metadata(values), publication, MEDIA_TYPE, publication.guid or name, own_bytes=own)


def _alone(item: dict[str, Any]) -> bytes:
    """A file of an item alone, without the items associated with it."""
    alone = {key: value for key, value in item.items() if key.lower() != "associations"}
    return json.dumps(alone, ensure_ascii=False).encode("utf-8", "replace")


def _publication(fields: Object) -> Publication:
    versioned = ninjs_fields.string(fields, "versioncreated")
    end = fields.get("embargoed")
    embargo = moments.moment(ninjs_fields.string(fields, "embargoed"), versioned)
    created = moments.iso(versioned)
    status = ninjs_fields.string(fields, "pubstatus")
    return Publication(
        _identity(fields) or None,
        items.version(ninjs_fields.string(fields, "version"), created),
        items.availability(status, has_embargo=embargo is not None, is_unclear=bool(end)),
        embargo,
    )


def _identity(fields: Object) -> str:
    """What identifies an item in all versions: the "itemid" of its `altids`, since some publishers change the `uri`."""
    altids = fields.get("altids")
    roles = [ninjs_fields.lowered(one) for one in altids if isinstance(one, dict)] if isinstance(altids, list) else []
    listed = {ninjs_fields.string(one, "role").lower(): ninjs_fields.string(one, "value") for one in roles}
    return (
        listed.get("itemid")
        or ninjs_fields.string(ninjs_fields.inner(fields, "altids"), "itemid")
        or (ninjs_fields.string(fields, *IDENTITIES))
    )


def _text(fields: Object) -> list[str]:
    """The paragraphs of the first body with text, marked-up ones first; of a picture or event its description."""
    described = _captions(fields)
    if described and not _has_body(fields):
        return described
    bodies = sorted(_bodies(fields), key=lambda body: (not body.is_html, not body.is_nitf))
    return next((paragraphs for body in bodies if (paragraphs := body.paragraphs)), described)


def _captions(fields: Object) -> list[str]:
    """The paragraphs of the descriptions with the first role that there is; plain text before its marked-up copy."""
    descriptions = [one for one in _descriptions(fields) if one.role not in OTHER_ROLES]
    descriptions.sort(key=lambda one: (_rank(one.role, CAPTION_ROLES), one.is_html))
    return next((paragraphs for one in descriptions if (paragraphs := one.paragraphs)), [])


def _bodies(fields: Object) -> list[Text]:
    return ninjs_fields.texts(fields, "body", "bodies")


def _descriptions(fields: Object) -> list[Text]:
    return ninjs_fields.texts(fields, "description", "descriptions")


def _rank(role: str, roles: tuple[str, ...]) -> int:
    return roles.index(role) if role in roles else len(roles)


def _metadata(fields: Object) -> dict[str, Json]:
    headlines = sorted(ninjs_fields.texts(fields, "headline", "headlines"), key=lambda one: _rank(one.role, MAIN_ROLES))
    title = " ".join(headlines[0].paragraphs) if headlines else ""
    first = ninjs_fields.string(fields, "firstcreated", "contentcreated", "firstpublished")
    versioned = ninjs_fields.string(fields, "versioncreated")
    return {
        "url": _address(fields),
        "title": title or ninjs_fields.string(fields, "title"),
        "byline": _authors(fields),
        "date": moments.date(first) or moments.date(versioned),
        "publisher": _publisher(fields),
        "language": ninjs_fields.string(fields, "language"),
        "version_created": moments.iso(versioned),
        "content_created": moments.iso(ninjs_fields.string(fields, "contentcreated")),
        "summary": " ".join(_captions(fields)) if _has_body(fields) else "",
        "located": ninjs_fields.string(fields, "located", "dateline"),
        "credit": next((one.value for one in _descriptions(fields) if one.role == "creditline"), ""),
        "slugline": ninjs_fields.string(fields, "slugline"),
        "urgency": ninjs_fields.string(fields, "urgency"),
        "genres": ninjs_fields.names(fields, "genre", "genres"),
        "subjects": ninjs_fields.names(fields, "subject", "subjects"),
        "places": ninjs_fields.names(fields, "place", "places"),
        "keywords": ninjs_fields.names(fields, "keywords"),
        "type": ninjs_fields.string(fields, "type"),
        "status": ninjs_fields.string(fields, "pubstatus"),
        "note_to_editors": ninjs_fields.string(fields, "ednote"),
        "copyright": ninjs_fields.string(fields, "copyrightnotice"),
        "usage": ninjs_fields.string(fields, "usageterms"),
        "event": _event(fields),
        "pictures": [_picture(one) for one in map(ninjs_fields.lowered, _associations(fields)) if _is_picture(one)],
    }


def _address(fields: Object) -> str:
    """The address of a page that identifies the item; that of a programming interface is no page."""
    address = ninjs_fields.string(fields, *IDENTITIES)
    return address if PAGE.match(address) else ""


def _authors(fields: Object) -> list[Json] | str:
    """The byline, else the named authors or the photographer."""
    if byline := ninjs_fields.string(fields, "by", "byline"):
        return items.byline(" ".join(markup.fragment(byline)))
    return ninjs_fields.names(fields, "authors") or ninjs_fields.name(fields.get("photographer"))


def _publisher(fields: Object) -> str:
    sources = ninjs_fields.names(fields, "infosource", "infosources")
    return ninjs_fields.string(fields, "source", "provider", "copyrightholder") or (str(sources[0]) if sources else "")


def _event(fields: Object) -> dict[str, Json]:
    """The dates of an event, such as its "startdate"."""
    dates = ninjs_fields.inner(ninjs_fields.inner(fields, "eventdetails"), "dates")
    return {key: value for key in ("startdate", "enddate", *dates) if (value := ninjs_fields.string(dates, key))}


def _associations(fields: Object) -> list[dict[str, Any]]:
    """The associated items, as they are: the values of an object in 1.x, or lists of them; a list from 2.0 on."""
    associations = fields.get("associations")
    values = list(associations.values()) if isinstance(associations, dict) else associations
    entries: list[Any] = values if isinstance(values, list) else []
    flat = [one for entry in entries for one in (entry if isinstance(entry, list) else [entry])]
    return [one for one in flat if isinstance(one, dict)]


def _is_picture(fields: Object) -> bool:
    return ninjs_fields.string(fields, "type").lower() in PICTURES


def _has_body(fields: Object) -> bool:
    """Whether the text of an item is its body: pictures and events are described."""
    described = _is_picture(fields) or bool(ninjs_fields.inner(fields, "eventdetails"))
    return bool(_bodies(fields)) and not described


def _picture(fields: Object) -> dict[str, Json]:
    picture = {
        "guid": ninjs_fields.string(fields, *IDENTITIES),
        "headline": ninjs_fields.string(_metadata(fields), "title"),
        "caption": "\n\n".join(_captions(fields)),
        "credit": ninjs_fields.string(fields, "by", "byline"),
    }
    return {key: value for key, value in picture.items() if value}


FORMAT = Format(NAME, MEDIA_TYPE, frozenset({".json", ".ninjs"}), _recognises, _read)
