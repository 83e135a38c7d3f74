"""A query in terms of the index: which terms, in which columns. Pure; both engines are given the same plan."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from catalog_service.search import entries
from catalog_service.search.grammar import Field, Leaf, Node, Prefix
from catalog_service.search.tree import And, Not, Or, Tree


@dataclass(frozen=True, slots=True)
class Match:
    """Terms that follow each other in one of the columns; where it is `open`, the last is the beginning of one."""

    columns: tuple[str, ...]
    terms: tuple[str, ...]
    open: bool = False


Plan: TypeAlias = Tree[Match]
EVERYTHING = Match(("about",), (entries.EVERYTHING,))
NOTHING = Match(("about",), (entries.NOTHING,))


@dataclass(frozen=True, slots=True)
class Tier:
    """Entries that match equally well."""

    score: float
    plan: Plan


def everywhere(node: Node, fields: Collection[Field]) -> Plan:
    """All that matches in these fields."""
    return _mapped(node, lambda leaf: _located(leaf, fields))


def tiers(node: Node, fields: Collection[Field]) -> list[Tier]:
    """The same, in three parts that follow each other: what says it in the title, what is about it, and the rest.

    No part depends on what else is in the catalog, so pages stay as they were while others write.
    """
    whole = everywhere(node, fields)
    titled = _wanted(_mapped(node, lambda leaf: _located(leaf, [each for each in fields if each == "title"])))
    about = _wanted(_mapped(node, _about))
    return [
        Tier(1.0, And((titled, whole))),
        Tier(0.5, And((about, whole, Not(titled)))),
        Tier(0.25, And((whole, Not(about), Not(titled)))),
    ]


def _mapped(node: Node, leaf: Callable[[Leaf], Plan]) -> Plan:
    if isinstance(node, Not):
        return Not(_mapped(node.part, leaf))
    if isinstance(node, And):
        return And(tuple(_mapped(part, leaf) for part in node.parts))
    if isinstance(node, Or):
        return Or(tuple(_mapped(part, leaf) for part in node.parts))
    return leaf(node)


def _located(leaf: Leaf, fields: Collection[Field]) -> Plan:
    named: Sequence[Field] = [each for each in ("title", "text") if each in fields and leaf.field in (None, each)]
    if not named:
        return NOTHING
    if isinstance(leaf, Prefix):
        return Match(tuple(f"{each}_words" for each in named), (entries.term(leaf.word),), open=True)
    return Match(tuple(named), tuple(map(entries.term, leaf.stems)), leaf.open)


def _about(leaf: Leaf) -> Plan:
    """All of a phrase's words, in any order; a beginning is one of stems here."""
    if isinstance(leaf, Prefix):
        return Match(("about",), (entries.term(leaf.word),), open=True)
    *first, last = (entries.term(stem) for stem in leaf.stems)
    found = [*(Match(("about",), (each,)) for each in first), Match(("about",), (last,), leaf.open)]
    return And(tuple(found)) if len(found) > 1 else found[0]


def _wanted(plan: Plan) -> Plan:
    """Without what is excluded, which says nothing about how well something matches."""
    if isinstance(plan, Not):
        return EVERYTHING
    if isinstance(plan, And):
        return And(tuple(map(_wanted, plan.parts)))
    if isinstance(plan, Or):
        return Or(tuple(map(_wanted, plan.parts)))
    return plan
