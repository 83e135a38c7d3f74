"""The order in which the documents of a story were filed.

A filing is the current version of a document. Filings are ordered by publication date, then by the sequence number of
the wire service. Of filings that are equal in both, the one with the lesser digest, then the lesser document id, is
preferred, whether the earliest or the newest is looked for.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, func, tuple_

R = TypeVar("R", bound=Row[*tuple[Any, ...]])


def published(version: Any) -> ColumnElement[str]:  # noqa: ANN401  Version or an alias of it.
    """The publication date; a filing without one sorts before all others."""
    return func.coalesce(version.published, "")


def sequence(version: Any) -> ColumnElement[int]:  # noqa: ANN401
    """The sequence number of the wire service, 0 for a filing without one."""
    return func.coalesce(version.details["wire"]["sequence"].as_integer(), 0)


def columns(version: Any) -> tuple[ColumnElement[Any], ...]:  # noqa: ANN401
    """The columns document, published, sequence and digest, which `earliest` and `newest` compare."""
    return (
        version.document,
        published(version).label("published"),
        sequence(version).label("sequence"),
        version.digest,
    )


def is_before(one: Any, other: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Whether the filing `one` is preferred to `other` when the earliest is looked for."""
    return _key(one) < _key(other)


def earliest(filings: Collection[R]) -> R:
    """The earliest of these rows, which have the columns of `columns`."""
    first = min((filing.published, filing.sequence) for filing in filings)
    return _preferred(filings, first)


def newest(filings: Collection[R]) -> R:
    """The newest of these rows, which have the columns of `columns`."""
    last = max((filing.published, filing.sequence) for filing in filings)
    return _preferred(filings, last)


def _preferred(filings: Collection[R], filed: tuple[str, int]) -> R:
    equal = (filing for filing in filings if (filing.published, filing.sequence) == filed)
    return min(equal, key=lambda filing: (filing.digest, filing.document))


def _key(version: Any) -> ColumnElement[Any]:  # noqa: ANN401
    return tuple_(published(version), sequence(version), version.digest, version.document)
