"""Bylines and credits: lines that name the authors and contributors of a text."""

import re
from dataclasses import replace

from ingest_service.model import Span
from ingest_service.normalise import names, publishers
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult
from ingest_service.normalise.layout import Line

LONGEST = 200
# The number of last lines that may be credits, and of lines under the title that may be a byline.
CLOSING = 4
OPENING = 3

CREDIT = re.compile(
    r"(?:(?:with )?(?:additional|further) |with )?(?:inputs?|reporting|writing|editing|contributions?|files|material)"
    r" (?:from|by) (.+)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
NEXT_ROLE = re.compile(r"[;,]\s+(?=(?:additional |further )?(?:reporting|writing|editing) by )", re.IGNORECASE)
AROUND = " —–-*()[]."
BYLINE = re.compile(r"(?:(?:Written |Story |Posted )?[Bb]y:?|BY:?|Von|Par|Por|Di|Door|Av|Af) (\S.*)")
ROLE = re.compile(
    r"(?:,|\s[|–—-])? (?:[A-Z][a-z]+ )?(?:Staff|Correspondent|Reporter|Editor|Staff Writer|Correspondents|Senior Writer"
    r"|Contributor|Columnist|Political Editor|Staff Reporter)\.?$"
)
# "Jane Roe, Reuters" · "Jane Roe for The Island Times" · "Jane Roe (Reuters)"
WITH_PUBLISHER = re.compile(r"(\S.*?)(?:,\s| for |\s[|–—-]\s|\s\()([^,()]{2,60})\)?")
# Words in the names of associations, not of persons: "Islanders for Ferries".
OF_A_BODY = re.compile(r"\s(?:for|of|the|and)\s", re.I)
POSITION = re.compile(r"(?:staff|senior|contributing|political|special) (?:writer|reporter|correspondent)s?", re.I)
# "Associated Press Writer", on the line below.
WRITER = re.compile(
    r"(?:The )?(.{3,40}?) (?:Staff |Senior |Sports |Business )?(?:Writer|Correspondent|Reporter)s?", re.I
)


def byline(draft: Draft) -> RuleResult:
    """Removes a line under the title that is "By" and names; these are the authors, and perhaps the publisher."""
    if not draft.article.title or len(draft.lines) < 2:
        return NOTHING
    for index, distance in draft.under_title(OPENING):
        line = draft.lines[index]
        people, publisher = _byline(line, distance) if line.whole and len(line.text) <= LONGEST else ((), None)
        if not people and not publisher:
            continue
        cuts = [(line.start, line.end)]
        below = draft.lines[index + 1] if index + 2 < len(draft.lines) else None
        writer = WRITER.fullmatch(below.text) if below and below.whole and not publisher else None
        if below and writer and (name := publishers.full_name(writer[1])):
            cuts.append((below.start, below.end))
            publisher = name
        elif below and below.whole and POSITION.fullmatch(below.text):
            cuts.append((below.start, below.end))
        authors, publisher = draft.article.authors or people, draft.article.publisher or publisher
        return RuleResult(cuts=cuts, article=replace(draft.article, authors=authors, publisher=publisher))
    return NOTHING


def is_byline(text: str) -> bool:
    """Whether a line is "By" and full names."""
    match = BYLINE.fullmatch(text) if len(text) <= LONGEST else None
    return bool(match and people_and_publisher(match[1])[0])


def _byline(line: Line, distance: int) -> tuple[tuple[str, ...], str | None]:
    """The persons and the publisher of a byline. Directly under the title "Jane Roe, Reuters" is one too."""
    if match := BYLINE.fullmatch(line.text):
        return people_and_publisher(match[1])
    if distance == 0 and names.is_capitalised(line.text.replace(",", "")):
        people, publisher = people_and_publisher(line.text)
        return (people, publisher) if people and publisher else ((), None)
    return (), None


def people_and_publisher(text: str) -> tuple[tuple[str, ...], str | None]:
    """The persons in "Jane Roe and John Doe, Reuters", and the publisher; no persons if any part is something else."""
    text = ROLE.sub("", text)
    publisher = None
    if match := WITH_PUBLISHER.fullmatch(text):
        outlet = match[2].removeprefix("for ")
        publisher = publishers.full_name(outlet)
        if publisher or (" for " in text[match.end(1) : match.start(2)] and names.is_name(outlet)):
            text = match[1]
    people = names.divided(text) or ()
    if not publisher and len(people) == 1 and (agency := publishers.full_name(people[0])):
        return (), agency
    if not publisher and len(people) > 1 and people[-1].startswith("The "):
        people, publisher = people[:-1], people[-1]
    is_person = all(" " in name and not OF_A_BODY.search(name) for name in people)
    return (people, publisher) if is_person else ((), None)


def reporter_address(draft: Draft) -> RuleResult:
    """Removes lines near the end of a wire story that are only the e-mail address of its reporter."""
    if draft.article.kind != "wire":
        return NOTHING
    last = (line for line in draft.lines[1:][-CLOSING:] if line.whole and ADDRESS.fullmatch(line.text[: LONGEST + 1]))
    return RuleResult(cuts=[(line.start, line.end) for line in last])


def credit_line(draft: Draft) -> RuleResult:
    """Removes final lines and brackets that credit others for reporting or material; the article gets the credits."""
    cuts: list[Span] = []
    credited = list(draft.article.credits)
    for line in draft.lines[-CLOSING:]:
        start = _credit_start(line)
        contributors = _credited(line.text[start:]) if line.end - line.start - start <= LONGEST else []
        if contributors and (start or line is not draft.lines[0]):
            cuts.append((line.start + start, line.end))
            credited += [name for name in contributors if name not in credited]
    return RuleResult(cuts=cuts, article=replace(draft.article, credits=tuple(credited))) if cuts else NOTHING


def _credit_start(line: Line) -> int:
    """The start of a bracket that ends the line, else the start of the line."""
    bracket = line.text.rfind("(")
    return bracket if bracket > 0 and line.text.endswith(")") and line.text[bracket - 1].isspace() else 0


def _credited(text: str) -> list[str]:
    """The names in a credit; none if any part of it is something else."""
    contributors: list[str] = []
    for part in NEXT_ROLE.split(text.strip(AROUND)):
        match = CREDIT.fullmatch(part.strip(AROUND))
        people = names.divided(match[1]) if match else None
        if not people:
            return []
        contributors += people
    return contributors
