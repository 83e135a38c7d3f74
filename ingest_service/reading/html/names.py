"""Which of the titles and names that a page states are those of its article. Pure functions of texts."""

import re
from collections.abc import Sequence

SEPARATOR = re.compile(r"\s+(?:[|•»«·–—-]|::?)\s+|\s*\|\s*")
MARKS = ("|", "•", "»", "«", "·", "–", "—", "-", ":")
WORD = re.compile(r"\w+")
BY = re.compile(r"(?:by|von|por|par|di|text|текст)\b:?\s+", re.I)
AND = re.compile(r"\s*(?:;|,? and |,? & )\s*")
# What is no person: an address, an account, or the staff.
NO_AUTHOR = re.compile(
    r"https?://.*|@\w+|admin|administrator|(?:the )?(?:editors?|staff|redacción|redaktion)|.*\.(?:com|org|net)", re.I
)
LONGEST_AUTHOR = 100
LONGEST_SITE = 60
ADDRESS = re.compile(r"\w\.\w{2,10}\Z")
# A site behind the name of a person: "Jane Roe, example.com".
SITE_OF_AUTHOR = re.compile(r"[,.]?\s+\S+\.(?:com|org|net|co\.uk)\W*\Z", re.I)
ROLE = re.compile(
    r",\s+(?:[\w.’'&-]+\s+){0,4}(?:writer|reporter|editor|correspondent|columnist|critic|producer|staff)s?\b.*", re.I
)
PERSON = re.compile(r"[^\W\d_][^\d@:/|]{1,60}")
MOST_WORDS = 6
MOST_NAME_WORDS = 4
# Shares of words.
SAME = 0.5
SHORTEST_SITE = 3
# Letters of a heading that is part of a title.
SHORTEST_TITLE = 8
# Letters of the only heading of a page, which no title of it confirms; a shorter one may be the name of a section.
SHORTEST_HEADING = 20


def folded(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return "".join(WORD.findall(text.casefold())).replace("_", "")


def site(stated: str, of_article: str) -> str:
    """The name of a site, without its motto. The article's data have it written in full, if both are the same name."""
    name, full = SEPARATOR.split(stated)[0], SEPARATOR.split(of_article)[0]
    return full if not name or (full and _is_same_name(name, full)) else name


def behind(title_: str, window: str) -> str:
    """What follows the title and a separator in the title of a window: the name of the site; empty if nothing does."""
    rest = window.removeprefix(title_) if title_ else ""
    separator = SEPARATOR.match(rest) if rest != window else None
    name = rest[separator.end() :] if separator else ""
    return name if 0 < len(name) <= LONGEST_SITE and not SEPARATOR.search(name) and not ADDRESS.search(name) else ""


def _is_same_name(first: str, second: str) -> bool:
    """Whether one name begins as the other does, or has the first letters of its words."""
    one, other = folded(first), folded(second)
    initials = "".join(word[0] for word in WORD.findall(second.casefold()))
    return bool(one and other) and (one.startswith(other) or other.startswith(one) or one == initials)


def divided(window: str) -> tuple[str, str]:
    """The title of a window without its last part, and that part, if it is as short and capitalised as a name."""
    separators = list(SEPARATOR.finditer(window))
    if not separators:
        return window, ""
    head, tail = window[: separators[-1].start()], window[separators[-1].end() :]
    is_name = len(tail.split()) <= MOST_NAME_WORDS and not any(word[0].islower() for word in tail.split())
    return (head, tail) if is_name and len(folded(head)) >= max(SHORTEST_TITLE, len(folded(tail))) else (window, "")


def without_site(title: str, sites: Sequence[str]) -> str:
    """A title without the name of the site before or behind it."""
    known = {folded(name) for name in sites if len(name) >= SHORTEST_SITE}
    for name in sites:
        title = title.removeprefix(f"{name}: ")
        # A name may contain a separator itself.
        head = title.removesuffix(name).rstrip()
        if head != title and head.endswith(MARKS):
            title = head.rstrip(" " + "".join(MARKS))
    while (separators := list(SEPARATOR.finditer(title))) and folded(title[separators[-1].end() :]) in known:
        title = title[: separators[-1].start()]
    return title


def title(headings: Sequence[str], titles: Sequence[str], sites: Sequence[str]) -> str:
    """The first heading that agrees with a title, else the only heading if it is long, else the first title."""
    known = {folded(name) for name in sites}
    headings = [heading for heading in headings if folded(heading) not in known]
    for heading in headings:
        if any(_agree(heading, title_) for title_ in titles):
            return heading
    titles = [title_ for title_ in titles if folded(title_) not in known]
    if len(headings) == 1 and (not titles or len(folded(headings[0])) >= SHORTEST_HEADING):
        return headings[0]
    return titles[0] if titles else ""


def _agree(heading: str, title_: str) -> bool:
    """Whether a heading has at least half of the words of both, or begins or ends the title."""
    one, other = set(WORD.findall(heading.casefold())), set(WORD.findall(title_.casefold()))
    if not one or not other:
        return False
    is_part = len(folded(heading)) >= SHORTEST_TITLE and (
        folded(title_).startswith(folded(heading)) or folded(title_).endswith(folded(heading))
    )
    return is_part or len(one & other) / len(one | other) >= SAME


def authors(stated: Sequence[str], site_name: str) -> tuple[str, ...]:
    """The names of persons or agencies, without the site's own name, addresses and accounts."""
    # Behind a bar is what they write for, and behind a comma often their position.
    people = (part for value in stated for part in AND.split(ROLE.sub("", BY.sub("", value.split(" | ")[0]))))
    people = (SITE_OF_AUTHOR.sub("", part).removesuffix(site_name).strip(" .,") for part in people)
    kept = [name for name in people if name and len(name) <= LONGEST_AUTHOR and not NO_AUTHOR.fullmatch(name)]
    return tuple(dict.fromkeys(name for name in kept if folded(name) != folded(site_name)))


def is_person(text: str) -> bool:
    """Whether a text from the page can be the name of a person: a few words without digits and signs."""
    return bool(PERSON.fullmatch(text)) and len(text.split()) <= MOST_WORDS
