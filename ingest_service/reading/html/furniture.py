"""Furniture of the article itself: its heading, boxes for newsletters, the heading of comments, pop-ups, notices."""

import re

from ingest_service.reading.html import container
from ingest_service.reading.html.container import Place
from ingest_service.reading.html.document import Element, line

BOX = re.compile(
    r"newsletter|sign-?up|singup|subscribe(?!r)|subscription|latest-news|read(?:ing)?-?time|promo(?:-|\b)|recirc", re.I
)
BOX_ELEMENTS = ("div", "section", "p", "ul", "ol", "h2", "h3", "h4", "span")
# The share of the article's prose that furniture may have.
SHARE = 0.15
# Characters of a heading with deck, byline and date, and of one of these.
LONGEST_HEAD = 1_500
LONGEST_DATUM = 120
DATA = ".//*[@itemprop='datePublished' or @itemprop='dateModified' or @itemprop='author' or @itemprop='headline']"
COMMENTS = re.compile(
    r"(?:\d+ )?(?:comments?|comentarios|comentários|kommentare|commentaires|commenti|комментарии|reacties"
    r"|leave a (?:comment|reply))(?: \(?\d+\)?)?",
    re.I,
)
FEWEST_LINKS = 3
# An embedded post may have so many characters beside it in its wrapper.
WRAPPER = 80
ITALICS_SHARE = 0.95


def remove(place: Place, root: Element, title: str) -> None:
    """Removes the furniture from the tree."""
    _remove_head(place, root, title)
    for element in (*_boxes(place), *_data(place), *_comments(place), *_popups(place), *_notices(place)):
        drop(element)
    for quote in place.body.iter("blockquote"):
        _protect(quote, place)


def drop(element: Element) -> None:
    """Removes an element with all in it, unless it was removed with another one."""
    if element.getparent() is not None:
        element.drop_tree()


def _remove_head(place: Place, root: Element, title: str) -> None:
    """Removes the heading with the title, and the largest element around it without prose: deck, byline and date."""
    head = next((heading for heading in root.iter("h1") if title and line(heading.text_content()) == title), None)
    if head is None:
        return
    around = {place.body, *place.body.iterancestors()}
    while (parent := head.getparent()) not in around and parent is not None:
        if container.prose(parent) or len(parent.text_content()) > LONGEST_HEAD:
            break
        head = parent
    drop(head)


def _boxes(place: Place) -> list[Element]:
    """The elements whose class or id names a box of the site."""
    inside = place.scope.iterdescendants(*BOX_ELEMENTS)
    boxes = [element for element in inside if BOX.search(container.name(element)) and _has_little_prose(place, element)]
    # A class that many paragraphs have is none of a box.
    return boxes if _has_little_prose(place, *boxes) else []


def _data(place: Place) -> list[Element]:
    """The elements that are marked as date, author or headline: metadata have these."""
    return [element for element in place.scope.xpath(DATA) if len(element.text_content()) <= LONGEST_DATUM]


def _comments(place: Place) -> list[Element]:
    """The heading of the comments and what follows it."""
    for heading in place.scope.iter("h2", "h3", "h4"):
        if COMMENTS.fullmatch(line(heading.text_content())):
            following = [heading, *heading.itersiblings()]
            if _has_little_prose(place, *following):
                return following
    return []


def _popups(place: Place) -> list[Element]:
    """The groups of links inside a sentence that are shown when the pointer is over a name."""
    popups: list[Element] = []
    for span in place.body.iter("span"):
        # An outer one may hold the name itself.
        if len(span) == 0 or span.find("a") is not None or next(span.iterancestors("p"), None) is None:
            continue
        links = [len(line(link.text_content())) for link in span.iter("a")]
        if len(links) >= FEWEST_LINKS and len(line(span.text_content())) <= sum(links) + len(links):
            popups.append(span)
    return popups


def _notices(place: Place) -> list[Element]:
    """The last paragraphs in italics with a link: notices of the house, and where to follow an author."""
    notices: list[Element] = []
    for paragraph in reversed(list(place.body.iter("p"))):
        text = line(paragraph.text_content())
        italics = sum(len(line(element.text_content())) for element in paragraph.iter("em", "i"))
        is_notice = italics >= len(text) * ITALICS_SHARE and paragraph.find(".//a") is not None
        if text and not is_notice:
            break
        notices.append(paragraph)
    return notices if _has_little_prose(place, *notices) else []


def _has_little_prose(place: Place, *elements: Element) -> bool:
    return sum(map(container.prose, elements)) <= place.prose * SHARE


def _protect(quote: Element, place: Place) -> None:
    """Takes the classes off a quotation and its wrapper, by which extraction would drop an embedded post."""
    quote.attrib.clear()
    size = len(quote.text_content())
    for wrapper in quote.iterancestors():
        if wrapper in {place.body, place.scope} or len(wrapper.text_content()) > size + WRAPPER:
            break
        wrapper.attrib.clear()
