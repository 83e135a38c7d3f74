"""The pages of stories: the list of them, and one story with what each filing changed."""

from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import changes, contract, document_versions, resources, stories
from catalog_service.errors import NotFound
from catalog_service.keys import DIFFERENCES
from catalog_service.relations import queries
from catalog_service.web import layout, story_picture, story_table
from catalog_service.web.layout import PAGE
from catalog_service.web.news import reading

# Relations read for the filings of one page, documents outside the story that are named, members of an ended story.
MAX_RELATIONS = 300
MAX_OUTSIDE = 40
MAX_MEMBERS = 50


async def listed(request: web.Request) -> web.Response:
    """All stories, the one with the newest change first, in pages."""
    query = layout.parameters(request, {"cursor"})
    context = await layout.database(request).read(_listed, query.get("cursor"))
    return layout.answer(request, "stories.html", context)


def _listed(session: Session, cursor: str | None) -> dict[str, Any]:
    page = stories.find(session, stories.Filter(), limit=PAGE, cursor=cursor)
    times = changes.times(session, [story.seq for story in page.stories])
    lines = [(story, contract.format_time(times[story.seq])) for story in page.stories]
    return {"lines": lines, "next": layout.next_page("/stories", page.next)}


async def one(request: web.Request) -> web.Response:
    """The filings of a story, the earliest published first, in pages; an ended story leads to those that follow it."""
    query = layout.parameters(request, {"cursor"})
    story_id, database = layout.uuid(request), layout.database(request)
    compare = request.app[DIFFERENCES].compare
    try:
        context = await database.read(_one, story_id, query.get("cursor"), compare)
    except NotFound:
        context = await database.read(_ended, story_id)
        return layout.answer(request, "story_ended.html", context, status=410)
    return layout.answer(request, "story.html", context)


def _one(session: Session, story_id: UUID, cursor: str | None, compare: reading.Compare) -> dict[str, Any]:
    story = stories.one(session, story_id, limit=PAGE, cursor=cursor)
    members = {str(document.id) for document in story.documents}
    relations = queries.among(session, members, MAX_RELATIONS)
    ends = {_name(end) for relation in relations for end in (relation.a, relation.b)}
    others = sorted(name for name in ends if name[0] not in members)[:MAX_OUTSIDE]
    outside = document_versions.by_names(session, others) if others else []
    filings = story_table.filings(story.documents, story.head, relations)
    pairs = story_table.pairs(filings)[: reading.MAX_DIFFS]
    story_table.say_changes(filings, relations, reading.compared(session, compare, pairs))
    shown = [filing.document for filing in filings]
    head = next((document for document in story.documents if document.id == story.head), shown[-1])
    return {
        "story": story,
        "head": head,
        "filings": filings,
        "picture": story_picture.draw(shown, outside, relations),
        "next": layout.next_page(f"/stories/{story_id}", story.next),
    }


def _name(end: resources.RelationEnd) -> tuple[str, int]:
    return str(end.document), end.version


def _ended(session: Session, story_id: UUID) -> dict[str, Any]:
    story = stories.ended(session, story_id, MAX_MEMBERS)
    following = {document.story.id: document.story.size for document in story.documents if document.story}
    return {"story": story, "time": contract.format_time(story.ended_at), "following": following}
