"""The timeline of a document: its versions and the entries of its log in one order, each with its words and sign. Pure.

The sign of an entry has a shape by the kind of change and a size by the number of words changed.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from catalog_service import contract, marking
from catalog_service.resources import LogEntry, Version, VersionSummary
from catalog_service.web import change_words, log
from catalog_service.web.change_words import WordChange

# Changes of one version that its line names.
MOST_CHANGES = 3
# The shape of a version by the significance of its change. Shapes of log entries have the names of their types.
SHAPES: Mapping[str | None, str] = {
    "figure": "disc",
    "date": "disc",
    "quotation": "ring",
    "headline": "diamond",
    "substantive": "square",
    "typography": "dot",
    "metadata": "dot",
}
SMALLEST, LARGEST = 4.0, 10.0
# Shapes of changes that a reader of the text would miss if they were left out.
MINOR = frozenset({"dot"})
# A change of so few words is named by them, whatever its kind.
FEW_WORDS = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the timeline; `version` is None for an entry of the log, `path` a former path of the file.

    `changes` name words that were replaced; `radius` is the size of the sign, in pixels.
    """

    time: str
    version: int | None
    words: str
    changes: tuple[WordChange, ...]
    path: str | None
    shape: str
    radius: float
    is_substantial: bool
    is_shown: bool = False


def entries(
    summaries: Sequence[VersionSummary],
    log_entries: Sequence[LogEntry],
    changes: Mapping[int, Sequence[WordChange]],
    shown: int,
) -> list[Entry]:
    """All entries, the oldest first. `summaries` are the newest versions first; `changes` those of their texts."""
    before = dict(zip((summary.version for summary in summaries), [*summaries[1:], None], strict=True))
    moments = [
        (summary.recorded_at, summary.seq, _version(summary, before[summary.version], changes, shown))
        for summary in summaries
    ]
    since = min(moment for moment, _, _ in moments)
    placed = [
        (entry.time, entry.seq, _log_entry(entry)) for entry in log_entries if entry.type not in ("created", "changed")
    ]
    # Of older entries, whose versions are not in the list, there is nothing to say here.
    moments += [moment for moment in placed if moment[0] >= since]
    return [entry for _, _, entry in sorted(moments, key=lambda moment: moment[:2])]


def to_be_compared(summaries: Sequence[VersionSummary], most: int) -> list[int]:
    """The numbers of up to `most` of the newest versions whose line names words of the text."""
    return [summary.version for summary in summaries if summary.version > 1 and _names_words(summary)][:most]


def _names_words(summary: VersionSummary) -> bool:
    change = summary.change
    extent = change.words_added + change.words_removed
    few = 0 < extent <= FEW_WORDS
    return change.kind == "publisher" and (few or change.significance in change_words.OF_ONE_KIND)


def _version(
    summary: VersionSummary,
    before: VersionSummary | None,
    changes: Mapping[int, Sequence[WordChange]],
    shown: int,
) -> Entry:
    change = summary.change
    # The version before may be outside of the list.
    details = change_words.of_details(before, summary) if before else []
    named = [*details, *changes.get(summary.version, ())]
    shape = "first" if change.kind == "created" else SHAPES.get(change.significance, "square")
    if change.kind == "technical":
        shape = "dot"
    return Entry(
        contract.format_time(summary.recorded_at),
        summary.version,
        _words(summary, has_named_words=summary.version in changes, details=len(details)),
        tuple(named[:MOST_CHANGES]),
        None,
        shape,
        LARGEST if shape == "first" else _radius(change.words_added + change.words_removed),
        shape not in MINOR,
        summary.version == shown,
    )


def _words(summary: VersionSummary, *, has_named_words: bool, details: int) -> str:
    """What the line says besides the words that changed; empty if these say everything."""
    change = summary.change
    if summary.late:
        return "arrived late and was never current"
    if change.kind == "created":
        return "first reading"
    if change.kind == "technical":
        return "read again with newer rules"
    moved = change.moved or 0
    if change.words_added or change.words_removed or moved:
        enough = has_named_words and change.words_added + change.words_removed <= FEW_WORDS and not moved
        return "" if enough else marking.extent(change.words_added, change.words_removed, moved)
    if details:
        return ""
    return "typography only" if change.significance == "typography" else "other details, same text"


def _radius(words: int) -> float:
    return round(min(LARGEST, SMALLEST + math.log2(1 + words) * 0.7), 1)


def _log_entry(entry: LogEntry) -> Entry:
    line = log.line(entry)
    return Entry(line.time, None, line.words, (), line.path, entry.type, SMALLEST, is_substantial=True)


def changes_of_texts(
    texts: Collection[Version], wanted: Collection[int], compare: change_words.Compare
) -> dict[int, list[WordChange]]:
    """The words that changed in the texts of the wanted versions, where the version before is among the texts too."""
    by_number = {version.version: version for version in texts}
    return {
        number: change_words.of_text(before, after, compare(before, after))
        for number in wanted
        if (after := by_number.get(number)) and (before := by_number.get(number - 1))
    }
