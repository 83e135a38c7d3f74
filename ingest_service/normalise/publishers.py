"""Publishers: agencies by their names in datelines, others by the host of the address."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from ingest_service.normalise.draft import Draft, RuleResult

_TABLES: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
AGENCIES = _TABLES["agencies"]
"""The name that an agency has in datelines and credits → its full name."""
GOVERNMENTS = _TABLES["governments"]
"""The domain of a government or public body → its name."""
OUTLETS = _TABLES["outlets"]
"""The domain of an agency, newspaper or broadcaster → its name."""
AGENCY_NAMES = frozenset(AGENCIES.values())
NAMES = AGENCY_NAMES | frozenset(GOVERNMENTS.values()) | frozenset(OUTLETS.values())

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


def full_name(name: str) -> str | None:
    """The full name of the publisher with this name; None if it is not a publisher's."""
    if name in AGENCIES:
        return AGENCIES[name]
    return name if name in NAMES or OUTLET.fullmatch(name) else None


def is_office(name: str) -> bool:
    """Whether a name is that of a public body, such as "Ministry of Ports"."""
    return bool(OFFICE.fullmatch(name))


def is_organisation(name: str) -> bool:
    """Whether a name is that of a publisher, a public body or another organisation."""
    return bool(full_name(name) or OFFICE.fullmatch(name) or ORGANISATION.fullmatch(name))


def publisher(draft: Draft) -> RuleResult:
    """Sets the publisher by the host of the text's address, if it is a listed government or outlet."""
    article = draft.article
    if article.publisher or not article.url:
        return RuleResult()
    host = _host(article.url)
    name = _of_host(host, GOVERNMENTS) or _of_host(host, OUTLETS)
    return RuleResult(article=replace(article, publisher=name)) if name else RuleResult()


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _of_host(host: str, table: dict[str, str]) -> str | None:
    """The entry of a host, or of a domain it belongs to."""
    parts = host.split(".")[-4:]
    return next((table[name] for at in range(len(parts)) if (name := ".".join(parts[at:])) in table), None)
