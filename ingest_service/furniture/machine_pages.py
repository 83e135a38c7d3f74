"""Pages that a server sends instead of what was asked for, as far as their words show it. Pure.

The words alone are not enough: a genuine text may have them too. Learning asks for three addresses as well.
"""

import functools
import json
import re
from collections.abc import Iterable
from pathlib import Path

from ingest_service.model import Suspect

# The share of a text, in characters, that sentences with such phrases have at least.
SHARE = 0.5
SENTENCES = re.compile(r"(?<=[.!?])[\"”»]?\s+|(?<=[。！？؟])|\n+")
# What differs between two sendings of one page: addresses, numbers, times and identifiers.
VARYING = re.compile(r"[\w.:/#-]*[\d/][\w.:/#-]*", re.ASCII)


def is_machine_page(text: str) -> bool:
    """Whether at least half of a text, in characters, are sentences that servers send, such as "Please try again"."""
    phrase = _pattern("bot-wall", "error-page")
    sentences = SENTENCES.split(text.lower())
    matching = sum(len(sentence) for sentence in sentences if phrase.search(sentence))
    return 0 < matching >= SHARE * sum(map(len, sentences))


def kind(text: str) -> Suspect:
    """Which kind of machine page a text is: a bot wall if it has a phrase of one, else an error page."""
    return "bot-wall" if _pattern("bot-wall").search(text.lower()) else "error-page"


def without_varying(text: str) -> str:
    """A text without what differs from one sending to the next."""
    return VARYING.sub(" ", text)


@functools.cache
def _pattern(*kinds: Suspect) -> re.Pattern[str]:
    """The phrases of these kinds of pages; compiled when first needed, since most commands need none."""
    phrases = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

    def alternatives(names: Iterable[str]) -> str:
        return "|".join(phrase for name in names for phrase in phrases[name])

    # Texts are in lower case: a pattern that ignores case takes nearly twice the time.
    # A word of a script without spaces may be part of another word.
    return re.compile(rf"\b(?:{alternatives(kinds)})|{alternatives(f'unspaced-{name}' for name in kinds)}")
