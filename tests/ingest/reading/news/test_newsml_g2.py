"""NewsML-G2: news items alone or in messages, with their identity, order, status and text."""

from datetime import UTC, datetime

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import NoText
from ingest_service.model import Article, Publication, Reading

NAMESPACE = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
ITEM_META = """
<itemClass qcode="ninat:text"/><provider qcode="nprov:HN"><name>Harbour News</name></provider>
<versionCreated>2026-03-04T09:15:00+01:00</versionCreated><firstCreated>2026-03-03T21:00:00Z</firstCreated>
<pubStatus qcode="stat:usable"/><edNote>Updates with quotes</edNote>"""
CONTENT_META = """
<urgency>4</urgency><contentCreated>2026-03-03T20:00:00Z</contentCreated><located><name>Port Alma</name></located>
<creator><name>Ada Holm</name></creator><language tag="en-GB"/><slugline>FERRY-HOURS</slugline>
<subject qcode="medtop:1"><name>transport</name><broader><name>economy</name></broader></subject>
<headline role="hld:sub">Council votes nine to two</headline><headline>Ferry to sail later at night</headline>
<description role="drol:summary">A new timetable.</description><creditline>Harbour News</creditline>"""
TEXT = "The council approved a new timetable for the harbour ferry on Tuesday evening."
NITF = f"""<inlineXML contenttype="application/nitf+xml"><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body>
<body.head><hedline><hl1>Ferry</hl1></hedline><byline>By Jo Berg<byttl>Writer</byttl></byline></body.head>
<body.content><p>{TEXT}</p></body.content></body></nitf></inlineXML>"""
XHTML = f"""<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>Ferry</title></head><body><header><ul><li>Sport</li></ul></header><p>{TEXT}</p></body></html></inlineXML>"""


def news_item(
    content: str = NITF,
    item_meta: str = ITEM_META,
    content_meta: str = CONTENT_META,
    attributes: str = 'guid="urn:newsml:harbour.example:20260303:ferry" version="7" xml:lang="en"',
) -> str:
    return (
        f"<newsItem {NAMESPACE} {attributes}><itemMeta>{item_meta}</itemMeta><contentMeta>{content_meta}</contentMeta>"
        f"<contentSet>{content}</contentSet></newsItem>"
    )


def message(*items: str) -> str:
    return f"<newsMessage {NAMESPACE}><header/><itemSet>{''.join(items)}</itemSet></newsMessage>"


def read_one(text: str) -> Reading:
    (item,) = reading.read(text.encode(), "news.xml").items
    return item


def article(text: str) -> Article:
    return normalise.normalise(read_one(text))


def test_an_item_has_what_its_metadata_say() -> None:
    read = article(news_item())
    assert (read.title, read.authors, read.publisher) == ("Ferry to sail later at night", ("Jo Berg",), "Harbour News")
    assert (read.published, read.language, read.paragraphs) == ("2026-03-03T21:00:00Z", "en-GB", (TEXT,))
    assert {**read.fields} == {
        "byline_title": "Writer", "version_created": "2026-03-04T08:15:00Z", "content_created": "2026-03-03T20:00:00Z",
        "located": "Port Alma", "credit": "Harbour News", "slugline": "FERRY-HOURS", "urgency": "4",
        "subjects": ["transport"], "type": "text", "status": "usable", "note_to_editors": "Updates with quotes",
        "summary": "A new timetable.",
    }  # fmt: skip


def test_identity_and_version_are_the_publishers() -> None:
    assert read_one(news_item()).publication == Publication("urn:newsml:harbour.example:20260303:ferry", "7")
    unnumbered = read_one(news_item(attributes='guid="urn:1"'))
    assert unnumbered.publication.version == "2026-03-04T08:15:00Z"


@pytest.mark.parametrize(
    ("meta", "availability", "embargo"),
    [
        ('<pubStatus qcode="s:usable"/>', "usable", None),
        ('<pubStatus qcode="stat:withheld"/>', "withheld", None),
        ('<pubStatus qcode="pst:canceled"/>', "cancelled", None),
        ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/canceled"/>', "cancelled", None),
        ('<pubStatus qcode="stat:usable"/><signal qcode="sig:kill"/>', "cancelled", None),
        ("<embargoed>2026-03-05T12:00:00+01:00</embargoed>", "usable", datetime(2026, 3, 5, 11, tzinfo=UTC)),
        ("<embargoed></embargoed>", "usable", None),
        # An end that cannot be read ends no embargo.
        ("<embargoed>until further notice</embargoed>", "withheld", None),
        ('<embargoed>soon</embargoed><pubStatus qcode="stat:canceled"/>', "cancelled", None),
        ("", "usable", None),
    ],
)
def test_status_and_embargo_hold_or_cancel(meta: str, availability: str, embargo: datetime | None) -> None:
    publication = read_one(news_item(item_meta=meta)).publication
    assert (publication.availability, publication.embargo) == (availability, embargo)


@pytest.mark.parametrize(
    "content",
    [
        XHTML,
        XHTML.replace(' xmlns="http://www.w3.org/1999/xhtml"', ""),
        f"<inlineXML><p>{TEXT}</p></inlineXML>",
        f"<inlineData contenttype='text/plain'>{TEXT}</inlineData>",
        f"<inlineData contenttype='text/plain'><![CDATA[<p>{TEXT}</p>]]></inlineData>",
        f"<inlineData encoding='base64'>AAAA</inlineData><inlineXML><events><note>{TEXT}</note></events></inlineXML>",
        f"<remoteContent href='a.jpg'/>{NITF}{XHTML}",
    ],
)  # fmt: skip
def test_the_text_is_read_whatever_carries_it(content: str) -> None:
    assert article(news_item(content)).paragraphs == (TEXT,)


def test_a_photograph_carries_its_caption() -> None:
    meta = (
        f'<headline>The quay</headline><description role="d:caption">{TEXT}</description><description>x</description>'
    )
    creator = (
        '<creator role="crol:photographer"><name>Jo Berg</name></creator><creator><name>Harbour Press</name></creator>'
    )
    read = article(news_item("<remoteContent href='a.jpg'/>", content_meta=meta + creator))
    assert (read.title, read.paragraphs, read.authors) == ("The quay", (TEXT,), ("Jo Berg",))


def test_without_a_provider_the_holder_of_the_copyright_publishes() -> None:
    rights = "<rightsInfo><copyrightHolder literal='Harbour Holding'/></rightsInfo>"
    item = news_item(item_meta="<provider literal='harbour.example'/>").replace("<itemMeta>", rights + "<itemMeta>")
    assert article(item).publisher == "Harbour Holding"


def test_notes_that_only_the_desk_may_read_are_left_out() -> None:
    notes = "<edNote><p>All notes: call Jo.</p></edNote><edNote pubconstraint='x:nonpublic'>Call Jo</edNote>"
    assert (
        article(news_item(item_meta=f"{notes}<edNote>Adds quotes</edNote>")).fields["note_to_editors"] == "Adds quotes"
    )
    both = article(news_item(item_meta="<edNote>Adds quotes</edNote><edNote>Adds photo</edNote>"))
    assert both.fields["note_to_editors"] == ["Adds quotes", "Adds photo"]


def test_without_a_headline_the_title_of_the_nitf_inside_is_read() -> None:
    nitf = f"<nitf><head><title>Ferry late</title></head><body><body.content><p>{TEXT}</p></body.content></body></nitf>"
    assert article(news_item(f"<inlineXML>{nitf}</inlineXML>", content_meta="")).title == "Ferry late"


def test_each_item_of_a_message_is_an_item_of_the_file() -> None:
    first = news_item(attributes='guid="urn:1" version="1"')
    second = news_item(XHTML, attributes='guid="urn:2" version="5"')
    empty = news_item("", content_meta="<headline>Only a headline</headline>", attributes='guid="urn:3"')
    read = reading.read(message("<packageItem/>", first, second, empty).encode(), "news.xml")
    assert [(item.name, item.publication.guid, item.text) for item in read.items] == [
        ("urn:1", "urn:1", TEXT), ("urn:2", "urn:2", TEXT),
    ]  # fmt: skip
    assert [(member.name, type(member.error)) for member in read.unread] == [("urn:3", NoText)]


def test_the_only_item_of_a_message_is_the_file() -> None:
    assert read_one(message(news_item())).name is None


def test_two_versions_of_an_item_in_one_message_have_different_names() -> None:
    items = [news_item(attributes=f'guid="urn:1" version="{version}"') for version in (1, 2)]
    read = reading.read(message(*items).encode(), "news.xml")
    assert [(item.name, item.publication.version) for item in read.items] == [("urn:1", "1"), ("urn:1 (2)", "2")]


def test_a_cancelled_item_needs_no_text() -> None:
    item = read_one(news_item("", '<pubStatus qcode="stat:canceled"/>', ""))
    assert (item.publication.availability, item.text) == ("cancelled", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"<packageItem {NAMESPACE} guid='a'><groupSet/></packageItem>", "package of references"),
        (f"<conceptItem {NAMESPACE} guid='a'/>", "description of a concept"),
        (f"<knowledgeItem {NAMESPACE} guid='a'/>", "list of concepts"),
        (f"<planningItem {NAMESPACE} guid='a'/>", "plan of coverage"),
        (f"<catalogItem {NAMESPACE} guid='a'/>", "catalogue"),
        (message("<packageItem/>"), "package of references"),
        ("<groupSet><group/></groupSet>", "part of an item"),
        (news_item("", content_meta="<headline>Only a headline</headline>"), "no text"),
        (message(news_item("", content_meta=""), news_item("", content_meta="")), "no text"),
    ],
)
def test_what_has_no_text_is_said(text: str, reason: str) -> None:
    with pytest.raises(NoText, match=reason):
        reading.read(text.encode(), "news.xml")


def test_the_content_of_an_item_alone_is_read() -> None:
    read = article(f"<contentSet>{NITF}</contentSet>")
    assert (read.title, read.paragraphs) == ("Ferry", (TEXT,))
