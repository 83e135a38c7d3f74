"""Divides the cases of long tests: a part of them runs in `./dev test`, the rest in `./dev scenarios`."""

from collections.abc import Iterable
from itertools import islice

import pytest


def first(count: int, cases: Iterable[object]) -> list[object]:
    """The parameters of a test, of which only the first so many run in `./dev test`. A tuple is one case."""
    cases = iter(cases)
    return [*islice(cases, count), *map(_scenario, cases)]


def _scenario(case: object) -> object:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.scenario)
