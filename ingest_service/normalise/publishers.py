"""Publishers: agencies by their names in datelines, others by the host of the address; and the kind of a text."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from ingest_service.model import Kind
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
# Lines of a page that only a release has.
RELEASE_LINE = re.compile(
    r"(?:media|press|news) contacts?(?: ?:.{0,80})?"
    r"|categor(?:y|ies): ?(?:.{0,40}\b)?(?:press|news|media) ?releases?\b.{0,60}"
    # "Contact: Jane Roe, 202/555-0147": a name and a number.
    r"|contacts?: [^\W\d_](?=.{0,60}\d{3}[-./) ]{1,2}\d{4}\b).{0,120}",
    re.I,
)
# How the first lines of a release introduce a statement.
STATEMENT = re.compile(
    r"\b(?:issued|released|made|delivered) the following (?:joint |brief |public )?(?:statements?|comments?|remarks)\b"
)
OPENING = 3
LONGEST_OPENING = 600
# A part of the path of an address, such as "/press-releases/".
RELEASE_PATH = re.compile(
    r"/(?:(?:press|news|media)[-_]?(?:releases?|statements?)|pressemitteilung(?:en)?|medienmitteilung(?:en)?"
    r"|communiques?(?:-de-presse)?|comunicados?(?:-de-prensa)?|notas?-de-prensa|comunicat[io]-stampa|persbericht(?:en)?"
    r"|pressemeddelelser?)(?=[/?#]|\Z)",
    re.I,
)
# The number of first and of last lines that may be such a line.
EDGE = 8
KINDS: dict[str, Kind] = {
    "press release": "release", "press-release": "release", "press_release": "release", "release": "release",
    "news release": "release", "media release": "release", "statement": "release", "article": "article",
    "news": "article", "newsarticle": "article", "post": "article", "blog": "article", "wire": "wire",
    "document": "document",
}  # fmt: skip


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


def kind(draft: Draft) -> RuleResult:
    """Sets the kind: a wire by an agency, a release by a public body, an article with author, credit or date."""
    if draft.article.kind != "document":
        return RuleResult()
    kind_ = _kind(draft)
    return RuleResult(article=replace(draft.article, kind=kind_)) if kind_ != "document" else RuleResult()


def _kind(draft: Draft) -> Kind:
    """The kind of an article: the one in its metadata, else by its publisher, else by its title and byline."""
    article = draft.article
    stated = next((draft.metadata[key] for key in ("kind", "type") if key in draft.metadata), None)
    if isinstance(stated, str) and stated.lower() in KINDS:
        return KINDS[stated.lower()]
    if article.publisher in AGENCY_NAMES:
        return "wire"
    if article.publisher in GOVERNMENTS.values() or (article.publisher and is_office(article.publisher)):
        return "release"
    if _has_release_sign(draft):
        return "release"
    if article.title and (article.authors or article.credits or article.published or _is_of_outlet(draft)):
        return "article"
    return "document"


def _has_release_sign(draft: Draft) -> bool:
    """Whether a text has a line that only releases have, introduces a statement, or has the address of a release."""
    if any(STATEMENT.search(line.text, 0, LONGEST_OPENING) for line in draft.lines[:OPENING]):
        return True
    edges = (*draft.lines[:EDGE], *draft.lines[-EDGE:])
    is_line = any(RELEASE_LINE.fullmatch(line.text) for line in edges if line.whole)
    return is_line or bool(RELEASE_PATH.search(draft.article.url or ""))


def _is_of_outlet(draft: Draft) -> bool:
    """Whether a text is published by an outlet, or is a saved page of a site: its heading is below a menu."""
    name = draft.article.publisher
    return bool(name) and (bool(full_name(name or "")) or any(at != distance for at, distance in draft.under_title(1)))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _of_host(host: str, table: dict[str, str]) -> str | None:
    """The entry of a host, or of a domain it belongs to."""
    parts = host.split(".")[-4:]
    return next((table[name] for at in range(len(parts)) if (name := ".".join(parts[at:])) in table), None)
