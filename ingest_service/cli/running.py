"""Asks the running service, through its HTTP API: it knows more than its database, and asking costs less."""

import http.client
import ipaddress
import json
from collections.abc import Sequence
from contextlib import closing
from http import HTTPStatus
from typing import TypeAlias

from pydantic import ValidationError

from catalog_service import contract
from ingest_service.settings import Settings

# A service that is busy with a load may need some of them.
ANSWER_SECONDS = 5.0
Report: TypeAlias = tuple[contract.IngestStatus, Sequence[contract.FileState]]
"""The status, and the files that could not be read."""


def ask(settings: Settings, most_files: int) -> Report | None:
    """The status of the service that runs on the same database, and up to `most_files` files that could not be read.

    None if no such service answers in time.
    """
    with closing(http.client.HTTPConnection(_host(settings.host), settings.port, timeout=ANSWER_SECONDS)) as connection:
        try:
            status = contract.IngestStatus.model_validate_json(_get(connection, "/v1/status"))
            if status.ledger != settings.ledger:
                return None
            files = _get(connection, f"/v1/files?state=quarantined&limit={most_files}")
            return status, contract.Files.model_validate_json(files).files
        except (OSError, http.client.HTTPException, ValidationError, UnicodeError):
            return None


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    """The body of an answer; `null` for one that reports a problem."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    return body if answer.status == HTTPStatus.OK else json.dumps(None).encode()


def _host(host: str) -> str:
    """The address at which a service that listens at `host` can be reached from this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"
