"""The ratchet of decoding: nearly all texts of the set are read right, and no wrong one without its rivals in a note.

The floor is pinned together with the digest of the set it was measured on. It is raised with the figure, never lowered
in passing.
"""

from ingest_service import reading
from ingest_service.errors import Unreadable
from ingest_service.model import Reading
from tests.quality import encoding_set

CORPUS = "sha-256:e1bc0ac11cb5f50ef73afc068905a0ba8c988919cf761fd91a6f8b1562595306"
FLOOR = 0.995


def read(text: encoding_set.Text) -> Reading | None:
    """The reading of a text; None if it is refused."""
    try:
        (item,) = reading.read(text.content, "a.txt").items
    except Unreadable:
        return None
    return item


def test_nearly_all_texts_are_decoded_right_and_the_others_have_a_note() -> None:
    texts = encoding_set.texts()
    assert encoding_set.digest(texts) == CORPUS, "the set was changed: measure its floor again"
    assert len({text.encoding for text in texts}) >= 30
    readings = [(text, read(text)) for text in texts]
    wrong = [(text, item) for text, item in readings if item is None or item.text != text.right]
    share = 1 - len(wrong) / len(texts)
    assert share >= FLOOR, [(text.language, text.encoding, item and item.encoding) for text, item in wrong]
    for text, item in wrong:
        assert item is not None
        rivals = [note.detail for note in item.repairs if note.rule == "encoding"]
        assert any(text.encoding in (detail or "") for detail in rivals), (text, item.encoding, rivals)
