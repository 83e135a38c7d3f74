"""The HTTP API of a real ingest service on a loopback port, with answers that the test sets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from catalog_service import contract
from ingest_service.admin import handlers, server
from ingest_service.errors import DatabaseAway


@dataclass
class FakeIngest:
    """Answers with its fields. `away` makes it answer 503; `texts` are those that it was asked to match."""

    current_status: contract.IngestStatus = field(
        default_factory=lambda: contract.IngestStatus(collection="seeds", instance="test", states={}, outbox={})
    )
    states: tuple[contract.FileState, ...] = ()
    matches: tuple[contract.Match, ...] = ()
    away: bool = False
    texts: list[str] = field(default_factory=list)

    async def status(self) -> contract.IngestStatus:
        """The status. Raises DatabaseAway."""
        if self.away:
            raise DatabaseAway
        return self.current_status

    async def files(self, query: handlers.FilesQuery) -> contract.Files:
        """The files in the state of the query. Raises DatabaseAway."""
        if self.away:
            raise DatabaseAway
        return contract.Files(files=tuple(file for file in self.states if query.state in (None, file.state)))

    async def match(self, text: str) -> contract.Matches:
        """The matches, for any text. Raises DatabaseAway."""
        if self.away:
            raise DatabaseAway
        self.texts.append(text)
        return contract.Matches(matches=self.matches)

    @asynccontextmanager
    async def serving(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """The URL of this service, while the block lasts."""
        sources = handlers.Sources(handlers.Condition, self.status, self.files, self.match)
        async with server.serving(handlers.create_app(sources, host), host, port) as url:
            yield url
