"""What is repaired in a decoded text before anything is read in it, each repair with a note."""

from ingest_service import edits
from ingest_service.model import Note
from ingest_service.reading import composition, invisible, mojibake

# In this order: what is decoded rightly may be invisible, and without invisible signs marks meet their letters.
REPAIRS = (mojibake, invisible, composition)


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
