"""The table of the benchmarks: what is measured beside what, the floors, the goals, and how a figure is judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

SEARCHES = ("rare", "common", "phrase", "prefix")


@dataclass(frozen=True, slots=True)
class Bound:
    """One row: what is measured, beside what, and the floor and the goal of the judged number.

    The judged number is the ratio to the peer where the unit is "×".
    """

    what: str
    beside: str
    unit: str
    at_least: bool
    floor: float | None = None
    goal: float | None = None

    def holds(self, limit: float | None, judged: float) -> bool | None:
        """Whether the judged number is on the right side of a limit; None without a limit."""
        if limit is None:
            return None
        return judged >= limit if self.at_least else judged <= limit


def _searches() -> Mapping[str, Bound]:
    return {
        f"search {kind}": Bound(f"search, {kind}: rate", "Datasette's page of FTS", "×", at_least=True, floor=2)
        for kind in SEARCHES
    } | {
        f"search {kind} p95": Bound(f"search, {kind}: p95", "", "ms", at_least=False, goal=50) for kind in SEARCHES
    }  # fmt: skip


TABLE: Mapping[str, Bound] = {
    "bulk load": Bound("bulk load, SQLite: rate", "recollindex", "×", at_least=True, floor=0.4, goal=0.8),
    "bulk load cpu": Bound(
        "bulk load, SQLite: CPU a file, both services", "bare tables and FTS5", "ms", at_least=False, floor=8, goal=4.5
    ),
    "bulk load postgres": Bound("bulk load, PostgreSQL: rate", "SQLite", "×", at_least=True, floor=0.4, goal=0.7),
    "growth": Bound(
        "marginal CPU a file in a large catalog", "the same in a small one", "×", at_least=False, floor=1.5, goal=1.2
    ),
    "document": Bound(
        "document read, 16 connections: rate", "Datasette's row", "×", at_least=True, floor=3, goal=5
    ),
    "not modified": Bound("304, 16 connections: rate", "/livez", "×", at_least=True, floor=0.5, goal=0.7),
    "latency": Bound(
        "one file, close → searchable: p50", "bare callback, read, two commits", "×", at_least=False, floor=15, goal=8
    ),
    **_searches(),
    "restart": Bound("restart over known files: time", "bare scandir and stat", "×", at_least=False, floor=12, goal=6),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """What one row measured: the product and its peer in the same unit, and all further numbers.

    `peer` is None where there is no peer, or it is not installed.
    """

    row: str
    ours: float
    peer: float | None
    unit: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bound(self) -> Bound:
        """The row of the table."""
        return TABLE[self.row]

    @property
    def judged(self) -> float | None:
        """The number that floor and goal limit; None for a ratio without a peer."""
        if self.bound.unit != "×":
            return self.ours
        return self.ours / self.peer if self.peer else None

    @property
    def is_below_floor(self) -> bool:
        """Whether the figure misses its floor; one that could not be judged misses it."""
        if self.bound.floor is None:
            return False
        return self.judged is None or not self.bound.holds(self.bound.floor, self.judged)

    def as_json(self) -> dict[str, Any]:
        """Everything about the figure."""
        limits = {"floor": self.bound.floor, "goal": self.bound.goal}
        return {**asdict(self), "what": self.bound.what, "beside": self.bound.beside, "judged": self.judged, **limits}


def failures(figures: Iterable[Figure], allowed: Sequence[str] = ()) -> list[str]:
    """The sentences about figures below their floor; the rows in `allowed` may have no peer."""
    return [
        f"{figure.bound.what}: {judged(figure)}, and the floor is {_limit(figure.bound, figure.bound.floor)}"
        for figure in figures
        if figure.is_below_floor and not (figure.judged is None and figure.row in allowed)
    ]


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = ["| what | measured | beside | measured | judged | floor | goal | |", "|---|---|---|---|---|---|---|---|"]
    rows += [
        f"| {figure.bound.what} | {_number(figure.ours)} {figure.unit} | {figure.bound.beside or '–'} "
        f"| {_peer(figure)} | {judged(figure)} | {_limit(figure.bound, figure.bound.floor)} "
        f"| {_limit(figure.bound, figure.bound.goal)} | {_verdict(figure)} |"
        for figure in figures
    ]
    return "\n".join(rows) + "\n"


def _verdict(figure: Figure) -> str:
    if figure.judged is None:
        return "not measured"
    if figure.is_below_floor:
        return "below the floor"
    reached = figure.bound.holds(figure.bound.goal, figure.judged)
    return {None: "", True: "goal reached", False: "goal missed"}[reached]


def _peer(figure: Figure) -> str:
    return "–" if figure.peer is None else f"{_number(figure.peer)} {figure.unit}"


def judged(figure: Figure) -> str:
    """The judged number with its unit."""
    return "–" if figure.judged is None else f"{_number(figure.judged)} {figure.bound.unit}"


def _limit(bound: Bound, limit: float | None) -> str:
    return "–" if limit is None else f"{'≥' if bound.at_least else '≤'} {limit:g} {bound.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
