"""Bytes are decoded by evidence: marks, UTF-8, NUL patterns, declarations that fit, and the letters they give."""

import time

import pytest

from ingest_service.errors import Undecodable
from ingest_service.reading import encoding

ENGLISH = "Señor Núñez opens a café – “once a chapel” – and pays £2.50 for it."
RUSSIAN = "Совет во вторник утвердил новое расписание парома через гавань."
CHINESE = "港务局星期二公布了渡轮的新时刻表，首班船早上六点开出。"
JAPANESE = "港湾局は火曜日、渡し船の新しい時刻表を発表した。\n始発は午前六時である。\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ENGLISH, "cp1252"),
        ("The fare rises to £2.50, the mayor’s office said.", "cp1252"),
        ("BEYONCÉ TO PLAY AT THE CAFÉ ON THE QUAY", "cp1252"),
        ("Größere Schäden über der Brücke", "cp1252"),
        ("Rada zatwierdziła nowy rozkład rejsów promu.", "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (CHINESE, "gb18030"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (JAPANESE, "shift_jis"),
        ("港務局星期二公布了渡輪的新時刻表。", "big5"),
        ("항만청은 화요일 여객선의 새 시간표를 발표했다.", "euc_kr"),
        (RUSSIAN, "utf-16-be"),
        (JAPANESE, "utf-16-le"),
        (ENGLISH, "utf-32-be"),
    ],
)
def test_an_encoding_is_recognised_by_the_text_it_gives(text: str, name: str) -> None:
    decoded = encoding.decode(text.encode(name))
    assert decoded.text == text
    assert decoded.encoding == name


@pytest.mark.parametrize("name", ["cp437", "mac_croatian", "utf-7", "cp775", "iso8859-10"])
def test_a_declared_encoding_is_used_where_it_fits(name: str) -> None:
    text = f"---\ncharset: {name}\n---\nDjeca uče plivati.".replace("č", "č" if name == "mac_croatian" else "ö")
    assert encoding.decode(text.encode(name)).text == text


@pytest.mark.parametrize("declared", ["utf-8", "koi8-r", "shift_jis", "utf-16", "rot13", "unicode-escape", "no-such"])
@pytest.mark.parametrize(("text", "name"), [(ENGLISH, "cp1252"), (RUSSIAN, "cp1251"), (CHINESE, "gb18030")])
def test_a_declaration_that_does_not_fit_loses(declared: str, text: str, name: str) -> None:
    content = f"---\ncharset: {declared}\n---\n{text}"
    assert encoding.decode(content.encode(name)).text == content
    assert encoding.decode(content.encode()).encoding == "utf-8"


def test_a_choice_between_two_encodings_names_the_rival() -> None:
    # One letter decides between Windows-1252 and the Macintosh's encoding, and both are letters.
    decoded = encoding.decode("Its façade was painted.".encode("mac-roman"))
    assert {decoded.encoding, *decoded.rivals} >= {"mac-roman", "cp1252"} or decoded.encoding == "mac-roman"
    assert encoding.decode(RUSSIAN.encode("koi8-r")).rivals in {(), ("koi8-u",)}


@pytest.mark.parametrize(
    ("text", "name", "bad"), [(CHINESE * 4, "gb18030", b"\xff"), (ENGLISH * 20, "cp1252", b"\x81")]
)
def test_a_damaged_byte_does_not_change_the_encoding(text: str, name: str, bad: bytes) -> None:
    content = text.encode(name)
    decoded = encoding.decode(content[:100] + bad + content[100:])
    assert decoded.encoding == name
    assert decoded.text.replace("\ufffd", "") == text


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(1, 256)) * 3,
        bytes(1 + number * 7919 % 255 for number in range(500)),
        b"caf\xe9 \0 x and more text",
    ],
)
def test_bytes_that_no_encoding_fits_are_refused(content: bytes) -> None:
    with pytest.raises(Undecodable):
        encoding.decode(content)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Milk boils at about 100 °C at the shore.", "mac-roman"),
        ("Milk boils at about 100 °C at the shore.", "cp850"),
        ("The pier cost 3 million, ½ million less than the harbour office had planned.", "cp850"),
        ("El alcalde firmó el martes un plan nuevo para el puerto y la flota del norte.", "mac-roman"),
        ("Il sindaco ha firmato lunedì un piano nuovo per il porto e per la flotta del nord.", "mac-roman"),
    ],
)
def test_a_short_line_with_one_letter_or_sign_beyond_ascii_is_decoded(text: str, name: str) -> None:
    assert encoding.decode(text.encode(name)).text == text


@pytest.mark.parametrize("content", [b"\x1b[31mred\x1b[0m is the first word", b"x ~{y and ~} z"])
def test_ascii_with_a_sequence_of_another_use_is_ascii(content: bytes) -> None:
    assert encoding.decode(content).text == content.decode()


@pytest.mark.parametrize(
    "content",
    [b"a" * 10**6 + b"\xe9", b"\xe9" * 10**6, b"word \xe9t\xe9 " * 10**5, CHINESE.encode("gb18030") * 20_000],
)
def test_a_line_of_a_megabyte_is_decoded_in_bounded_time(content: bytes) -> None:
    began = time.process_time()
    encoding.decode(content)
    assert time.process_time() - began < 10
