"""Documents are named in sentences by what a reader would call them."""

import pytest

from catalog_service.web import naming
from tests.catalog.web.versions import version

STATEMENT = version(title="Joint Statement between the Republic of Korea and New Zealand", kind="release")


@pytest.mark.parametrize(
    ("fields", "speaker", "text"),
    [
        ({"kind": "wire", "publisher": "Yonhap News Agency"}, "<bdi>Yonhap</bdi>", "<bdi>Yonhap</bdi>’s story"),
        (
            {"kind": "release", "publisher": "New Zealand Government"},
            "the <bdi>New Zealand Government</bdi>",
            "the <bdi>New Zealand Government</bdi>’s release",
        ),
        ({"title": "Talks <b>", "language": "de"}, '“<bdi lang="de">Talks &lt;b&gt;</bdi>”', None),
        ({"title": "", "language": "de"}, "“<bdi>001.txt</bdi>”", None),
        ({"kind": "release", "title": "Joint Statement of both sides"}, None, "the joint statement"),
        ({"kind": "release", "title": "Report: 53 died", "publisher": "AP"}, None, "<bdi>AP</bdi>’s release"),
        ({"kind": "wire", "title": "Statement of both sides", "publisher": "AP"}, None, "<bdi>AP</bdi>’s story"),
    ],
)
def test_a_document_is_named_by_its_publisher_or_by_what_it_is(
    fields: dict[str, str], speaker: str | None, text: str | None
) -> None:
    document = version(**fields)
    if speaker:
        assert naming.speaker(document) == speaker
    assert naming.text(document) == (text or speaker)


def test_two_documents_are_named_so_that_they_differ() -> None:
    story, other = version(kind="wire", publisher="AP"), version(kind="article", publisher="Reuters")
    assert naming.both(story, STATEMENT) == ("the story", "the statement")
    assert naming.both(story, other) == ("<bdi>AP</bdi>’s story", "<bdi>Reuters</bdi>’s story")
    assert naming.both(story, story) == ("the first text", "the second text")


def test_a_sentence_begins_with_a_capital_letter_unless_a_name_begins_it() -> None:
    assert naming.capitalised(naming.text(STATEMENT)) == "The joint statement"
    assert naming.capitalised(naming.speaker(version(publisher="dpa"))) == "<bdi>dpa</bdi>"
