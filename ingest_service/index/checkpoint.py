"""Checkpoints of the postings on disk, so that a process that starts need not read the whole table. A cache.

A checkpoint is a manifest, named by a token, and the files of runs that the manifest lists. The database stores the
token of the checkpoint to use, so that a database which was created anew or restored from a backup is never combined
with postings that are newer than itself. If a file is missing, truncated or of another release, the checkpoint is not
used, and the table is read as a whole.
"""

import os
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest_service.index.postings import PARTITIONS, Postings
from ingest_service.index.runs import MAPPED_FROM, Content, Run, RunLocation, mapped, run_in, write

# In a file each run starts at a multiple of this number of bytes.
ALIGNMENT = 8


class StoredRun(BaseModel):
    """Where a run is stored: its file, `start` in bytes, `length` in postings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, Field(pattern=r"^[0-9a-f]{32}\.run$")]
    start: Annotated[int, Field(ge=0)]
    length: Annotated[int, Field(ge=0)]


class Manifest(BaseModel):
    """The content of a checkpoint: the state of the postings, and where the runs of each partition are stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[3] = 3
    last: int
    gaps: tuple[int, ...]
    highest: Annotated[int, Field(ge=0, lt=2**31)]
    dropped: tuple[int, ...]
    parts: Annotated[tuple[tuple[StoredRun, ...], ...], Field(min_length=PARTITIONS, max_length=PARTITIONS)]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Postings that reflect the table up to row `last`, except for the rows `gaps`, which may be committed later."""

    postings: Postings
    last: int
    gaps: frozenset[int]


def load(folder: Path, token: str) -> Checkpoint | None:
    """The checkpoint with this token; None if it cannot be read exactly as it was saved."""
    try:
        manifest = Manifest.model_validate_json(_manifest_path(folder, token).read_bytes())
        files = {stored.file: _mapped(folder / stored.file) for runs in manifest.parts for stored in runs}
        partitions = [[_run_in(files[stored.file], stored) for stored in runs] for runs in manifest.parts]
    except (OSError, ValueError, ValidationError):
        return None
    restored = Postings.restored(partitions, manifest.highest, manifest.dropped)
    return Checkpoint(restored, manifest.last, frozenset(manifest.gaps))


def save(folder: Path, checkpoint: Checkpoint, previous: str | None) -> tuple[str, dict[Run, Run]]:
    """Saves a checkpoint: writes the runs that are in no file yet, and a manifest. Raises OSError.

    Returns the new token, and for each run that was written the equal run that is read from its file. Files that
    neither this checkpoint nor the one with the token `previous`, which the database stores, refers to are deleted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unwritten = [run for runs in checkpoint.postings.partitions for run in runs if run.location is None]
    # Each long run has a file of its own, which can be deleted once the run is merged; short runs share one.
    long = [[run] for run in unwritten if len(run.values) >= MAPPED_FROM]
    short = [run for run in unwritten if len(run.values) < MAPPED_FROM]
    written = {run: read for runs in (*long, short) if runs for run, read in _write(folder, runs).items()}
    partitions = checkpoint.postings.partitions
    manifest = Manifest(
        last=checkpoint.last,
        gaps=tuple(sorted(checkpoint.gaps)),
        highest=checkpoint.postings.highest,
        dropped=checkpoint.postings.deleted(),
        parts=tuple(tuple(_stored(written.get(run, run)) for run in runs) for runs in partitions),
    )
    token = uuid.uuid4().hex
    _write_manifest(folder, token, manifest)
    _delete_other_files(folder, [token] if previous is None else [previous, token])
    return token, written


def _manifest_path(folder: Path, token: str) -> Path:
    return folder / f"{token}.json"


def _write_manifest(folder: Path, token: str, manifest: Manifest) -> None:
    with _manifest_path(folder, token).open("wb") as file:
        file.write(manifest.model_dump_json().encode())
        _flush_to_disk(file)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(folder: Path, runs: Iterable[Run]) -> dict[Run, Run]:
    """Writes runs into one new file; returns for each the equal run that is read from it."""
    name = f"{uuid.uuid4().hex}.run"
    stored: dict[Run, StoredRun] = {}
    with (folder / name).open("wb") as file:
        for run in runs:
            stored[run] = StoredRun(file=name, start=file.tell(), length=len(run.values))
            write(file, run)
            file.write(bytes(-file.tell() % ALIGNMENT))
        _flush_to_disk(file)
    content = _mapped(folder / name)
    return {run: _run_in(content, where) for run, where in stored.items()}


def _flush_to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _stored(run: Run) -> StoredRun:
    assert run.location is not None, "every run was written"
    return StoredRun(file=run.location.file, start=run.location.start, length=len(run.values))


def _mapped(path: Path) -> Content:
    with path.open("rb") as file:
        return mapped(file)


def _run_in(content: Content, stored: StoredRun) -> Run:
    return run_in(content, stored.start, stored.length, RunLocation(stored.file, stored.start))


def _delete_other_files(folder: Path, tokens: Collection[str]) -> None:
    """Deletes the files that the checkpoints with these tokens do not refer to."""
    needed = {f"{token}.json" for token in tokens}
    for token in tokens:
        try:
            manifest = Manifest.model_validate_json(_manifest_path(folder, token).read_bytes())
        except (OSError, ValidationError):
            continue
        needed |= {stored.file for runs in manifest.parts for stored in runs}
    for path in folder.iterdir():
        if path.name not in needed:
            path.unlink(missing_ok=True)
