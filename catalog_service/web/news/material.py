"""What sentences are made from: entries of the change log, and the versions, relations and diffs they name. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from markupsafe import Markup

from catalog_service.diff_resources import Diff
from catalog_service.resources import Change, Relation, RelationEnd, Version, VersionSummary
from catalog_service.web import in_words, naming
from catalog_service.web.sentences import Part

# A document's id and the number of one of its versions.
Name: TypeAlias = tuple[str, int]
# The id of a relation, and the `seq` of an entry about it.
Reported: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions with their texts, and the diff of these."""

    before: Version
    after: Version
    diff: Diff


@dataclass(frozen=True, slots=True)
class Material:
    """Entries, the newest first, and what was read for them.

    Versions of redacted documents are absent, and so are the relations beyond the number that is read for a page.
    `arrived` is when a withdrawn document came into the catalog, or came back last; `compared` has some of the diffs.
    """

    changes: Sequence[Change]
    versions: Mapping[Name, VersionSummary]
    relations: Mapping[Reported, Relation]
    current: Mapping[str, Name]
    arrived: Mapping[str, datetime]
    compared: Mapping[tuple[Name, Name], Compared]


def name_of(change: Change) -> Name:
    """The version that an entry about a document names."""
    return str(change.subject), int(str(change.data["version"]))


def end_name(end: RelationEnd) -> Name:
    """The version on one side of a relation."""
    return str(end.document), end.version


def title(version: VersionSummary, href: str | None = None, longest: int = naming.LONGEST_TITLE) -> Part:
    """The title of a version, or else its path, in at most `longest` code points."""
    return Part(in_words.shortened(version.title or version.path, longest), "theirs", href, version.language)


def names(part: Part, version: VersionSummary) -> bool:
    """Whether a part of a sentence has the title of the version."""
    text = part.text.striptags() if isinstance(part.text, Markup) else part.text
    return title(version).text in text


def speaker(version: VersionSummary, href: str | None = None) -> Part:
    """The document as the one that acts, at the beginning of a sentence: by its publisher, else its title."""
    return Part(naming.capitalised(naming.speaker(version)), href=href)
