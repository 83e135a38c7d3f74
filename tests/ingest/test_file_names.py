"""A path and its text form are each other's, whatever bytes the path has."""

import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest_service import file_names

# Mostly what escapes are made of, so that escapes of escapes come up.
BYTES = st.one_of(st.sampled_from(list(b"\\x5cfF/\xff\x80\xc3\xa9")), st.integers(1, 255))
PATHS = st.lists(BYTES, min_size=1, max_size=255).map(bytes)


@given(PATHS)
@example(rb"\xff")
@example(b"\\\xff")
@example(rb"\x5cxff")
@example(rb"\xFF")
@example(b"\xed\xb3\xbf")
@example(b"\\x\xff5c")
def test_the_text_form_loses_nothing(path: bytes) -> None:
    text = file_names.to_text(os.fsdecode(path))
    assert text.encode().decode() == text
    assert os.fsencode(file_names.to_name(text)) == path


@given(PATHS, PATHS)
def test_two_paths_have_two_text_forms(one: bytes, other: bytes) -> None:
    forms = {file_names.to_text(os.fsdecode(path)) for path in (one, other)}
    assert len(forms) == len({one, other})


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).filter(lambda text: "\\x" not in text)
)
def test_other_names_stay_as_they_are(name: str) -> None:
    assert file_names.to_text(name) == file_names.to_name(name) == name


@given(st.text("\\x0123456789abcdefABCDEF/é"))
def test_a_text_that_is_no_path_s_form_is_the_path_itself(text: str) -> None:
    name = file_names.to_name(text)
    assert name == text or file_names.to_text(name) == text
    assert "\0" not in name


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"caf\xe9.txt", r"caf\xe9.txt"),
        (rb"a\x41.txt", r"a\x5cx41.txt"),
        (rb"a\x4.txt", r"a\x4.txt"),
        (rb"C:\new", r"C:\new"),
        ("\u1100\n\x1b[2J.txt".encode(), "\u1100\n\x1b[2J.txt"),
    ],
)
def test_the_text_form_of(path: bytes, text: str) -> None:
    assert file_names.to_text(os.fsdecode(path)) == text


def test_what_is_printed_is_one_line_and_commands_no_terminal() -> None:
    assert file_names.printable("a\nb\x1b[2J\x9b\u202e\xe9.txt") == r"a\nb\x1b[2J\x9b\u202eé.txt"
