"""What is asked for as a tree, whatever its leaves are. Pure."""

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, Union

L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class And(Generic[L]):
    """All of them."""

    parts: "tuple[Tree[L], ...]"


@dataclass(frozen=True, slots=True)
class Or(Generic[L]):
    """One of them or more."""

    parts: "tuple[Tree[L], ...]"


@dataclass(frozen=True, slots=True)
class Not(Generic[L]):
    """Not this."""

    part: "Tree[L]"


Tree: TypeAlias = Union[L, And[L], Or[L], Not[L]]  # noqa: UP007  A generic alias is written like this before 3.12.
