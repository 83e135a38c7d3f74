"""Repairs of characters: invisible signs without meaning are removed, and letters are composed with their marks.

Reading repairs what a file contains, normalising what its entities represent.
"""

import numpy as np

from ingest_service import edits
from ingest_service.characters import composition, invisible
from ingest_service.model import Note

# In this order: without invisible signs marks meet their letters.
REPAIRS = (invisible, composition)
LAST_ASCII = 0x7F


def repaired(source: str) -> tuple[str, tuple[Note, ...]]:
    """The repaired text and the notes that make it of the source; the source itself if nothing is to be repaired."""
    text = source
    notes: tuple[Note, ...] = ()
    signs = _beyond_ascii(source)
    for repair in REPAIRS:
        if repair.SIGNS.search(signs) and (repairs := repair.find(text)):
            notes = edits.composed(source, notes, repairs)
            text = edits.apply(text, repairs)
    return text, notes


def _beyond_ascii(text: str) -> str:
    """The characters of a text that are not ASCII: few in most texts, so a search in them is much faster."""
    # Python knows of a text whether it is ASCII.
    if text.isascii():
        return ""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    return units[units > LAST_ASCII].tobytes().decode("utf-16-le", "surrogatepass")
