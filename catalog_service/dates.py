"""Dates of year, month or day precision (`2024`, `2024-09`, `2024-09-30`) as bounds of ranges. Pure."""

from datetime import UTC, datetime, timedelta

from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery


def sort_bound(date: str) -> str | None:
    """The exclusive upper bound of a date as a string: every date inside it sorts below, in any database's collation.

    The bound of 2024-09 is 2024-10. The bound of 2024-09-30 is 2024-09-31, which is no date but sorts correctly.
    None when there is no bound, as for 9999.
    """
    before, dash, last = date.rpartition("-")
    number = str(int(last) + 1).zfill(len(last))
    if len(number) == len(last):
        return before + dash + number
    return sort_bound(before) if before else None


def start(date: str) -> datetime:
    """The first moment of a date, in UTC. Raises BadQuery when the calendar has no such date."""
    year, month, day = (*map(int, date.split("-")), 1, 1)[:3]
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        detail = f"there is no date {date}"
        raise BadQuery(f"{detail.capitalize()}.", errors=(FieldError(pointer="recorded", detail=detail),)) from None


def end(date: str) -> datetime | None:
    """The first moment after a date, in UTC; None when `datetime` cannot hold it. Raises BadQuery."""
    first = start(date)
    try:
        if date.count("-") == 2:
            return first + timedelta(days=1)
        if date.count("-") == 1 and first.month < 12:
            return first.replace(month=first.month + 1)
        return first.replace(year=first.year + 1, month=1)
    except (OverflowError, ValueError):
        return None
