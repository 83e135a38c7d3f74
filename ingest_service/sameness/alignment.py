"""Where two texts say the same: matches of fingerprints extended, joined and trimmed to whole words. Pure.

Indices are folded characters, half-open, until `Match` is made into a passage of the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein, Postfix, Prefix

from ingest_service.sameness.fingerprints import Fingerprints
from ingest_service.sameness.fold import Fold
from ingest_service.sameness.parameters import PARAMETERS, Parameters

# A fingerprint that stands more often than this in one text says nothing of where the texts meet.
MOST_PLACES = 8
CHUNK = 512


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """`length` folded characters from `a` in one text and from `b` in the other are equal."""

    a: int
    b: int
    length: int

    @property
    def a_end(self) -> int:
        """Where it ends in the first text."""
        return self.a + self.length

    @property
    def b_end(self) -> int:
        """Where it ends in the second text."""
        return self.b + self.length


@dataclass(frozen=True, slots=True)
class Match:
    """One stretch that both texts have, in folded characters; its first and last are first and last of words."""

    a: tuple[int, int]
    b: tuple[int, int]
    matched: int


@dataclass(frozen=True, slots=True)
class Folded:
    """What aligning needs of one text: its fold, also as a string, and its fingerprints."""

    fold: Fold
    string: str
    prints: Fingerprints


def align(a: Folded, b: Folded, masked: frozenset[int], parameters: Parameters = PARAMETERS) -> list[Match]:
    """The stretches that both texts have, in the order of the first. `masked` fingerprints start none."""
    chains = _chained(_exact(a, b, _seeds(a.prints, b.prints, masked)), a.fold, b.fold, parameters)
    extended = [_extended(a, b, chain, parameters) for chain in chains]
    joined = _chained([block for chain in extended for block in chain], a.fold, b.fold, parameters)
    found = (_trimmed(a.fold, b.fold, chain) for chain in joined)
    return _apart([match for match in found if match is not None])


def _seeds(a: Fingerprints, b: Fingerprints, masked: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Pairs of places with the same fingerprint, in the order of both texts."""
    shared = np.intersect1d(a.hashes, b.hashes)
    if masked:
        shared = shared[~np.isin(shared, np.fromiter(masked, dtype=np.int64, count=len(masked)))]
    if len(shared) == 0:
        return
    places = (_places(each, shared) for each in (a, b))
    in_a, in_b = places
    pairs = {(left, right) for value in in_a.keys() & in_b.keys() for left in in_a[value] for right in in_b[value]}
    yield from sorted(pairs)


def _places(prints: Fingerprints, shared: np.typing.NDArray[np.int64]) -> dict[int, list[int]]:
    kept = np.isin(prints.hashes, shared)
    found: dict[int, list[int]] = {}
    for value, place in zip(prints.hashes[kept].tolist(), prints.places[kept].tolist(), strict=True):
        places = found.setdefault(value, [])
        if len(places) < MOST_PLACES:
            places.append(place)
    return found


def _exact(a: Folded, b: Folded, seeds: Iterable[tuple[int, int]]) -> list[Block]:
    """The seeds as the longest equal runs around them, each run once."""
    reached: dict[int, int] = {}
    blocks = []
    for left, right in seeds:
        diagonal = right - left
        if reached.get(diagonal, -1) > left:
            continue
        before, after = _equal_before(a.string, left, b.string, right), _equal_after(a.string, left, b.string, right)
        if after == 0:
            continue
        blocks.append(Block(left - before, right - before, before + after))
        reached[diagonal] = left + after
    return sorted(blocks)


def _equal_after(a: str, i: int, b: str, j: int) -> int:
    """How many characters are equal from i and j on."""
    length = 0
    while True:
        equal = Prefix.similarity(a[i + length : i + length + CHUNK], b[j + length : j + length + CHUNK])
        length += equal
        if equal < CHUNK:
            return length


def _equal_before(a: str, i: int, b: str, j: int) -> int:
    """How many characters are equal before i and j."""
    length = 0
    while True:
        ends = i - length, j - length
        equal = Postfix.similarity(a[max(0, ends[0] - CHUNK) : ends[0]], b[max(0, ends[1] - CHUNK) : ends[1]])
        length += equal
        if equal < CHUNK:
            return length


def _chained(blocks: Sequence[Block], a: Fold, b: Fold, parameters: Parameters) -> list[list[Block]]:
    """Blocks that follow each other on both sides with little between them, together."""
    chains: list[list[Block]] = []
    for block in sorted(blocks):
        for chain in reversed(chains[-16:]):
            following = _behind(chain[-1], block)
            if following is not None and _near(chain[-1], following, a, b, parameters):
                chain.append(following)
                break
        else:
            chains.append([block])
    return chains


def _behind(last: Block, block: Block) -> Block | None:
    """What of `block` lies behind `last` on both sides; None when nothing does."""
    overlap = max(last.a_end - block.a, last.b_end - block.b, 0)
    return Block(block.a + overlap, block.b + overlap, block.length - overlap) if overlap < block.length else None


def _near(last: Block, block: Block, a: Fold, b: Fold, parameters: Parameters) -> bool:
    """Whether so little lies between them that it is one passage: a few words, a few characters."""
    for fold, start, end in ((a, last.a_end, block.a), (b, last.b_end, block.b)):
        if end - start > parameters.gap or fold.half_words[end] - fold.half_words[start] > 2 * parameters.gap_words:
            return False
    return True


def _extended(a: Folded, b: Folded, chain: list[Block], parameters: Parameters) -> list[Block]:
    """The chain with what still matches, though not exactly, behind its end and before its start."""
    after = list(_onwards(a.string, b.string, (chain[-1].a_end, chain[-1].b_end), parameters))
    before = list(_backwards(a.string, b.string, (chain[0].a, chain[0].b), parameters))
    return [*reversed(before), *chain, *after]


def _onwards(a: str, b: str, start: tuple[int, int], parameters: Parameters) -> Iterator[Block]:
    i, j = start
    while True:
        found = _best_prefix(a[i : i + parameters.reach], b[j : j + parameters.reach], parameters)
        if not found:
            return
        yield from (Block(i + block.a, j + block.b, block.length) for block in found)
        i, j = i + found[-1].a_end, j + found[-1].b_end


def _backwards(a: str, b: str, end: tuple[int, int], parameters: Parameters) -> Iterator[Block]:
    i, j = end
    while True:
        left, right = a[max(0, i - parameters.reach) : i][::-1], b[max(0, j - parameters.reach) : j][::-1]
        found = _best_prefix(left, right, parameters)
        if not found:
            return
        yield from (Block(i - block.a_end, j - block.b_end, block.length) for block in found)
        i, j = i - found[-1].a_end, j - found[-1].b_end


def _best_prefix(a: str, b: str, parameters: Parameters) -> list[Block]:
    """The equal runs of the best-scoring common beginning, up to where the score has dropped too far."""
    score = best = 0.0
    blocks: list[Block] = []
    kept = 0
    for code in Levenshtein.opcodes(a, b):
        length = max(code.src_end - code.src_start, code.dest_end - code.dest_start)
        if code.tag == "equal":
            score += parameters.match * length
            if length >= parameters.inner_match:
                blocks.append(Block(code.src_start, code.dest_start, length))
                if score > best:
                    best, kept = score, len(blocks)
        else:
            score -= (parameters.mismatch if code.tag == "replace" else parameters.indel) * length
        if best - score > parameters.drop:
            break
    return blocks[:kept]


def _trimmed(a: Fold, b: Fold, chain: Sequence[Block]) -> Match | None:
    """The chain from the first to the last place where words begin and end on both sides."""
    start = next(_edges(a.starts, b.starts, chain), None)
    end = next(_edges(a.ends, b.ends, chain, last=True), None)
    if start is None or end is None or end[0] < start[0] or end[1] < start[1]:
        return None
    return Match((start[0], end[0] + 1), (start[1], end[1] + 1), sum(block.length for block in chain))


def _edges(
    a: np.typing.NDArray[np.bool_], b: np.typing.NDArray[np.bool_], chain: Sequence[Block], *, last: bool = False
) -> Iterator[tuple[int, int]]:
    """Places inside the blocks that are an edge of a word in both texts, the outermost of each block."""
    for block in reversed(chain) if last else chain:
        both = np.flatnonzero(a[block.a : block.a_end] & b[block.b : block.b_end])
        if len(both):
            offset = int(both[-1 if last else 0])
            yield block.a + offset, block.b + offset


def _apart(matches: Sequence[Match]) -> list[Match]:
    """Of matches that overlap in either text the longest is kept."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda each: (-each.matched, each.a)):
        if all(_disjoint(match.a, other.a) and _disjoint(match.b, other.b) for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda each: each.a)


def _disjoint(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]
