"""The arrays of fingerprints kept on disk, so that a process that starts need not read the whole table: a cache.

A checkpoint is a page, named by a token, and the files of arrays it tells of. The database remembers the token, and
only the page it names is taken: a database that was made anew or restored never meets arrays that know more than it
does. What is missing, cut off or of another release is not believed, and the table is read as a whole again.
"""

import os
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest_service import postings
from ingest_service.postings import MAPPED_FROM, PARTS, Content, Place, Postings, Run

# In a file run stands behind run, each at a multiple of so many bytes.
ALIGNED = 8


class Entry(BaseModel):
    """Where a run lies; `start` in bytes, `length` in postings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, Field(pattern=r"^[0-9a-f]{32}\.run$")]
    start: Annotated[int, Field(ge=0)]
    length: Annotated[int, Field(ge=0)]


class Page(BaseModel):
    """What a checkpoint holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[3] = 3
    last: int
    gaps: tuple[int, ...]
    highest: Annotated[int, Field(ge=0, lt=2**31)]
    dropped: tuple[int, ...]
    parts: Annotated[tuple[tuple[Entry, ...], ...], Field(min_length=PARTS, max_length=PARTS)]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Postings as they were when the table had been followed so far; `gaps` are row numbers that may still come."""

    postings: Postings
    last: int
    gaps: frozenset[int]


def load(folder: Path, token: str) -> Checkpoint | None:
    """The checkpoint of this token; None where it cannot be had as it was."""
    try:
        page = Page.model_validate_json((folder / f"{token}.json").read_bytes())
        files = {each.file: _mapped(folder / each.file) for part in page.parts for each in part}
        parts = [[_run(files[each.file], each) for each in part] for part in page.parts]
    except (OSError, ValueError, ValidationError):
        return None
    return Checkpoint(Postings.of(parts, page.highest, page.dropped), page.last, frozenset(page.gaps))


def save(folder: Path, now: Checkpoint, before: str | None) -> tuple[str, dict[Run, Run]]:
    """Writes what was not written before, and a page that tells of all. Raises OSError.

    The new token, and for each run that was written the one that is read from its file from now on. What neither this
    page nor that of `before`, the token which the database remembers, tells of is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unwritten = [run for part in now.postings.parts for run in part if run.place is None]
    large = [[run] for run in unwritten if len(run.values) >= MAPPED_FROM]
    small = [run for run in unwritten if len(run.values) < MAPPED_FROM]
    written = {run: again for some in (*large, small) if some for run, again in _write(folder, some).items()}
    page = Page(
        last=now.last,
        gaps=tuple(sorted(now.gaps)),
        highest=now.postings.highest,
        dropped=now.postings.dropped(),
        parts=tuple(tuple(_entry(written.get(run, run)) for run in part) for part in now.postings.parts),
    )
    token = uuid.uuid4().hex
    with (folder / f"{token}.json").open("wb") as file:
        file.write(page.model_dump_json().encode())
        _make_last(file)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _tidy(folder, [token] if before is None else [before, token])
    return token, written


def _write(folder: Path, runs: Iterable[Run]) -> dict[Run, Run]:
    """Writes runs into one file, and reads them from there."""
    name = f"{uuid.uuid4().hex}.run"
    entries: dict[Run, Entry] = {}
    with (folder / name).open("wb") as file:
        for run in runs:
            entries[run] = Entry(file=name, start=file.tell(), length=len(run.values))
            postings.write(file, run)
            file.write(bytes(-file.tell() % ALIGNED))
        _make_last(file)
    content = _mapped(folder / name)
    return {run: _run(content, entry) for run, entry in entries.items()}


def _make_last(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _entry(run: Run) -> Entry:
    assert run.place is not None, "every run was written"
    return Entry(file=run.place.file, start=run.place.start, length=len(run.values))


def _mapped(path: Path) -> Content:
    with path.open("rb") as file:
        return postings.mapped(file)


def _run(content: Content, entry: Entry) -> Run:
    return postings.run_in(content, entry.start, entry.length, Place(entry.file, entry.start))


def _tidy(folder: Path, tokens: Collection[str]) -> None:
    """Removes what no page of these tokens tells of."""
    kept = {f"{token}.json" for token in tokens}
    for token in tokens:
        try:
            page = Page.model_validate_json((folder / f"{token}.json").read_bytes())
        except (OSError, ValidationError):
            continue
        kept |= {each.file for part in page.parts for each in part}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink(missing_ok=True)
