"""The output of commands for people: the status of the service, and where a text comes from."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from catalog_service import contract
from ingest_service import file_names

# Only for the types: importing them takes longer than the whole command `status`.
if TYPE_CHECKING:
    from ingest_service.judging.matching import TextMatch
    from ingest_service.ledger.furniture import StoredLine
    from ingest_service.ledger.mass_deletion import HeldDeletions

MOST_EDITS = 5
PASSAGE_CHARACTERS = 200
EDIT_CHARACTERS = 60
# What each step of a load does, and what it counts.
STEPS = {
    "scan": ("looking at the folder", "files"),
    "read": ("reading", "files"),
    "judge": ("judging", "articles"),
    "deliver": ("delivering", "events"),
}
# The control characters of ASCII and Latin-1, with which a text could move the cursor or hide words, and those that
# turn the direction of what follows (UAX #9, 2).
CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd")


def status_lines(status: contract.IngestStatus, unreadable: Sequence[contract.FileState]) -> Iterator[str]:
    """Counts, reasons why the service is not healthy, dead letters, files under embargo, and unreadable files."""
    for name, counts in (("files", status.states), ("events", status.outbox)):
        words = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        yield f"{name}: {words or 'none'}"
    yield f"to judge: {status.to_judge}"
    yield f"to read again: {status.to_read_again}"
    if status.oldest_waiting_seconds is not None:
        yield f"oldest waiting: {status.oldest_waiting_seconds:.0f} s"
    if status.progress is not None and status.progress.step != "idle":
        yield f"progress: {progress_line(status.progress)}"
    yield from (f"not healthy: {file_names.printable(reason)}" for reason in status.reasons)
    yield from map(_dead_letter, status.dead_letters)
    yield from map(_reasoned, status.embargoed)
    yield from map(_reasoned, unreadable)


def progress_line(progress: contract.LoadProgress) -> str:
    """The step of a load with its counts, rate and time left, in one line."""
    if progress.step == "idle":
        return "waiting"
    work, things = STEPS[progress.step]
    parts = [f"step {list(STEPS).index(progress.step) + 1} of {len(STEPS)}: {work}"]
    if progress.total is not None:
        parts.append(f"{progress.done:,} of {progress.total:,} {things}")
    if progress.per_second is not None:
        parts.append(f"{progress.per_second:,.1f} a second")
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    """A time to wait, in the two largest of hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _dead_letter(letter: contract.DeadLetter) -> str:
    path = f"'{file_names.printable(letter.path)}'" if letter.path else "no path"
    return f"dead letter {letter.event} ({path}): {letter.problem.code}: {_short(letter.problem.detail)}"


def _reasoned(file: contract.FileState) -> str:
    return f"'{file_names.printable(file.path)}': {file.reason}: {file_names.printable(file.detail or '')}"


def held_lines(held: "HeldDeletions") -> Iterator[str]:
    """How many deletions are held, in which folders, and how the watched folder and its mounts have changed."""
    yield f"deletions of {held.files} files are held"
    for folder, count in held.folders.items():
        yield f"  {count} in " + (f"'{file_names.printable(folder)}'" if folder else "the watched folder itself")
    yield from (file_names.printable(str(change)) for change in held.changes)
    if not held.changes:
        yield "the watched folder and the mounts below it are the same as before"


def furniture_text(lines: "Sequence[StoredLine]") -> str:
    """The lines of furniture, by source, each with its number and the pages that are its evidence."""
    return "\n".join(_furniture_lines(lines)) or "no furniture of any site was learned"


def _furniture_lines(lines: "Sequence[StoredLine]") -> Iterator[str]:
    source = None
    for line in lines:
        if line.source != source:
            source = line.source
            yield _short(source) or "pages that name neither a URL nor a publisher"
        evidence = ", ".join(f"'{file_names.printable(path)}'" for path in line.evidence)
        signs = "".join(f" ({sign})" for sign in (line.suspect, line.disabled and "disabled") if sign)
        yield f"  {line.id}: {_short(line.text)}{signs}, from {evidence}"


def match_lines(text: str, matches: "Sequence[TextMatch]") -> Iterator[str]:
    """The matches of a text: for each a line with the source, and below it the passages and the words that differ."""
    if not matches:
        yield "nothing in the folder shares a passage with it"
    for text_match in matches:
        match = text_match.match
        copies = f", and {match.copies} copies of it" if match.copies else ""
        path = file_names.printable(match.path)
        yield f"{match.type}: '{path}' ({_short(match.title)}){copies}: {match.coverage.own:.0%} of the text"
        for passage in match.passages:
            yield from _passage(text, passage, text_match.text)


def _passage(text: str, passage: contract.Passage, source: str) -> Iterator[str]:
    (start, end), (first, last) = passage.own, passage.other
    altered = "" if passage.verbatim else ", altered"
    yield f"  {start}–{end} at {first}–{last}, {passage.words} words{altered}:"
    yield f"    {_short(text[start:end])}"
    for edit in passage.edits[:MOST_EDITS]:
        yield f"      {_edit(_quoted(text, edit.a), _quoted(source, edit.b))}"
    if len(passage.edits) > MOST_EDITS:
        yield f"      and {len(passage.edits) - MOST_EDITS} more differences"


def _edit(own: str, source: str) -> str:
    """One difference; each argument holds quoted words, or is empty."""
    return ", ".join(part for part in (own and f"said {own}", f"source has {source or 'nothing there'}") if part)


def _quoted(text: str, span: contract.Span) -> str:
    words = _short(text[slice(*span)], EDIT_CHARACTERS)
    return f'"{words}"' if words else ""


def _short(text: str, longest: int = PASSAGE_CHARACTERS) -> str:
    """The beginning of a text in one line; each control character becomes U+FFFD."""
    line = " ".join(text.split()).translate(CONTROLS)
    return line if len(line) <= longest else line[: longest - 1] + "…"
