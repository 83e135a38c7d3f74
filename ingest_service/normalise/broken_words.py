"""Words that a space or a hyphen divides by mistake, such as "accordi ng", in English text."""

import functools
import importlib.util
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import compress, islice, pairwise
from operator import add
from pathlib import Path

from ingest_service.model import Span
from ingest_service.normalise import names
from ingest_service.normalise.draft import Draft, RuleResult

PAIR = re.compile(r"(?<!\S)[\"'“‘(\[]*([a-z]{2,24}) (?=([a-z]{2,24})(?![\w'’-]))")
# More pairs than these are not looked for one by one in the text.
MOST_HALVES = 30
# The marks around a word.
AROUND = ".,;:!?\"'“”‘’()[]…-–—"
FIRST_HALF = re.compile(r"(?<![\w'’-])([a-z]{2,24})-$")
SECOND_HALF = re.compile(r"([a-z]{2,24})(?![\w'’-])")
# Prefixes that some write apart ("eco system"): no words of their own, but not halves of a broken word either.
COMBINING = frozenset(
    names.words(
        "aero agri agro anti arch astro audio auto bi bio by cardio centi co contra counter crypto cyber de demi"
        " dis eco en electro ethno euro ex extra fore geo giga hetero homo hydro hyper hypo il im in infra inter"
        " intra iso kilo macro mal mega meta micro mid milli mini mis mono multi nano neo neuro non off omni on"
        " ortho out over para pan peri petro photo physio poly post pre pro proto pseudo psycho pyro quasi radio re"
        " retro semi socio step sub super techno tele thermo trans tri turbo ultra un under uni up vice video"
    )
)
# Articles, pronouns, prepositions, auxiliaries and the like.
COMMONEST = frozenset(
    names.words(
        "a an the he she it we you they who me him her us them my his its our your their that this these those there"
        " and or nor but so yet if as at by for from in into of off on out over per to up with via be am is are was"
        " were been do did does has had have can may might must shall will would could should no not all any one two"
    )
)
# Written as two words, and listed as one.
APART = frozenset({"pro forma", "rendez vous", "post mortem", "kow tow", "wi fi", "beri beri", "cous cous"})


def broken_words(draft: Draft) -> RuleResult:
    """Joins two lower-case halves, divided by a space or a hyphen at a line's end, that are a word only together."""
    if draft.article.language != "en":
        return RuleResult()
    mends = [*_spaced(draft), *_hyphenated(draft)]
    return RuleResult(mends=sorted(mends)) if mends else RuleResult()


def _spaced(draft: Draft) -> Iterator[Span]:
    """The spaces inside words."""
    halves = _halves(draft.source)
    places = _places(draft.source, halves) if len(halves) <= MOST_HALVES else None
    for start, end in draft.stretches() if halves else ():
        if places is not None and bisect_left(places, start) == bisect_left(places, end):
            continue
        whole, at = "", -1
        for match in PAIR.finditer(draft.source, start, end):
            # The word just joined may itself be half of a longer word.
            first = whole if match.start(1) == at else match[1]
            if match.end(2) <= end and _is_one_word(first, match[2]):
                yield match.end(1), match.start(2)
                whole, at = first + match[2], match.start(2)


def _halves(source: str) -> set[str]:
    """The pairs of neighbours that may be one word: few texts have any.

    All marks are left out first. Pairs that a mark divides are found too, but none is missed.
    """
    for mark in AROUND:
        source = source.replace(mark, "")
    words = source.split()
    # No Python code runs for each pair here: long texts have many, and hardly any of them are one word.
    wholes = map(add, words, islice(words, 1, None))
    candidates = set(compress(pairwise(words), map(known_words().__contains__, wholes)))
    return {f"{first} {second}" for first, second in candidates if _is_one_word(first, second)}


def _places(source: str, pairs: Iterable[str]) -> list[int]:
    """The positions of all pairs that are no parts of longer words, sorted."""
    return sorted(
        start
        for pair in pairs
        for start in _occurrences(source, pair)
        if not source[start - 1 : start].isalnum() and not source[(end := start + len(pair)) : end + 1].isalnum()
    )


def _occurrences(source: str, text: str) -> Iterator[int]:
    at = source.find(text)
    while at >= 0:
        yield at
        at = source.find(text, at + 1)


def _hyphenated(draft: Draft) -> Iterator[Span]:
    """The hyphens that divide a word at the end of a line."""
    for line, following in pairwise(draft.lines):
        if line.paragraph != following.paragraph or line.text[-1] != "-":
            continue
        first, second = FIRST_HALF.search(line.text[-25:]), SECOND_HALF.match(following.text)
        if first and second and _is_one_word(first[1], second[1]):
            yield line.end - 1, line.end


def _is_one_word(first: str, second: str) -> bool:
    known = known_words()
    if first + second not in known or (first in known and _is_word(second)) or f"{first} {second}" in APART:
        return False
    if first in COMBINING and (_is_word(second) or first[-1] == second[0]):
        return False
    # "be ad hoc", "to ut ilise", "we ll": a short fragment beside a very common word may belong to its other side.
    return not (first in COMMONEST and len(second) < 4) and not (second in COMMONEST and len(first) < 4)


def _is_word(text: str) -> bool:
    """Whether a text is a word, or its plural: "give aways"."""
    return text in known_words() or (len(text) > 3 and text[-1] == "s" and text[:-1] in known_words())


@functools.cache
def known_words() -> frozenset[str]:
    """The 83,000 English words of symspellpy's list, read at the first use."""
    package = importlib.util.find_spec("symspellpy")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("symspellpy")
    path = Path(package.origin).with_name("frequency_dictionary_en_82_765.txt")
    with path.open(encoding="utf-8-sig") as lines:
        return frozenset(line.split(" ", 1)[0] for line in lines)
