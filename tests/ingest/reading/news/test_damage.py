"""Whatever happens to a file of a news format, it becomes items that can be stored, or a named error."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service import normalise, reading
from ingest_service.errors import Unreadable
from tests.ingest.reading import test_feeds
from tests.ingest.reading.news import test_anpa, test_newsml, test_newsml_g2, test_ninjs, test_nitf

SAMPLES = {
    "nitf": test_nitf.nitf(),
    "newsml-g2": test_newsml_g2.message(test_newsml_g2.news_item(), test_newsml_g2.news_item(test_newsml_g2.XHTML)),
    "newsml": test_newsml.newsml(test_newsml.component("Main", "<p>The ferry sails.</p>")),
    "ninjs-1": json.dumps(test_ninjs.ONE),
    "ninjs-3": json.dumps(test_ninjs.THREE),
    "rss": test_feeds.RSS,
    "atom": test_feeds.ATOM,
    "anpa": test_anpa.ENVELOPES["transmitted"] + test_anpa.HEADER + test_anpa.BODY,
}
ODD: list[Any] = [
    None,
    True,
    1.5,
    "",
    "\x00",
    "\ud800",
    "http://[",
    [],
    {},
    [None],
    [[]],
    [{"name": {}}],
    {"dates": [1]},
]


def read(content: bytes) -> None:
    try:
        items = reading.read(content, "news.xml").items
    except Unreadable:
        return
    for item in items:
        article = normalise.normalise(item)
        values = [item.name, item.source, item.metadata, item.publication.guid, article.title, dict(article.fields)]
        stored = json.dumps(values, ensure_ascii=False)
        assert "\\u0000" not in stored
        assert stored.encode()


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_a_file_that_is_cut_off_anywhere(sample: str) -> None:
    content = sample.encode()
    for end in range(0, len(content), 29):
        read(content[:end])


# The first text of a process loads the language model.
@settings(deadline=None, max_examples=60)
@given(
    sample=st.sampled_from([*SAMPLES.values()]),
    start=st.integers(0, 3_000),
    cut=st.integers(0, 30),
    put=st.binary(max_size=6),
)
def test_a_file_with_other_bytes_inside(sample: str, start: int, cut: int, put: bytes) -> None:
    content = sample.encode()
    start = min(start, len(content))
    read(content[:start] + put + content[start + cut :])


@settings(deadline=None, max_examples=100)
@given(
    value=st.sampled_from([test_ninjs.ONE, test_ninjs.THREE, test_ninjs.PHOTO]),
    keys=st.lists(st.sampled_from([*test_ninjs.ONE, *test_ninjs.THREE, "associations", "eventDetails", "embargoed"])),
    odd=st.sampled_from(ODD),
)
def test_json_with_values_of_other_types(value: dict[str, Any], keys: list[str], odd: object) -> None:
    read(json.dumps(value | dict.fromkeys(keys, odd)).encode())
