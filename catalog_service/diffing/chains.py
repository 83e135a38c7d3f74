"""The heaviest chain: of pairs of positions, the ones that keep their order in both sequences and weigh the most."""

import bisect
from collections.abc import Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar


class Weighted(Protocol):
    """Position `a` of the first sequence corresponds to position `b` of the second."""

    @property
    def a(self) -> int: ...
    @property
    def b(self) -> int: ...
    @property
    def weight(self) -> float: ...


P = TypeVar("P", bound=Weighted)


class Pair(NamedTuple):
    """A pair without anything else."""

    a: int
    b: int
    weight: float


class _Link(NamedTuple, Generic[P]):
    """A pair at the end of its heaviest chain, and the link before it."""

    pair: P
    before: "_Link[P] | None"


def heaviest(pairs: Iterable[P]) -> list[P]:
    """The heaviest chain: `a` and `b` both increase from pair to pair. Takes O(n log n) for n pairs.

    The weighted form of the longest increasing subsequence: for each `b` at which the greatest weight of a chain that
    ends there or before grows, that chain is kept.
    """
    ends: list[int] = []
    totals: list[float] = []
    links: list[_Link[P]] = []
    # Of pairs with the same `a`, the greater `b` comes first, so that no chain has two of them.
    for pair in sorted(pairs, key=lambda pair: (pair.a, -pair.b)):
        place = bisect.bisect_left(ends, pair.b)
        total = pair.weight + (totals[place - 1] if place else 0.0)
        link = _Link(pair, links[place - 1] if place else None)
        last = place
        while last < len(ends) and totals[last] <= total:
            last += 1
        if last < len(ends) and ends[last] == pair.b:
            continue
        ends[place:last], totals[place:last], links[place:last] = [pair.b], [total], [link]
    return _unrolled(links[-1] if links else None)


def _unrolled(link: _Link[P] | None) -> list[P]:
    chain = []
    while link is not None:
        chain.append(link.pair)
        link = link.before
    return chain[::-1]
