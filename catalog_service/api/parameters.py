"""The kinds of parameters that several operations share."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from catalog_service import contract
from catalog_service.api.operations import Parameters
from catalog_service.store import moments
from catalog_service.store.moments import AsOf

Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, Field(max_length=2_000)]
Number = Annotated[int, Field(ge=1, le=contract.MAX_NUMBER)]
Short = Annotated[str, Field(max_length=contract.MAX_TITLE)]
_DATE = r"(\d{4}(-\d{2}(-\d{2})?)?)?"
Dates = Annotated[
    str,
    Field(pattern=rf"^{_DATE}\.\.{_DATE}$", description="From..to, each a year, month or day; either may be left out."),
]


def _readable(written: str) -> str:
    """Raises ValueError for a time that does not exist."""
    moments.parse(written, datetime.now(UTC))
    return written


_TIME = r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})"
Moment = Annotated[
    str,
    Field(
        pattern=rf"^(seq:(0|[1-9][0-9]{{0,17}})|{_TIME})$",
        description="A moment of the past, whose state is answered: a time of RFC 3339 with at most microseconds, "
        "in which + is written as %2B, or seq:N.",
        examples=["2026-11-22T10:00:00Z", "seq:981"],
    ),
    AfterValidator(_readable),
]


class AtMoment(Parameters):
    """The moment that the answer is as of; without it, the answer is of now."""

    as_of: Moment | None = None

    def moment(self) -> AsOf | None:
        """The moment, named by a request of now."""
        return moments.parse(self.as_of, datetime.now(UTC)) if self.as_of else None


class OfDocument(Parameters):
    """One document."""

    id: UUID


class OfVersion(OfDocument):
    """One version of a document."""

    n: Number


class Paged(Parameters):
    """A page of a list."""

    limit: Limit = 50
    cursor: Cursor | None = None


def dates(written: str | None) -> tuple[str | None, str | None]:
    """The two ends of a range of dates, None where it is open."""
    start, _, end = (written or "..").partition("..")
    return start or None, end or None
