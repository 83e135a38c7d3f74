"""Boolean expressions over leaves of any type: parsed queries and search plans. Pure."""

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, Union

L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class And(Generic[L]):
    """Matches what all parts match."""

    parts: "tuple[Tree[L], ...]"


@dataclass(frozen=True, slots=True)
class Or(Generic[L]):
    """Matches what one part or more match."""

    parts: "tuple[Tree[L], ...]"


@dataclass(frozen=True, slots=True)
class Not(Generic[L]):
    """Matches what the part does not match."""

    part: "Tree[L]"


Tree: TypeAlias = Union[L, And[L], Or[L], Not[L]]  # noqa: UP007  A generic alias is written like this before 3.12.
