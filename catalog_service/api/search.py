"""Full text search."""

from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from catalog_service import resources, search
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.api.parameters import AtMoment, Cursor, Dates, Limit, Short, dates
from catalog_service.errors import BadQuery, CursorInvalid, CursorMismatch, FutureMoment, SearchTooExpensive
from catalog_service.keys import DATABASE
from catalog_service.search.results import SearchResults

_FACET = f"({'|'.join(search.FACETS)})"
# `form` is that of a feed of the search.
_CONVERTED = {"within", "published", "recorded", "story", "facets", "highlight", "form", "as_of"}


class SearchTerms(Parameters):
    """The words of a search, its filters and the form of the answer."""

    q: Annotated[Short, Field(description='Words, "phrases", prefix*, -not, OR, ( ), field:words.')] = ""
    within: Annotated[Literal["title", "text", "title,text", "text,title"], Field(alias="in")] = "title,text"
    kind: Literal["wire", "release", "article", "document"] | None = None
    publisher: Short | None = None
    language: Short | None = None
    collection: Short | None = None
    path: Short | None = None
    published: Dates | None = None
    recorded: Dates | None = None
    significance: resources.Significance | None = None
    versions: Annotated[
        Literal["latest", "all"], Field(description="The current versions, or all versions that the documents had.")
    ] = "latest"
    status: resources.Status = "current"
    story: UUID | None = None
    collapse: Literal["none", "duplicates", "stories"] = "duplicates"
    facets: Annotated[str, Field(pattern=rf"^({_FACET}(,{_FACET}){{0,9}})?$")] = ""
    highlight: Literal["offsets", "none"] = "offsets"
    sort: Literal["relevance", "-published", "-recorded"] = "relevance"
    total: Literal["none", "exact"] = "none"
    strict: bool = False
    limit: Limit = 20

    def query(self) -> search.Query:
        """The terms as a query of `search.find`."""
        return search.Query(
            **self.model_dump(exclude=_CONVERTED),
            within=tuple(field for field in search.FIELDS if field in self.within.split(",")),
            published=dates(self.published),
            recorded=dates(self.recorded),
            story=str(self.story) if self.story else None,
            facets=tuple(facet for facet in search.FACETS if facet in self.facets.split(",")),
            highlight=self.highlight == "offsets",
        )


class SearchParameters(SearchTerms, AtMoment):
    """The terms of a search, the page and the moment."""

    cursor: Cursor | None = None


async def find(request: web.Request, parameters: SearchParameters) -> web.Response:
    """Documents that match the query, the best first, each group of copies as one hit.

    A query that does not parse is searched for as plain words, with a warning; with `strict` it is refused.
    """
    results = await request.app[DATABASE].read(search.find, parameters.query(), parameters.moment())
    return answer(results, links=answers.next_page(request, results.next))


OPERATIONS = (
    Operation(
        "GET",
        "/v1/search",
        find,
        SearchParameters,
        {200: Content(SearchResults)},
        (BadQuery, SearchTooExpensive, CursorInvalid, CursorMismatch, FutureMoment),
    ),
)
