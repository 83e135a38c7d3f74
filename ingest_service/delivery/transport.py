"""How the relay reaches the catalog, whatever carries the events: HTTP today, a message bus later."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from catalog_service import contract
from ingest_service.errors import CatalogRefused


class Transport(Protocol):
    """The calls that the relay and adoption make. Every method raises CatalogTrouble or Refused."""

    async def send(self, bodies: Sequence[bytes]) -> contract.Receipts:
        """Sends events, each as JSON, in this order. Returns the receipts, in the same order."""

    async def put_original(self, digest: str, content: bytes) -> None:
        """Sends the bytes of a large original; the catalog may have them already."""

    def heads(self, collection: str) -> AsyncGenerator[contract.Head, None]:
        """Streams the catalog's head of every item of a collection. Raises CatalogFailed if the stream breaks off."""


class Refused(CatalogRefused):
    """The catalog refused a whole request; `problem` is its answer."""

    def __init__(self, problem: contract.Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.problem = problem
