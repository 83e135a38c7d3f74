"""Files inside files are read like any other, each with its own name, bytes and faults, within limits for all."""

from collections.abc import Iterator

import pytest

from ingest_service import reading
from ingest_service.errors import (
    ArchiveTooLarge,
    Empty,
    NestedTooDeep,
    NoReadableMember,
    ReaderFailed,
    TooManyMembers,
    UnknownFormat,
    Unreadable,
)
from ingest_service.reading import formats
from ingest_service.reading.format import Format, Member, Part, Source, UnreadMember
from ingest_service.reading.opening import Opening
from ingest_service.settings import Limits

FERRY, MAYOR = b"The ferry sails at nine.", b"The mayor opened the bridge."


def toy(**members: bytes) -> bytes:
    """A file in a format of this test: lines of a name, and content in hexadecimal digits."""
    lines = [f"{name.replace('_', '.')} {content.hex()}" for name, content in members.items()]
    return "\n".join(["TOY", *lines]).encode()


def read_toy(source: Source) -> Iterator[Part]:
    for line in source.content.decode().splitlines()[1:]:
        name, _, content = line.partition(" ")
        if content == "6c6f636b6564":
            yield UnreadMember(name, Unreadable("it is locked"))
        else:
            yield Member(name, name, bytes.fromhex(content))


def is_toy(opening: Opening) -> bool:
    return opening.text.startswith("TOY")


TOY = Format("a toy archive", "application/x-toy", frozenset({".toy"}), is_toy, read_toy)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FORMATS", (TOY, *formats.FORMATS))


def test_each_member_is_an_item_with_its_own_name_and_bytes() -> None:
    ferry, mayor = reading.read(toy(ferry_txt=FERRY, mayor_md=MAYOR), "news.toy").items
    assert (ferry.name, ferry.text, ferry.parent) == ("ferry.txt", FERRY.decode(), None)
    assert ferry.original is not None
    assert (ferry.original.content, ferry.original.media_type) == (FERRY, "text/plain")
    assert (mayor.name, mayor.media_type) == ("mayor.md", "text/markdown")


def test_a_member_of_a_member_names_its_parent() -> None:
    (item,) = reading.read(toy(inner_toy=toy(ferry_txt=FERRY)), "news.toy").items
    assert (item.name, item.parent) == ("inner.toy#ferry.txt", "inner.toy")
    assert item.original is not None
    assert item.original.content == FERRY


def test_a_member_that_cannot_be_read_does_not_concern_the_others() -> None:
    content = toy(a_txt=b" ", b_txt=FERRY, c_txt=b"locked", d_py=MAYOR, e_toy=toy(f_txt=b"\n"))
    read = reading.read(content, "news.toy")
    assert [item.name for item in read.items] == ["b.txt"]
    assert [(member.name, type(member.error)) for member in read.unread] == [
        ("a.txt", Empty), ("c.txt", Unreadable), ("d.py", UnknownFormat), ("e.toy#f.txt", Empty),
    ]  # fmt: skip
    assert read.unread_sentence == (
        "Of the files in it, 4 cannot be read: a.txt: The file holds no text.; c.txt: it is locked;"
        " d.py: no reader knows source code; e.toy#f.txt: The file holds no text."
    )


def test_a_fault_of_a_reader_on_a_member_does_not_concern_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_faulty(source: Source) -> list[Part]:
        raise {b"FAULT": ValueError, b"LARGE": MemoryError}[source.content]("a faulty table")

    faulty = Format("faulty", "application/x-faulty", frozenset(), lambda opening: opening.text.isupper(), read_faulty)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, faulty))
    read = reading.read(toy(a_bin=b"FAULT", b_txt=FERRY), "news.toy")
    assert [item.name for item in read.items] == ["b.txt"]
    assert [(type(member.error), str(member.error)) for member in read.unread] == [
        (ReaderFailed, "ValueError: a faulty table")
    ]
    with pytest.raises(MemoryError):
        reading.read(toy(a_bin=b"LARGE", b_txt=FERRY), "news.toy")


def test_a_file_without_a_readable_member_has_the_reason_that_all_members_share() -> None:
    with pytest.raises(Empty, match=r"a\.txt"):
        reading.read(toy(a_txt=b" "), "news.toy")
    with pytest.raises(Empty, match="None of the 2 files"):
        reading.read(toy(a_txt=b" ", b_txt=b" "), "news.toy")
    with pytest.raises(NoReadableMember, match="None of the 2 files"):
        reading.read(toy(a_txt=b" ", b_py=MAYOR), "news.toy")
    with pytest.raises(NoReadableMember, match="no files"):
        reading.read(toy(), "news.toy")


def test_members_have_limits_together() -> None:
    many = toy(**{f"a{number}_txt": FERRY for number in range(4)})
    with pytest.raises(TooManyMembers):
        reading.read(many, "news.toy", Limits(members=3))
    with pytest.raises(ArchiveTooLarge):
        reading.read(many, "news.toy", Limits(unpacked_bytes=3 * len(FERRY)))
    assert len(reading.read(many, "news.toy", Limits(members=4, unpacked_bytes=4 * len(FERRY))).items) == 4


def test_nesting_ends_at_the_limit() -> None:
    content = toy(ferry_txt=FERRY)
    for _ in range(3):
        content = toy(inner_toy=content, mayor_txt=MAYOR)
    read = reading.read(content, "news.toy", Limits(depth=2))
    assert {type(member.error) for member in read.unread} == {NestedTooDeep}
    assert len(reading.read(content, "news.toy", Limits(depth=4)).items) == 4


def test_long_names_of_nested_members_are_shortened_and_remain_unique() -> None:
    inner = toy(**{"a" * 400 + "_txt": FERRY, "b" * 400 + "_txt": MAYOR})
    ferry, mayor = reading.read(toy(**{"c" * 400 + "_toy": toy(**{"d" * 400 + "_toy": inner})}), "news.toy").items
    assert ferry.name is not None
    assert len(ferry.name) < 300
    assert ferry.name != mayor.name
    assert ferry.parent == f"{'c' * 400}.toy#{'d' * 400}.toy"


def test_a_wrong_suffix_is_read_right_and_noted() -> None:
    (item,) = reading.read(toy(news_toy=FERRY), "news.toy").items
    assert item.text == FERRY.decode()
    assert [(note.rule, note.detail) for note in item.repairs] == [("wrong-suffix", "named .toy, read as plain text")]
