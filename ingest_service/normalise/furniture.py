"""Furniture: lines that belong to the page and not to the text."""

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from ingest_service.model import Span
from ingest_service.normalise import names, publishers
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult
from ingest_service.normalise.layout import Line

LONGEST = 120
LONGEST_CLAIM = 300
# The number of last lines that may hold an end mark, a source or a credit.
CLOSING = 4

_THING = r"(?: (?:article|story|post|page|video|photo))?"
_NETWORK = r"(?:facebook|twitter|x|whatsapp|telegram|instagram|linkedin|youtube|google news|e-?mail)"
_AGO = r"(?:\d{1,3}|an?|one) (?:second|minute|hour|day|week|month|year)s? ago"
_MONTH_NAME = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
# The text of a line of furniture, or of one part of a line that bars or wide gaps divide.
FURNITURE = re.compile(
    "|".join(
        (
            rf"share(?: (?:me|this|it|now))?{_THING}(?::?(?: {_NETWORK}| print)+)?|share{_THING} (?:on|via) {_NETWORK}",
            rf"(?:print|email|save|bookmark|tweet) this{_THING}|copy link|link copied",
            r"(?:more|related|recommended|top|latest|trending|popular|other) (?:stories|articles|posts|reads)",
            r"(?:you )?(?:may|might) also like|read (?:more|next|also|(?:the )?full story)|also read",
            r"(?:continue|keep) reading(?: below)?|(?:article|story) continues (?:below|after .{1,30})",
            r"advertisement|skip advertisement|sponsored content|skip (?:to )?(?:main )?content|back to top",
            r"(?:sign up|subscribe) (?:to|for) (?:our|the)(?: free)?(?: daily| weekly)? newsletters?",
            rf"(?:follow|like|find|join) us on {_NETWORK}|{_NETWORK} (?:channel|group|page)",
            r"leave a (?:comment|reply)|post a comment|(?:\d{1,6}|no|view|show|hide) comments?",
            rf"(?:first |last )?(?:published|updated|posted):? {_AGO}",
            r"by (?:an? |our )?(?:staff|news|web) (?:reporter|correspondent|writer|desk)s?",
            r"our standards: the thomson reuters trust principles",
            r"click (?:here )?to (?:share|print)|scroll (?:back )?to (?:the )?top|(?:go|return) to (?:the )?top",
            r"(?:e-?mail )?newsletter sign[ -]?up|sign up for (?:e-?mail )?(?:updates|alerts|newsletters)",
            r"you are here|toggle (?:navigation|menu|search)|(?:open|close|main|skip) (?:menu|navigation)",
            r"accept (?:all )?cookies|reject (?:all )?cookies|(?:manage )?cookie (?:settings|preferences)",
            r"skip to (?:navigation|search|footer)|jump to (?:main )?(?:content|navigation)|print (?:this )?page",
            rf"{_MONTH_NAME} (?:19|20)\d\d (?:press|news|media) releases",
        )
    ),
    re.IGNORECASE,
)
# One alone may be a heading; two or more on a line are a menu.
MENU = frozenset(
    names.WORD.findall(
        "menu search subscribe home login register news sport sports business opinion world politics about contact"
    )
) | {
    "sign in", "log in", "sign up", "log out", "about us", "contact us", "privacy policy", "terms of use",
    "terms of service", "terms and conditions", "cookie policy", "accessibility", "site map", "sitemap", "careers",
}  # fmt: skip
PARTS = re.compile(r"\s*[|•·]\s*|\s{2,}")
COPYRIGHT = re.compile(
    r"(?:copyright(?= (?:©|\(c\)|\d|by |(?-i:[A-Z])))|©|\(c\)) ?(?:©|\(c\))? ?.{0,60}\b(?:19|20)\d\d\b.{0,200}"
    rf"|.{{0,100}}\ball rights reserved\.?|© ?(?:{'|'.join(map(re.escape, publishers.AGENCIES))})\b.{{0,100}}",
    re.I,
)
# "© 2025 Port of Alma. All rights reserved."
OWNER = re.compile(
    r"(?i:copyright|©|\(c\))(?:[\s©,]|\(c\)|(?:19|20)\d\d|[-–]|by\b){1,12}(?P<name>[^\W\d_a-z].{1,78}?)"
    r"(?:,? (?:19|20)\d\d)?(?:[.,;|•·]? ?(?i:all rights reserved).{0,200}|\s?[.|•·].{0,200})?"
)
CHANNEL = re.compile(r"(.*\S)\s(?:WhatsApp|Telegram|YouTube|Facebook|Instagram) (?:Channel|Group|Page)")
CHANNEL_ENDS = ("Channel", "Group", "Page")
LONGEST_CHANNEL = 8

_PICTURE = r"(?:image|images|photo|photos|picture|pictures|photograph|illustration|graphic)"
PICTURE_CREDIT = re.compile(
    rf"(?:composite|file|stock|supplied|handout|illustrative|representative|representational|library) {_PICTURE}\.?"
    rf"|{_PICTURE} (?:supplied|credit|courtesy)\.?",
    re.IGNORECASE,
)
PHOTO_BY = re.compile(
    r"(?:(?:photo|image|picture)s? (?:credit|by|courtesy of)|photo(?:graph)?s?|pic)\s?:?\s(\S.*?)\.?", re.IGNORECASE
)

SOURCE_CREDIT = re.compile(r"image source, (\S.*)", re.IGNORECASE)
# What a line begins with that one of these expressions may match.
CREDIT_BEGINNINGS = frozenset(("com", "fil", "sto", "sup", "han", "ill", "rep", "lib", "ima", "pho", "pic", "gra"))

END_MARK = re.compile(
    r"(?i:[/(\[*–—-]{1,3}\s?(?:ends?|30|more|fin|ende)\s?[/)\]*–—-]{1,3})|#(?:\s?#){2,4}|ENDS?|Ends|FIN|Enditem"
)
END_MARK_AFTER = re.compile(
    r"(?<=[.!?\"'”’)])\s+((?:/end/|/ends/|\(end\)|\(ends\)|\[end\]|\[ends\]|-ends-|-30-|###|enditem))", re.I
)
SOURCE = re.compile(r"Source: ?([^\W\d_a-z][^.:;!?]{1,80})")
SOURCE_AFTER = re.compile(r"[.!?\"'”’)]\s+(Source: ?([^\W\d_a-z][^.:;!?]{1,80}))")


def page_furniture(draft: Draft) -> RuleResult:
    """Removes lines that only serve the use of the page, or name its channel on another site."""
    removed = {line for line in draft.lines if len(line.text) <= LONGEST and line.whole and is_furniture(line.text)}
    removed.update(_channels(draft))
    return RuleResult(cuts=[_span(line) for line in draft.lines if line in removed]) if removed else NOTHING


def copyright_line(draft: Draft) -> RuleResult:
    """Removes lines near the end that claim the copyright of a year, or all rights; their owner is the publisher."""
    last = (line for line in draft.lines[1:][-CLOSING:] if line.whole and len(line.text) <= LONGEST_CLAIM)
    claims = [line for line in last if COPYRIGHT.fullmatch(line.text)]
    owner = next((name for line in claims if (name := _owner(line.text))), None)
    article = replace(draft.article, publisher=owner) if owner and not draft.article.publisher else None
    return RuleResult(cuts=[_span(line) for line in claims], article=article)


def picture_credit(draft: Draft) -> RuleResult:
    """Removes lines that only name the kind of a picture, or its photographer."""
    below = draft.lines if draft.article.title else draft.lines[1:]
    short = (line for line in below if len(line.text) <= LONGEST and line.whole)
    return RuleResult(cuts=[_span(line) for line in short if _credits_picture(line.text)])


def end_mark(draft: Draft) -> RuleResult:
    """Removes the end mark of a text, such as -ENDS-, /End/, ### or -30-, alone or after the last sentence."""
    if not draft.lines:
        return NOTHING
    for index, line in enumerate(draft.lines[1:], 1):
        # Hashes end a release also where notes about its publisher follow.
        if line.text[0] != "#" and index < len(draft.lines) - CLOSING:
            continue
        if line.whole and len(line.text) <= 12 and END_MARK.fullmatch(line.text):
            # Agencies and newspapers end with other marks.
            is_release = line.text[0] == "#" and draft.article.kind == "document"
            return RuleResult([_span(line)], article=replace(draft.article, kind="release") if is_release else None)
    last = draft.lines[-1]
    match = END_MARK_AFTER.search(last.text[-16:])
    if match is None or match.end() != len(last.text[-16:]):
        return NOTHING
    return RuleResult(cuts=[(last.end - len(match[1]), last.end)])


def source_line(draft: Draft) -> RuleResult:
    """Removes "Source:" and a publisher's name, alone or after the last sentence; the article gets the publisher."""
    if not draft.lines:
        return NOTHING
    for line in draft.lines[1:][-CLOSING:]:
        match = SOURCE.fullmatch(line.text) if len(line.text) <= LONGEST else None
        if match and (name := _publisher(match[1].strip())):
            return _from_source(draft, (line.start, line.end), name)
    last = draft.lines[-1]
    tail = last.text[-LONGEST:]
    match = next((match_ for match_ in SOURCE_AFTER.finditer(tail) if match_.end() == len(tail)), None)
    if match and (name := _publisher(match[2].strip())):
        return _from_source(draft, (last.end - len(match[1]), last.end), name)
    return NOTHING


@functools.lru_cache(maxsize=4096)  # The pages of a site repeat these lines.
def is_furniture(text: str) -> bool:
    """Whether all parts of a line serve the use of the page."""
    if text[0].islower():
        return False
    parts = [part.strip(" .:»>→↓…!") for part in PARTS.split(text)]
    if all(map(FURNITURE.fullmatch, parts)):
        return True
    return len(parts) > 1 and all(part.lower() in MENU or FURNITURE.fullmatch(part) for part in parts)


def _owner(claim: str) -> str | None:
    """The organisation that claims the copyright."""
    match = OWNER.fullmatch(claim)
    name = match["name"].strip(" ,") if match else ""
    is_organisation = names.is_capitalised(name) and publishers.is_organisation(name)
    return publishers.full_name(name) or (name if is_organisation else None)


def _publisher(name: str) -> str | None:
    """The full name of a publisher or public body."""
    is_office = publishers.is_office(name) and names.is_capitalised(name)
    return publishers.full_name(name) or (name if is_office else None)


def _from_source(draft: Draft, span: Span, name: str) -> RuleResult:
    return RuleResult(cuts=[span], article=replace(draft.article, publisher=draft.article.publisher or name))


def _span(line: Line) -> Span:
    return line.start, line.end


def _credits_picture(text: str) -> bool:
    # Letters beyond ASCII may match some of ASCII where case does not count.
    if text[0].islower() or (text.isascii() and text[:3].lower() not in CREDIT_BEGINNINGS):
        return False
    match = PHOTO_BY.fullmatch(text) or SOURCE_CREDIT.fullmatch(text)
    return bool(PICTURE_CREDIT.fullmatch(text)) or bool(match and names.divided(match[1]))


def _channels(draft: Draft) -> Iterator[Line]:
    """Lines such as "Jane Roe WhatsApp Channel": in title case, with a name that occurs nowhere else in the text."""
    possible = [line for line in draft.lines if line.text.endswith(CHANNEL_ENDS)]
    owners = {line: match[1] for line in possible if line.whole and (match := _channel(line.text))}
    if not owners:
        return
    counted = Counter(word for line in draft.lines for word in names.words(line.text))
    for line, name in owners.items():
        if all(counted[word] == names.words(line.text).count(word) for word in names.words(name) if len(word) > 1):
            yield line


def _channel(text: str) -> re.Match[str] | None:
    match = CHANNEL.fullmatch(text) if len(text) <= LONGEST else None
    if match is None or len(text.split()) > LONGEST_CHANNEL:
        return None
    return match if all(not word[0].islower() for word in text.split()) else None
