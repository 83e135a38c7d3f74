"""Where sentences begin and end, as far as full stops show it."""

import re
from typing import Literal

from ingest_service.normalise import names

END = re.compile(r"[.!?…][\"'”’)\]]*\s+(?=\S)")
LAST_WORD = re.compile(r"[\w.]*\Z")
TITLES = frozenset(
    names.words(
        "mr mrs ms dr prof gen lt col maj capt cmdr sgt sen rep gov rev hon rt st mt ft vs messrs adm"
        " sens reps govs pres atty gens drs profs asst supt det insp cpl pvt amb del dist min dep v hr fr frl mme mm"
    )
)
# These end no sentence before a number.
NUMBERED = frozenset(names.words("no nos art arts sec secs vol ch fig figs pp par nr tel"))
MONTHS = frozenset(names.words("jan feb mar apr jun jul aug sep sept oct nov dec"))
DOUBTFUL = frozenset(
    names.words(
        "inc ltd corp co jr sr bros etc dept est ave blvd bldg approx ala ariz ark calif colo conn fla ga ill ind kan"
        " ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo"
    )
)

# "am 3. Oktober": a number of one or two digits may be an ordinal.
LONGEST_ORDINAL = 2

ENDED = re.compile(r"[.!?…。！？؟][\"'”’)\]»]*$")


def is_ended(text: str) -> bool:
    """Whether a line ends like a sentence; "in the U.S." and "v. Port of Alma, Wash." do not."""
    if not ENDED.search(text[-6:]) or re.search(r"\b\w\.\w\.$", text[-6:]):
        return False
    last = LAST_WORD.search(text[-20:-1]) if text[-1] == "." else None
    return not (last and last[0].lower() in DOUBTFUL and last[0][0].isupper())


def holds_several(text: str) -> bool:
    """Whether a text certainly holds more than one sentence; "S. Korea opens U.S. office" does not."""
    return any(text[match.start()] == "." and _ends(text, match) == "yes" for match in END.finditer(text))


def last_start(text: str, floor: int, end: int) -> int | None:
    """The start of the last sentence of `text[floor:end]`; None if it is uncertain."""
    start: int | None = floor
    for match in END.finditer(text, floor, end):
        verdict = _ends(text, match)
        if verdict == "yes":
            start = match.end()
        elif verdict == "maybe":
            start = None
    return start


def _ends(text: str, match: re.Match[str]) -> Literal["yes", "no", "maybe"]:
    """Whether a sentence ends at a full stop before white space."""
    following = text[match.end()]
    if text[match.start()] != ".":
        return "maybe" if following.islower() else "yes"
    tail = LAST_WORD.search(text, max(0, match.start() - 20), match.start())
    word = tail[0] if tail else ""
    if word.lower() in TITLES or (word.lower() in MONTHS | NUMBERED and following.isdigit()) or following.islower():
        return "no"
    if len(word) == 1 and word.isupper():
        return "no"
    if "." in word or word.lower() in DOUBTFUL | MONTHS or (word.isdigit() and len(word) <= LONGEST_ORDINAL):
        return "maybe"
    return "yes"
