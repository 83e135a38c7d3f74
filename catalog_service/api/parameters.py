"""The kinds of parameters that several operations share."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from catalog_service import contract
from catalog_service.api.operations import Parameters

Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, Field(max_length=2_000)]
Number = Annotated[int, Field(ge=1, le=contract.MAX_NUMBER)]
Short = Annotated[str, Field(max_length=contract.MAX_TITLE)]
_DATE = r"(\d{4}(-\d{2}(-\d{2})?)?)?"
Dates = Annotated[
    str,
    Field(pattern=rf"^{_DATE}\.\.{_DATE}$", description="From..to, each a year, month or day; either may be left out."),
]


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
