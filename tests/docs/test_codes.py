"""Every code that a user may meet is documented in the words of its error, and nothing else is."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from catalog_service.errors import CatalogError
from ingest_service.admin import problems
from ingest_service.errors import Unreadable

T = TypeVar("T")
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")


def below(error: type[T]) -> Iterator[type[T]]:
    """Every kind of an error."""
    for kind in error.__subclasses__():
        yield kind
        yield from below(kind)


def test_every_reason_of_a_file_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE))
    assert documented == {(each.code, each.__doc__, when_read_again(each)) for each in below(Unreadable)}


def when_read_again(reason: type[Unreadable]) -> str:
    """How the page says when a file with this reason is read again."""
    if reason.retries is None:
        return "when it changes"
    times = f"after {duration(reason.retries.first)} to {duration(reason.retries.longest)}"
    attempts = reason.retries.attempts
    return f"by itself, {times}" + ("" if attempts is None else f", {attempts} attempts in all")


def duration(time: timedelta) -> str:
    """A time in the largest unit that fits."""
    seconds = int(time.total_seconds())
    return next(
        f"{seconds // size} {unit}" for size, unit in ((3600, "h"), (60, "min"), (1, "s")) if seconds % size == 0
    )


def documented(heading: str) -> set[tuple[str, str, str]]:
    """Status, code and meaning of every problem under a heading of the page."""
    section = PAGE.partition(f"{heading}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| (\d{3}) \| `([a-z0-9-]+)` \| (.+) \|$", section, re.MULTILINE))


def test_every_problem_of_a_request_to_the_catalog_is_documented() -> None:
    # What else is a 500 is never an answer: it ends a command, with its sentence.
    kinds: list[type[CatalogError]] = [CatalogError, *(each for each in below(CatalogError) if each.status != 500)]
    assert documented("### Of the catalog") == {(str(each.status), each.code, each.__doc__) for each in kinds}


def test_every_problem_of_a_request_to_the_ingest_service_is_documented() -> None:
    kinds = list(problems.problem_types())
    assert set(kinds) == {problems.AdminError, *below(problems.AdminError)}
    expected = {(str(each.status), each.code, each.__doc__) for each in kinds}
    assert documented("### Of the ingest service") == expected
