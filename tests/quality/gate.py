"""The ratchet of quality: floors pinned together with the digest of the set they were measured on.

`floors.json` is a history: each entry has the digest of the set, the floors, and why it was made; the last one holds.
An entry is added when the set changes or a floor moves, and is never changed afterwards: `PINNED` is the digest of the
whole file. So a floor is lowered, or the set changed, on purpose and with a reason, or not at all.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FLOORS = Path(__file__).parent / "floors.json"
PINNED = "sha-256:7e0e4b68882680757573246c5b778d22728aa8c84bb536c5c321609b19161b5b"
# No reason is good enough for less than this.
LEAST = {"pair_f1": 0.97, "pair_ari": 0.97, "char_f1": 0.97, "found": 0.93, "pair_precision": 0.975}
# A floor further below what is measured than this guards nothing.
SLACK = 0.01


@dataclass(frozen=True, slots=True)
class Entry:
    """Floors, by the name of the measure, of one state of the set."""

    corpus: str
    floors: Mapping[str, float]
    why: str


def history(content: bytes) -> list[Entry]:
    """The entries of a floors file, the oldest first."""
    return [Entry(**fields) for fields in json.loads(content)]


def digest(content: bytes) -> str:
    """What `PINNED` is compared with."""
    return "sha-256:" + hashlib.sha256(content).hexdigest()


def problems(
    entries: Sequence[Entry], corpus: str, measured: Mapping[str, float], least: Mapping[str, float] = LEAST
) -> list[str]:
    """Why the change at hand must not pass, a sentence each; none when it may."""
    return [*_of_history(entries), *_of_today(entries[-1], corpus, measured, least)]


def _of_history(entries: Sequence[Entry]) -> Iterator[str]:
    for before, after in itertools.pairwise(entries):
        for name, floor in before.floors.items():
            if after.floors.get(name, 0.0) < floor and name not in after.why:
                yield f"{name} was lowered from {floor} to {after.floors.get(name)}, and `why` does not name it"
        if before.corpus != after.corpus and "set" not in after.why:
            yield "the set was changed, and `why` does not say so"


def _of_today(entry: Entry, corpus: str, measured: Mapping[str, float], least: Mapping[str, float]) -> Iterator[str]:
    if corpus != entry.corpus:
        yield f"the set is {corpus}, the floors were measured on {entry.corpus}: add an entry that says why"
    if entry.floors.keys() != least.keys():
        yield "a measure has no floor"
    for name, floor in entry.floors.items():
        if floor < least[name]:
            yield f"the floor of {name} is {floor}, and must not be under {least[name]}"
        if measured[name] < floor:
            yield f"{name} is {measured[name]:.4f}, under its floor of {floor}"
        if measured[name] > floor + SLACK:
            yield f"{name} is {measured[name]:.4f}: raise its floor of {floor} by an entry"
