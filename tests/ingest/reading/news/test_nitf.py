"""NITF: one article with the identity, times, status and people that its head names."""

from datetime import UTC, datetime

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import Damaged, NoText, TextTooLong
from ingest_service.model import Article, Publication, Reading
from ingest_service.settings import Limits

DOCDATA = """
<docdata management-status="usable">
  <doc-id regsrc="HN" id-string="hn-4711"/><du-key key="HN-FERRY" version="3"/>
  <urgency ed-urg="4"/><date.issue norm="20260304T081500+0100"/>
  <ed-msg info="Updates with quotes"/><doc.copyright holder="Harbour News Ltd" year="2026"/>
  <key-list><keyword key="ferry"/><keyword key="harbour"/></key-list>
</docdata>"""
HEAD = """
<body.head>
  <hedline><hl1>Ferry to sail later at night</hl1><hl2>Council votes nine to two</hl2></hedline>
  <byline>By <person>Ada Holm</person><byttl>Harbour Correspondent</byttl></byline>
  <distributor>Harbour News</distributor>
  <dateline><location>PORT ALMA</location></dateline>
  <abstract><p>A new timetable.</p></abstract>
</body.head>"""
CONTENT = """
<body.content><block>
  <p>The council approved a new timetable for the harbour ferry on Tuesday evening.</p>
  <p>“We heard the <org>night
     nurses</org>,” the mayor said.</p>
  <table><tr><th>Boat</th><th>Last</th></tr><tr><td>North</td><td>23:40</td></tr></table>
  <media media-type="image"><media-reference source="x"/><media-caption>The quay at dusk.</media-caption>
    <media-producer>Jo Berg</media-producer></media>
</block></body.content>
<body.end><tagline>Ada Holm reports from the harbour.</tagline></body.end>"""


def nitf(docdata: str = DOCDATA, head: str = HEAD, content: str = CONTENT, attributes: str = 'baselang="en-GB"') -> str:
    return f"<nitf {attributes}><head><title>Window</title>{docdata}</head><body>{head}{content}</body></nitf>"


def read_one(text: str) -> Reading:
    (item,) = reading.read(text.encode(), "news.xml").items
    return item


def article(text: str) -> Article:
    return normalise.normalise(read_one(text))


def test_an_article_has_what_its_head_and_body_say() -> None:
    read = article(nitf())
    assert (read.title, read.authors, read.publisher) == ("Ferry to sail later at night", ("Ada Holm",), "Harbour News")
    assert (read.published, read.published_basis, read.language) == ("2026-03-04T07:15:00Z", "metadata", "en-GB")
    assert read.paragraphs == (
        "The council approved a new timetable for the harbour ferry on Tuesday evening.",
        "“We heard the night nurses,” the mayor said.",
        "Boat | Last",
        "North | 23:40",
        "The quay at dusk.",
        "Ada Holm reports from the harbour.",
    )
    assert {**read.fields} == {
        "byline_title": "Harbour Correspondent", "dateline": "PORT ALMA", "subheadline": "Council votes nine to two",
        "abstract": "A new timetable.", "urgency": "4", "status": "usable", "keywords": ["ferry", "harbour"],
        "note_to_editors": "Updates with quotes", "copyright": "Harbour News Ltd",
    }  # fmt: skip


def test_identity_and_version_are_the_publishers() -> None:
    item = read_one(nitf())
    assert item.publication == Publication("hn-4711", "3", "usable", None)
    assert (item.media_type, item.name, item.is_extracted) == ("application/nitf+xml", None, True)


def test_an_id_that_counts_its_updates_is_the_key_of_the_updates() -> None:
    docdata = '<docdata><doc-id id-string="ferry-77_2"/><du-key key="ferry-77" version="2"/></docdata>'
    assert read_one(nitf(docdata)).publication == Publication("ferry-77", "2")


def test_without_a_version_the_time_of_issue_orders() -> None:
    docdata = '<docdata><doc-id id-string="77"/><date.issue norm="20260304T081500Z"/></docdata>'
    assert read_one(nitf(docdata)).publication.version == "2026-03-04T08:15:00Z"


@pytest.mark.parametrize(
    ("status", "release", "availability", "embargo"),
    [
        ("usable", None, "usable", None),
        ("usable", "20260304T200000Z", "usable", datetime(2026, 3, 4, 20, tzinfo=UTC)),
        ("usable", "20260304T071500Z", "usable", None),
        ("embargoed", "20260304T200000Z", "usable", datetime(2026, 3, 4, 20, tzinfo=UTC)),
        ("embargoed", None, "withheld", None),
        ("withheld", None, "withheld", None),
        ("canceled", None, "cancelled", None),
    ],
)
def test_status_and_release_hold_or_cancel(
    status: str, release: str | None, availability: str, embargo: datetime | None
) -> None:
    released = f'<date.release norm="{release}"/>' if release else ""
    docdata = (
        f'<docdata management-status="{status}"><doc-id id-string="1"/><date.issue norm="20260304T071500Z"/>'
        f"{released}</docdata>"
    )
    publication = read_one(nitf(docdata)).publication
    assert (publication.availability, publication.embargo) == (availability, embargo)


def test_a_kill_without_text_cancels_the_item() -> None:
    docdata = '<docdata management-status="canceled"><doc-id id-string="1"/></docdata>'
    item = read_one(nitf(docdata, content="<body.content/>", head=""))
    assert (item.publication.availability, item.text) == ("cancelled", "")


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("<byline>By ADA HOLM<byttl>Writer</byttl></byline>", ("ADA HOLM",)),
        ("<byline>By <person>Ada Holm</person>, Harbour News</byline>", ("Ada Holm",)),
        ("<byline>Ada Holm and Jo Berg</byline>", ("Ada Holm", "Jo Berg")),
        ("<byline>By Ada Holm</byline><byline>By Jo Berg</byline>", ("Ada Holm", "Jo Berg")),
        ("<byline><byttl>Harbour Network</byttl></byline>", ("Harbour Network",)),
        ("", ()),
    ],
)
def test_bylines_name_the_authors(byline: str, authors: tuple[str, ...]) -> None:
    head = f"<body.head><hedline><hl1>Ferry to sail later</hl1></hedline>{byline}</body.head>"
    assert article(nitf(head=head)).authors == authors


def test_a_file_without_head_or_content_is_read_as_far_as_it_goes() -> None:
    bare = article("<nitf><body><body.content><p>The ferry sails at nine on Monday.</p></body.content></body></nitf>")
    assert (bare.text, bare.published) == ("The ferry sails at nine on Monday.", None)
    loose = article("<nitf><body><p>The ferry sails at nine.</p><p>It rains.</p></body></nitf>")
    assert loose.paragraphs == ("The ferry sails at nine.", "It rains.")


def test_an_article_without_text_has_none() -> None:
    with pytest.raises(NoText, match="hn-4711"):
        read_one(nitf(head="", content="<body.content><p/></body.content>"))


def test_a_text_of_too_many_characters_or_lines_is_refused() -> None:
    with pytest.raises(TextTooLong, match="limit is 100"):
        reading.read(nitf().encode(), "news.xml", Limits(text_characters=100))
    with pytest.raises(TextTooLong, match="200001 lines"):
        read_one(nitf(content=f"<body.content>{'<p>a</p>' * 200_001}</body.content>"))


def test_a_cut_off_file_is_damaged() -> None:
    with pytest.raises(Damaged, match="cut off"):
        read_one(nitf()[:-300])
