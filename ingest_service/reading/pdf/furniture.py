"""Running headers, footers and page numbers of a document, by their repetition over its pages. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ingest_service.reading.pdf.lines import Floats, Pages

# So many lines at the top and at the bottom of a page are examined, and the share of pages that must repeat one: a
# header may be on every second page only, and not on the first.
EDGE_LINES = 3
REPEATED_SHARE = 0.4
# Lines at the same height differ by less than this, in points.
SLOT = 4.0
NUMBER = re.compile(r"\d{1,5}")
# The number of a page, before or after the title of a chapter.
PAGE_NUMBER = re.compile(r"(\d{1,5})\b(?=.{0,80}$)|^.{0,80}\b(\d{1,5})$")
# Lines with the same text, and lines that share nothing but the number of their page, are on so many pages.
FEWEST_REPEATED, FEWEST_NUMBERED = 2, 3
MOST_NUMBERS = 4

# The number of a page, and of a line in the document.
Place = tuple[int, int]
# What lines share: a text, and the number of the page less the one in the text.
Key = tuple[str | None, int | None]


def running_lines(pages: Pages) -> set[Place]:
    """The places of each line that repeats at the same height on other pages.

    A line repeats if its text does, perhaps with the number of the page in it, or if it begins or ends with that.
    """
    share = REPEATED_SHARE * len(pages.counts)
    sharing: defaultdict[Key, list[Place]] = defaultdict(list)
    for place, text in _candidates(pages, max(FEWEST_REPEATED, share)):
        for key in _keys(text, place[0]):
            sharing[key].append(place)
    running: set[Place] = set()
    for (shared, _), places in sharing.items():
        fewest = max(FEWEST_NUMBERED if shared is None else FEWEST_REPEATED, share)
        if len(places) >= fewest:
            for near in _at_one_height(places, pages.lines.bottom):
                if len({page for page, _ in near}) >= fewest:
                    running.update(near)
    return running


def _at_one_height(places: Sequence[Place], bottoms: Floats) -> Iterable[list[Place]]:
    """The places at each height; one at the border of two slots is in both."""
    slots: defaultdict[int, list[Place]] = defaultdict(list)
    for place in places:
        slot = round(float(bottoms[place[1]]) / SLOT)
        slots[slot].append(place)
        slots[slot + 1].append(place)
    return slots.values()


def without_numbers(text: str) -> str:
    """The text of a line with its numbers replaced, so that it is the same on all pages."""
    return NUMBER.sub("#", text.casefold())


def _candidates(pages: Pages, fewest: float) -> Iterator[tuple[Place, str]]:
    """The lines at the edges of pages that may be on so many, in lower case.

    These have a number at an end, or share their first and last letters with others.
    """
    groups: defaultdict[str, list[tuple[Place, str]]] = defaultdict(list)
    texts, bottoms = pages.lines.texts, pages.lines.bottom.tolist()
    for page, (start, end) in enumerate(pages.spans()):
        for number in _at_edges(bottoms, range(start, end)):
            text = texts[number].casefold()
            groups[text[0] + text[-1]].append(((page, number), text))
    for ends, lines_of_ends in groups.items():
        if len(lines_of_ends) >= fewest or any(map(str.isdecimal, ends)):
            yield from lines_of_ends


def _keys(text: str, page: int) -> Iterator[Key]:
    """What a line may share with those of other pages: its text, if need be without the number of its page."""
    yield text, None
    for number in islice(NUMBER.finditer(text), MOST_NUMBERS):
        yield f"{text[: number.start()]}#{text[number.end() :]}", int(number[0]) - page
    # The title of a chapter may be beside the number.
    if (text[0].isdecimal() or text[-1].isdecimal()) and (match := PAGE_NUMBER.match(text)):
        yield None, int(match[1] or match[2]) - page


def _at_edges(bottoms: Sequence[float], numbers: Sequence[int]) -> set[int]:
    """The numbers of the highest and the lowest lines of a page, of all these."""
    upwards = sorted(numbers, key=bottoms.__getitem__)
    return {*upwards[:EDGE_LINES], *upwards[-EDGE_LINES:]}
