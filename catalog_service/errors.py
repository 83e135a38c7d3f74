"""The errors of the catalog. Each has a stable code and the HTTP status it is answered with."""

from collections.abc import Mapping
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
        """What kind of error this is, in a few words."""
        return self.code.replace("-", " ").capitalize()


class SettingsWrong(CatalogError):
    """A setting cannot be used."""

    code = "settings-wrong"


class Unprotected(CatalogError):
    """The service would be open to others than this machine, and nobody said that it may be."""

    code = "unprotected"


class SchemaMismatch(CatalogError):
    """The database has another schema than this release expects."""

    code = "schema-mismatch"


class DatabaseAway(CatalogError):
    """The database cannot be used now; try again."""

    code = "database-away"
    status = 503


class Busy(CatalogError):
    """The catalog has more to write than it can take now; try again."""

    code = "busy"
    status = 503


class BadQuery(CatalogError):
    """The request cannot be understood."""

    code = "bad-query"
    status = 400


class BadBody(CatalogError):
    """The body of the request cannot be read as what it says it is."""

    code = "bad-body"
    status = 400


class BadRequest(CatalogError):
    """The request is not proper HTTP."""

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
    """The cursor belongs to an earlier life of this catalog; start again from the beginning."""

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
    """There is nothing here."""

    code = "not-found"
    status = 404


class MethodNotAllowed(CatalogError):
    """This cannot be done here; the Allow header says what can."""

    code = "method-not-allowed"
    status = 405


class NotAcceptable(CatalogError):
    """There is no answer in a media type that the request accepts."""

    code = "not-acceptable"
    status = 406


class TooSlow(CatalogError):
    """The request did not arrive in time."""

    code = "too-slow"
    status = 408


class Withdrawn(CatalogError):
    """The document is withdrawn; its history stays."""

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
    """The range asked for lies outside the content."""

    code = "range-outside"
    status = 416


class HostUnknown(CatalogError):
    """The service is open on loopback and answers to loopback names only."""

    code = "host-unknown"
    status = 421


class UnsupportedMedia(CatalogError):
    """The media type is not one we read."""

    code = "unsupported-media-type"
    status = 415


class DigestMismatch(CatalogError):
    """The bytes have another digest than they should."""

    code = "digest-mismatch"
    status = 422


class EventRefused(CatalogError):
    """The event contradicts itself or what is known."""

    code = "event-refused"
    status = 422
