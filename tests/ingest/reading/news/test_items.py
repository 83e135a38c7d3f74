"""In a file of several items, one that must be held reveals nothing in the originals of the others."""

import json

import pytest

from ingest_service import reading
from ingest_service.model import Reading

G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{0}"><itemMeta>{1}</itemMeta><contentMeta>
<headline>Storm over {0}</headline></contentMeta>
<contentSet><inlineData>Boats wait at {0}.</inlineData></contentSet></newsItem>"""
NEWSML = """<NewsItem><Identification><NewsIdentifier>
<RevisionId>1</RevisionId><PublicIdentifier>{0}:1</PublicIdentifier>
</NewsIdentifier></Identification><NewsManagement><Status FormalName="{1}"/></NewsManagement><NewsComponent><NewsLines>
<HeadLine>Storm over {0}</HeadLine></NewsLines><ContentItem><DataContent>Boats wait at {0}.</DataContent></ContentItem>
</NewsComponent></NewsItem>"""


def g2(held: str) -> str:
    message = "<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet>{}</itemSet></newsMessage>"
    return message.format(G2.format("alma", "") + G2.format("borea", held))


def newsml(held: str) -> str:
    return f"<NewsML>{NEWSML.format('alma', 'Usable')}{NEWSML.format('borea', held)}</NewsML>"


def ninjs(**held: str) -> str:
    alma, borea = (
        {"uri": name, "headline": f"Storm over {name}", "body_text": f"Boats wait at {name}.", "Version": "1"}
        for name in ("alma", "borea")
    )
    return json.dumps({**alma, "associations": {"more": borea | held}})


def read(content: str | bytes) -> list[Reading]:
    return list(reading.read(content if isinstance(content, bytes) else content.encode(), "a").items)


@pytest.mark.parametrize(
    "content",
    [
        g2("<embargoed>2030-01-01T00:00:00Z</embargoed>"),
        g2('<pubStatus qcode="stat:withheld"/>'),
        newsml("Withheld"),
        ninjs(embargoed="2030-01-01T00:00:00Z"),
    ],
    ids=["newsml-g2 embargo", "newsml-g2 withheld", "newsml", "ninjs"],
)
def test_the_original_of_each_item_is_a_file_of_it_alone(content: str) -> None:
    items = read(content)
    assert [item.publication.guid for item in items] == ["alma", "borea"]
    for item, other in (items, items[::-1]):
        assert item.original is not None
        assert str(other.publication.guid).encode() not in item.original.content
        (alone,) = read(item.original.content)
        assert (alone.text, alone.metadata, alone.publication) == (item.text, item.metadata, item.publication)


@pytest.mark.parametrize("content", [g2(""), newsml("Usable"), ninjs()], ids=["newsml-g2", "newsml", "ninjs"])
def test_without_one_the_original_of_all_is_the_file(content: str) -> None:
    assert [item.original for item in read(content)] == [None, None]
