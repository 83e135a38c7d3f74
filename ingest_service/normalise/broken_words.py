"""Words that a space broke in two, as "accordi ng", in English text."""

import functools
import importlib.util
import re
from pathlib import Path

from ingest_service.model import Span
from ingest_service.normalise import names
from ingest_service.normalise.draft import Draft, Found

PAIR = re.compile(r"(?<!\S)[\"'“‘(\[]*([a-z]{2,24}) (?=([a-z]{2,24})(?![\w'’-]))")
# Written apart by some ("eco system"): no word alone, yet whole before one.
COMBINING = frozenset(
    names.words(
        "aero agro anti arch astro audio auto bi bio by cardio centi co contra counter crypto cyber de demi dis eco en"
        " electro ethno euro ex extra fore geo giga hetero homo hydro hyper hypo il im in infra inter intra iso kilo"
        " macro mal mega meta micro mid milli mini mis mono multi nano neo neuro non off omni on ortho out over para"
        " pan peri petro photo physio poly post pre pro proto pseudo psycho pyro quasi radio re retro semi socio step"
        " sub super techno tele thermo trans tri turbo ultra un under uni up vice video"
    )
)


def broken_words(draft: Draft) -> Found:
    """Two lower-case halves are joined when at least one is no word and together they are one."""
    if draft.article.language != "en":
        return Found()
    mends: list[Span] = []
    for start, end in draft.stretches():
        whole, at = "", 0
        for match in PAIR.finditer(draft.source, start, end):
            # What was just joined may be half of a longer word.
            first = whole if match.start(1) == at else match[1]
            if match.end(2) <= end and _is_one_word(first, match[2]):
                mends.append((match.end(1), match.start(2)))
                whole, at = first + match[2], match.start(2)
    return Found(mends=mends)


def _is_one_word(first: str, second: str) -> bool:
    known = known_words()
    if first + second not in known or (first in COMBINING and second in known):
        return False
    return first not in known or second not in known


@functools.cache
def known_words() -> frozenset[str]:
    """The 83,000 English words of symspellpy's list, read when first asked for."""
    package = importlib.util.find_spec("symspellpy")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("symspellpy")
    path = Path(package.origin).with_name("frequency_dictionary_en_82_765.txt")
    with path.open(encoding="utf-8-sig") as lines:
        return frozenset(line.split(" ", 1)[0] for line in lines)
