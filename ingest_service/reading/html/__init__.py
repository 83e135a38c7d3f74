"""HTML: saved pages and fragments. The article's text by trafilatura, with rules of our own before and after it.

One tree is parsed. Metadata are read from it first, then it is cleaned, and the text is extracted from the rest.
"""

from ingest_service.errors import NoText, TextTooLong
from ingest_service.model import Note, Reading
from ingest_service.reading import repairs
from ingest_service.reading.format import Format, Source
from ingest_service.reading.html import body, charset, cleaning, document, metadata
from ingest_service.reading.opening import Opening

MEDIA_TYPE = "text/html"
XHTML = "application/xhtml+xml"
SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".xht", ".shtml"})
ENCODING = "encoding"
# Templates state English whatever the text is, and a longer text shows its language itself.
SHORT = 200
ENGLISH = "en"
EMPTY = (
    "The page has no text of its own; a program in it may load the text. Open the page in a browser and save it from"
    " there."
)


def reading(file: Source) -> Reading:
    """The article of a page. Raises NoText, TextTooLong or Undecodable."""
    decoded = charset.decode(file.content)
    page = document.parsed(decoded.text)
    stated = metadata.read(page)
    place = cleaning.clean(page, stated)
    source = body.article(page, place)
    if not any(map(str.isalnum, source)):
        raise NoText(EMPTY)
    if len(source) > file.limits.text_characters:
        raise TextTooLong(f"the text has {len(source)} characters, the limit is {file.limits.text_characters}")
    text, notes = repairs.repaired(source)
    if decoded.rivals:
        detail = f"{decoded.encoding}, possibly {' or '.join(decoded.rivals)}"
        notes = (Note(ENCODING, (0, 0), "", detail=detail), *notes)
    if len(source) > SHORT and str(stated.get("language")).startswith(ENGLISH):
        del stated["language"]
    media_type = XHTML if document.is_xhtml(decoded.text) else MEDIA_TYPE
    return Reading(None, media_type, decoded.encoding, source, text, notes, stated, is_extracted=True)


def _recognises(opening: Opening) -> bool:
    if opening.kind == "XML":
        return (opening.root or "").lower() == "html"
    return opening.kind == "HTML" or (opening.kind is None and opening.suffix in SUFFIXES)


FORMAT = Format("HTML", MEDIA_TYPE, SUFFIXES, _recognises, lambda source: [reading(source)])
