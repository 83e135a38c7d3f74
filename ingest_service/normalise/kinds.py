"""The kind of a text: a wire, a release, an article or a document.

Metadata and the publisher decide first. Then come signs that only releases have, such as a media contact. Other signs
occur in reports too: two of them together make a text without an author a release.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ingest_service.model import Kind, Note
from ingest_service.normalise import layout, names, publishers, signs, title
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

# The number of first lines of a text, and of the characters in them, that are its opening.
OPENING = 6
LONGEST_OPENING = 600
# The number of first and of last lines that may be a line that only releases have.
EDGE = 8
KINDS: dict[str, Kind] = {
    "press release": "release", "press-release": "release", "press_release": "release", "release": "release",
    "news release": "release", "media release": "release", "statement": "release", "article": "article",
    "news": "article", "newsarticle": "article", "post": "article", "blog": "article", "wire": "wire",
    "document": "document", "picture": "document", "photo": "document", "image": "document", "graphic": "document",
    "video": "document", "audio": "document", "event": "document",
}  # fmt: skip

# Lines of a page that only a release has.
RELEASE_LINE = re.compile(
    r"(?:media|press|news) contacts?(?: ?:.{0,80})?"
    r"|categor(?:y|ies): ?(?:.{0,40}\b)?(?:press|news|media) ?releases?\b.{0,60}"
    # "Contact: Jane Roe, 202/555-0147": a name and a number.
    r"|contacts?: [^\W\d_](?=.{0,60}\d{3}[-./) ]{1,2}\d{4}\b).{0,120}",
    re.I,
)
# How the opening of a release introduces a statement, or announces something.
STATEMENT = re.compile(
    r"\b(?:issued|released|made|delivered) the following (?:joint |brief |public )?(?:statements?|comments?|remarks)\b"
    r"|\b(?:is|are|was) (?:very )?(?:pleased|proud|thrilled|delighted|excited|honou?red) to (?:announce|welcome)\b"
)
STATEMENT_WORDS = (" the following ", " to announce", " to welcome")
STATEMENT_TITLE = re.compile(
    r"(?:joint )?(?:statement|comment|reaction)s? (?:of|by|from)\b|.{0,60}\bissues? (?:a )?statement", re.I
)
# A part of the path of an address, such as "/press-releases/".
RELEASE_PATH = re.compile(
    r"/(?:(?:press|news|media)[-_]?(?:releases?|statements?)|pressemitteilung(?:en)?|medienmitteilung(?:en)?"
    r"|communiques?(?:-de-presse)?|comunicados?(?:-de-prensa)?|notas?-de-prensa|comunicat[io]-stampa|persbericht(?:en)?"
    r"|pressemeddelelser?)(?=[/?#]|\Z)",
    re.I,
)

# "June 2006 Press Releases", with which pages of a site end.
ARCHIVE = re.compile(r"(?:19|20)\d\d (?:press|news|media) releases$", re.I)
ARCHIVE_SIGNS = signs.of(" releases")
# The mark that ends a release, before its address.
HASHES = re.compile(r"[.!?\"'”’)]\s+#(?:\s?#){2,4}$")

FEWEST_SIGNS = 2
# The words at the start of a title, and the characters after an official, that hold the name.
FIRST_WORDS = 3
LONGEST_NAME = 30
LONGEST_END = 60
_OFFICIAL = (
    r"(?:Sens?\.?|Senators?|Reps?\.?|Representatives?|Congress(?:wo)?m[ae]n|Gov\.|Governor|Lieutenant Governor|Mayor"
    r"|Councilm[ae]mber|Supervisor|Sheriff|Commissioner|(?<!Prime )Minister"
    r"|Attorneys? General|(?:Assistant |Deputy )?(?:U\.S\.|United States|District|State[’']s|County) Attorneys?"
    r"|(?:Deputy )?DAs?|Superintendent|Administrator)"
)
# A title that begins with the official for whose office it was written; "Senators say" names none.
OF_OFFICIAL = re.compile(
    rf"(?:U\.? ?S\.?\s+)?{_OFFICIAL}(?![\w.])(?!\s+(?:says?|sees?|seeks?|wants?|urges?|calls?|may|to)\b)"
    r"|.{0,60}\bstatements? (?:on|about|regarding|introducing)\b",
    re.I,
)
NAME = re.compile(r"[^\W\d_]{3,}")
# "(D-AL)", "(R-Maine)"
PARTY = re.compile(r"\([DRI]-(?:[A-Z]{2}|[A-Z][a-z]{1,3}\.|[A-Z][a-z]{3,4}|[A-Z]\.[A-Z]\.)\)")
# The office for which a text was written is named in its opening.
BY_OFFICE = re.compile(
    r"\b(?:Attorney[’']s Office|Sheriff[’']s (?:Office|Department)|(?:Police|Fire|Health) Department"
    r"|(?:Department|Ministry|City|County|Port|University) of [A-Z]|Office of (?:the )?[A-Z]|City Council)"
)
BY_OFFICIAL = re.compile(rf"\b{_OFFICIAL}\s+(?=[^\W\d_a-z])")
OFFICE_WORDS = ("Attorney", "Sheriff", "Department", "Ministry", "City", "County", "Port", "University", "Office")
OFFICIAL_WORDS = (
    "Sen", "Rep", "Congress", "Gov", "Mayor", "Councilm", "Supervisor", "Sheriff", "Commissioner", "Minister",
    "Attorney", "DA", "Superintendent", "Administrator",
)  # fmt: skip
# Reports name the day of the week instead.
TODAY = re.compile(r"\b(?:today|this (?:morning|afternoon|evening))\b", re.I)
TODAY_SIGNS = signs.of("today", "this morning", "this afternoon", "this evening")
CLOSING = re.compile(
    r"\bfor (?:more|further|additional) (?:information|details)\b|\bprosecuted by\b|\binvestigated by\b"
    r"|\banyone (?:with|who has) (?:any )?(?:additional |more |further )?information\b",
    re.I,
)
CLOSING_SIGNS = signs.of("information", " details", "prosecuted by", "investigated by")
# "About the Port of Alma" is the heading of a paragraph on the publisher.
ABOUT = "About "
SHORTEST_ABOUT = 60
PLACE_AND_DASH = re.compile(r"\(?[^\W\d_a-z][^()\d\n]{2,40}\)?\s?[-–—]{1,2}\s")

# A text that repeats what others said is a report.
REPORTED = re.compile(
    # One search for the start of a word serves all: it takes half of the time.
    r"\b(?:said|says|told|added|announced|reported|confirmed|[Aa]ccording to|sagte|erklärte|teilte .{3,60} mit"
    r"|a (?:déclaré|indiqué|affirmé|annoncé)|dijo|afirmó|declaró|señaló|anunció|ha (?:detto|dichiarato|annunciato)"
    r"|disse|afirmou|anunciou|(?:сказал|сообщил|заявил|рассказал)(?:а|и)?)\b"
)
# In scripts of which a word may be part of a longer one.
REPORTED_UNSPACED = re.compile(
    r"(?:말했|밝혔|전했)다|(?:表示|指出|宣布)|(?:述べ|語っ|発表し)た|(?:قال|أعلن)|कहा|กล่าวว่า"
)
# So is one that quotes a sentence, or that names the day of the week in its opening, if it has another sign.
QUOTED = re.compile(r"[\"“„«「][^\"“”„«»「」\n]{30,400}[\"”“»」]")
DAY = re.compile(
    r"\b(?=[A-Zdjlmsv])(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b"
)
FEWEST_REPORTED = 2
# A report names its source in so many first characters; searching all of a manual took a third of its time.
SEARCHED = 12_000
# What only a reporter writes.
TOLD_REPORTERS = re.compile(
    r"\btold (?:reporters|journalists|Reuters|AFP)\b"
    r"|\btold (?:the|a) (?:\w+ ){0,2}(?:newspaper|news conference|news agency|radio)\b"
    r"|\b(?:sources|analysts|traders|dealers|diplomats|bankers|economists) (?:said|say|told)\b"
)
# The code of a share, as Reuters and others write it after the name of a company: "Island Ferries <ALMA.F>".
SHARE = re.compile(r"\b[A-Z][\w&.'-]* <[A-Z]{2,5}(?:\.[A-Z]{1,2}\.?)?>(?=[\s,.’'])")


def kind(draft: Draft) -> RuleResult:
    """Sets the kind: a wire by an agency, a release by a public body, an article with author, credit or date."""
    if draft.article.kind != "document":
        return NOTHING
    kind_ = _kind(draft)
    return RuleResult(article=replace(draft.article, kind=kind_)) if kind_ != "document" else NOTHING


def _kind(draft: Draft) -> Kind:
    """The kind of an article: the one in its metadata, else by its publisher, else by the signs in the text."""
    article = draft.article
    if stated := _stated(draft):
        return stated
    opening = "\n".join(line.text for line in draft.lines[:OPENING])[:LONGEST_OPENING]
    if _has_release_sign(draft, opening):
        return "release"
    is_signed = bool(article.authors or article.credits or _is_of_outlet(draft))
    if not is_signed and _has_weak_signs(draft, opening):
        return "release"
    if not is_signed and " <" in (text := f"{article.title} \n{opening}") and SHARE.search(text):
        return "wire"
    return "article" if article.title and (is_signed or article.published or _reports(draft, opening)) else "document"


def _stated(draft: Draft) -> Kind | None:
    """The kind that the metadata state, or that the publisher shows."""
    stated = next((draft.metadata[key] for key in ("kind", "type") if key in draft.metadata), None)
    if isinstance(stated, str) and stated.lower() in KINDS:
        return KINDS[stated.lower()]
    name = draft.article.publisher or ""
    if publishers.is_of_newswire(name, draft.article.url):
        return "release"
    if name in publishers.AGENCY_NAMES:
        return "wire"
    return "release" if name in publishers.GOVERNMENTS.values() or publishers.is_office(name) else None


def _has_release_sign(draft: Draft, opening: str) -> bool:
    """Whether a text has a line that only releases have, introduces a statement, or has the address of a release."""
    heading = draft.article.title
    if signs.holds(opening, STATEMENT_WORDS) and STATEMENT.search(opening):
        return True
    if STATEMENT.search(heading) or STATEMENT_TITLE.match(heading) or RELEASE_PATH.search(draft.article.url or ""):
        return True
    edges = (*draft.lines[:EDGE], *draft.lines[-EDGE:])
    return _ends_like_release(draft) or any(RELEASE_LINE.fullmatch(line.text) for line in edges if line.whole)


def _ends_like_release(draft: Draft) -> bool:
    """Whether one of the last lines ends with the mark of a release, or is the name of a site's list of releases."""
    ends = [line.text[-LONGEST_END:] for line in draft.lines[-EDGE:]]
    if any(HASHES.search(end) for end in ends if "#" in end) or any(map(_is_archive, draft.notes)):
        return True
    return signs.may_hold("\n".join(ends), ARCHIVE_SIGNS) and any(map(ARCHIVE.search, ends))


def _has_weak_signs(draft: Draft, opening: str) -> bool:
    """Whether a text has enough signs of a release; one more is needed if it names persons who spoke to reporters."""
    count = sum(_release_signs(draft, opening))
    if count != FEWEST_SIGNS:
        return count > FEWEST_SIGNS
    return not any(TOLD_REPORTERS.search(line.text) for line in draft.lines)


def _is_archive(note: Note) -> bool:
    """Whether a removed line is the name of a site's list of releases."""
    return note.rule == "page-furniture" and bool(ARCHIVE.search(note.removed))


def _release_signs(draft: Draft, opening: str) -> Iterator[bool]:
    """Signs of a release that a report may have too."""
    heading = draft.article.title
    is_possible = signs.holds(opening, OFFICIAL_WORDS)
    officials = [match.end() for match in BY_OFFICIAL.finditer(opening)] if is_possible else []
    # "Roe Opens Harbour": the person whose office is named in the opening.
    named = {name.casefold() for end in officials for name in NAME.findall(opening[end : end + LONGEST_NAME])}
    is_named = any(word in named for word in names.words(heading)[:FIRST_WORDS])
    yield (is_named or bool(OF_OFFICIAL.match(heading))) and title.is_in_title_case(heading)
    yield bool(officials or (signs.holds(opening, OFFICE_WORDS) and BY_OFFICE.search(opening)))
    yield bool(PARTY.search(opening))
    yield signs.may_hold(opening, TODAY_SIGNS) and bool(TODAY.search(opening))
    yield bool(PLACE_AND_DASH.match(opening)) or any(title.PLACE.fullmatch(line.text) for line in draft.lines[:OPENING])
    last = draft.lines[-EDGE:]
    closing = [line.text[:LONGEST_OPENING] for line in last]
    yield signs.may_hold("\n".join(closing), CLOSING_SIGNS) and any(map(CLOSING.search, closing))
    yield any(_is_about(line.text, following.text) for line, following in pairwise(last))


def _is_about(heading: str, text: str) -> bool:
    """Whether a heading introduces a paragraph on the publisher; "About Us" in a menu does not."""
    if not heading.startswith(ABOUT):
        return False
    name = heading.removeprefix(ABOUT).removeprefix("the ").rstrip(":")
    return len(text) > SHORTEST_ABOUT and names.is_capitalised(name[: title.LONGEST])


def _reports(draft: Draft, opening: str) -> bool:
    """Whether a text reports what others said: twice, or once with another sign.

    That is a quotation, a day of the week in the opening, or a title in capitals, as agencies write them.
    """
    fewest = FEWEST_REPORTED - draft.article.title.isupper()
    reported = 0
    for paragraph in layout.paragraphs(draft.lines):
        if paragraph[0].start - draft.lines[0].start > SEARCHED:
            break
        is_long = paragraph[-1].end - paragraph[0].start > title.SHORTEST_CUT_OFF
        reported += sum(_reports_in(line.text) for line in paragraph) if is_long else 0
        if reported >= fewest:
            return True
    others = bool(DAY.search(opening)) + any(QUOTED.search(line.text) for line in draft.lines)
    return bool(others) and reported + others >= FEWEST_REPORTED


def _reports_in(text: str) -> int:
    """How often a line reports what others said."""
    return len(REPORTED.findall(text)) + (0 if text.isascii() else len(REPORTED_UNSPACED.findall(text)))


def _is_of_outlet(draft: Draft) -> bool:
    """Whether a text is published by an outlet, or is a saved page of a site: its heading is below a menu."""
    name = draft.article.publisher
    if not name:
        return False
    return bool(publishers.full_name(name)) or any(at != distance for at, distance in draft.under_title(1))
