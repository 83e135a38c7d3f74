"""Connected components of a graph, which is given by a function from a node to its neighbours. Pure."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def reachable(starts: Iterable[N], neighbours: Callable[[N], Iterable[N]]) -> set[N]:
    """The start nodes, their neighbours, the neighbours of these, and so on."""
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        new = set(neighbours(waiting.pop())) - reached
        reached |= new
        waiting += new
    return reached


def components(nodes: Iterable[N], neighbours: Callable[[N], Iterable[N]]) -> Iterator[set[N]]:
    """The connected components that contain these nodes, each once.

    The graph is undirected: of two neighbours each has the other among its neighbours.
    """
    seen: set[N] = set()
    for node in nodes:
        if node not in seen:
            component = reachable([node], neighbours)
            seen |= component
            yield component
