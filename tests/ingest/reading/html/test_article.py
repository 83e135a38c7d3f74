"""The article of a page is found by its prose, and its furniture is no text, however a site marks them."""

import pytest

from tests.ingest.reading.html.pages import FERRY, PARAGRAPHS, page, read

TEXT = "\n\n".join(FERRY)
LONG = "<p>The mayor opened a new bridge over the river in the rain, and the band played on.</p>"
SHORT_LINK = '<a href="/bridge">Mayor opens the new bridge in the rain</a>'


def test_the_article_needs_no_mark() -> None:
    teaser = f"<div class='text'><a href='/b'><p>{FERRY[0]}</p></a></div>"
    content = f"<html><body><div><div>{teaser}</div></div><div><div id=x>{PARAGRAPHS}</div></div></body></html>"
    assert read(content).text == TEXT


def test_the_element_that_a_page_marks_as_the_body_is_the_article() -> None:
    body = "<div itemprop='articleBody'><p>Cup standings</p><p>Voss 12, Lund 9</p><p>Next race: Sunday</p></div>"
    assert "Voss 12, Lund 9" in read(f"<html><body>{body}<div>{PARAGRAPHS}</div></body></html>").text
    assert FERRY[1] not in read(f"<html><body>{body}<div>{PARAGRAPHS}</div></body></html>").text


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<div>{text}</div>" for text in FERRY),
        "".join(f"<div>{text}</div>" for text in FERRY) + "<div>It sails.</div><div>Captain Voss is glad.</div>",
        "".join(f"<div><span><font>{text}</font><br></span></div>" for text in FERRY),
        f"<section>{''.join(f'<p>{text}</p>' for text in FERRY)}</section><section><h2>Tide</h2>{LONG}{LONG}</section>",
        "".join(f"<div class='subscriber-only'><p>{text}</p></div>" for text in FERRY),
        f"<div class='no-comments sidebar-right'>{PARAGRAPHS}</div>",
    ],
    ids=["blocks", "short blocks", "fonts", "sections", "subscribers", "names"],
)
def test_no_paragraph_is_lost_to_another_structure(body: str) -> None:
    notice = f"<div id='cookie-notice'><p>{FERRY[0]}</p><p>{LONG}</p></div>"
    text = read(f"<html><body>{notice}<div><div class=x>{body}</div></div></body></html>").text
    assert ("glad" in text) == ("glad" in body)
    assert text.startswith(TEXT)
    assert text.count(FERRY[0]) == 1


def test_longer_comments_are_not_the_article() -> None:
    comments = "".join(f"<div class=post><p>{text}</p></div>" for text in FERRY * 3)
    content = f"<html><body><div class=content>{PARAGRAPHS}</div><div id=comments>{comments}</div></body></html>"
    assert read(content).text == TEXT


def test_a_body_that_adverts_divide_is_whole() -> None:
    first, second = "".join(f"<p>{text}</p>" for text in FERRY[:2]), f"<p>{FERRY[2]}</p>"
    parts = "".join(f"<div><div class='article__body'>{part}</div><div>Advert</div></div>" for part in (first, second))
    assert read(page(parts)).text.replace("\n\nAdvert", "") == TEXT


def test_a_body_of_several_deep_sections_is_whole() -> None:
    sections = f"<div><div>{PARAGRAPHS}</div></div><div><div>{LONG}{LONG.replace('mayor', 'king')}</div></div>"
    text = read(f"<html><body><div><div class=x>{sections}</div></div></body></html>").text
    assert text.startswith(TEXT)
    assert text.count("the band played") == 2


def test_teasers_that_are_marked_as_articles_are_not_the_article() -> None:
    teasers = "".join(f"<article><h2>{SHORT_LINK}</h2>{LONG}</article>" for _ in range(2))
    content = f"<html><body><div>{teasers}</div><div><div class=main>{PARAGRAPHS}</div></div></body></html>"
    assert read(content).text == TEXT


def test_the_heading_goes_with_deck_byline_and_date() -> None:
    head = "<header><h1>Ferry sails later</h1><h2>The tide has moved the sand</h2><div>By Jan Lund</div></header>"
    item = read(page(head + PARAGRAPHS, "<title>Ferry sails later</title>"))
    assert (item.metadata["title"], item.text) == ("Ferry sails later", TEXT)


@pytest.mark.parametrize(
    "furniture",
    [
        f"<p>Read more: {SHORT_LINK}</p>",
        f"<p>[Related: {SHORT_LINK}]</p>",
        f"<p>You may also like...</p><p>{SHORT_LINK}</p>",
        f"<h3>More</h3><ul><li>{SHORT_LINK}</li><li>{SHORT_LINK}</li></ul>",
        "<ul>" + "<li>Nine boats that <a href='/b'>wait at the pier</a></li>" * 3 + "</ul>",
        "<p><a href='https://chirp.example/intent/post?text=x'>Send it on by Chirp, and to your friends</a></p>",
        "<section class='Newsletter-box'><h4>The Courier by mail</h4><div>Thanks for signing up!</div></section>",
        "<p class='estimated-read-time'>2 minutes</p>",
        "<span itemprop='datePublished'>Friday, 22 October 2010, 20:13</span>",
        "<h3>Comments</h3><p>Nobody has said anything yet.</p>",
        "<p><em>Jan Lund reports on harbours. Write to <a href='mailto:j@courier.example'>him</a>.</em></p>",
    ],
)
def test_furniture_of_an_article_is_no_text(furniture: str) -> None:
    assert read(page(PARAGRAPHS + furniture)).text == TEXT


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("<p><a href='https://shop.example/x'>Buy the chart at the shop</a></p>", "Buy the chart at the shop"),
        ("<ul><li><a href='https://shop.example/x'>Chart of the harbour for 9 euros</a></li></ul>", "- Chart of the"),
        ("<div class=embed><blockquote class=post><p>Boat is late again</p>Nora</blockquote></div>", "Boat is late"),
        ("<p><em>We sail when we can, and not before.</em></p>", "We sail when we can"),
        ("<h3>Comments of the harbour office</h3><p>None, it said.</p>", "Comments of the harbour office"),
    ],
)
def test_links_to_other_sites_posts_and_italics_are_text(content: str, line: str) -> None:
    assert line in read(page(PARAGRAPHS + content + f"<p>{FERRY[0]}</p>")).text


def test_a_list_of_the_sites_own_pages_is_the_article_if_it_has_nothing_else() -> None:
    items = "".join(f"<li>{SHORT_LINK}</li>" for _ in range(8))
    assert read(page(f"<p>{FERRY[0]}</p><ul>{items}</ul>")).text.count("Mayor opens") == 8


def test_a_pop_up_over_a_name_is_no_text() -> None:
    links = "<a href=/1>Nora Voss</a><a href=/2>Ferry is late</a><a href=/3>Ferry is later</a>"
    popup = f"<span><a href=/p>Nora Voss</a><span class=over><span>{links}</span></span></span>"
    item = read(page(f"<p>Captain {popup} has steered the boat for nineteen years, and she said so.</p>{PARAGRAPHS}"))
    assert item.text.startswith("Captain Nora Voss has steered")


def test_text_that_extraction_would_lose_is_read() -> None:
    paragraphs = PARAGRAPHS.replace("Captain", "<small>Captain</small>")
    assert read(page(f"<div class='share-hidden'>{paragraphs}</div>")).text == TEXT


def test_most_of_the_text_that_extraction_would_lose_is_read() -> None:
    hidden = [text.replace("the", word) for word in ("this", "that", "each") for text in FERRY]
    blocks = "".join(f"<div class='social-text'><p>{text}</p></div>" for text in hidden)
    assert read(page(f"<div>{PARAGRAPHS}{blocks}</div>")).text == "\n\n".join([*FERRY, *hidden])


def test_a_link_that_shares_the_article_is_no_text() -> None:
    link = "<a href='https://chirp.example/intent/post?text=x'>Send it on</a>"
    assert read(page(f"<p>{FERRY[0]} {link}</p><p>{FERRY[1]}</p><p>{FERRY[2]}</p>")).text == TEXT
