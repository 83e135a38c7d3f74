"""Whether two pages are filings of one text: what they share is then that text, and no furniture. Pure."""

from ingest_service.furniture.page import ANONYMOUS, Page, fold, is_long

# All lengths are in letters and digits. What remains of a page must be so long to differ from another page.
SHORTEST_REST = 40
# The remaining texts are compared as far as here: the shorter one is divided into runs of so many letters and digits.
LONGEST_COMPARED = 4_000
RUN = 15
# They match if the longer one contains more of these runs than this share.
MATCHING = 0.2
# Pages that name no source are of one site if they share so many lines; so many short ones show a common layout.
FEWEST_LINES = 3


def are_filings(a: Page, b: Page) -> bool:
    """Whether two pages of one source may be filings of one text.

    They are no filings if what remains of each without the shared lines is a text of its own that does not match the
    other. Where they share more prose than remains, one may be the other with a new lead; they must then have
    different headlines, and the layout of their site in common. Two short texts that differ only in numbers are
    filings of one.
    """
    if a.text_key is not None and a.text_key == b.text_key:
        return True
    shared = a.shared_with(b)
    if a.source == ANONYMOUS and len(shared) < FEWEST_LINES:
        return True
    rests = _rest(a, shared), _rest(b, b.shared_with(a))
    shorter = min(map(len, rests))
    if shorter < SHORTEST_REST or _match(*rests):
        return True
    prose = [text for key, text in a.lines.items() if key in shared and is_long(text)]
    has_layout = len(shared) - len(prose) >= FEWEST_LINES
    return sum(len(fold(text)) for text in prose) > shorter and not (has_layout and have_different_headlines(a, b))


def _rest(page: Page, shared: set[int]) -> str:
    """The fold of what remains of the text without the shared lines."""
    return "".join(fold(paragraph.text) for paragraph in page.paragraphs if paragraph.key not in shared)


def _match(a: str, b: str) -> bool:
    shorter, longer = sorted((a[:LONGEST_COMPARED], b[:LONGEST_COMPARED]), key=lambda text: (len(text), text))
    runs = [shorter[at : at + RUN] for at in range(0, len(shorter) - RUN + 1, RUN)]
    return sum(map(longer.__contains__, runs)) > MATCHING * len(runs)


def have_different_headlines(a: Page, b: Page) -> bool:
    """Whether the titles have at most half of their words in common."""
    words = [set(page.title.casefold().split()) for page in (a, b)]
    return all(words) and 2 * len(words[0] & words[1]) <= min(map(len, words))
