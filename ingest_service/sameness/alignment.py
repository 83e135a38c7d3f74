"""Where two texts say the same: equal runs extended, joined, and trimmed to whole words. Pure.

Indices are folded characters, half-open.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from ingest_service.sameness.fingerprints import Fingerprints
from ingest_service.sameness.fold import Flags, Fold
from ingest_service.sameness.matching import Block, Meeting, equal_runs, shared_places
from ingest_service.sameness.parameters import PARAMETERS, Parameters

# A block is held against so many chains before it, the last first.
OPEN_CHAINS = 16
# A run says nothing inside of runs so many times as long.
OUTSTANDING = 4
# What lies further from an equal run than so many steps of extension has an equal run itself, or is not the same.
MOST_STEPS = 8
# So many chains are extended, the longest first: texts of little variety meet each other in tens of thousands.
MOST_EXTENDED = 4_000


@dataclass(frozen=True, slots=True)
class Folded:
    """What aligning needs of one text."""

    fold: Fold
    prints: Fingerprints


@dataclass(frozen=True, slots=True)
class Match:
    """One stretch that both texts have: from the first to behind the last of words in both, and what is equal in it."""

    a: tuple[int, int]
    b: tuple[int, int]
    blocks: tuple[Block, ...]


def align(a: Folded, b: Folded, met: Meeting, parameters: Parameters = PARAMETERS) -> list[Match]:
    """The stretches that both texts have, in the order of the first; none overlap in either text."""
    runs = _outstanding(equal_runs(a.fold.string, b.fold.string, shared_places(a.prints, b.prints, met)))
    lengths = len(a.fold.string), len(b.fold.string)
    # The longest come first, and the same stretch is not extended again and again.
    chains = list(_apart(_chained(runs, a.fold, b.fold, parameters), *lengths))
    extended = (_extended(a.fold.string, b.fold.string, chain, parameters) for chain in chains[:MOST_EXTENDED])
    blocks = sorted(itertools.chain(*extended, *chains[MOST_EXTENDED:]))
    joined = _chained(blocks, a.fold, b.fold, parameters)
    starts, ends = (a.fold.starts, b.fold.starts), (a.fold.ends, b.fold.ends)
    found = (trimmed(chain, starts, ends) for chain in _apart(joined, *lengths))
    return sorted((match for match in found if match is not None), key=lambda match: match.a)


def _outstanding(runs: Sequence[Block]) -> list[Block]:
    """The runs without those that lie whole inside of what much longer ones cover of either text; in order.

    A text that repeats itself meets another one in the square of its repetitions: among long runs they are noise.
    """
    if all(one.a_end <= other.a and one.b_end <= other.b for one, other in itertools.pairwise(runs)):
        return list(runs)
    cover = [
        np.zeros(max(ends), dtype=np.int32) for ends in zip(*((run.a_end, run.b_end) for run in runs), strict=True)
    ]
    kept = []
    for run in sorted(runs, key=lambda each: (-each.length, each)):
        spans = cover[0][run.a : run.a_end], cover[1][run.b : run.b_end]
        if max(span.min() for span in spans) < OUTSTANDING * run.length:
            kept.append(run)
            for span in spans:
                span[span == 0] = run.length
    return sorted(kept)


def _chained(blocks: Sequence[Block], a: Fold, b: Fold, parameters: Parameters) -> list[list[Block]]:
    """Blocks that follow each other on both sides with little between them, together. `blocks` are in order."""
    chains: list[list[Block]] = []
    for block in blocks:
        for chain in chains[: -OPEN_CHAINS - 1 : -1]:
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
    if overlap == 0:
        return block
    return Block(block.a + overlap, block.b + overlap, block.length - overlap) if overlap < block.length else None


def _near(last: Block, block: Block, a: Fold, b: Fold, parameters: Parameters) -> bool:
    """Whether so little lies between them that it is one passage: a few characters, a few words."""
    return (
        block.a - last.a_end <= parameters.gap
        and block.b - last.b_end <= parameters.gap
        and a.words_between(last.a_end, block.a) <= parameters.gap_words
        and b.words_between(last.b_end, block.b) <= parameters.gap_words
    )


def _extended(a: str, b: str, chain: Sequence[Block], parameters: Parameters) -> list[Block]:
    """The chain with what still matches, though not exactly, behind its end and before its start."""
    after = list(_onwards(a, b, (chain[-1].a_end, chain[-1].b_end), parameters))
    before = list(_backwards(a, b, (chain[0].a, chain[0].b), parameters))
    return [*reversed(before), *chain, *after]


def _onwards(a: str, b: str, start: tuple[int, int], parameters: Parameters) -> Iterator[Block]:
    i, j = start
    for _ in range(MOST_STEPS):
        found = _best_beginning(a[i : i + parameters.reach], b[j : j + parameters.reach], parameters)
        if not found:
            return
        yield from (Block(i + block.a, j + block.b, block.length) for block in found)
        i, j = i + found[-1].a_end, j + found[-1].b_end


def _backwards(a: str, b: str, end: tuple[int, int], parameters: Parameters) -> Iterator[Block]:
    i, j = end
    reach = parameters.reach
    for _ in range(MOST_STEPS):
        found = _best_beginning(a[max(0, i - reach) : i][::-1], b[max(0, j - reach) : j][::-1], parameters)
        if not found:
            return
        yield from (Block(i - block.a_end, j - block.b_end, block.length) for block in found)
        i, j = i - found[-1].a_end, j - found[-1].b_end


def _best_beginning(a: str, b: str, parameters: Parameters) -> list[Block]:
    """The equal runs of the best-scoring common beginning, up to where the score has dropped too far (x-drop)."""
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


def _apart(chains: Sequence[Sequence[Block]], a_length: int, b_length: int) -> Iterator[Sequence[Block]]:
    """The chains without what a longer one has already, in either text."""
    taken = np.zeros(a_length, dtype=bool), np.zeros(b_length, dtype=bool)
    for chain in sorted(chains, key=lambda each: (-sum(block.length for block in each), each[0])):
        left, right = (chain[0].a, chain[-1].a_end), (chain[0].b, chain[-1].b_end)
        free = chain
        if taken[0][slice(*left)].any() or taken[1][slice(*right)].any():
            free = _free(chain, taken)
        if free:
            taken[0][free[0].a : free[-1].a_end] = True
            taken[1][free[0].b : free[-1].b_end] = True
            yield free


def _free(chain: Sequence[Block], taken: tuple[Flags, Flags]) -> list[Block]:
    """The longest stretch of the chain of which nothing is taken."""
    stretches: list[list[Block]] = [[]]
    last: Block | None = None
    for block in chain:
        if last is not None and (taken[0][last.a_end : block.a].any() or taken[1][last.b_end : block.b].any()):
            stretches.append([])
        last = block
        used = taken[0][block.a : block.a_end] | taken[1][block.b : block.b_end]
        edges = np.flatnonzero(np.diff(np.concatenate(([True], used, [True]))))
        for start, end in edges.reshape(-1, 2).tolist():
            if start > 0:
                stretches.append([])
            stretches[-1].append(Block(block.a + start, block.b + start, end - start))
            if end < block.length:
                stretches.append([])
        if len(edges) == 0:
            stretches.append([])
    return max(stretches, key=lambda each: sum(block.length for block in each))


def trimmed(chain: Sequence[Block], starts: tuple[Flags, Flags], ends: tuple[Flags, Flags]) -> Match | None:
    """The chain from the first to the last place where words begin and end on both sides; None where none do."""
    first = next(_common(starts, chain), None)
    last = next(_common(ends, reversed(chain), last=True), None)
    if first is None or last is None or last[0] < first[0] or last[1] < first[1]:
        return None
    return Match((first[0], last[0] + 1), (first[1], last[1] + 1), tuple(chain))


def _common(edges: tuple[Flags, Flags], blocks: Iterable[Block], *, last: bool = False) -> Iterator[tuple[int, int]]:
    """Places inside the blocks that are an edge of a word in both texts: the first of each block, or the last."""
    for block in blocks:
        both = edges[0][block.a : block.a_end] & edges[1][block.b : block.b_end]
        offset = block.length - 1 - int(both[::-1].argmax()) if last else int(both.argmax())
        if both[offset]:
            yield block.a + offset, block.b + offset
