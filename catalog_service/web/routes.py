"""The addresses of the pages and of their static files.

All pages need the scope `read`; `access` has checked it before a handler runs.
"""

from collections.abc import Callable, Mapping

import aiohttp_jinja2
import jinja2
from aiohttp import web

from catalog_service import contract
from catalog_service.errors import NotFound
from catalog_service.keys import ERROR_PAGE
from catalog_service.web import assets, foreign_text, in_words, layout, naming, presenting
from catalog_service.web.pages import (
    activity,
    changes,
    compare,
    document,
    front,
    layers,
    match,
    relation,
    search,
    sign_in,
    story,
)

ASSETS = web.AppKey("assets", assets.Assets)
# The sections of the navigation: the name and the address of each.
SECTIONS = (
    ("Documents", "/search"),
    ("Stories", "/stories"),
    ("Changes", "/changes"),
    ("Check a quotation", "/match"),
    ("Activity", "/activity"),
)
FILTERS: Mapping[str, Callable[..., str]] = {
    "web_address": presenting.web_address,
    "api_time": contract.format_time,
    "day": in_words.day,
    "differences": presenting.differences_listed,
    "language_name": in_words.language,
    "listed": in_words.listed,
    "shortened": in_words.shortened,
    "visible": foreign_text.visible,
    "foreign": foreign_text.isolated,
    "named": naming.text,
    "share": in_words.share,
}


def setup(app: web.Application) -> None:
    """Adds the pages and their static files to the root application."""
    app[ASSETS] = assets.load()
    _templates(app)
    app[ERROR_PAGE] = layout.error_page
    app.router.add_get("/", front.newest)
    app.router.add_get("/activity", activity.now)
    app.router.add_get("/changes", changes.listed)
    app.router.add_get("/search", search.results)
    app.router.add_get("/documents/{id}", document.one)
    app.router.add_get("/documents/{id}/relations", document.related)
    app.router.add_get("/documents/{id}/layers", layers.one)
    app.router.add_get("/documents/{id}/compare", compare.versions)
    app.router.add_get("/compare", compare.any_two)
    app.router.add_get("/documents/{id}/changes/{first}..{second}", compare.redirect)
    app.router.add_get("/relations/{id}", relation.one)
    app.router.add_get("/match", match.ask)
    app.router.add_post("/match", match.check)
    app.router.add_get("/stories", story.listed)
    app.router.add_get("/stories/{id}", story.one)
    app.router.add_post("/sign-in", sign_in.keep)
    app.router.add_get("/sign-in", sign_in.ask)
    app.router.add_get("/static/{name:.+}", static)


def _templates(app: web.Application) -> None:
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.PackageLoader("catalog_service.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        filters=FILTERS,
    )
    environment.globals["static"] = app[ASSETS].path
    environment.globals["sections"] = SECTIONS
    environment.globals["count"] = in_words.count
    environment.globals["BASES"] = in_words.BASES


async def static(request: web.Request) -> web.Response:
    """A static file under its hashed name, with headers that let browsers cache it for ever."""
    asset = request.app[ASSETS].files.get(request.match_info["name"])
    if asset is None:
        raise NotFound(f"There is no static file {request.match_info['name']!r}.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    response = web.Response(body=asset.content, content_type=asset.media_type, headers=headers)
    if asset.is_text:
        response.enable_compression()
    return response
