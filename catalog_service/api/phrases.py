"""When a phrase was in which document."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from catalog_service import contract, search
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation
from catalog_service.api.parameters import Paged, Short
from catalog_service.errors import BadQuery, CursorInvalid, CursorMismatch, SearchTooExpensive
from catalog_service.keys import DATABASE
from catalog_service.search import phrases


class PhraseParameters(Paged):
    """A phrase, and where it is looked for."""

    q: Annotated[Short, Field(min_length=1, description="Words directly after each other, with or without quotes.")]
    within: Annotated[Literal["title", "text", "title,text", "text,title"], Field(alias="in")] = "title,text"
    collection: contract.Collection | None = None

    def query(self) -> phrases.PhraseQuery:
        """The parameters as a query of `phrases.find`."""
        within = tuple(field for field in search.FIELDS if field in self.within.split(","))
        return phrases.PhraseQuery(self.q, within, self.collection)


async def find(request: web.Request, parameters: PhraseParameters) -> web.Response:
    """The documents that have or had a phrase, in the order in which it first appeared in them.

    For each document: the first and the last version with the phrase, and the version after the last one, in which the
    phrase is absent. The times are those at which these versions were observed and recorded.
    """
    found = await request.app[DATABASE].read(
        phrases.find, parameters.query(), limit=parameters.limit, cursor=parameters.cursor
    )
    return answer(found, links=answers.next_page(request, found.next))


OPERATIONS = (
    Operation(
        "GET", "/v1/phrases", find, PhraseParameters, {200: Content(phrases.Phrases)},
        (BadQuery, SearchTooExpensive, CursorInvalid, CursorMismatch),
    ),
)  # fmt: skip
