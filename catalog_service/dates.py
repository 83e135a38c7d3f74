"""Dates as far as they are written: a year, a month or a day, the first and the last of a range included. Pure."""

from datetime import UTC, datetime, timedelta

from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery


def following(written: str) -> str | None:
    """What sorts behind everything inside a date, in the collation of any database; None when nothing does.

    Behind 2024-09 stands 2024-10, and 2024-09-31 is good enough behind 2024-09-30.
    """
    before, dash, last = written.rpartition("-")
    number = str(int(last) + 1).zfill(len(last))
    if len(number) == len(last):
        return before + dash + number
    return following(before) if before else None


def begins(written: str) -> datetime:
    """The first moment of a date. Raises BadQuery when there is no such date."""
    year, month, day = (*map(int, written.split("-")), 1, 1)[:3]
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        detail = f"there is no date {written}"
        raise BadQuery(f"{detail.capitalize()}.", errors=(FieldError(pointer="recorded", detail=detail),)) from None


def ends(written: str) -> datetime | None:
    """The first moment behind a date; None when it is the last there is. Raises BadQuery."""
    first = begins(written)
    try:
        if written.count("-") == 2:
            return first + timedelta(days=1)
        if written.count("-") == 1 and first.month < 12:
            return first.replace(month=first.month + 1)
        return first.replace(year=first.year + 1, month=1)
    except (OverflowError, ValueError):
        return None
