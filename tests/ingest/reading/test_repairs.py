"""What reading repairs in a text, what it leaves, and that each repair is a note.

Each rule has at least three texts that it repairs, and their nearest neighbours, which stay.
"""

import itertools
import sys
import unicodedata

import pytest

from ingest_service import edits
from ingest_service.characters import composition
from ingest_service.model import Note
from ingest_service.reading import mojibake, repairs

SELECTOR_BYTES = [0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16 for byte in range(256)]
FLAG_OF_SCOTLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbsct") + "\U000e007f"


def manifest(content: bytes) -> str:
    """A C2PA text manifest as C2PA 2.4 embeds it."""
    header = b"C2PATXT\0" + b"\x01" + len(content).to_bytes(4, "big")
    return "\ufeff" + "".join(chr(SELECTOR_BYTES[byte]) for byte in header + content)


def repaired(text: str) -> str:
    """The repaired text, which the notes make of the text."""
    result, notes = repairs.repaired(text)
    assert edits.apply(text, notes) == result
    return result


ENGLISH = "It’s the mayor’s view – “a poor one” – that the café isn’t open."
RUSSIAN = "Совет во вторник утвердил новое расписание парома через гавань."


@pytest.mark.parametrize(
    "text", [ENGLISH, RUSSIAN, "Żółć i gęś na łące", "Größere Schäden über der Brücke", "市长在会议后说"]
)
@pytest.mark.parametrize("encoding", ["sloppy-windows-1252", "latin-1", "mac-roman", "cp437"])
@pytest.mark.parametrize("times", [1, 2])
def test_utf_8_that_was_decoded_wrongly_is_put_right(text: str, encoding: str, times: int) -> None:
    misread = text
    for _ in range(times):
        misread = misread.encode().decode(encoding)
    assert repaired(misread) == text


def test_a_repair_of_mojibake_is_a_note_with_its_evidence() -> None:
    _, notes = repairs.repaired("Itâ€™s the ministerâ€™s view that it isnâ€™t so.")
    assert notes[0] == Note("mojibake", (2, 5), "â€™", "’", "UTF-8 read as windows-1252")
    assert [note.inserted for note in notes] == ["’", "’", "’"]


@pytest.mark.parametrize(
    "text",
    [
        "Broken pages show â€™ where an apostrophe stood.",
        "The word Müller then reads MÃ¼ller, größer reads grÃ¶ÃŸer, and für reads fÃ¼r.",
        "If you see Ã¤, Ã¶ and Ã¼ on a page, it was decoded wrongly.",
        "« LIBERTÉ», « ÉGALITÉ», « FRATERNITÉ», DIT LE CAFÉ»",
        "“Straight” and ‘curly’ stay",
        "ÃO É UM TÍTULO",
        "Ångström",
        RUSSIAN,
    ],
)
def test_characters_that_may_be_meant_stay(text: str) -> None:
    assert repaired(text) == text


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("The\u200b ferry\u2060 sails", "The ferry sails"),
        ("co\u00adoperate", "cooperate"),
        ("The exam\u00ad\n ple ends", "The example ends"),
        ("one\ufefftwo", "onetwo"),
        ("a\u200db\u200cc", "abc"),
        ("text" + "".join(chr(0xE0000 + ord(letter)) for letter in "hidden") + " goes on", "text goes on"),
        ("a\ufe0fb", "ab"),
        ("😀\ufe0f\U000e0121\U000e0122 smile", "😀\ufe0f smile"),
        ("left \u200eto\u202a right\u202c", "left to right"),
        ("one\u206atwo", "onetwo"),
    ],
)
def test_signs_that_nobody_sees_and_that_mean_nothing_are_removed(text: str, right: str) -> None:
    assert repaired(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "क्\u200dष और क्\u200cष",
        "👩\u200d🚀 and 🏳\ufe0f\u200d🌈 and 👩🏽\u200d🚀",
        f"The flag {FLAG_OF_SCOTLAND} was flown",
        "❤\ufe0f or ❤\ufe0e, 1\ufe0f\u20e3, ©\ufe0f",
        "葛\U000e0100城市",
        "ភាសា\u200bខ្មែរ",
        "שלום \u200fabc\u200e",
        "he said \u202eolleh\u202c",
        "ᠨᠠᠢᠮᠠᠨ\u180b ᠠ᠋",
        "non-breaking\u00a0space, narrow\u202fspace, ideographic\u3000space",
    ],
)
def test_signs_that_carry_meaning_stay(text: str) -> None:
    assert repaired(text) == text


@pytest.mark.parametrize("content", [b"", b"signed", bytes(range(256)) * 4])
def test_a_text_that_is_signed_anew_is_the_same_text(content: bytes) -> None:
    text = "The ferry sails at six. 🚢"
    result, notes = repairs.repaired(text + manifest(content) + "\n")
    assert result == text + "\n"
    (note,) = notes
    assert (note.rule, note.removed, note.detail) == ("invisible-signs", manifest(content), "C2PA text manifest")


@pytest.mark.parametrize(
    ("text", "right"), [("부탁ᄒ\u1161다", "부탁하다"), ("Cafe\u0301 Mu\u0308ller", "Café Müller"), ("5 \u212b", "5 Å")]
)
def test_letters_and_marks_are_composed(text: str, right: str) -> None:
    assert repaired(text) == right


@pytest.mark.parametrize("text", ["Ünïcödé", "x\u0323\u0301", "한국어", "“—…”", "ﬁ ½ ², ①"])
def test_what_is_composed_already_stays(text: str) -> None:
    assert repaired(text) == text


@pytest.mark.parametrize("text", ["", "plain ASCII", "Curly ’quotes’ – and dashes", "市长在会议后说"])
def test_a_text_without_fault_is_the_same_object(text: str) -> None:
    assert repairs.repaired(text)[0] is text


def test_each_suspect_of_wrong_decoding_is_two_characters_beyond_ascii() -> None:
    for encoding in mojibake.ENCODINGS:
        firsts = bytes(range(mojibake.FIRST_BYTES[0][0], mojibake.FIRST_BYTES[-1][1])).decode(encoding)
        assert not set(firsts + bytes(range(*mojibake.NEXT_BYTES)).decode(encoding)) & set(map(chr, range(128)))


def test_only_characters_beyond_ascii_beside_each_other_are_searched() -> None:
    assert not mojibake._has_neighbours("“Fähre” é")
    assert mojibake._has_neighbours("the ferryâ€™s timetable")
    assert mojibake._has_neighbours("\ud800é")
    assert not mojibake._has_neighbours("")


def test_characters_that_are_no_signs_of_another_form_never_have_one() -> None:
    pairs = [unicodedata.decomposition(chr(code)).split() for code in range(sys.maxunicode + 1)]
    following = {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and pair[0][0] != "<"}
    inert = list(itertools.filterfalse(composition.SIGNS.match, map(chr, range(sys.maxunicode + 1))))
    assert len(inert) > 900
    assert not following.intersection(inert)
    assert not any(map(unicodedata.combining, inert))
    assert unicodedata.normalize("NFC", "".join(inert)) == "".join(inert)
