"""The errors of the catalog, each with its stable code and HTTP status. The docstring is the default message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from catalog_service.contract import FieldError


class CatalogError(Exception):
    """Something is wrong with the catalog."""

    code: ClassVar[str] = "catalog-error"
    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        extensions: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.__doc__)
        self.errors = errors
        self.extensions = dict(extensions or {})
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """The kind of error in a few words, made from the code."""
        return self.code.replace("-", " ").capitalize()


class SettingsWrong(CatalogError):
    """A setting cannot be used."""

    code = "settings-wrong"


class Unprotected(CatalogError):
    """The service would be open to other machines without a token, and no setting allows it."""

    code = "unprotected"


class CannotListen(CatalogError):
    """The address of the service cannot be had."""

    code = "cannot-listen"


class PartDied(CatalogError):
    """A part of the service died and took the others with it."""

    code = "part-died"


class NoSuchRevision(CatalogError):
    """The schema has no such revision."""

    code = "no-such-revision"


class SchemaMismatch(CatalogError):
    """The schema of the database is not the one that this release expects."""

    code = "schema-mismatch"


class DatabaseAway(CatalogError):
    """The database cannot be used now; try again."""

    code = "database-away"
    status = 503


class DatabaseUnusable(CatalogError):
    """The database is damaged or is no database; an operator must repair or replace it."""

    code = "database-unusable"
    status = 503


class Stopping(CatalogError):
    """The catalog is stopping; try again when it is back."""

    code = "stopping"
    status = 503


class Busy(CatalogError):
    """The queue of events to be recorded is full; try again."""

    code = "busy"
    status = 503


class IngestAway(CatalogError):
    """The ingest service does not answer; the catalog's own data can still be read."""

    code = "ingest-away"
    status = 503

    def __init__(self, since: datetime, detail: str | None = None) -> None:
        super().__init__(detail)
        self.since = since


class TooManyReaders(CatalogError):
    """As many readers as allowed wait for changes; try again."""

    code = "too-many-readers"
    status = 503


class BadQuery(CatalogError):
    """The request cannot be understood."""

    code = "bad-query"
    status = 400


class FutureMoment(CatalogError):
    """The moment in `as_of` lies in the future; nothing can be read as of it yet."""

    code = "future-moment"
    status = 400


class SearchTooExpensive(CatalogError):
    """The search takes too long; use fewer words, or rarer ones."""

    code = "search-too-expensive"
    status = 400


class BadBody(CatalogError):
    """The body of the request cannot be read as its media type."""

    code = "bad-body"
    status = 400


class BadRequest(CatalogError):
    """The request is not valid HTTP."""

    code = "bad-request"
    status = 400


class CursorInvalid(CatalogError):
    """The cursor was not made by this catalog."""

    code = "cursor-invalid"
    status = 400


class CursorMismatch(CatalogError):
    """The cursor belongs to another query."""

    code = "cursor-mismatch"
    status = 400


class CursorExpired(CatalogError):
    """The catalog was restored after this cursor was made; start again from the beginning."""

    code = "cursor-expired"
    status = 410


class Unauthorized(CatalogError):
    """A token is needed."""

    code = "unauthorized"
    status = 401


class Forbidden(CatalogError):
    """The token does not allow this."""

    code = "forbidden"
    status = 403


class NotFound(CatalogError):
    """There is nothing at this address."""

    code = "not-found"
    status = 404


class MethodNotAllowed(CatalogError):
    """This address does not have the method; the Allow header lists those it has."""

    code = "method-not-allowed"
    status = 405


class NotAcceptable(CatalogError):
    """This address has no answer in a media type that the request accepts."""

    code = "not-acceptable"
    status = 406


class TooSlow(CatalogError):
    """The request did not arrive in time."""

    code = "too-slow"
    status = 408


class Withdrawn(CatalogError):
    """The document is withdrawn; its history remains readable."""

    code = "withdrawn"
    status = 410


class Redacted(CatalogError):
    """The content was erased on purpose."""

    code = "redacted"
    status = 451


class TooLarge(CatalogError):
    """The request is larger than the limit."""

    code = "too-large"
    status = 413


class AddressTooLong(CatalogError):
    """The address of the request is longer than the limit."""

    code = "address-too-long"
    status = 414


class HeadersTooLarge(CatalogError):
    """The headers of the request are larger than the limit."""

    code = "headers-too-large"
    status = 431


class RangeOutside(CatalogError):
    """The requested range lies outside the content."""

    code = "range-outside"
    status = 416


class HostUnknown(CatalogError):
    """The Host header must name loopback: the service is open to this machine only."""

    code = "host-unknown"
    status = 421


class UnsupportedMedia(CatalogError):
    """The media type of the body is not supported here."""

    code = "unsupported-media-type"
    status = 415


class DigestMismatch(CatalogError):
    """The bytes do not have the digest that was given for them."""

    code = "digest-mismatch"
    status = 422


class EventRefused(CatalogError):
    """The event contradicts itself or what is recorded."""

    code = "event-refused"
    status = 422
