"""Unicode's normal form C: each letter with its marks as one character, where there is one."""

import re
import unicodedata
from collections.abc import Sequence

from ingest_service.model import Note

RULE = "composition"
# A text has another form only if it has one of these: the others, such as the letters of Europe and most punctuation,
# neither change nor compose with a character before them.
SIGNS = re.compile("[^\x00-\u02ff\u2002-\u20cf]")
# White space composes with nothing. These two spaces themselves have another form.
PIECE = re.compile("[^\\s]+|[\u2000\u2001]")


def find(text: str) -> Sequence[Note]:
    """The notes that replace words by their composed form."""
    if unicodedata.is_normalized("NFC", text):
        return ()
    pieces = ((match.span(), match[0], unicodedata.normalize("NFC", match[0])) for match in PIECE.finditer(text))
    return tuple(Note(RULE, span, piece, composed) for span, piece, composed in pieces if piece != composed)
