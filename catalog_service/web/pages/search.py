"""The page of a search; without words, the list of all documents, the newest first."""

from aiohttp import web

from catalog_service import search
from catalog_service.web import hits, layout, search_form


async def results(request: web.Request) -> web.Response:
    """One page of the documents that match the form; of all documents, if the form has no words."""
    form = search_form.read(request.query)
    found = await layout.database(request).read(search.find, form.query(), layout.moment(form.as_of))
    context = {
        "q": form.q,
        "form": form,
        "words": form.q.strip(),
        "understood": found.query,
        "total": found.total,
        "entries": [hits.entry(hit) for hit in found.hits],
        "facets": form.facets(found.facets),
        "next": form.next_page(found.next),
        "choices": search_form,
    }
    response = layout.answer(request, "search.html", context)
    # A browser that searches while its user types shows this address, without the fields that are empty.
    response.headers["HX-Push-Url"] = form.address()
    return response
