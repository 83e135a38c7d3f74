"""Where a pasted text comes from: the documents that have its words, the first speaker first. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from catalog_service import contract, resources
from catalog_service.web import layout
from catalog_service.web.overlap import pairs
from catalog_service.web.overlap.pairs import Pair, Passage

# Of many documents with the words, those with most of them are shown, and so many passages of each.
MOST_DOCUMENTS = 20
MOST_PASSAGES = 10
# Documents that have this share of the words that the best one has come before all others.
NEARLY_ALL = 0.8

UNDATED = "9999"

# A document's id and the number of its observation.
Reference: TypeAlias = tuple[str, int]
_Entry: TypeAlias = tuple[contract.Match, resources.Version]


@dataclass(frozen=True, slots=True)
class Found:
    """A document with words of the text: the share of the text, and the passages, the pasted words on the left."""

    version: resources.Version
    share: float
    words: int
    is_verbatim: bool
    copies: int
    pairs: tuple[Pair, ...]
    address: str


def reference(match: contract.Match) -> Reference:
    """The document and observation that a match is with."""
    return str(match.other.document), match.other.observation


def found(
    text: str,
    matches: Sequence[contract.Match],
    versions: Mapping[Reference, resources.Version],
    relations: Sequence[resources.Relation],
) -> list[Found]:
    """The documents with words of the text, the first speaker first. Matches without a version are left out.

    The one published earlier is first, then the one recorded earlier; but a document with few of the words comes after
    those with most of them, and one that quotes another one after that.
    """
    known = [(match, versions[reference(match)]) for match in matches if reference(match) in versions]
    best = max((match.coverage.own for match, _ in known), default=0.0)

    def order(entry: _Entry) -> tuple[bool, str, datetime]:
        match, version = entry
        return match.coverage.own < NEARLY_ALL * best, version.published or UNDATED, version.recorded_at

    return [_found(text, *entry) for entry in _after_sources(sorted(known, key=order), relations)]


def _after_sources(entries: list[_Entry], relations: Sequence[resources.Relation]) -> Iterator[_Entry]:
    """The entries in this order, but each after those that it quotes; if they quote each other, as they are."""
    quoted = defaultdict(set)
    for relation in relations:
        if relation.source_basis == "quotes":
            quoted[relation.a.document].add(relation.b.document)
    remaining = list(entries)
    while remaining:
        waiting = {version.id for _, version in remaining}
        entry = next((entry for entry in remaining if not quoted[entry[1].id] & waiting), remaining[0])
        remaining.remove(entry)
        yield entry


def _found(text: str, match: contract.Match, version: resources.Version) -> Found:
    passages = [
        Passage(number, passage.own, passage.other, passage.words, passage.verbatim, None)
        for number, passage in enumerate(match.passages, start=1)
    ]
    at = "{}-{}".format(*passages[0].right) if passages else None
    address = layout.address(f"/documents/{version.id}", version=version.version, at=at)
    return Found(
        version,
        match.coverage.own,
        sum(passage.words for passage in passages),
        all(passage.is_verbatim for passage in passages),
        match.copies,
        tuple(pairs.pair(passage, pairs.Source(text, None), version) for passage in passages[:MOST_PASSAGES]),
        address + ("#found" if at else ""),
    )
