"""Stories: documents that are connected by relations of duplicate and revision."""

from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from catalog_service import contract, resources, stories
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation
from catalog_service.api.parameters import AtMoment, Dates, Paged, Short, dates
from catalog_service.errors import CursorExpired, CursorInvalid, CursorMismatch, FutureMoment, NotFound
from catalog_service.keys import DATABASE

PROBLEMS = (CursorInvalid, CursorMismatch, CursorExpired, FutureMoment)


class StoryListParameters(Paged, AtMoment):
    """The filters of a list of stories, the page and the moment: one document of a story meets all filters."""

    collection: Short | None = None
    kind: Literal["wire", "release", "article", "document"] | None = None
    publisher: Short | None = None
    language: Short | None = None
    published: Dates | None = None
    size: Annotated[int, Field(ge=2, le=contract.MAX_NUMBER, description="The least number of documents.")] | None = (
        None
    )


class OfStory(Paged, AtMoment):
    """Names one story, the page of its documents and the moment."""

    id: UUID


async def find(request: web.Request, parameters: StoryListParameters) -> web.Response:
    """Stories, each with its head, the one with the newest change first, in pages."""
    filter_ = stories.Filter(
        **parameters.model_dump(exclude={"limit", "cursor", "as_of", "published"}),
        published=dates(parameters.published),
    )
    page = await request.app[DATABASE].read(
        stories.find, filter_, limit=parameters.limit, cursor=parameters.cursor, as_of=parameters.moment()
    )
    return answer(page, links=answers.next_page(request, page.next))


async def one(request: web.Request, parameters: OfStory) -> web.Response:
    """A story with its documents, the earliest published first, in pages."""
    story = await request.app[DATABASE].read(
        stories.one, parameters.id, limit=parameters.limit, cursor=parameters.cursor, as_of=parameters.moment()
    )
    return answer(story, links=answers.next_page(request, story.next))


OPERATIONS = (
    Operation("GET", "/v1/stories", find, StoryListParameters, {200: Content(resources.Stories)}, PROBLEMS),
    Operation("GET", "/v1/stories/{id}", one, OfStory, {200: Content(resources.Story)}, (NotFound, *PROBLEMS)),
)
