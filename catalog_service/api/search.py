"""Full text search."""

from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from catalog_service import resources, search
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation
from catalog_service.api.parameters import Dates, Limit, Paged, Short, dates
from catalog_service.errors import BadQuery, CursorInvalid, CursorMismatch
from catalog_service.keys import DATABASE
from catalog_service.search.results import SearchResults

_FACET = f"({'|'.join(search.FACETS)})"
_OTHERWISE = {"within", "published", "recorded", "story", "facets", "highlight"}


class Asked(Paged):
    """A search: the words, what narrows it, and how the answer is to look."""

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
        """The same as the search takes it."""
        return search.Query(
            **self.model_dump(exclude=_OTHERWISE),
            within=tuple(field for field in search.FIELDS if field in self.within.split(",")),
            published=dates(self.published),
            recorded=dates(self.recorded),
            story=str(self.story) if self.story else None,
            facets=tuple(facet for facet in search.FACETS if facet in self.facets.split(",")),
            highlight=self.highlight == "offsets",
        )


async def find(request: web.Request, asked: Asked) -> web.Response:
    """Documents that say what is asked for, the best first, copies shown once.

    A query that does not parse is searched for as plain words, and the answer says so; with `strict` it is refused.
    """
    found = await request.config_dict[DATABASE].read(search.find, asked.query())
    return answer(request, found, links=answers.next_page(request, found.next))


OPERATIONS = (
    Operation(
        "GET", "/v1/search", find, Asked, {200: Content(SearchResults)}, (BadQuery, CursorInvalid, CursorMismatch)
    ),
)
