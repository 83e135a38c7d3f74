"""A document's change log in words: renames, withdrawals and restorations. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog_service import contract, resources
from catalog_service.web import in_words

# Why a document was withdrawn, by the reason that its event gave; other reasons are shown as they are.
REASONS: Mapping[str, str] = {
    "file-gone": "its file was deleted",
    "cancelled": "its publisher cancelled it",
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry of the change log: the words before a path, the path that is shown in its own style, and the time."""

    words: str
    path: str | None
    time: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """When and why a document was withdrawn, and since when and how long it was in the catalog, if that is known."""

    time: str
    because: str
    since: str | None
    duration: str | None


def line(entry: resources.LogEntry) -> LogLine:
    """The line of an entry."""
    time = contract.format_time(entry.time)
    if entry.type == "moved" and entry.previous_path == entry.path:
        return LogLine("moved from another collection", None, time)
    if entry.type == "moved":
        return LogLine("renamed from", entry.previous_path, time)
    return LogLine(f"{entry.type}{_because(entry)}", None, time)


def _because(entry: resources.LogEntry) -> str:
    return f" because {REASONS.get(entry.reason, entry.reason)}" if entry.reason else ""


def withdrawal(entries: Sequence[resources.LogEntry]) -> Withdrawal | None:
    """The last withdrawal in these entries, which are the newest first; None if there is none."""
    withdrawn = next((entry for entry in entries if entry.type == "withdrawn"), None)
    if withdrawn is None:
        return None
    begins = ("created", "restored")
    began = next((entry for entry in entries if entry.type in begins and entry.seq < withdrawn.seq), None)
    return Withdrawal(
        contract.format_time(withdrawn.time),
        _because(withdrawn),
        contract.format_time(began.time) if began else None,
        in_words.duration(withdrawn.time - began.time) if began else None,
    )
