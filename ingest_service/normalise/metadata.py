"""What a file says about itself, under the names of the article; what has no name there is kept in its fields."""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest_service import characters
from ingest_service.model import Json
from ingest_service.normalise import bylines, dates, names, publishers
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

TITLE = ("title", "headline")
PUBLISHED = ("date", "published", "published_at", "publish_date", "pubdate", "datepublished", "date_published")
URL = ("url", "link", "canonical", "canonical_url", "permalink")
AUTHORS = ("author", "authors", "byline")
PUBLISHER = ("publisher", "agency", "source", "site_name")
# The sender of a mail is its author or, if an office, its publisher.
SENDER = ("sender",)
LANGUAGE = ("language", "lang")

BY = re.compile(r"by:? ", re.I)
DESK = re.compile(
    r"\b(?:press\w*|news\w*|media|office|teams?|desk|communications?|relations|editors?|support|services?|prensa|stampa)\b",
    re.I,
)
WEB = re.compile(r"https?://\S{1,8000}")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
# The catalog accepts no longer line.
LONGEST = 2_000


def front_matter(draft: Draft) -> RuleResult:
    """What a file says about itself is no text: known names become the article's, the others its fields."""
    if draft.front_matter is None and not draft.metadata:
        return NOTHING
    fields = dict(draft.metadata)
    authors, outlet = _authors(fields)
    if not authors:
        authors, outlet = _sender(fields, outlet)
    article = replace(
        draft.article,
        title=characters.repaired(html.unescape(_taken(fields, TITLE) or ""))[0],
        url=_taken(fields, URL, lambda value: value if WEB.fullmatch(value) else None),
        published=(published := _taken(fields, PUBLISHED, dates.of_metadata)),
        published_basis="metadata" if published else None,
        authors=authors,
        publisher=_taken(fields, PUBLISHER, lambda value: None if WEB.match(value) else publishers.in_full(value))
        or outlet,
        language=_taken(fields, LANGUAGE, lambda value: value if LANGUAGE_TAG.fullmatch(value) else None),
    )
    cuts = [] if draft.front_matter is None else [draft.front_matter]
    return RuleResult(cuts, article=replace(article, fields=fields))


def _same(value: str) -> str | None:
    return value


def _taken(fields: dict[str, Json], names: Sequence[str], read: Callable[[str], str | None] = _same) -> str | None:
    """Removes the first of these names with a readable value from the fields; returns the value as read."""
    for key in [key for name in names for key in fields if key.lower() == name]:
        value = _line(fields[key])
        if value and (result := read(value)):
            del fields[key]
            return result
    return None


def _authors(fields: dict[str, Json]) -> tuple[tuple[str, ...], str | None]:
    """Removes one author or a list of authors from the fields; a mapping with a name counts as its name.

    A text that names several persons, or a publisher after a person, is divided.
    """
    for key in [key for name in AUTHORS for key in fields if key.lower() == name]:
        value = fields[key]
        authors = [_author(entry) for entry in (value if isinstance(value, list) else [value])]
        if authors and all(authors):
            del fields[key]
            if isinstance(value, list):
                return tuple(filter(None, authors)), None
            return _divided(authors[0] or "")
    return (), None


def _sender(fields: dict[str, Json], publisher: str | None) -> tuple[tuple[str, ...], str | None]:
    """Removes the sender from the fields: the author if it is a person's name, else the publisher."""
    sender = _taken(fields, SENDER)
    if sender is None or publisher:
        return (), publisher
    is_person = " " in sender and names.is_name(sender) and not DESK.search(sender)
    return ((sender,), None) if is_person and not publishers.is_organisation(sender) else ((), sender)


def _divided(value: str) -> tuple[tuple[str, ...], str | None]:
    people, outlet = bylines.people_and_publisher(BY.sub("", value))
    full_names = people and all(" " in name for name in people)
    return (people, outlet) if full_names and (outlet or len(people) > 1) else ((value,), None)


def _author(value: Json) -> str | None:
    return _line(value.get("name")) if isinstance(value, dict) else _line(value)


def _line(value: Json) -> str | None:
    """A text as one line; None if it is no text, empty, or longer than a line may be."""
    line = " ".join(value.split()) if isinstance(value, str) else ""
    return line if 0 < len(line) <= LONGEST else None
