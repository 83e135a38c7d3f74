"""Why a file is not in the catalog, and what a person can do about it, by the codes of the ingest service. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog_service import contract

REPLACE = "Replace it by a good one; it is read again as soon as it changes."
WAIT = "It is read again by itself; ingest-service retry --files reads it at once."
LIMIT = "Divide it, or raise the limit in the settings of the ingest service."
# The reason as a sentence, and what to do.
REASONS: Mapping[str, tuple[str, str]] = {
    "empty": ("It holds no text.", "Write the text into it; it is read again as soon as it changes."),
    "input-output-error": ("The operating system failed to read it.", WAIT),
    "no-access": (
        "The service may not read it.",
        "Give the service the right to read it; it is tried again by itself.",
    ),
    "not-regular": ("It is no regular file inside the folder.", "Put a file in its place, or ignore its name."),
    "path-too-long": ("Its path is longer than the limit.", "Give it a shorter path."),
    "reader-died": ("Its reader crashed, or needed more memory than the limit.", WAIT),
    "reader-failed": ("Its reader met something in it that it does not understand.", REPLACE),
    "reader-killed": ("Its reader was ended from outside, by a lack of memory for example.", WAIT),
    "text-too-long": ("Its text is longer than the limit.", LIMIT),
    "too-large": ("It is larger than the limit.", LIMIT),
    "took-too-long": ("Reading it took longer than the limit.", WAIT),
    "undecodable": ("Its bytes are no text in any known encoding.", "Save it as UTF-8."),
    "unknown-format": ("No reader knows its format.", "Convert it to one of the formats that are read."),
    "no-readable-member": ("It holds no file that can be read.", REPLACE),
    "archive-too-large": ("The files inside it are larger than the limit.", LIMIT),
    "too-many-members": ("It holds more files than the limit.", LIMIT),
    "nested-too-deep": ("It is inside too many other files.", "Unpack the files around it."),
    "no-text-layer": ("It holds pictures of pages and no text.", "Run text recognition over it."),
    "no-text": ("Its item has no text of its own.", REPLACE),
    "encrypted": ("It is encrypted.", "Remove the password."),
    "damaged": ("It is damaged, or of another format than it begins as.", REPLACE),
}


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file with its reason and what to do, as sentences; times are times of the API."""

    path: str
    code: str
    why: str
    what_to_do: str
    since: str
    retry_at: str | None


def line(file: contract.FileState) -> FileLine:
    """The line of a file; a code without words of ours has those of the ingest service."""
    why, what_to_do = REASONS.get(file.reason or "", (file.detail or "The reason is not known.", ""))
    return FileLine(
        file.path,
        file.reason or "",
        why,
        what_to_do,
        contract.format_time(file.since),
        contract.format_time(file.retry_at) if file.retry_at else None,
    )
