"""The title, and the lines around it that repeat it or belong to it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from ingest_service.normalise import (
    bylines,
    date_lines,
    datelines,
    dates,
    layout,
    letterheads,
    names,
    sentences,
    site_names,
)
from ingest_service.normalise.draft import MENU, NEAR_TEXT, NOTHING, Draft, RuleResult, is_long
from ingest_service.normalise.layout import Line

LONGEST = 200
LONGEST_TRAIL = 60
# Of the first line of a text whose own date is below its title, below the date of the page.
OWN_DATE = 3
# The number of lines at the top that may hold the title.
TOP = 20
LONGEST_LABEL = 8
# Of a part of a trail.
MOST_WORDS = 4
TRAIL_MARKS = re.compile(r"[>»›|]")
TRAIL = re.compile(r"(?:You are here:? ?)?Home(?: ?[>»›/|] ?[^>»›/|]{1,40}){1,6}")
# A title that is continued fills its line nearly; the rest is no longer than the line and a word.
MOST_LINES = 3
SHORTEST_FULL_LINE = 45
LONGEST_WORD = 20
LONG_WORD = 5
# Titles are cut off at 40 characters or more, or end with an ellipsis.
SHORTEST_CUT_OFF = 40
FEWEST_WORDS = 3
TITLE_CASE_SHARE = 0.7
OPENING = re.compile(r"Dear\b|[\"“]")
# The official whose site it is, at the top of each page.
OFFICIAL = re.compile(
    r"(?:Office of )?(?:United States|U\.? ?S\.?)\s+(?:Senator|Representative|Congress(?:wo)?man)\s+\w[\w. '’-]{2,30}",
    re.I,
)
WIDE_GAP = re.compile(r"\s{3,}")
# Without a country, an official is one whose name occurs below: "Senator Jane Roe of Alma".
NAMED_OFFICIAL = re.compile(
    r"(?:(?i:office of )(?:the )?)?(?i:senator|representative|congress(?:wo)?man|governor|mayor|attorney general)\s+"
    r"(?P<name>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){1,3}?)(?:(?:,| of| for)\s[A-Z][\w.]*(?:\s[A-Z][\w.]*){0,2})?"
)

# The section in which a site has its releases.
RELEASES = re.compile(r"(?:press|news|media) (?:releases?|room)\b", re.I)
# A place of the United States alone, or a date in figures, is no title.
PLACE = re.compile(
    r"[A-Z][A-Za-z.]+(?: [A-Z][A-Za-z.]+){0,2},?\s+(?:D\.?\s{0,2}C\.?|A[KLRZ]|C[AOT]|DC|DE|FL|GA|HI|I[ADLN]|K[SY]|LA"
    r"|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
)
# The markup of a wiki: an image, a template, or the same page in another language ("de:hamiltonoperator").
WIKI = re.compile(
    r"\[\[(?:image|file|bild|datei|fichier|archivo):|\{\{|thumb\||(?:image|file):\S+\.\w{3,4}|(?-i:[a-z]{2,3}):\S", re.I
)


def breadcrumb(draft: Draft) -> RuleResult:
    """Removes a breadcrumb: a first line that is a path from "Home", or ends with the title on the second line."""
    if len(draft.lines) < 3:
        return NOTHING
    first, second = draft.lines[:2]
    is_ending = first.text.endswith(second.text) and len(names.words(second.text)) >= FEWEST_WORDS
    trail = first.text.removesuffix(second.text) if is_ending else first.text
    if 0 < len(trail) <= LONGEST_TRAIL and trail != first.text:
        # A longer part is the title of the window, before the name of the site.
        is_short = all(len(names.words(part)) <= MOST_WORDS for part in TRAIL_MARKS.split(trail))
        is_trail = trail.startswith("Home ") or (is_short and bool(TRAIL_MARKS.search(trail)))
    else:
        is_trail = len(first.text) <= LONGEST and bool(TRAIL.fullmatch(first.text))
    same = takewhile(lambda line: line.text == first.text, draft.lines)
    return RuleResult(cuts=[(line.start, line.end) for line in same]) if is_trail else NOTHING


def title(draft: Draft) -> RuleResult:
    """Takes the first paragraph as the title if it is short, one sentence without a full stop, and not all the text."""
    paragraphs = list(layout.paragraphs(draft.lines[:TOP]))
    title_text, kind, publisher = draft.article.title, draft.article.kind, draft.article.publisher
    if not title_text:
        above = _lines_above(draft.lines, paragraphs)
        if any(RELEASES.search(line.text) for line in draft.lines[:above]):
            kind = "release"
        officials = (_official(line, draft.lines) for line in draft.lines[:above])
        publisher = publisher or next(filter(None, officials), None)
        paragraphs = paragraphs[above:]
        if not paragraphs or len(paragraphs[0]) == len(draft.lines):
            return NOTHING
        if draft.article.kind == "release" and not draft.is_one_line:
            paragraphs = _with_continuation(paragraphs)
        # The headlines of dpa end with an equals sign.
        title_text = _joined(paragraphs[0]).removesuffix(" =")
        if not _is_title(title_text, paragraphs[0]):
            return NOTHING
    # The title itself, and its repetitions directly below.
    title_words = names.words(title_text)
    same = list(takewhile(lambda lines: names.are_words(title_words, _joined(lines)), paragraphs))
    whole = _whole_title(title_text, paragraphs[len(same) : len(same) + 1])
    if whole:
        title_text, same = _joined(whole), [*same, whole]
    cuts = [(line.start, line.end) for lines in same for line in lines]
    # The heading of a saved page is whole where the title of its window is cut off.
    title_text = _heading(title_text, draft) or title_text
    if cuts and len(cuts) == len(draft.lines):
        cuts.pop()
    if not cuts:
        return NOTHING
    return RuleResult(cuts=cuts, article=replace(draft.article, title=title_text, kind=kind, publisher=publisher))


def picture_label(draft: Draft) -> RuleResult:
    """Removes a short line directly under the title whose words all occur in the title: the label of a picture."""
    if not draft.article.title or len(draft.lines) < 2:
        return NOTHING
    line, following = draft.lines[:2]
    label = names.words(line.text) if line.whole and len(line.text) <= LONGEST else []
    # Without an empty line below it may be the first line of a paragraph.
    if not 2 <= len(label) <= LONGEST_LABEL or following.row == line.row + 1 or line.text[-1] in ".!?:":
        return NOTHING
    if not set(label) <= set(names.words(draft.article.title)):
        return NOTHING
    return RuleResult(cuts=[(line.start, line.end)])


def _joined(lines: tuple[Line, ...]) -> str:
    return " ".join(line.text for line in lines)


def _whole_title(text: str, below: Sequence[tuple[Line, ...]]) -> tuple[Line, ...]:
    """The paragraph below that is the title in full, if the title was cut off after some of its words."""
    cut_off = text.rstrip(" .…")
    if not below or (len(text) < SHORTEST_CUT_OFF and cut_off == text):
        return ()
    whole, words = _joined(below[0]), names.words(cut_off)
    continued = names.words(whole[:LONGEST])
    is_same = len(words) >= FEWEST_WORDS and len(continued) > len(words) and continued[: len(words)] == words
    return below[0] if is_same and whole[len(cut_off) :][:1] == " " and _is_title(whole, below[0]) else ()


def _heading(text: str, draft: Draft) -> str | None:
    """The line further down, above the text of the page, that begins with all of a title and is a title itself."""
    start = f"{text.rstrip(' .…')} "
    is_possible = len(start) > SHORTEST_CUT_OFF and draft.may_repeat(start)
    for index, line in enumerate(draft.lines[:MENU]) if is_possible else ():
        below = draft.lines[index + 1 : index + NEAR_TEXT]
        if line.text.startswith(start) and any(is_long(line.text) for line in below):
            return line.text if _is_title(line.text, (line,)) else None
    return None


def _lines_above(lines: Sequence[Line], paragraphs: Sequence[tuple[Line, ...]]) -> int:
    """The number of paragraphs above the title that are sections of the site, or one date of publication or byline."""
    if len(paragraphs) < 3 or len(paragraphs[0]) > 1:
        return 0
    if _is_date(lines) or bylines.is_byline(lines[0].text):
        return 1
    above = takewhile(lambda part: _is_section(part, lines) or _is_numeric_date(part), paragraphs)
    count = sum(1 for _ in above)
    if not 0 < count < len(paragraphs) - 1:
        return 0
    heading = _joined(paragraphs[count])
    return 0 if bylines.is_byline(heading) or not _is_title(heading, paragraphs[count]) else count


def _is_date(lines: Sequence[Line]) -> bool:
    """Whether the first line is the date of publication, or of a page whose text has one of its own below the title."""
    if not dates.alone(lines[0].text):
        return False
    if not date_lines.heads_entries(lines, 0):
        return True
    if len(lines) <= OWN_DATE:
        return False
    has_own = dates.alone(lines[2].text) and not date_lines.heads_entries(lines, 2)
    return bool(has_own) and is_long(lines[OWN_DATE].text)


def _is_section(paragraph: tuple[Line, ...], lines: Sequence[Line]) -> bool:
    """Whether a paragraph is a line of sections of a site, or of the official whose site it is."""
    text = paragraph[0].text
    if len(paragraph) > 1 or len(text) > LONGEST_TRAIL:
        return False
    return bool(site_names.SECTIONS.fullmatch(text)) or _official(paragraph[0], lines) is not None


def _official(line: Line, lines: Sequence[Line]) -> str | None:
    """The official whose site it is, if a line names one, perhaps before a section and a wide gap."""
    if len(line.text) > LONGEST_TRAIL:
        return None
    text = WIDE_GAP.split(line.text)[0]
    if is_official := OFFICIAL.fullmatch(text) or OFFICIAL.fullmatch(line.text):
        return is_official[0]
    match = NAMED_OFFICIAL.fullmatch(text)
    name = match["name"].casefold() if match else ""
    is_named = name and any(is_long(below.text) and name in below.text.casefold() for below in lines)
    return text if is_named else None


def _is_numeric_date(lines: tuple[Line, ...]) -> bool:
    return len(lines) == 1 and bool(letterheads.NUMERIC_DATE.fullmatch(lines[0].text))


def _with_continuation(paragraphs: list[tuple[Line, ...]]) -> list[tuple[Line, ...]]:
    """The paragraphs of a release; the first ones are one if they go on with a title that was too long for its line."""
    lines: list[Line] = []
    for paragraph in paragraphs[: min(MOST_LINES, len(paragraphs) - 1)]:
        if len(paragraph) > 1 or (lines and not _continues(lines[-1], paragraph[0])):
            break
        lines += paragraph
    return [tuple(lines), *paragraphs[len(lines) :]] if len(lines) > 1 else paragraphs


def _continues(line: Line, following: Line) -> bool:
    """Whether a title that fills its line goes on in the following one."""
    if line.row + 1 != following.row or line.width < SHORTEST_FULL_LINE or following.width > line.width + LONGEST_WORD:
        return False
    if not (is_in_title_case(line.text) and is_in_title_case(following.text)) or sentences.is_ended(following.text):
        return False
    # The entries of a menu, and the name of an office, are often in capitals.
    is_other = following.text.isupper() and not line.text.isupper()
    if is_other or following.text[-1] in "-–—" or letterheads.LABEL.fullmatch(following.text):
        return False
    return not (datelines.opens(following.text) or following.text.startswith("By ") or dates.alone(following.text))


def is_in_title_case(text: str) -> bool:
    """Whether most of the longer words begin with a capital."""
    words = [word for word in text.split() if len(word) >= LONG_WORD and word[0].isalpha()]
    return sum(word[0].isupper() for word in words) >= len(words) * TITLE_CASE_SHARE


def _is_title(text: str, lines: tuple[Line, ...]) -> bool:
    if len(text) > LONGEST or len(lines) > MOST_LINES or not any(character.isalnum() for character in text):
        return False
    if (
        text[-1] in ",;:"
        or sentences.holds_several(text)
        or (sentences.is_ended(text) and text.rstrip("\"'”’)")[-1:] not in "?!…")
    ):
        return False
    if WIKI.match(text) or PLACE.fullmatch(text) or _is_numeric_date(lines):
        return False
    return not (layout.ITEM.match(text) or (OPENING.match(text) and text.endswith(",")) or dates.alone(text))
