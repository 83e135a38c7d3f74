"""The container of a page's article: the element with most of the prose, which no name of a class needs to mark."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ingest_service.reading.html.document import Element

Groups: TypeAlias = Mapping[Element, list[int]]

# Characters of a paragraph that counts as prose, links apart.
PROSE = 80
# An ideograph or a sign of kana says as much as some letters.
IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
IDEOGRAPH_WEIGHT = 2
# The weight of a paragraph for the parent of its container: a body may be divided into sections.
OUTER = 0.5
# The share of the page's prose that is in the right place.
CERTAIN = 0.5
# A container around holds the rest of the article if it has so many times the prose, in groups of paragraphs.
GAIN = 1.25
FEWEST_PARAGRAPHS = 2
# Readers' comments and notices may be longer than the article.
OTHER = re.compile(
    r"(?:^|\s)(?:comments?|replies)(?:[-_](?!open|closed|enabled|count)|\s|$)|disqus|cookie|consent|gdpr|modal|privacy"
    r"|disclaimer",
    re.I,
)
OTHER_ELEMENTS = frozenset({"aside", "footer", "nav", "form"})
WHOLE_PAGE = frozenset({"html", "body", "main", "article"})


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
    groups = _groups(root)
    marked = max(root.xpath("//*[@itemprop='articleBody']"), key=lambda it: len(it.text_content()), default=None)
    if marked is not None:
        body = marked
    elif groups:
        body = _climbed(_whole(_most(groups)), groups)
    else:
        return None
    scope = _marked(body)
    is_certain = marked is not None or prose(scope) >= CERTAIN * sum(map(sum, groups.values()))
    return Place(scope, body, prose(body), is_certain)


def _groups(root: Element) -> Groups:
    """The lengths of the paragraphs of prose directly in each element, without comments and notices."""
    groups: dict[Element, list[int]] = defaultdict(list)
    for paragraph in root.iter("p"):
        length, parent = _length(paragraph), paragraph.getparent()
        if length >= PROSE and parent is not None:
            groups[parent].append(length)
    return {parent: lengths for parent, lengths in groups.items() if not any(map(_is_other, _path(parent)))}


def _is_other(element: Element) -> bool:
    """Whether an element is for something else than the article, by its name."""
    if element.tag in OTHER_ELEMENTS:
        return True
    return element.tag not in WHOLE_PAGE and bool(
        OTHER.search(element.get("class") or "") or OTHER.search(element.get("id") or "")
    )


def _path(element: Element) -> list[Element]:
    """The element and those around it, the innermost first."""
    return [element, *element.iterancestors()]


def _most(groups: Groups) -> Element:
    """The element with most prose, where the prose of its children counts half."""
    scores: dict[Element, float] = defaultdict(float)
    for parent, lengths in groups.items():
        scores[parent] += sum(lengths)
        if (outer := parent.getparent()) is not None:
            scores[outer] += sum(lengths) * OUTER
    return max(scores, key=lambda element: scores[element])


def _climbed(best: Element, groups: Groups) -> Element:
    """The element around that holds more groups of paragraphs, unless it holds another article too."""
    inside: dict[Element, int] = defaultdict(int)
    around = set(_path(best))
    for parent, lengths in groups.items():
        # Teasers of other articles have one paragraph; so may text beside the container.
        if len(lengths) >= FEWEST_PARAGRAPHS or parent in around:
            for element in _path(parent):
                inside[element] += sum(lengths)
    body = best
    for outer in best.iterancestors():
        if outer.tag in WHOLE_PAGE:
            break
        if inside[outer] >= GAIN * max(inside[body], 1):
            if _holds_articles(outer):
                break
            body = outer
    return body


def _holds_articles(element: Element) -> bool:
    """Whether an element holds several articles, by their marks and headings."""
    return next(element.iter("article"), None) is not None or sum(1 for _ in element.iter("h1")) > 1


def prose(element: Element) -> int:
    """The characters of the paragraphs of prose in an element."""
    return sum(length for paragraph in element.iter("p") if (length := _length(paragraph)) >= PROSE)


def name(element: Element) -> str:
    """The class and the id of an element."""
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _length(paragraph: Element) -> int:
    links = sum(len(link.text_content()) for link in paragraph.iter("a"))
    return weight(paragraph.text_content().strip()) - links


def weight(text: str) -> int:
    """The characters of a text, as many as it would have in letters."""
    return len(text) if text.isascii() else len(text) + IDEOGRAPH_WEIGHT * len(IDEOGRAPH.findall(text))


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


def _marked(body: Element) -> Element:
    """The `article` around the body, else the body made one."""
    scope = next(body.iterancestors("article"), body)
    scope.tag = "article" if scope.tag != "body" else scope.tag
    return scope
