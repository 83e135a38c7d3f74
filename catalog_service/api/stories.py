"""Stories: documents that are connected by relations of duplicate and revision."""

from uuid import UUID

from aiohttp import web

from catalog_service import resources, stories
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation
from catalog_service.api.parameters import Paged
from catalog_service.errors import CursorExpired, CursorInvalid, CursorMismatch, NotFound
from catalog_service.keys import DATABASE

CURSORS = (CursorInvalid, CursorMismatch, CursorExpired)


class OfStory(Paged):
    """Names one story, and the page of its documents."""

    id: UUID


async def find(request: web.Request, parameters: Paged) -> web.Response:
    """Stories, each with its head, in pages."""
    page = await request.config_dict[DATABASE].read(stories.find, limit=parameters.limit, cursor=parameters.cursor)
    return answer(page, links=answers.next_page(request, page.next))


async def one(request: web.Request, parameters: OfStory) -> web.Response:
    """A story with its documents, the earliest published first, in pages."""
    story = await request.config_dict[DATABASE].read(
        stories.one, parameters.id, limit=parameters.limit, cursor=parameters.cursor
    )
    return answer(story, links=answers.next_page(request, story.next))


OPERATIONS = (
    Operation("GET", "/v1/stories", find, Paged, {200: Content(resources.Stories)}, CURSORS),
    Operation("GET", "/v1/stories/{id}", one, OfStory, {200: Content(resources.Story)}, (NotFound, *CURSORS)),
)
