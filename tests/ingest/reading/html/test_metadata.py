"""Title, date, authors, publisher, address and language of a page are those that its readers see."""

import json
from typing import Any

import pytest

from tests.ingest.reading.html.pages import FERRY, PARAGRAPHS, article, page, read

ARTICLE = {"@type": "NewsArticle", "headline": "Ferry sails later", "datePublished": "2026-03-02T08:00:00+01:00"}


def data(value: object) -> str:
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


def meta(**values: str) -> str:
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{value}">' for name, value in values.items())


def stated(head: str, body: str = "") -> dict[str, Any]:
    return dict(read(page(body + PARAGRAPHS, head)).metadata)


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        [{"@type": "WebSite", "name": "The Courier"}, ARTICLE],
        {"@graph": [{"@type": "BreadcrumbList"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": ["Report", "AnalysisNewsArticle"]},
        "<!--\n" + json.dumps(ARTICLE).replace("}", ",}") + "\n-->",
        json.dumps(ARTICLE).replace("later", "later\n"),
    ],
    ids=["alone", "list", "graph", "page", "types", "comment and comma", "line end"],
)
def test_the_articles_data_are_found(value: object) -> None:
    found = stated(data(value))
    assert (found["title"], found["date"]) == ("Ferry sails later", "2026-03-02T08:00:00+01:00")


def test_entities_in_the_articles_data_are_read() -> None:
    shown = "Ferry &amp; bridge&#8217;s &quot;end&quot;"
    value = {
        **ARTICLE, "headline": shown, "description": f"&nbsp;{shown}&hellip;", "articleSection": "Sea &amp; sky",
        "publisher": {"name": "Marsh &amp; Sons"}, "author": [{"name": "Zo&euml; Roe"}], "keywords": ["R&amp;D"],
        "url": "https://a.example/ferry?a=1&copy=2",
    }  # fmt: skip
    read_ = 'Ferry & bridge’s "end"'
    found = stated(data(value), f"<h1>{shown}</h1>")
    assert (found["title"], found["description"], found["section"]) == (read_, f"{read_}…", "Sea & sky")
    assert (found["publisher"], found["author"], found["keywords"]) == ("Marsh & Sons", "Zoë Roe", ["R&D"])
    assert found["url"] == "https://a.example/ferry?a=1&copy=2"


@pytest.mark.parametrize("value", ["{", "[]", "null", '{"@type": 3}', '{"@graph": {"@graph": "x"}}', "[" * 5_000])
def test_other_data_are_ignored(value: str) -> None:
    assert stated(data(value), "") == {}


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("Nora Voss", ("Nora Voss",)),
        ({"@type": "Person", "name": "By Nora Voss"}, ("Nora Voss",)),
        ([{"name": "Nora Voss"}, {"name": "Jan Lund"}], ("Nora Voss", "Jan Lund")),
        ("Nora Voss and Jan Lund", ("Nora Voss", "Jan Lund")),
        ({"@id": "#voss"}, ("Nora Voss",)),
        ("Nora Voss, courier.example.com", ("Nora Voss",)),
        ("By NORA VOSS, Courier Harbour Writer", ("NORA VOSS",)),
        ("Nora Voss | Island Media for courier.com", ("Nora Voss",)),
        ("The Courier", ()),
        ("https://courier.example/voss", ()),
        ("@nora", ()),
    ],
)
def test_authors_are_persons(author: object, authors: tuple[str, ...]) -> None:
    graph = [{**ARTICLE, "author": author}, {"@type": "Person", "@id": "#voss", "name": "Nora Voss"}]
    assert article(page(head=data({"@graph": graph}) + meta(og__site_name="The Courier"))).authors == authors


@pytest.mark.parametrize(
    "body",
    [
        "<p class='byline'>By <a rel='author' href='/voss'>Nora Voss</a>, Mar 2, 2026 at 9:00</p>",
        "<div itemprop='author'><span itemprop='name'>Nora Voss</span><span>Reporter</span></div>",
        "<div class='byline'>By Nora Voss</div>",
    ],
)
def test_authors_are_read_where_the_page_marks_them(body: str) -> None:
    assert article(page(body + PARAGRAPHS)).authors == ("Nora Voss",)


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        ("<title>Ferry sails later | The Courier</title>", "", "Ferry sails later"),
        ("<title>Ferry sails later - The Courier</title>", "Ferry sails later", "Ferry sails later"),
        (meta(og__title="Sand in the channel delays the ferry"), "Ferry sails later", "Sand in the channel delays"),
        (meta(og__title="Ferry to sail an hour later"), "Ferry to sail later", "Ferry to sail later"),
        ("<title>Ferry sails later: The Courier</title>", "The Courier", "Ferry sails later"),
        (meta(og__title="The Courier | Island news: Ferry sails later"), "Ferry sails later", "Ferry sails later"),
        ("", "Ferry sails later", "Ferry sails later"),
        ("<title>Untitled Document</title>", "Ferry sails later", "Ferry sails later"),
        ("<title>Untitled Page</title>", "Ferry sails later", "Ferry sails later"),
        ("<title>index</title>", "Ferry sails later", "Ferry sails later"),
        ("<title>Microsoft Word - ferry.doc</title>", "Ferry sails later", "Ferry sails later"),
        ("<title>Home is the sailor</title>", "Islands", "Home is the sailor"),
        (meta(og__title="Nine facts about sand"), "Ferry sails later in the week", "Ferry sails later in the week"),
        (meta(og__title="Nine facts about sand"), "Islands", "Nine facts about sand"),
        ("<title>A day at The Courier</title>", "", "A day at The Courier"),
        ("<title>ferry.example | Ferry sails later</title>", "Ferry sails later", "Ferry sails later"),
    ],
)
def test_the_title_is_the_heading_without_the_site(head: str, heading: str, title: str) -> None:
    site = meta(og__site_name="The Courier")
    assert stated(head + site, f"<h1>{heading}</h1>" if heading else "")["title"].startswith(title)


@pytest.mark.parametrize(
    ("head", "publisher"),
    [
        (meta(og__site_name="The Courier"), "The Courier"),
        (meta(og__site_name="The Courier | News of the islands"), "The Courier"),
        (
            meta(og__site_name="TIC") + data({**ARTICLE, "publisher": {"name": "The Island Courier"}}),
            "The Island Courier",
        ),
        (meta(og__site_name="The Courier") + data({**ARTICLE, "publisher": {"name": "Harbour Wire"}}), "The Courier"),
        (meta(og__site_name="https://courier.example") + data({**ARTICLE, "publisher": "The Courier"}), "The Courier"),
        ("<title>Ferry sails later - The Courier</title>" + data(ARTICLE), "The Courier"),
        ("<title>Ferry sails later - tic.example</title>" + data(ARTICLE), None),
    ],
)
def test_the_publisher_is_the_site(head: str, publisher: str) -> None:
    assert stated(head).get("publisher") == publisher


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (meta(article__published_time="2026-03-02T07:00:00Z", article__modified_time="2026-03-05T07:00:00Z"), ""),
        ("", "<time datetime='2026-03-02T07:00:00Z'>two days ago</time>"),
        ("", "<span itemprop='datePublished' content='2026-03-02T07:00:00Z'>Monday</span>"),
        ("", "<span itemprop='datePublished'>Mon 8:00 AM, Mar 2, 2026</span>"),
        ('<link rel="canonical" href="https://courier.example/2026/03/02/ferry">', ""),
        ("", "<p class='updated-date'>Updated 5 March 2026</p><p class='publish-date'>By Jan Lund, 2 March 2026</p>"),
    ],
)
def test_the_date_is_that_of_publication(head: str, body: str) -> None:
    assert (article(page(body + PARAGRAPHS, head)).published or "")[:10] == "2026-03-02"


def test_the_address_is_the_canonical_one_and_absolute() -> None:
    head = '<link rel="canonical" href="/ferry">' + meta(og__url="https://courier.example/ferry?from=feed")
    assert stated(head)["url"] == "https://courier.example/ferry"
    assert "url" not in stated('<link rel="canonical" href="https://courier.example/">')
    assert "url" not in stated('<link rel="canonical" href="https://[courier/ferry">' + meta(og__url="http://[/x"))


def test_the_last_part_of_a_windows_title_is_the_site_if_nothing_states_it() -> None:
    found = read(
        "<html><head><title>港务局公布了渡轮的新时刻表 - 岛报</title></head><body><p>正文</p></body></html>"
    ).metadata
    assert (found["title"], found["publisher"]) == ("港务局公布了渡轮的新时刻表", "岛报")
    title = "The ferry sails - and the mayor waits"
    assert read(f"<title>{title}</title><p>Text</p>").metadata["title"] == title


def test_english_is_believed_of_short_texts_only() -> None:
    assert "language" not in read("<html lang=en>" + page()).metadata
    assert read(f"<html lang=de><body><p>{FERRY[0]}</p></body>").metadata["language"] == "de"
    assert read("<html lang=en-GB><body><p>Ferry late</p></body>").metadata["language"] == "en-GB"


def test_section_description_and_keywords_become_fields() -> None:
    head = (
        meta(article__section="Islands", og__description="Sand in the channel")
        + '<meta name=keywords content="a, _b, c">'
    )
    fields = article(page(head=head)).fields
    assert fields == {"section": "Islands", "description": "Sand in the channel", "keywords": ["a", "c"]}
