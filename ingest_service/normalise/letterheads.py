"""The letterhead of a release: the office, the date and the contact above its title."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from ingest_service.normalise import dates, names, publishers, sentences, signs
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult
from ingest_service.normalise.layout import Line

# The number of first lines that may belong to a letterhead.
TOP = 14
# The number of first lines that may be a label, and that may begin with one before the title.
OPENING = 8
OPENING_INLINE = 3
LONGEST = 120
# A person and a position follow a contact within this number of lines.
NEAR_CONTACT = 3

_KIND = (
    r"(?:(?:press|media|news) (?:release|statement|advisory)|pressemitteilung|medienmitteilung|comunicado de prensa"
    r"|nota de prensa|communiqué de presse|comunicato stampa|nota à imprensa|persbericht|pressemeddelelse|보도자료)"
)
_RELEASE = (
    r"(?:for immediate release|immediate release|for release|para publicación inmediata|para divulgación inmediata"
    r"|pour diffusion immédiate|zur sofortigen veröffentlichung|per la diffusione immediata)"
)
LABEL = re.compile(rf"(?:{_KIND}|{_RELEASE})(?:\s*[-–—|:]?\s*{_RELEASE})?(?:\s?[:|–—-])?", re.I)
# A title after the label on its line begins with a capital, or is set in other letters.
INLINE = re.compile(rf"(?i:{_KIND}|{_RELEASE})(?:\s?[:|]|\s[–—-]?)\s+(?=[^\W\d_a-z]|[\d\"“'‘$£€])")
NUMERIC_DATE = re.compile(r"\d{1,2}[\s./-]\d{1,2}[\s./-](?:\d{2}|\d{4})")

EVIDENCE = re.compile(rf"{_KIND}|{_RELEASE}|cont[ar]|kontakt|inquiries|enquiries", re.I)
EVIDENCE_SIGNS = signs.of(
    " release", " statement", " advisory", "mitteilung", " prensa", "communiqu", " stampa", " imprensa", "persbericht",
    "pressemeddelelse", "보도자료", "para publicaci", "para divulga", "pour diffusion", "zur sofortigen",
    "per la diffusione", "conta", "contr", "kontakt", "quiries",
)  # fmt: skip
CONTACT = re.compile(
    rf"(?:{_RELEASE}\s+)?(?:(?:for )?(?:more|further) information,? (?:please )?contact"
    r"|(?:(?:press|media|news|public) )?(?:contacts?|enquiries|inquiries|contacto|contatto|kontakt|pressekontakt)"
    r"(?: (?:person|presse))?)"
    r"\s?(?::.{0,100})?",
    re.I,
)
# The district of an office on a line of its own, or a place that publishes.
DISTRICT = re.compile(
    r"(?:(?:northern|southern|eastern|western|central|middle) )?"
    r"(?:district|state|county|city|commonwealth|province|republic|port|town|village|borough|university) of .{2,40}",
    re.I,
)
DATE_AND_CONTACT = re.compile(r"(.{6,40}?)\s+((?:press |media )?(?:contact|contacto)\s?(?::.{0,100})?)", re.I)
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}|https?://\S{1,200}|www\.\S{1,200}")
NUMBER = re.compile(r"[(+]?\d[\d() .\-/]{5,18}\d(?:\s?(?:x|ext\.?)\s?\d{1,5})?")
NUMBER_LABEL = re.compile(
    r"\b(?:tel|telephone|phone|fax|office|oficina|cell|mobile|direct|e-?mail|web|website|twitter|t|f|m|o|c|p)\b", re.I
)

# An office before the label needs a line below the letterhead that can be the title; else it is the title itself.
LONGEST_TITLE = 200


@dataclass(slots=True)
class _Head:
    """The lines of a letterhead so far, and what they state."""

    lines: list[Line] = field(default_factory=list)
    offices: list[Line] = field(default_factory=list)
    published: str | None = None
    labelled: bool = False
    contact: int | None = None
    numbers: int = 0
    # The number of lines up to the last one that is certainly no title.
    certain: int = 0


def letterhead(draft: Draft) -> RuleResult:
    """Removes the letterhead above the title of a release, with office, date, contact and label, which are read."""
    if len(draft.lines) < 2 or not _may_open(draft.lines):
        return NOTHING
    head = _head(draft.lines, labelled="embargo" in draft.article.fields)
    lines = head.lines[: head.certain]
    # A contact alone may be a title: "Contact: the film".
    is_letterhead = head.labelled or (head.contact is not None and (head.published or head.numbers))
    # An office and a date, without a label.
    is_letterhead = is_letterhead or bool(head.published and head.offices)
    if not lines or not is_letterhead:
        return NOTHING
    offices = [line for line in head.offices if line in lines]
    following = draft.lines[len(lines)].text if len(lines) < len(draft.lines) else "."
    if offices and (sentences.is_ended(following) or len(following) > LONGEST_TITLE) and not INLINE.match(following):
        lines = lines[: lines.index(offices[0])]
        offices = []
    office = offices[0].text if offices else None
    article = replace(draft.article, kind="release", publisher=draft.article.publisher or office)
    if head.published and article.published is None:
        article = replace(article, published=head.published, published_basis="text")
    return RuleResult(cuts=[(line.start, line.end) for line in lines], article=article)


def release_label(draft: Draft) -> RuleResult:
    """Removes a label such as "for immediate release" at the top, alone or before the title; the text is a release."""
    stated = draft.article
    if in_title := INLINE.match(stated.title):
        stated = replace(stated, kind="release", title=stated.title[in_title.end() :])
    for index, line in enumerate(draft.lines[: OPENING if len(draft.lines) > 1 else 0]):
        if not line.whole or not LABEL.match(line.text):
            continue
        is_label, published = _label(line.text)
        inline = INLINE.match(line.text) if index < OPENING_INLINE else None
        if not is_label and not inline:
            continue
        end = line.end if is_label or not inline else line.start + inline.end()
        article = replace(stated, kind="release")
        if published and article.published is None:
            article = replace(article, published=published, published_basis="text")
        return RuleResult(cuts=[(line.start, end)], article=article)
    return RuleResult(article=stated) if in_title else NOTHING


def _may_open(lines: Sequence[Line]) -> bool:
    """Whether a label or a contact is above the first long line, or an office first: else there is no letterhead."""
    short = [line.text for line in takewhile(lambda line: len(line.text) <= LONGEST_TITLE, lines[:TOP])]
    is_possible = signs.may_hold("\n".join(short), EVIDENCE_SIGNS)
    return (is_possible and any(map(EVIDENCE.search, short))) or _is_office(lines[0].text)


def _head(lines: Sequence[Line], *, labelled: bool) -> _Head:
    """The lines at the top that may belong to a letterhead, which may have a label already: that of an embargo."""
    head = _Head(labelled=labelled)
    for index, line in enumerate(lines[: min(TOP, len(lines) - 1)]):
        if not line.whole or len(line.text) > LONGEST or not _takes(head, line, index):
            if INLINE.match(line.text):
                head.labelled, head.certain = True, len(head.lines)
            break
        head.lines.append(line)
        if line not in head.offices and not _is_person(head, line, index):
            head.certain = len(head.lines)
    return head


def _takes(head: _Head, line: Line, index: int) -> bool:
    """Whether a line belongs to the letterhead; what it states is added to the head."""
    is_label, published = _label(line.text)
    published = published or dates.alone(line.text)
    dated_contact = DATE_AND_CONTACT.fullmatch(line.text)
    if dated_contact and (date := dates.alone(dated_contact[1])):
        published = date
    elif not published and (date := _before_person(line.text)):
        head.numbers += 1
        published = date
    if published or is_label:
        head.published = head.published or published
        head.labelled = head.labelled or is_label
        head.contact = index if dated_contact else head.contact
        return True
    if CONTACT.fullmatch(line.text):
        head.contact = index
        head.labelled = head.labelled or bool(LABEL.match(line.text))
        return True
    if _is_number(line.text) or (_is_near_contact(head, index) and _is_person_with_number(line.text)):
        head.numbers += 1
        return True
    if _is_office(line.text):
        head.offices.append(line)
        # The title is below the label, unless a contact comes before it.
        return not head.labelled or head.contact is not None
    return _is_person(head, line, index)


def _is_office(text: str) -> bool:
    """Whether a line is the name of an office, or of its district."""
    if len(text) > LONGEST or not names.is_capitalised(text):
        return False
    return publishers.is_office(text) or bool(DISTRICT.fullmatch(text))


def _is_person(head: _Head, line: Line, index: int) -> bool:
    """Whether a line below a contact is a name or a position."""
    return _is_near_contact(head, index) and names.is_name(line.text)


def _is_near_contact(head: _Head, index: int) -> bool:
    return head.contact is not None and 0 < index - head.contact <= NEAR_CONTACT


def _is_person_with_number(text: str) -> bool:
    """Whether a line is a name and a telephone number: "Jane Roe, 202-555-0147"."""
    rest, count = NUMBER.subn("", text)
    return count > 0 and names.is_name(rest.strip(" ,;|-–:"))


def _before_person(text: str) -> str | None:
    """The date of a line that goes on with a person and a number: "June 26, 2025 Jane Roe, 202-555-0147"."""
    start, end, date = next(dates.spans(text), (-1, -1, ""))
    return date if start == 0 and _is_person_with_number(text[end:]) else None


def _is_number(text: str) -> bool:
    """Whether a line is only telephone numbers and addresses of mail or the web, with their labels."""
    rest, count = ADDRESS.subn("", text)
    rest, numbers = NUMBER.subn("", rest)
    return count + numbers > 0 and not any(map(str.isalnum, NUMBER_LABEL.sub("", rest)))


def _label(text: str) -> tuple[bool, str | None]:
    """Whether a line is a label of a release, alone or with a date; and the date, where it can be read."""
    match = LABEL.match(text)
    rest = text[match.end() :].strip() if match else ""
    # "06 14 2006": the marks between the figures are lost.
    published = dates.alone(rest.replace(" ", "/") if NUMERIC_DATE.fullmatch(rest) else rest) if rest else None
    return match is not None and (not rest or published is not None or bool(NUMERIC_DATE.fullmatch(rest))), published
