"""What is repaired in a decoded text before anything is read in it, each repair with a note."""

from ingest_service import characters, edits
from ingest_service.model import Note
from ingest_service.reading import mojibake

# In this order: what is decoded rightly may be invisible.
REPAIRS = (mojibake, *characters.REPAIRS)


def repaired(source: str) -> tuple[str, tuple[Note, ...]]:
    """The repaired text and the notes that make it of the source; the source itself if nothing is to be repaired."""
    decoded = () if source.isascii() else mojibake.find(source)
    text, notes = characters.repaired(edits.apply(source, decoded) if decoded else source)
    return text, edits.composed(source, decoded, notes) if decoded else notes
