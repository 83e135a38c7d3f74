"""Pointers: lines and lists of an article that only link to other articles of the site."""

import re
from collections import Counter
from urllib.parse import urlsplit

from ingest_service.reading.html import container, furniture
from ingest_service.reading.html.container import Place
from ingest_service.reading.html.document import Element, line

# What may be before the links of a pointer: "Read more:", "[Related:".
LABEL = re.compile(r"\W*(?:[^\W\d_][\w’' -]{0,28}[:：])?\W*")
# Characters: a title is longer than the label of a button.
SHORTEST = 18
FEWEST_LINKS = 5
# Links that are used to share the article.
SHARING = re.compile(
    r"[/.]share(?:r(?:\.php)?)?(?:[/?]|\Z)|/intent/|^(?:whatsapp|tg):|[?&](?:u|url|text)=https?(?::|%3A)", re.I
)
# With more characters than this share of the prose the pointers are the article: a list of recommendations.
SHARE = 0.3
# Words of a line that announces pointers: "You may also like...".
LONGEST_HEADING = 6
HEADINGS = frozenset({"p", "h2", "h3", "h4"})


def remove(place: Place, root: Element, url: str) -> None:
    """Removes the pointers. Links to other sites become text, since a line of such links is no pointer."""
    host = _host(url) or _most_common_host(root)
    for link in list(place.body.iter("a")):
        address = link.get("href") or ""
        if SHARING.search(address):
            furniture.drop(link)
        elif address.startswith(("http", "//")) and not _is_of_site(address, host):
            link.attrib.clear()
            link.tag = "span"
    pointers = {*_lines(place), *_lists(place, host)}
    if sum(len(pointer.text_content()) for pointer in pointers) > place.prose * SHARE:
        return
    for pointer in (*pointers, *_announcing(pointers)):
        furniture.drop(pointer)


def _lines(place: Place) -> list[Element]:
    return [
        paragraph
        for paragraph in place.scope.iter("p")
        if _is_pointer(paragraph) and next(paragraph.iterancestors("li", "td", "blockquote"), None) is None
    ]


def _lists(place: Place, host: str) -> list[Element]:
    """The lists most of whose items are pointers or, after the last paragraph of prose, have a link to the site."""
    lists = [list_ for list_ in place.scope.iter("ul", "ol") if len(list_)]
    last = next((it for it in reversed(list(place.body.iter("p"))) if container.prose(it)), None)
    following = set(last.xpath("following::ul | following::ol")) if last is not None and lists else set()
    return [
        list_
        for list_ in lists
        if sum(map(_is_pointer, list_)) * 2 > len(list_)
        or (list_ in following and sum(_has_link(item, host) for item in list_) * 2 > len(list_))
    ]


def _is_pointer(element: Element) -> bool:
    """Whether an element has nothing but links as long as titles, and perhaps a label."""
    linked = [line(link.text_content()) for link in element.iter("a")]
    if sum(map(container.weight, linked)) < SHORTEST:
        return False
    rest = line(element.text_content())
    for text in linked:
        rest = rest.replace(text, "", 1)
    return bool(LABEL.fullmatch(rest))


def _has_link(element: Element, host: str) -> bool:
    return any(_is_of_site(link.get("href") or "", host) for link in element.iter("a"))


def _announcing(pointers: set[Element]) -> list[Element]:
    """The short lines directly before pointers that announce them."""
    announcing: list[Element] = []
    for pointer in pointers:
        before = pointer.getprevious()
        if before is None or before in pointers or before.tag not in HEADINGS:
            continue
        words = line(before.text_content()).split()
        if 0 < len(words) <= LONGEST_HEADING and (before.tag != "p" or words[-1][-1] in ":….：?"):
            announcing.append(before)
    return announcing


def _most_common_host(root: Element) -> str:
    """The host of most links of a page: that of its site, if the page does not state its address; empty if unknown."""
    hosts = Counter(_host(link.get("href") or "") for link in root.iter("a"))
    host, count = max(hosts.items(), key=lambda counted: counted[1], default=("", 0))
    return host if count >= FEWEST_LINKS else ""


def _is_of_site(address: str, host: str) -> bool:
    target = _host(address)
    return target in {"", host} or target.endswith(f".{host}") or host.endswith(f".{target}")


def _host(address: str) -> str:
    """The host of an absolute address, without `www.`; empty for a relative one."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
