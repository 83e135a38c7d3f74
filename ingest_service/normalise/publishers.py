"""Publishers: agencies by their names in datelines, others by the host of the address; and the kind of a text."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from ingest_service.model import Kind
from ingest_service.normalise.draft import Draft, RuleResult

AGENCIES = {
    "AAP": "Australian Associated Press",
    "AFP": "Agence France-Presse",
    "ANSA": "ANSA",
    "AP": "Associated Press",
    "Antara": "Antara",
    "Bernama": "Bernama",
    "CNA": "Central News Agency",
    "Canadian Press": "The Canadian Press",
    "EFE": "EFE",
    "Interfax": "Interfax",
    "Jiji Press": "Jiji Press",
    "KCNA": "Korean Central News Agency",
    "Kyodo": "Kyodo News",
    "NZPA": "New Zealand Press Association",
    "PTI": "Press Trust of India",
    "Reuters": "Reuters",
    "TASS": "TASS",
    "UPI": "United Press International",
    "Xinhua": "Xinhua News Agency",
    "Yonhap": "Yonhap News Agency",
    "dpa": "dpa",
}
GOVERNMENTS = {
    "beehive.govt.nz": "New Zealand Government",
    "canada.ca": "Government of Canada",
    "consilium.europa.eu": "Council of the European Union",
    "ec.europa.eu": "European Commission",
    "foreignminister.gov.au": "Australian Government",
    "gov.uk": "UK Government",
    "mofa.go.jp": "Ministry of Foreign Affairs of Japan",
    "mofa.go.kr": "Ministry of Foreign Affairs of the Republic of Korea",
    "nato.int": "NATO",
    "pm.gov.au": "Australian Government",
    "state.gov": "U.S. Department of State",
    "un.org": "United Nations",
    "whitehouse.gov": "The White House",
}
HOSTS = {
    "afp.com": "Agence France-Presse",
    "apnews.com": "Associated Press",
    "bbc.co.uk": "BBC",
    "bbc.com": "BBC",
    "reuters.com": "Reuters",
    "rnz.co.nz": "RNZ",
    "theguardian.com": "The Guardian",
    "yna.co.kr": "Yonhap News Agency",
}
# A name with such an ending is that of a publisher, listed or not.
OUTLET = re.compile(
    r"\S.{0,60} (?:(?:News|Press)(?: Agency| Association)?|Times|Post|Herald|Tribune|Gazette|Broadcasting|Government)"
)
KINDS: dict[str, Kind] = {
    "press release": "release", "press-release": "release", "release": "release", "statement": "release",
    "article": "article", "news": "article", "wire": "wire", "document": "document",
}  # fmt: skip


def full_name(name: str) -> str | None:
    """The full name of the publisher with this name; None if it is not a publisher's."""
    if name in AGENCIES:
        return AGENCIES[name]
    publishers = {*AGENCIES.values(), *GOVERNMENTS.values(), *HOSTS.values()}
    return name if name in publishers or OUTLET.fullmatch(name) else None


def publisher(draft: Draft) -> RuleResult:
    """Sets the publisher by the host of the text's address, if it is a listed government or outlet."""
    article = draft.article
    if article.publisher or not article.url:
        return RuleResult()
    host = _host(article.url)
    name = _of_host(host, GOVERNMENTS) or _of_host(host, HOSTS)
    return RuleResult(article=replace(article, publisher=name) if name else None)


def kind(draft: Draft) -> RuleResult:
    """Sets the kind: a wire by an agency, a release by a government, an article with author, credit or date."""
    kind_ = _kind(draft) if draft.article.kind == "document" else "document"
    return RuleResult(article=replace(draft.article, kind=kind_) if kind_ != "document" else None)


def _kind(draft: Draft) -> Kind:
    """The kind of an article: the one in its metadata, else by its publisher, else by its title and byline."""
    article = draft.article
    stated = next((draft.metadata[key] for key in ("kind", "type") if key in draft.metadata), None)
    if isinstance(stated, str) and stated.lower() in KINDS:
        return KINDS[stated.lower()]
    if article.publisher in GOVERNMENTS.values():
        return "release"
    if article.publisher in AGENCIES.values():
        return "wire"
    if article.title and (article.authors or article.credits or article.published):
        return "article"
    return "document"


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _of_host(host: str, table: dict[str, str]) -> str | None:
    """The entry of a host, or of a domain it belongs to."""
    parts = host.split(".")[-4:]
    return next((table[name] for at in range(len(parts)) if (name := ".".join(parts[at:])) in table), None)
