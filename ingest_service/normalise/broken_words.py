"""Words that a space or a hyphen divides by mistake, such as "accordi ng", in English text."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest_service.model import Span
from ingest_service.normalise import names, word_pairs
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

PAIR = re.compile(r"(?<!\S)[\"'“‘(\[]*([a-z]{2,24}) (?=([a-z]{2,24})(?![\w'’-]))")
OPENERS = "\"'“‘(["
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
        return NOTHING
    mends = [*_spaced(draft), *_hyphenated(draft)]
    return RuleResult(mends=sorted(mends)) if mends else NOTHING


def _spaced(draft: Draft) -> Iterator[Span]:
    """The spaces inside words."""
    source, known = draft.source, word_pairs.known_words()
    places = [
        start
        for start, space, end in word_pairs.candidates(source)
        if source[start:space] + source[space + 1 : end] in known
        and _is_one_word(source[start:space], source[space + 1 : end])
    ]
    first = 0
    for start, end in draft.stretches() if places else ():
        # Most stretches end before the next place.
        if first < len(places) and places[first] < end:
            inside = places[bisect_left(places, start) : (first := bisect_left(places, end))]
            yield from _joined(source, inside, start, end)


def _joined(source: str, places: Sequence[int], start: int, end: int) -> Iterator[Span]:
    """The spaces after the words at these places of a stretch, and after the words that joining makes."""
    done = start
    for place in places:
        whole, at = "", place
        while at >= done and (match := PAIR.match(source, _opening(source, at, start), end)):
            # The word just joined may itself be half of a longer word.
            first = whole or match[1]
            if not _is_one_word(first, match[2]):
                break
            yield match.end(1), match.start(2)
            whole, at = first + match[2], match.start(2)
        done = at + 1 if whole else done


def _opening(source: str, at: int, start: int) -> int:
    """The position of the first of the marks that open a word, not before `start`."""
    while at > start and source[at - 1] in OPENERS:
        at -= 1
    return at


def _hyphenated(draft: Draft) -> Iterator[Span]:
    """The hyphens that divide a word at the end of a line."""
    for line, following in pairwise(draft.lines):
        if line.paragraph != following.paragraph or line.text[-1] != "-":
            continue
        first, second = FIRST_HALF.search(line.text[-25:]), SECOND_HALF.match(following.text)
        if first and second and _is_one_word(first[1], second[1]):
            yield line.end - 1, line.end


def _is_one_word(first: str, second: str) -> bool:
    known = word_pairs.known_words()
    if first + second not in known or (first in known and _is_word(second)) or f"{first} {second}" in APART:
        return False
    if first in COMBINING and (_is_word(second) or first[-1] == second[0]):
        return False
    # "be ad hoc", "to ut ilise", "we ll": a short fragment beside a very common word may belong to its other side.
    return not (first in COMMONEST and len(second) < 4) and not (second in COMMONEST and len(first) < 4)


def _is_word(text: str) -> bool:
    """Whether a text is a word, or its plural: "give aways"."""
    return text in word_pairs.known_words() or (
        len(text) > 3 and text[-1] == "s" and text[:-1] in word_pairs.known_words()
    )
