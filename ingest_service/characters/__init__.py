"""Repairs of characters: invisible signs without meaning are removed, and letters are composed with their marks.

Reading repairs what a file contains, normalising what its entities represent.
"""

from ingest_service import edits
from ingest_service.characters import composition, invisible
from ingest_service.model import Note

# In this order: without invisible signs marks meet their letters.
REPAIRS = (invisible, composition)


def repaired(source: str) -> tuple[str, tuple[Note, ...]]:
    """The repaired text and the notes that make it of the source; the source itself if nothing is to be repaired."""
    text = source
    notes: tuple[Note, ...] = ()
    # ASCII has nothing to repair; Python knows of a text whether it is ASCII.
    for repair in () if source.isascii() else REPAIRS:
        if repairs := repair.find(text):
            notes = edits.composed(source, notes, repairs)
            text = edits.apply(text, repairs)
    return text, notes
