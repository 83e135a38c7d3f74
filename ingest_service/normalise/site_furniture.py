"""The lines that a site repeats on its pages, as far as they are known when a page is read."""

from collections.abc import Sequence
from itertools import pairwise

from ingest_service.furniture.numbered import form_of, without_tables
from ingest_service.furniture.page import LONG_IN_EDGE, edges, is_long
from ingest_service.normalise import bylines, dates, layout, names, sentences
from ingest_service.normalise.draft import Draft, RuleResult

# Lines were learned at the edges of texts; rules removed some long paragraphs of these, captions for example.
LONG_REMOVED = 2
# A headline has so many words or, in a script without spaces, so many characters.
FEWEST_WORDS = 4
SHORTEST_UNSPACED = 8
LONGEST_LIST = 30


def site_furniture(draft: Draft) -> RuleResult:
    """Removes the paragraphs at the edges of a page that its site repeats, but for its own headline."""
    if not draft.furniture.keys:
        return RuleResult()
    paragraphs = list(layout.paragraphs(draft.lines))
    texts = [" ".join(line.text for line in lines) for lines in paragraphs]
    at_edge = edges(texts, LONG_IN_EDGE + LONG_REMOVED)
    removed = {
        index
        for index, (lines, text) in enumerate(zip(paragraphs, texts, strict=True))
        if at_edge[index] and draft.furniture.has(text) and _is_uncut(draft, lines)
    }
    numbered = _numbered(draft, texts, removed)
    removed |= {index for index in numbered if at_edge[index] and _is_uncut(draft, paragraphs[index])}
    removed.discard(_headline(texts, removed))
    removed |= {index for index in _list_entries(texts, removed) if not draft.furniture.keeps(texts[index])}
    return RuleResult(cuts=[(paragraphs[index][0].start, paragraphs[index][-1].end) for index in sorted(removed)])


def _is_uncut(draft: Draft, lines: tuple[layout.Line, ...]) -> bool:
    """Whether no rule before removed anything between these lines."""
    return all(not draft.source[line.end : following.start].strip() for line, following in pairwise(lines))


def _numbered(draft: Draft, texts: Sequence[str], removed: set[int]) -> set[int]:
    """The lines of a known form that other furniture separates from the text: a figure beside the text is its own."""
    if not draft.furniture.forms:
        return set()
    prose = [index for index, text in enumerate(texts) if index not in removed and _is_prose(text)]
    rest = [index for index in range(len(texts)) if index not in removed]
    forms = without_tables([form_of(texts[index]) for index in rest])
    lines = {index for index, form in zip(rest, forms, strict=True) if draft.furniture.has_form(form)}
    return {
        index
        for index in lines
        if prose and ((index < prose[0] and index + 1 in removed) or (index > prose[-1] and index - 1 in removed))
    }


def _headline(texts: Sequence[str], removed: set[int]) -> int:
    """The last line above the text, if it may be a headline and no other one remains; -1 if there is none.

    The pages of a site list each other's headlines, so that a headline may be learned as furniture.
    """
    start = next((index for index, text in enumerate(texts) if _is_prose(text) and index not in removed), 0)
    above = [index for index in range(start) if _may_be_headline(texts[index])]
    return above[-1] if above and removed.issuperset(above) else -1


def _list_entries(texts: Sequence[str], removed: set[int]) -> set[int]:
    """The lines below the text that are between two lines of furniture, if all may be headlines or are dates.

    A list of other headlines has other entries on each page, so that few of them are learned in time.
    """
    prose = [index for index, text in enumerate(texts) if index not in removed and _is_prose(text)]
    below = sorted(index for index in removed if prose and index > prose[-1])
    gaps = [range(above + 1, following) for above, following in pairwise(below)]
    return {
        index
        for gap in gaps
        if len(gap) <= LONGEST_LIST and all(_may_be_headline(texts[at]) or dates.alone(texts[at]) for at in gap)
        for index in gap
    }


def _is_prose(text: str) -> bool:
    return is_long(text) or (sentences.is_ended(text) and text[-1] == ".")


def _may_be_headline(text: str) -> bool:
    is_enough = len(names.words(text)) >= FEWEST_WORDS or (
        bool(layout.UNSPACED.search(text)) and len(text) >= SHORTEST_UNSPACED
    )
    # "(Corrects the third paragraph)" is none.
    return is_enough and text[0] != "(" and not dates.alone(text) and not bylines.is_byline(text)
