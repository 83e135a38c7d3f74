"""A text is divided into parts, paragraphs, lines and pieces, and nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from catalog_service.web import text_parts
from catalog_service.web.margin import Mention, Place
from catalog_service.web.removals import Removal
from catalog_service.web.text_parts import Marks, Paragraph

MENTION = Mention("r1", 1, Markup("the statement"), "also in", "8 words, word for word", None, is_current=True)


def shown(paragraphs: list[Paragraph]) -> list[str]:
    """The text of each paragraph, without what was removed from it."""
    return [
        "".join(piece.text for lines in paragraph.lines for piece in lines.pieces if piece.removal is None)
        for paragraph in paragraphs
    ]


def test_a_text_of_a_megabyte_is_divided_into_parts_with_stable_anchors() -> None:
    paragraphs = ["word " * 100_000, "", "x" * 70_000, *["short"] * 2_000]
    parts = text_parts.parts(paragraphs)
    slices = [slice_ for part in parts for slice_ in part]
    text = "\n\n".join(paragraphs)
    joined: dict[int, str] = {}
    for slice_ in slices:
        joined[slice_.paragraph] = joined.get(slice_.paragraph, "") + text[slice(*slice_.span)]
    assert list(joined.values()) == paragraphs
    assert max(sum(slice_.span[1] - slice_.span[0] for slice_ in part) for part in parts) <= text_parts.PART
    assert max(map(len, parts)) <= text_parts.PART / text_parts.PARAGRAPH_COST + 1
    anchors = [slice_.anchor for slice_ in slices]
    assert len(set(anchors)) == len(anchors)
    assert anchors[0] == "p1"
    assert all(parts[text_parts.containing(parts, s.span[0])][0].span[0] <= s.span[0] for s in slices)


def test_an_empty_text_has_one_empty_part() -> None:
    assert text_parts.parts([]) == [[]]
    assert text_parts.containing([[]], 5) == 0


@given(st.data(), st.lists(st.text("ab. ", max_size=12), max_size=4))
def test_marks_and_removals_anywhere_leave_the_text_as_it_is(data: st.DataObject, paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    places = [
        Place(number, span, (MENTION,))
        for number, span in enumerate(zip(edges[::2], edges[1::2], strict=False), start=1)
    ]
    positions = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    removals = [Removal("mark", f"removed {number}", at) for number, at in enumerate(positions)]
    marks = Marks(places, removals, (1, 3))
    [part] = text_parts.parts(paragraphs)
    result = text_parts.paragraphs(text, part, marks)
    assert shown(result) == paragraphs
    assert all(paragraph.lines for paragraph in result)
    placed = [piece.removal for p in result for lines in p.lines for piece in lines.pieces if piece.removal]
    around = [removal for p in result for removal in (*p.before, *p.after)]
    assert sorted(r.removed for r in (*placed, *around)) == [r.removed for r in removals] or not paragraphs
    opened = [piece.place for p in result for lines in p.lines for piece in lines.pieces if piece.opens]
    assert len(opened) == len(set(map(id, opened)))


def test_a_note_is_beside_the_sentence_in_which_its_place_begins() -> None:
    text = "The envoys met today. It was said that they agreed on all points. They left."
    place = Place(1, (text.index("they agreed"), text.index(" points")), (MENTION,))
    [[paragraph]] = [text_parts.paragraphs(text, part, Marks([place])) for part in text_parts.parts([text])]
    lines = [("".join(piece.text for piece in lines.pieces), len(lines.places)) for lines in paragraph.lines]
    assert lines == [
        ("The envoys met today. ", 0),
        ("It was said that they agreed on all points. ", 1),
        ("They left.", 0),
    ]
