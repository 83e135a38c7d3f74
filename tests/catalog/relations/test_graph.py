"""Connected components, against the relation they are defined by: there is a way from one node to another."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from catalog_service.relations import graph

nodes = st.integers(0, 9)


@given(st.sets(st.tuples(nodes, nodes)), st.sets(nodes))
def test_nodes_are_in_one_component_when_a_way_leads_from_one_to_the_other(
    edges: set[tuple[int, int]], starts: set[int]
) -> None:
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in edges:
        neighbours[one].add(other)
        neighbours[other].add(one)
    components = list(graph.components(starts, lambda node: neighbours[node]))
    assert sum(map(len, components)) == len(set().union(*components))
    for component in components:
        assert component & starts
        # Closed: no edge leads out of it. Connected: every part of it has an edge to the rest.
        assert all(neighbours[node] <= component for node in component)
        [*members] = component
        assert graph.reachable(members[-1:], lambda node: neighbours[node]) == component
    assert starts <= set().union(*components)
    assert graph.reachable(starts, lambda node: neighbours[node]) == set().union(*components)


def test_a_long_chain_is_one_component() -> None:
    def neighbours(node: int) -> list[int]:
        return [other for other in (node - 1, node + 1) if 0 <= other < 100_000]

    assert [len(component) for component in graph.components([50_000, 7], neighbours)] == [100_000]
