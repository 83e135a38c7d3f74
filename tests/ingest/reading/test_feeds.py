"""Feeds: each entry of RSS or Atom is an item with its own name, and a feed that is saved anew withdraws none."""

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import Damaged, NoText, TooManyMembers, UnknownFormat
from ingest_service.model import Article, Publication
from ingest_service.settings import Limits

TEXT = "The council approved a new timetable for the harbour ferry on Tuesday evening."
HTML = f"&lt;p&gt;{TEXT}&lt;/p&gt;&lt;p&gt;It &lt;b&gt;rained&lt;/b&gt;.&lt;/p&gt;"
RSS = f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:media="http://search.yahoo.com/mrss/"><channel>
  <title>Harbour News</title><link>https://harbour.example/</link><language>en-gb</language>
  <item><title>Ferry to sail later &amp;amp; longer</title><link>/ferry</link><guid isPermaLink="false">hn-1</guid>
    <pubDate>Tue, 03 Mar 2026 22:00:00 +0100</pubDate><dc:creator>By Ada Holm</dc:creator><category>Transport</category>
    <media:title>The quay</media:title>
    <media:content url="a.jpg"><media:description>A boat.</media:description></media:content>
    <description>A new timetable.</description><content:encoded>{HTML}</content:encoded></item>
  <item><title>Bridge opened</title><link>https://harbour.example/bridge#top</link>
    <author>jo@harbour.example (Jo Berg)</author><description>{TEXT}</description>
    <source url="https://other.example/feed">Island Times</source></item>
  <item><title>Only a headline</title><guid>https://harbour.example/head</guid><pubDate>soon</pubDate></item>
  <item><media:title>Nothing</media:title></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Harbour News</title>
  <link rel="self" href="https://harbour.example/feed"/><link href="https://harbour.example/"/>
  <author><name>Harbour desk</name></author>
  <entry><id>urn:uuid:1</id><title type="html">Ferry &lt;i&gt;to sail&lt;/i&gt; later</title>
    <link rel="enclosure" href="https://harbour.example/a.jpg"/><link rel="alternate" href="ferry"/>
    <published>2026-03-03T22:00:00+01:00</published><updated>2026-03-04T08:00:00Z</updated>
    <author><name>Ada Holm</name><email>ada@harbour.example</email></author>
    <author><name>Jo Berg</name></author><category term="transport" label="Transport"/>
    <summary>A new timetable.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p><p>It <b>rained</b>.</p></div>
    </content></entry>
  <entry xml:lang="de"><id>urn:uuid:2</id><title>Brücke</title><updated>2026-03-04T08:00:00Z</updated>
    <content type="text">A &lt; B and {TEXT}</content></entry>
</feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://harbour.example/"><title>Harbour News</title>
  <link>https://harbour.example/</link></channel>
  <item rdf:about="https://harbour.example/ferry"><title>Ferry to sail later</title>
  <link>https://harbour.example/ferry</link>
  <dc:date>2026-03-03T21:00:00Z</dc:date><description>{TEXT}</description></item></rdf:RDF>"""


def articles(text: str) -> dict[str | None, Article]:
    items = reading.read(text.encode(), "feed.xml").items
    return {item.name: normalise.normalise(item) for item in items}


def test_each_entry_of_rss_is_an_item() -> None:
    read = reading.read(RSS.encode(), "feed.xml")
    assert [item.name for item in read.items] == [
        "hn-1",
        "https://harbour.example/bridge\\x23top",
        "https://harbour.example/head",
    ]
    assert {(item.media_type, item.publication) for item in read.items} == {("application/rss+xml", Publication())}
    assert (read.accumulates, [type(member.error) for member in read.unread]) == (True, [NoText])


def test_an_entry_of_rss_has_what_it_says() -> None:
    ferry, bridge, headline = articles(RSS).values()
    assert (ferry.title, ferry.authors, ferry.publisher) == (
        "Ferry to sail later & longer",
        ("Ada Holm",),
        "Harbour News",
    )
    assert (ferry.published, ferry.language, ferry.url) == (
        "2026-03-03T21:00:00Z",
        "en-gb",
        "https://harbour.example/ferry",
    )
    assert ferry.paragraphs == (TEXT, "It rained.")
    assert {**ferry.fields} == {"summary": "A new timetable.", "categories": ["Transport"]}
    assert (bridge.authors, bridge.publisher, bridge.text) == (("Jo Berg",), "Island Times", TEXT)
    assert (headline.title, headline.text, headline.suspect) == ("Only a headline", "", "empty")
    assert (headline.published, headline.url) == (None, "https://harbour.example/head")


def test_an_episode_of_a_podcast_has_its_summary() -> None:
    name = "http://www.itunes.com/dtds/podcast-1.0.dtd"
    episode = f"<item><title>Ferry</title><itunes:summary>{TEXT}</itunes:summary></item>"
    (article,) = articles(
        f'<rss xmlns:itunes="{name}"><channel><title>Harbour</title>{episode}</channel></rss>'
    ).values()
    assert (article.title, article.text, article.suspect) == ("Ferry", TEXT, None)


def test_an_entry_of_atom_has_what_it_says() -> None:
    read = articles(ATOM)
    ferry, bridge = read["urn:uuid:1"], read["urn:uuid:2"]
    assert (ferry.title, ferry.authors, ferry.publisher) == (
        "Ferry to sail later",
        ("Ada Holm", "Jo Berg"),
        "Harbour News",
    )
    assert (ferry.published, ferry.language, ferry.url) == (
        "2026-03-03T21:00:00Z",
        "en",
        "https://harbour.example/ferry",
    )
    assert ferry.paragraphs == (TEXT, "It rained.")
    assert {**ferry.fields} == {
        "updated": "2026-03-04T08:00:00Z", "summary": "A new timetable.", "categories": ["Transport"],
    }  # fmt: skip
    assert (bridge.title, bridge.language, bridge.authors) == ("Brücke", "de", ("Harbour desk",))
    assert (bridge.text, bridge.published) == (f"A < B and {TEXT}", "2026-03-04T08:00:00Z")


def test_rss_1_is_read() -> None:
    ((name, ferry),) = articles(RDF).items()
    assert (name, ferry.url, ferry.title) == ("https://harbour.example/ferry",) * 2 + ("Ferry to sail later",)
    assert (ferry.published, ferry.publisher, ferry.text) == ("2026-03-03T21:00:00Z", "Harbour News", TEXT)


def test_an_entry_of_atom_alone_is_read() -> None:
    entry = (
        f'<entry xmlns="http://www.w3.org/2005/Atom"><id>a</id><title>Ferry</title><summary>{TEXT}</summary></entry>'
    )
    assert articles(entry)["a"].text == TEXT


def test_an_entry_keeps_its_name_when_the_feed_is_saved_anew() -> None:
    entry = "<item><title>Ferry {}</title><description>It sails.</description></item>"
    first, second = entry.format("late"), entry.format("early")
    feed = "<rss><channel>{}</channel></rss>"
    before, after = articles(feed.format(first)), articles(feed.format(second + first))
    assert list(after)[1:] == list(before)


@pytest.mark.parametrize(
    "feed",
    [
        "<rss><channel><title>Harbour News</title></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour News</title></feed>',
        "<rss/>",
    ],
)
def test_a_feed_without_entries_has_no_text(feed: str) -> None:
    with pytest.raises(NoText, match="no entries"):
        articles(feed)


@pytest.mark.parametrize("text", ["<feed><entry/></feed>", "<rdf:RDF xmlns:rdf='urn:x'><item/></rdf:RDF>"])
def test_other_xml_is_no_feed(text: str) -> None:
    with pytest.raises(UnknownFormat):
        articles(text)


def test_addresses_that_are_none_are_ignored() -> None:
    item = "<item><title>A</title><guid>http://[</guid><link>javascript:alert(1)</link><author>jo@x.example</author></item>"
    (article,) = articles(f"<rss><channel><link>http://[/</link>{item}</channel></rss>").values()
    assert (article.url, article.authors) == (None, ())


def test_limits_and_damage() -> None:
    with pytest.raises(TooManyMembers):
        reading.read(RSS.encode(), "feed.xml", Limits(members=3))
    with pytest.raises(Damaged):
        articles(RSS[:900])
