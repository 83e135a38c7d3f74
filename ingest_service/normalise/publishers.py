"""Publishers: agencies by their names in datelines, others by the host of the address."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from ingest_service.normalise import names
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

_TABLES: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
AGENCIES = _TABLES["agencies"]
"""The name that an agency has in datelines and credits → its full name."""
GOVERNMENTS = _TABLES["governments"]
"""The domain of a government or public body → its name."""
OUTLETS = _TABLES["outlets"]
"""The domain of an agency, newspaper or broadcaster → its name."""
NEWSWIRES = _TABLES["newswires"]
"""The domain of a service that distributes the releases of others → its name."""
AGENCY_NAMES = frozenset(AGENCIES.values())
NAMES = AGENCY_NAMES | frozenset(NEWSWIRES.values()) | frozenset(GOVERNMENTS.values()) | frozenset(OUTLETS.values())

_LISTED = {name.casefold(): name for name in sorted(NAMES)}

# A name with such an ending is that of a publisher, listed or not.
OUTLET = re.compile(
    r"\S.{0,60} (?:(?:News|Press)(?: Agency| Association)?|Times|Post|Herald|Tribune|Gazette|Broadcasting|Government"
    r"|Newswire|Observer|Chronicle|Courier|Daily|Journal|Review|Standard|Star|Today|Magazine|Radio|TV|Wire)",
)
_OFFICE = (
    r"(?:offices?|departments?|ministry|bureau|commission|council|authority|agency|senate|attorney(?: general|[’']s"
    r"(?: office)?)?|sheriff|police|government|embassy|administration|parliament|court|committee"
    r"|oficina|fiscalía|ministerio|gobierno|ministère|préfecture|ministerium|senat|ministero|ministério)"
)
# A public body: the word for it ends the name, or a place or subject follows.
OFFICE = re.compile(
    rf"(?:.{{1,70}}[\s-])?{_OFFICE}(?:[’']s)?(?: (?:of|for|on|de|del|des|du|der|dello) .{{2,60}})?", re.I
)
_ORGANISATION = (
    r"(?:university|universität|universidad|université|college|institute|school|association|foundation|federation|union"
    r"|bank|museum|society|trust|church|hospital|network|club|company|group|inc|ltd|llc|gmbh|corp|service|services"
    r"|cent(?:er|re)|county|city|port|state|library|alliance|coalition|chamber)"
)
ORGANISATION = re.compile(
    rf"(?:.{{1,70}}[\s-])?{_ORGANISATION}\.?(?: (?:of|for|on|de|del|des|du|der|at) .{{2,60}})?", re.I
)

# The number of first and of last lines that may name a contact, and of last lines that may be about the publisher.
EDGE = 8
LONGEST_LINE = 300
CONTACT = re.compile(r"\b(?:contacts?|contacto|kontakt|enquiries|inquiries)\b", re.I)
HOST = re.compile(r"(?:@|https?://)([\w-]{1,63}(?:\.[\w-]{1,63}){1,5})")
# "About the Port of Alma", above a paragraph about it.
ABOUT = re.compile(r"About (?:the )?([^\W\d_a-z].{1,78}?):?")
SHORTEST_ABOUT = 60


def full_name(name: str) -> str | None:
    """The full name of the publisher with this name; None if it is not a publisher's."""
    if name in AGENCIES:
        return AGENCIES[name]
    return name if name in NAMES or OUTLET.fullmatch(name) else None


def in_full(name: str) -> str:
    """The name of a publisher as it is listed, if a file writes it shortly or in capitals."""
    return AGENCIES.get(name) or _LISTED.get(name.casefold(), name)


def is_of_newswire(name: str | None, url: str | None) -> bool:
    """Whether a service that distributes releases is the publisher, or has the address."""
    return name in NEWSWIRES.values() or (url is not None and _of_host(_host(url), NEWSWIRES) is not None)


def is_office(name: str) -> bool:
    """Whether a name is that of a public body, such as "Ministry of Ports"."""
    return bool(OFFICE.fullmatch(name))


def is_organisation(name: str) -> bool:
    """Whether a name is that of a publisher, a public body or another organisation."""
    return bool(full_name(name) or OFFICE.fullmatch(name) or ORGANISATION.fullmatch(name))


def publisher(draft: Draft) -> RuleResult:
    """Sets the publisher by the host of the text's address or contact, or the heading "About" it at the end."""
    article = draft.article
    if article.publisher:
        return NOTHING
    name = _listed(_host(article.url)) if article.url else None
    if not name and not article.authors and article.kind in ("document", "release"):
        name = _of_contact(draft) or _about(draft)
    return RuleResult(article=replace(article, publisher=name)) if name else NOTHING


def _of_contact(draft: Draft) -> str | None:
    """The listed body whose address is on a line with a contact, or alone on a line, near the start or the end."""
    edges = [line.text for line in (*draft.lines[:EDGE], *draft.lines[-EDGE:])]
    removed = [note.removed for note in draft.notes if note.rule == "letterhead"]
    for text in (*removed, *edges):
        if len(text) <= LONGEST_LINE and ("@" in text or "://" in text) and (host := HOST.search(text)):
            is_contact = text in removed or " " not in text or CONTACT.search(text)
            if is_contact and (name := _listed(host[1].lower())):
                return name
    return None


def _about(draft: Draft) -> str | None:
    """The organisation in the heading "About the Port of Alma" among the last lines, if a paragraph follows."""
    for line, following in pairwise(draft.lines[-EDGE:]):
        match = ABOUT.fullmatch(line.text) if len(line.text) <= LONGEST_LINE else None
        if match and len(following.text) >= SHORTEST_ABOUT and names.is_capitalised(match[1]):
            name = match[1]
            begins = following.text.removeprefix("The ").startswith(name)
            return name if begins or is_organisation(name) else None
    return None


def _listed(host: str) -> str | None:
    """The listed government or outlet with a host."""
    return _of_host(host, GOVERNMENTS) or _of_host(host, OUTLETS)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _of_host(host: str, table: dict[str, str]) -> str | None:
    """The entry of a host, or of a domain it belongs to."""
    parts = host.split(".")[-4:]
    return next((table[name] for at in range(len(parts)) if (name := ".".join(parts[at:])) in table), None)
