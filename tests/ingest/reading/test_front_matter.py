"""Front matter is what says something about the text; anything else stays text. Scalars stay the strings they were."""

import time

import pytest

from ingest_service.model import Json
from ingest_service.reading import front_matter

LIMIT = 65_536
TOML: dict[str, Json] = {"title": "A: B", "date": "2025-06-26", "draft": "false", "weight": "7"}


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("title: A\ndate: 2024-09-04", {"title": "A", "date": "2024-09-04"}),
        ("title: 'A: B'\ntags: [x, y]", {"title": "A: B", "tags": ["x", "y"]}),
        ("version: 1.10\nin: no\nid: 007\nat: 12:30", {"version": "1.10", "in": "no", "id": "007", "at": "12:30"}),
        ("author:\n  name: Jane Roe", {"author": {"name": "Jane Roe"}}),
        # Not YAML: read line by line.
        ("title: Pact: a\nby:\n  - Jane\n# a comment\n\nurl: ", {"title": "Pact: a", "by": ["Jane"], "url": ""}),
        ("title: @home\nsummary: \"50% off\" now", {"title": "@home", "summary": "\"50% off\" now"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_front_matter_is_read(block: str, said: dict[str, Json], newline: str) -> None:
    source = f"---\n{block}\n---\n\nText".replace("\n", newline)
    found, span = front_matter.read(source, LIMIT)
    assert found == said
    assert span is not None
    assert source[span[1] :].strip() == "Text"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('+++\ntitle = "A: B"\ndate = 2025-06-26\ndraft = false\nweight = 7\n+++\nText', TOML),
        ('+++\r\ntitle = "A: B"\r\ndate = 2025-06-26\r\ndraft = false\r\nweight = 7\r\n+++\r\nText', TOML),
        ("Title: A: B\nDate: 2024-03-01\n\nText", {"Title": "A: B", "Date": "2024-03-01"}),
        ("Title: A\u2028B\r\nDate: 2024-03-01\x0c\r\r\nText", {"Title": "A\u2028B", "Date": "2024-03-01"}),
        ("date: 2024-03-01\nTITLE: 'A'\nauthor: Jane\n\nText", {"date": "2024-03-01", "TITLE": "A", "author": "Jane"}),
    ],
)
def test_toml_and_lines_without_fences_are_read(source: str, said: dict[str, Json]) -> None:
    fields, span = front_matter.read(source, LIMIT)
    assert fields == said
    assert span is not None
    assert source[span[1] :].strip() == "Text"


@pytest.mark.parametrize(
    "source",
    [
        "+++ Breaking +++ Quay closed +++\n\nText",
        "+++\nno toml at all\n+++\nText",
        '+++\ntitle = "A"\nText',
        "Title: A\nThe date: soon, he said\nText follows at once\n\nText",
        "Question: what?\nAnswer: that.\n\nText",
        "Subject: A\nFrom: Jane\n\nText",
        "title: A\n\nText",
        "---\ntitle: A\n\nText without an end",
        "---\nA line between two rules.\n---\nText",
        "---\nThe minister said: no. Then he left: so did we.\n---\nText",
        "---\n- a\n- list\n---\nText",
        "---\n---\nText",
        "----\ntitle: A\n----\nText",
        "Text\n---\ntitle: A\n---\n",
    ],
)
def test_what_is_no_front_matter_stays_text(source: str) -> None:
    assert front_matter.read(source, LIMIT) == ({}, None)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_text_of_such_lines_alone_has_metadata_and_no_text(end: str) -> None:
    source = f"Title: A\nDate: 2024-03-01\nAuthor: Jane Roe{end}"
    fields, span = front_matter.read(source, LIMIT)
    assert fields == {"Title": "A", "Date": "2024-03-01", "Author": "Jane Roe"}
    assert span is not None
    assert source[span[1] :].strip() == ""


def test_lines_without_fences_over_the_limit_stay_text() -> None:
    assert front_matter.read("Title: A\nDate: 2024-03-01 " + "x" * 200 + "\n\nText", 100) == ({}, None)


def test_front_matter_over_the_limit_stays_text() -> None:
    assert front_matter.read("---\ntitle: " + "x" * 200 + "\n---\nText", 100) == ({}, None)


def test_aliases_are_not_unfolded() -> None:
    laughs = "a: &a [x, x]\n" + "\n".join(
        f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    said, _ = front_matter.read(f"---\n{laughs}\n---\nText", LIMIT)
    assert said["i"] == "&i [*h, *h]"


def test_a_tag_makes_no_object() -> None:
    said, _ = front_matter.read('---\na: !!python/object/apply:os.getcwd []\nb: !!binary "aGk="\n---\n', LIMIT)
    assert said == {"a": [], "b": "aGk="}


def test_escapes_smuggle_in_nothing_that_cannot_be_stored() -> None:
    said, _ = front_matter.read('---\na: "x\\0y\\ud800"\n---\n', LIMIT)
    assert said == {"a": "x\ufffdy\ufffd"}


def test_hostile_front_matter_takes_bounded_time() -> None:
    began = time.monotonic()
    for unit in ["[", "{", "- ", "? ", "'", '"', "x,", "&a ", "#", "\t", "x: "]:
        front_matter.read("---\na: " + unit * (60_000 // len(unit)) + "\n---\nText", LIMIT)
    assert time.monotonic() - began < 40
