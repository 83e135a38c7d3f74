"""The page of activity: what the ingest service does and what it cannot do, and the changes as they happen."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import contract, overview
from catalog_service.errors import IngestAway
from catalog_service.keys import DIFFERENCES, INGEST
from catalog_service.web import file_reasons, folder, in_words, layout
from catalog_service.web.news import reading
from catalog_service.web.pages.changes import NEWS

# Entries of the change log that the items are made from, files listed in each state, days of the chart.
ENTRIES = 40
FILES = 100
DAYS = 14


async def now(request: web.Request) -> web.Response:
    """The state of the ingest service, the newest changes, and how many there were on each day."""
    layout.parameters(request, set())
    moment = datetime.now(UTC)
    compare = request.app[DIFFERENCES].compare
    of_catalog, of_folder = await asyncio.gather(
        layout.database(request).read(_of_catalog, compare, moment), _of_folder(request)
    )
    return layout.answer(request, "activity.html", {**of_catalog, **of_folder})


def _of_catalog(session: Session, compare: reading.Compare, moment: datetime) -> dict[str, Any]:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=DAYS - 1 - place) for place in range(DAYS)]
    counts = overview.daily(session, days)
    highest = max(*counts, 1)
    return {
        "items": reading.page(session, compare, NEWS, ENTRIES).items,
        "today": moment.date().isoformat(),
        "days": [
            {"day": in_words.day(day.date().isoformat()), "count": count, "height": round(100 * count / highest)}
            for day, count in zip(days, counts, strict=True)
        ],
        "total": sum(counts),
    }


async def _of_folder(request: web.Request) -> dict[str, Any]:
    """What the ingest service answers, or since when it is away."""
    ingest = request.app[INGEST]
    try:
        status = await ingest.status()
        unreadable = await ingest.files("quarantined", limit=FILES)
        held = await ingest.files("gone-held", limit=FILES)
    except IngestAway as away:
        return {"away": contract.format_time(away.since), "status": None}
    oldest = status.oldest_waiting_seconds
    return {
        "away": None,
        "status": status,
        "folder": folder.of_status(status),
        "oldest": in_words.duration(timedelta(seconds=oldest)) if oldest else None,
        "unreadable": [file_reasons.line(file) for file in unreadable.files],
        "held": [file.path for file in held.files],
        "letters": [(letter, contract.format_time(letter.created_at)) for letter in status.dead_letters],
    }
