"""Whether two pages are filings of one text: what they share is then that text, and no furniture. Pure."""

import functools

from ingest_service.furniture.page import ANONYMOUS, Page, Paragraph, fold

# All lengths are in letters and digits. What remains of a page must be so long to differ from another page.
SHORTEST_REST = 40
# The remaining texts are compared by their runs of so many letters and digits, as far as here.
RUN = 15
LONGEST_COMPARED = 8_000
# Texts that share more of the runs of the shorter one match.
MATCHING = 0.2
# Pages that name no source are of one site if they share so many lines; so many short ones show a common layout.
FEWEST_LINES = 3


def are_filings(a: Page, b: Page) -> bool:
    """Whether two pages of one source may be filings of one text.

    They are no filings if what remains of each without the shared lines is a text of its own that does not match the
    other. Where they share more prose than remains, one may be the other with a new lead; they must then have
    different headlines, and the layout of their site in common.
    """
    shared = a.lines.keys() & b.lines.keys()
    if a.source == ANONYMOUS and len(shared) < FEWEST_LINES:
        return True
    rests = _rest(a, shared), _rest(b, shared)
    shorter = min(map(len, rests))
    if shorter < SHORTEST_REST or _match(*rests):
        return True
    lines = [Paragraph(text, key) for key, text in a.lines.items() if key in shared]
    prose = sum(len(fold(line.text)) for line in lines if line.is_long)
    has_layout = sum(not line.is_long for line in lines) >= FEWEST_LINES
    return prose > shorter and not (has_layout and _have_different_headlines(a, b))


def _rest(page: Page, shared: set[int]) -> str:
    """The fold of what remains of the text without the shared lines."""
    return "".join(fold(paragraph.text) for paragraph in page.paragraphs if paragraph.key not in shared)


def _match(a: str, b: str) -> bool:
    runs = _runs(a[:LONGEST_COMPARED]), _runs(b[:LONGEST_COMPARED])
    return len(runs[0] & runs[1]) > MATCHING * min(map(len, runs))


@functools.lru_cache(maxsize=64)
def _runs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + RUN] for at in range(len(text) - RUN + 1))


def _have_different_headlines(a: Page, b: Page) -> bool:
    """Whether the titles have at most half of their words in common."""
    words = [set(page.title.casefold().split()) for page in (a, b)]
    return all(words) and 2 * len(words[0] & words[1]) <= min(map(len, words))
