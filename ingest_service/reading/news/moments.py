"""Times as news formats write them: ISO 8601 in its extended and basic forms, and RFC 5322. Pure."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# "2018-10-21T16:25:32-05:00", "20151014T043001+0100", "20080219+0100", "2016-01-12 12:35:40".
ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?:[T ]?(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r" ?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
LONGEST = 60


def moment(value: str | None, beside: str | None = None) -> datetime | None:
    """The time, in UTC; None if it is none.

    A time without a zone has the zone of the time `beside` it, else UTC. A date counts as its first second.
    """
    text = value.strip() if value else ""
    zone = zoned["zone"] if beside and (zoned := ISO.fullmatch(beside.strip()[:LONGEST])) else None
    if not text or len(text) > LONGEST:
        return None
    try:
        if match := ISO.fullmatch(text):
            return datetime.fromisoformat(_extended(match, zone or "Z")).astimezone(UTC)
        parsed = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def iso(value: str | None) -> str | None:
    """The time as RFC 3339 writes it, in UTC and whole seconds, so that texts of two times sort as the times do."""
    found = moment(value)
    return found.isoformat(timespec="seconds").removesuffix("+00:00") + "Z" if found else None


def date(value: str | None) -> str | None:
    """The time as `iso` writes it; only the day of a time without a zone or hour."""
    text = value.strip() if value else ""
    match = ISO.fullmatch(text)
    if match and not (match["zone"] and match["hour"]):
        return f"{match['year']}-{match['month']}-{match['day']}" if moment(text) else None
    return iso(text)


def _extended(match: re.Match[str], zone: str) -> str:
    day = f"{match['year']}-{match['month']}-{match['day']}"
    clock = f"{match['hour'] or '00'}:{match['minute'] or '00'}:{match['second'] or '00'}"
    # A moment that an embargo ends must not become an earlier one.
    fraction = (match["fraction"] or "").ljust(6, "0")[:6]
    return f"{day}T{clock}.{fraction}{match['zone'] or zone}"
