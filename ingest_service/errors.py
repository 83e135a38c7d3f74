"""The errors of the ingest service. Each that ends as a state of a file has a stable reason code."""

from typing import ClassVar

from catalog_service import contract
from ingest_service import backoff


class IngestError(Exception):
    """Something is wrong with the ingest service."""

    code = "ingest-error"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.__doc__)


class Unreadable(IngestError):
    """The file cannot be read as an article."""

    code = "unreadable"
    retries: ClassVar[backoff.Backoff | None] = None
    """When the file is read again though it did not change; None where the file itself is at fault."""


class Empty(Unreadable):
    """The file holds no text."""

    code = "empty"


class TooLarge(Unreadable):
    """The file is larger than the limit."""

    code = "too-large"


class TextTooLong(Unreadable):
    """The text of the file is longer than the limit."""

    code = "text-too-long"


class Undecodable(Unreadable):
    """The bytes of the file are not text in any encoding we know."""

    code = "undecodable"


class UnknownFormat(Unreadable):
    """No reader knows this format."""

    code = "unknown-format"


class NoReadableMember(Unreadable):
    """The file holds no file that can be read."""

    code = "no-readable-member"


class ArchiveTooLarge(Unreadable):
    """The files inside the file are larger than the limit."""

    code = "archive-too-large"


class TooManyMembers(Unreadable):
    """The file holds more files than the limit."""

    code = "too-many-members"


class NestedTooDeep(Unreadable):
    """The file is inside too many others."""

    code = "nested-too-deep"


class NoTextLayer(Unreadable):
    """The file holds pictures of pages and no text."""

    code = "no-text-layer"


class NoText(Unreadable):
    """The item has no text of its own."""

    code = "no-text"


class Encrypted(Unreadable):
    """The file is encrypted."""

    code = "encrypted"


class Damaged(Unreadable):
    """The file is damaged or is not of the format that it begins as."""

    code = "damaged"


class NoAccess(Unreadable):
    """The service may not read the file."""

    code = "no-access"
    retries = backoff.SOON


class NotRegular(Unreadable):
    """The path is no regular file inside the folder."""

    code = "not-regular"


class PathTooLong(Unreadable):
    """The path is longer than the limit."""

    code = "path-too-long"


class TookTooLong(Unreadable):
    """Reading the file took longer than the limit."""

    code = "took-too-long"
    retries = backoff.COSTLY


class ReaderDied(Unreadable):
    """The reader crashed, or needed more memory than the limit."""

    code = "reader-died"
    retries = backoff.FEW_TIMES


class ReaderKilled(Unreadable):
    """The process that read the file was ended from outside, by the system short of memory for example."""

    code = "reader-killed"
    retries = backoff.SOON


class InputOutputError(Unreadable):
    """The operating system failed to read the file."""

    code = "input-output-error"
    retries = backoff.SOON


class ReaderFailed(Unreadable):
    """The reader met something in the file that it does not understand."""

    code = "reader-failed"


class MovedMeanwhile(IngestError):
    """The file changed while it was read; it is looked at again."""

    code = "moved-meanwhile"


class CatalogTrouble(IngestError):
    """The catalog did not take what it was sent; nothing is lost, it is sent again."""

    code = "catalog-trouble"

    def __init__(
        self,
        detail: str | None = None,
        *,
        problem: contract.Problem | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = problem
        """The catalog's own words, where it had any."""
        self.retry_after = retry_after
        """How many seconds the catalog asked to wait."""


class CatalogAway(CatalogTrouble):
    """The catalog cannot be used now; pending events wait."""

    code = "catalog-away"


class CatalogUnreachable(CatalogAway):
    """No connection to the catalog can be made; nothing was sent."""


class CatalogFailed(CatalogTrouble):
    """The catalog failed on what it was sent: an error of its own, no answer in time, or one that makes no sense."""

    code = "catalog-failed"


class CatalogForbids(CatalogTrouble):
    """The catalog does not let us in, or something else answers at its address; a person must look."""

    code = "catalog-forbids"


class CatalogRefused(IngestError):
    """The catalog refused what it was sent and will refuse it again."""

    code = "catalog-refused"


class SchemaMismatch(IngestError):
    """The database has another schema than this release expects."""

    code = "schema-mismatch"


class NoSuchRevision(IngestError):
    """The schema has no such revision."""

    code = "no-such-revision"


class NoSuchEvent(IngestError):
    """There is no such event."""

    code = "no-such-event"


class SettingsWrong(IngestError):
    """A setting cannot be used."""

    code = "settings-wrong"


class SourceAway(IngestError):
    """The watched folder cannot be read now; nothing is withdrawn because of it."""

    code = "source-unavailable"


class HeldMeanwhile(IngestError):
    """The held deletions or the folder changed after they were shown; nothing is deleted: start again."""

    code = "held-meanwhile"


class NotEmbargoed(IngestError):
    """There is no such file under embargo."""

    code = "not-embargoed"


class NoSuchFurniture(IngestError):
    """There is no such line of furniture."""

    code = "no-such-furniture"


class DatabaseAway(IngestError):
    """The database cannot be used now; nothing is lost, it is tried again."""

    code = "database-away"


class DatabaseUnusable(IngestError):
    """The database is damaged or is no database; an operator must repair or replace it."""

    code = "database-unusable"


class DatabaseTaken(IngestError):
    """Another live ingest service owns this database."""

    code = "database-taken"


class WorkersUnavailable(IngestError):
    """The processes that read files cannot be started; no file is held responsible for it."""

    code = "workers-unavailable"


class PartDied(IngestError):
    """A part of the service died and took the others with it."""

    code = "part-died"


class CannotListen(IngestError):
    """The address of the service's own HTTP face cannot be had."""

    code = "cannot-listen"
