"""What the news formats have in common: an item of text, metadata and publication, as a reading. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest_service import characters
from ingest_service.errors import NoText, TooManyMembers, Unreadable
from ingest_service.model import Availability, Json, Original, Publication, Reading
from ingest_service.reading import extracts
from ingest_service.reading.format import Part, Source, UnreadMember
from ingest_service.reading.member_names import MemberNames

LONGEST_FIELD = 2_000
MOST_VALUES = 50
# The words of IPTC's vocabulary of publishing statuses, and of older formats.
AVAILABILITIES: dict[str, Availability] = {
    "usable": "usable", "withheld": "withheld", "embargoed": "withheld", "hold": "withheld", "canceled": "cancelled",
    "cancelled": "cancelled", "kill": "cancelled", "killed": "cancelled",
}  # fmt: skip
BY = re.compile(r"(?i:by|von|par|por|door|av|af):?\s+(?=[^\W\d_a-z])")
NUMBER = re.compile(r"\d{1,30}")


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One item of a news format; `name` is its name inside a file of several. Most need a text, an entry a title.

    `own_bytes` makes a file of the item alone, in UTF-8; called where the bytes of the file would reveal another one.
    """

    paragraphs: Sequence[str]
    metadata: Mapping[str, Json]
    publication: Publication
    media_type: str
    name: str
    needs_text: bool = True
    own_bytes: Callable[[], bytes] | None = None

    @property
    def says_something(self) -> bool:
        """Whether the item has what it needs, or says that another version of it must not be published."""
        is_announced = not self.needs_text and bool(self.metadata.get("title"))
        return bool(self.paragraphs) or is_announced or self.publication.availability != "usable"


def parts(items: Sequence[NewsItem], source: Source, encoding: str) -> Iterable[Part]:
    """The readings of a file's items: an only one is the file, else each is a member. Raises NoText, TooManyMembers."""
    return [reading(items[0], source, encoding)] if len(items) == 1 else members(items, source, encoding)


def members(items: Sequence[NewsItem], source: Source, encoding: str) -> list[Part]:
    """The readings of a file's items, each with its name; those without text as unread. Raises TooManyMembers.

    If one must be held, the original of each is a file of it alone, since the bytes of all would reveal that one. This
    does not depend on the time, so that the end of an embargo changes no original.
    """
    if len(items) > source.limits.members:
        raise TooManyMembers(f"the file holds {len(items)} items, the limit is {source.limits.members}")
    names = MemberNames()
    parts_ = [_part(item, names.unique(item.name), source, encoding) for item in items]
    if not any(item.publication.embargo or item.publication.availability == "withheld" for item in items):
        return parts_
    return [_apart(part, item) for part, item in zip(parts_, items, strict=True)]


def reading(item: NewsItem, source: Source, encoding: str, name: str | None = None) -> Reading:
    """The reading of an item. Raises NoText or TextTooLong."""
    if not item.says_something:
        raise NoText(f"The news item {item.name} has no text: only metadata, or references to other files.")
    paragraphs = [extracts.Paragraph(paragraph) for paragraph in item.paragraphs]
    read = extracts.reading(item.media_type, paragraphs, item.metadata, source.limits)
    return replace(read, name=name, encoding=encoding, publication=item.publication)


def metadata(values: Mapping[str, Json]) -> dict[str, Json]:
    """Metadata without empty values, long texts and long lists cut, characters repaired."""
    return {key: cut for key, value in values.items() if (cut := _cut(value)) not in (None, "", [], {})}


def availability(status: str, *, has_embargo: bool, is_unclear: bool = False) -> Availability:
    """The availability that a status means, such as "stat:usable". An embargo with an end is held until then.

    One whose end `is_unclear`, because what is stated is no time, has none: it is held until a person releases it.
    """
    word = re.split(r"[:/#]", status.strip().lower())[-1]
    if word == "embargoed" and has_embargo:
        return "usable"
    available = AVAILABILITIES.get(word, "usable")
    return "withheld" if available == "usable" and is_unclear and not has_embargo else available


def version(number: str | None, created: str | None) -> str | None:
    """The publisher's version: a number if there is one, else the time in ISO 8601 at which the version was made."""
    stripped = (number or "").strip()
    return stripped if NUMBER.fullmatch(stripped) else created


def byline(text: str) -> str:
    """A byline without the word before the names."""
    return BY.sub("", text.strip(" \t\n,;"), count=1)


def _part(item: NewsItem, name: str, source: Source, encoding: str) -> Part:
    try:
        return reading(item, source, encoding, name)
    except Unreadable as error:
        return UnreadMember(name, error)


def _apart(part: Part, item: NewsItem) -> Part:
    """The reading with a file of its item alone as its original."""
    if item.own_bytes is None or not isinstance(part, Reading):
        return part
    return replace(part, original=Original(item.own_bytes(), item.media_type, "utf-8"), encoding="utf-8")


def _cut(value: Json) -> Json:
    if isinstance(value, str):
        return characters.repaired(value.strip()[:LONGEST_FIELD])[0]
    if isinstance(value, list):
        return [cut for entry in value[:MOST_VALUES] if (cut := _cut(entry)) not in (None, "", [], {})]
    return value
