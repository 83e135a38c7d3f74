"""The alignment of two texts: equal runs, extended, joined, and trimmed to whole words. Pure.

Positions are indices of folded characters; ranges are half-open.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from ingest_service.sameness.fingerprints import Fingerprints
from ingest_service.sameness.fold import Flags, Fold
from ingest_service.sameness.matching import Block, SharedFingerprints, equal_runs, gram_pairs
from ingest_service.sameness.parameters import PARAMETERS, Parameters

# The number of chains that a block may be appended to, the last ones first.
OPEN_CHAINS = 16
# A run is noise inside runs that are this many times as long.
NOISE_RATIO = 4
# The steps of one extension: text farther from an equal run has an equal run of its own, or does not match.
MAX_STEPS = 8
# The chains that are extended, the longest first: texts of little variety have tens of thousands.
MAX_EXTENDED = 4_000


@dataclass(frozen=True, slots=True)
class FoldedText:
    """What aligning needs of one text."""

    fold: Fold
    fingerprints: Fingerprints


@dataclass(frozen=True, slots=True)
class Alignment:
    """One span of each text that match each other, in whole words on both sides, and the equal runs inside."""

    a: tuple[int, int]
    b: tuple[int, int]
    blocks: tuple[Block, ...]


def align(
    a: FoldedText, b: FoldedText, common: SharedFingerprints, parameters: Parameters = PARAMETERS
) -> list[Alignment]:
    """The alignments of two texts, in the order of the first; none overlap in either text."""
    pairs = gram_pairs(a.fingerprints, b.fingerprints, common)
    runs = _without_noise(equal_runs(a.fold.string, b.fold.string, pairs))
    lengths = len(a.fold.string), len(b.fold.string)
    # Overlaps are removed before the extension too, so that the same text is not extended again and again.
    chains = list(_disjoint(_chained(runs, a.fold, b.fold, parameters), *lengths))
    extended = (_extended(a.fold.string, b.fold.string, chain, parameters) for chain in chains[:MAX_EXTENDED])
    blocks = sorted(itertools.chain(*extended, *chains[MAX_EXTENDED:]))
    joined = _chained(blocks, a.fold, b.fold, parameters)
    starts, ends = (a.fold.starts, b.fold.starts), (a.fold.ends, b.fold.ends)
    alignments = (trimmed(chain, starts, ends) for chain in _disjoint(joined, *lengths))
    return sorted((alignment for alignment in alignments if alignment is not None), key=lambda alignment: alignment.a)


def _without_noise(runs: Sequence[Block]) -> list[Block]:
    """The runs, in order, without those whose span in either text is covered by much longer runs.

    A text that repeats itself has as many runs as the square of its repetitions: beside long runs they are noise.
    """
    if all(one.a_end <= other.a and one.b_end <= other.b for one, other in itertools.pairwise(runs)):
        return list(runs)
    cover = [
        np.zeros(max(ends), dtype=np.int32) for ends in zip(*((run.a_end, run.b_end) for run in runs), strict=True)
    ]
    kept = []
    for run in sorted(runs, key=lambda run: (-run.length, run)):
        spans = cover[0][run.a : run.a_end], cover[1][run.b : run.b_end]
        if max(span.min() for span in spans) < NOISE_RATIO * run.length:
            kept.append(run)
            for span in spans:
                span[span == 0] = run.length
    return sorted(kept)


def _chained(blocks: Sequence[Block], a: Fold, b: Fold, parameters: Parameters) -> list[list[Block]]:
    """Chains of blocks that follow each other in both texts with a small gap between them. `blocks` are in order."""
    chains: list[list[Block]] = []
    for block in blocks:
        for chain in chains[: -OPEN_CHAINS - 1 : -1]:
            rest = _after(chain[-1], block)
            if rest is not None and _is_near(chain[-1], rest, a, b, parameters):
                chain.append(rest)
                break
        else:
            chains.append([block])
    return chains


def _after(last: Block, block: Block) -> Block | None:
    """The part of `block` after the end of `last` in both texts; None if nothing is left."""
    overlap = max(last.a_end - block.a, last.b_end - block.b, 0)
    if overlap == 0:
        return block
    return Block(block.a + overlap, block.b + overlap, block.length - overlap) if overlap < block.length else None


def _is_near(last: Block, block: Block, a: Fold, b: Fold, parameters: Parameters) -> bool:
    """Whether the gap between two blocks is short enough for one passage, in characters and in words."""
    return (
        block.a - last.a_end <= parameters.gap
        and block.b - last.b_end <= parameters.gap
        and a.words_between(last.a_end, block.a) <= parameters.gap_words
        and b.words_between(last.b_end, block.b) <= parameters.gap_words
    )


def _extended(a: str, b: str, chain: Sequence[Block], parameters: Parameters) -> list[Block]:
    """The chain, extended at both ends by blocks of text that matches inexactly."""
    after = list(_forwards(a, b, (chain[-1].a_end, chain[-1].b_end), parameters))
    before = list(_backwards(a, b, (chain[0].a, chain[0].b), parameters))
    return [*reversed(before), *chain, *after]


def _forwards(a: str, b: str, start: tuple[int, int], parameters: Parameters) -> Iterator[Block]:
    i, j = start
    for _ in range(MAX_STEPS):
        blocks = _best_beginning(a[i : i + parameters.reach], b[j : j + parameters.reach], parameters)
        if not blocks:
            return
        yield from (Block(i + block.a, j + block.b, block.length) for block in blocks)
        i, j = i + blocks[-1].a_end, j + blocks[-1].b_end


def _backwards(a: str, b: str, end: tuple[int, int], parameters: Parameters) -> Iterator[Block]:
    i, j = end
    reach = parameters.reach
    for _ in range(MAX_STEPS):
        blocks = _best_beginning(a[max(0, i - reach) : i][::-1], b[max(0, j - reach) : j][::-1], parameters)
        if not blocks:
            return
        yield from (Block(i - block.a_end, j - block.b_end, block.length) for block in blocks)
        i, j = i - blocks[-1].a_end, j - blocks[-1].b_end


def _best_beginning(a: str, b: str, parameters: Parameters) -> list[Block]:
    """The equal runs of the best-scoring alignment from both starts; it ends where the score has dropped (x-drop)."""
    score = best = 0.0
    blocks: list[Block] = []
    kept = 0
    for code in Levenshtein.opcodes(a, b) if a and b else ():
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


def _disjoint(chains: Sequence[Sequence[Block]], a_length: int, b_length: int) -> Iterator[Sequence[Block]]:
    """The chains, longest first, each without what a longer one covers in either text."""
    taken = np.zeros(a_length, dtype=bool), np.zeros(b_length, dtype=bool)
    for chain in sorted(chains, key=lambda chain: (-sum(block.length for block in chain), chain[0])):
        left, right = (chain[0].a, chain[-1].a_end), (chain[0].b, chain[-1].b_end)
        free = chain
        if taken[0][slice(*left)].any() or taken[1][slice(*right)].any():
            free = _free(chain, taken)
        if free:
            taken[0][free[0].a : free[-1].a_end] = True
            taken[1][free[0].b : free[-1].b_end] = True
            yield free


def _free(chain: Sequence[Block], taken: tuple[Flags, Flags]) -> list[Block]:
    """The longest part of the chain without a character that is taken."""
    parts: list[list[Block]] = [[]]
    last: Block | None = None
    for block in chain:
        if last is not None and (taken[0][last.a_end : block.a].any() or taken[1][last.b_end : block.b].any()):
            parts.append([])
        last = block
        used = taken[0][block.a : block.a_end] | taken[1][block.b : block.b_end]
        edges = np.flatnonzero(np.diff(np.concatenate(([True], used, [True]))))
        for start, end in edges.reshape(-1, 2).tolist():
            if start > 0:
                parts.append([])
            parts[-1].append(Block(block.a + start, block.b + start, end - start))
            if end < block.length:
                parts.append([])
        if len(edges) == 0:
            parts.append([])
    return max(parts, key=lambda part: sum(block.length for block in part))


def trimmed(chain: Sequence[Block], starts: tuple[Flags, Flags], ends: tuple[Flags, Flags]) -> Alignment | None:
    """The chain from the first common start of a word to the last common end of one; None if it has none.

    `starts` and `ends` mark the first and last characters of words in both texts.
    """
    first = next(_common(starts, chain), None)
    last = next(_common(ends, reversed(chain), last=True), None)
    if first is None or last is None or last[0] < first[0] or last[1] < first[1]:
        return None
    return Alignment((first[0], last[0] + 1), (first[1], last[1] + 1), tuple(chain))


def _common(edges: tuple[Flags, Flags], blocks: Iterable[Block], *, last: bool = False) -> Iterator[tuple[int, int]]:
    """For each block the position of its first, or last, character that is an edge of a word in both texts."""
    for block in blocks:
        both = edges[0][block.a : block.a_end] & edges[1][block.b : block.b_end]
        offset = block.length - 1 - int(both[::-1].argmax()) if last else int(both.argmax())
        if both[offset]:
            yield block.a + offset, block.b + offset
