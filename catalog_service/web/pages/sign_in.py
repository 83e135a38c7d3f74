"""Asks a reader for an access token once, and keeps it in a cookie that scripts cannot read.

The cookie counts for the scope `read` only, and a browser sends it with requests from pages of this catalog only
(SameSite=Strict), so no other site can act with it.
"""

import re

from aiohttp import web

from catalog_service.access.policy import TOKEN_COOKIE, as_header
from catalog_service.errors import Forbidden, Unauthorized
from catalog_service.keys import ACCESS
from catalog_service.web import layout

# An address of this catalog: not "//host", which a browser takes for another site.
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x7e]*")
COOKIE_SECONDS = 30 * 24 * 3600


async def ask(request: web.Request) -> web.Response:
    """The form for a token; `next` is the address to go to with it."""
    query = layout.parameters(request, {"next"})
    return _form(request, query.get("next", "/"))


async def keep(request: web.Request) -> web.Response:
    """Keeps the token of the form if it allows reading, and goes on to `next`. An empty token is forgotten.

    Raises BadBody.
    """
    form = await layout.form(request)
    token, target = (form.get(name, "").strip() for name in ("token", "next"))
    response = web.Response(status=303, headers={"Location": _local(target), "Cache-Control": "no-store"})
    if not token:
        response.del_cookie(TOKEN_COOKIE, httponly=True, samesite="Strict")
        return response
    if not (token.isascii() and token.isprintable()):
        return _form(request, target, "A token consists of letters, digits, - and _.", status=401)
    try:
        await request.app[ACCESS].demand("read", authorization=as_header(token), host=request.host)
    except (Unauthorized, Forbidden) as error:
        return _form(request, target, str(error), status=error.status)
    response.set_cookie(
        TOKEN_COOKIE, token, max_age=COOKIE_SECONDS, httponly=True, samesite="Strict", secure=request.secure
    )
    return response


def _form(request: web.Request, target: str, problem: str | None = None, status: int = 200) -> web.Response:
    context = {"next": _local(target), "problem": problem, "has_token": TOKEN_COOKIE in request.cookies}
    response = layout.answer(request, "sign_in.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _local(target: str) -> str:
    """The address, if it is one of this catalog; else that of the front page."""
    return target if _LOCAL.fullmatch(target) else "/"
