"""The container of a page's article: the element with most of the prose, which no name of a class needs to mark."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ingest_service.reading.html.document import Element

# Characters of a paragraph that counts as prose, links apart.
PROSE = 80
# The weight of a paragraph for the parent of its container: a body may be divided into sections.
OUTER = 0.5
# The share of the page's prose that is in the right place.
CERTAIN = 0.5
# Readers' comments may be longer than the article.
COMMENTS = re.compile(r"\bcomment(?!ary)|\breplies\b|disqus", re.I)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the article is: its `body`, the `scope` around it, and the body's `prose`.

    It `is_certain` if most of the page's prose is in it: then the rest of the page need not be looked at.
    """

    scope: Element
    body: Element
    prose: int
    is_certain: bool


def find(root: Element) -> Place | None:
    """The place of the article; None if the page has no prose. The tree is marked, so that extraction finds it too."""
    by_parent = _prose_by_parent(root)
    marked = max(root.xpath("//*[@itemprop='articleBody']"), key=lambda it: len(it.text_content()), default=None)
    if not by_parent and marked is None:
        return None
    body = _whole(_most(by_parent)) if marked is None else marked
    scope = _marked(root, body)
    inside = prose(scope)
    is_certain = marked is not None or inside >= CERTAIN * sum(by_parent.values())
    return Place(scope, body, prose(body), is_certain)


def _prose_by_parent(root: Element) -> dict[Element, int]:
    """The characters of prose directly in each element, without comments."""
    lengths: dict[Element, int] = defaultdict(int)
    for paragraph in root.iter("p"):
        length, parent = _length(paragraph), paragraph.getparent()
        if length >= PROSE and parent is not None:
            lengths[parent] += length
    return {
        parent: length
        for parent, length in lengths.items()
        if not any(COMMENTS.search(name(around)) for around in (parent, *parent.iterancestors()))
    }


def _most(by_parent: Mapping[Element, int]) -> Element:
    """The element with most prose, where the prose of its children counts half."""
    scores: dict[Element, float] = defaultdict(float)
    for parent, length in by_parent.items():
        scores[parent] += length
        if (outer := parent.getparent()) is not None:
            scores[outer] += length * OUTER
    return max(scores, key=lambda element: scores[element])


def prose(element: Element) -> int:
    """The characters of the paragraphs of prose in an element."""
    return sum(length for paragraph in element.iter("p") if (length := _length(paragraph)) >= PROSE)


def name(element: Element) -> str:
    """The class and the id of an element."""
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _length(paragraph: Element) -> int:
    links = sum(len(link.text_content()) for link in paragraph.iter("a"))
    return len(paragraph.text_content().strip()) - links


def _whole(body: Element) -> Element:
    """The element around all parts of a body that adverts divide: containers of one class in one article.

    The parts lose their class, of which extraction would choose the first.
    """
    around = next(body.iterancestors("article", "main"), None)
    if around is None or not body.get("class"):
        return body
    parts = [part for part in around.iter(body.tag) if part.get("class") == body.get("class") and prose(part)]
    paths = [[*part.iterancestors()][::-1] for part in parts]
    common = [level[0] for level in zip(*paths, strict=False) if all(element is level[0] for element in level)]
    if len(parts) == 1 or common[-1] in parts:
        return body
    for part in parts:
        part.attrib.clear()
    return common[-1]


def _marked(root: Element, body: Element) -> Element:
    """The `article` around the body, else the body made one; other articles of the page become `div`."""
    scope = next(body.iterancestors("article"), body)
    for article in list(root.iter("article")):
        if article not in {scope, body} and not {scope, body}.intersection(article.iterancestors()):
            article.tag = "div"
    scope.tag = "article" if scope.tag != "body" else scope.tag
    return scope
