"""Search plans: a query as terms in columns of the index. Pure; both engines execute the same plan."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from catalog_service.search import entries
from catalog_service.search.grammar import FIELDS, Field, Leaf, Node, Prefix, Variants
from catalog_service.search.tree import And, Not, Or, Tree


@dataclass(frozen=True, slots=True)
class TermMatch:
    """Matches entries with these terms in sequence in one of the columns; if `open`, the last term is a prefix."""

    columns: tuple[str, ...]
    terms: tuple[str, ...]
    open: bool = False


Plan: TypeAlias = Tree[TermMatch]
EVERYTHING = TermMatch(("about",), (entries.EVERYTHING,))
NOTHING = TermMatch(("about",), (entries.NOTHING,))


@dataclass(frozen=True, slots=True)
class Tier:
    """The plan of all entries with the same score."""

    score: float
    plan: Plan


def everywhere(node: Node, fields: Collection[Field]) -> Plan:
    """The plan of all entries that match the query in these fields."""
    return _mapped(node, lambda leaf: _located(leaf, fields))


def tiers(node: Node, fields: Collection[Field]) -> list[Tier]:
    """The same entries in three disjoint plans, the best first: matches in the title, texts about the words, the rest.

    The score of an entry depends on nothing else in the catalog, so pages do not shift while versions are recorded.
    """
    whole = everywhere(node, fields)
    titled = _without_exclusions(_mapped(node, lambda leaf: _located(leaf, [f for f in fields if f == "title"])))
    about = _without_exclusions(_mapped(node, _about))
    # Without exclusions, what matches in the title matches: to look for it everywhere as well only takes time.
    best = titled if _without_exclusions(whole) == whole else And((titled, whole))
    return [
        Tier(1.0, best),
        Tier(0.5, And((about, whole, Not(titled)))),
        Tier(0.25, And((whole, Not(about), Not(titled)))),
    ]


def _mapped(node: Node, leaf: Callable[[Leaf], Plan]) -> Plan:
    """The query with each leaf replaced by its plan."""
    if isinstance(node, Not):
        return Not(_mapped(node.part, leaf))
    if isinstance(node, And):
        return And(tuple(_mapped(part, leaf) for part in node.parts))
    if isinstance(node, Or):
        return Or(tuple(_mapped(part, leaf) for part in node.parts))
    return leaf(node)


def _located(leaf: Leaf, fields: Collection[Field]) -> Plan:
    """The plan of a leaf in those of the fields that it may be in."""
    searched: Sequence[Field] = [field for field in FIELDS if field in fields and leaf.field in (None, field)]
    if not searched:
        return NOTHING
    if isinstance(leaf, Variants):
        return Or(tuple(_located(phrase, fields) for phrase in leaf.phrases))
    if isinstance(leaf, Prefix):
        return TermMatch(tuple(f"{field}_words" for field in searched), (entries.term(leaf.word),), open=True)
    return TermMatch(tuple(searched), tuple(map(entries.term, leaf.stems)), leaf.open)


def _about(leaf: Leaf) -> Plan:
    """The plan of entries that are about all words of the leaf, in any order; a prefix is one of stems here."""
    if isinstance(leaf, Variants):
        return Or(tuple(map(_about, leaf.phrases)))
    if isinstance(leaf, Prefix):
        return TermMatch(("about",), (entries.term(leaf.word),), open=True)
    *first, last = (entries.term(stem) for stem in leaf.stems)
    matches = [*(TermMatch(("about",), (term,)) for term in first), TermMatch(("about",), (last,), leaf.open)]
    return And(tuple(matches)) if len(matches) > 1 else matches[0]


def _without_exclusions(plan: Plan) -> Plan:
    """The plan without its exclusions: they decide whether an entry matches, not how well."""
    if isinstance(plan, Not):
        return EVERYTHING
    if isinstance(plan, And):
        return And(tuple(map(_without_exclusions, plan.parts)))
    if isinstance(plan, Or):
        return Or(tuple(map(_without_exclusions, plan.parts)))
    return plan
