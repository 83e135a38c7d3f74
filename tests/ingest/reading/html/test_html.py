"""Pages and fragments of HTML are read into the paragraphs of their articles, whatever their encoding and shape."""

import contextlib

import pytest

from ingest_service import reading
from ingest_service.errors import NoText, TextTooLong, Unreadable
from ingest_service.settings import Limits
from tests.ingest.reading.html.pages import FERRY, PARAGRAPHS, article, page, read

TEXT = "\n\n".join(FERRY)
CYRILLIC = (
    "Паром на дальние острова с понедельника отходит на час позже, сообщила служба порта, потому что течение намыло"
    " песок в проход между молами, и судно не может выйти при низкой воде.",
    "Капитан Нора Восс, которая водит судно девятнадцать лет, сказала, что проход безопасен только при высокой воде.",
)


@pytest.mark.parametrize("control", ["\x01", "&#1;", "&#x0B;", "&#31;", "\ufffe"])
def test_control_characters_are_left_out(control: str) -> None:
    content = f"<body><div>{FERRY[0][:40]}{control}{FERRY[0][40:]}<p>{FERRY[1]}</p></div></body>".encode()
    (item,) = reading.read(content, "a.html").items
    assert item.text == f"{FERRY[0]}\n\n{FERRY[1]}"


def test_menus_and_footers_are_no_text() -> None:
    item = read(page())
    assert (item.text, item.media_type, item.is_extracted) == (TEXT, "text/html", True)


@pytest.mark.parametrize(
    "content",
    [
        f"<div>{PARAGRAPHS}</div>",
        PARAGRAPHS,
        f"<!-- saved from url=(0042)https://courier.example/ferry -->\n{page()}",
        f'<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body>{PARAGRAPHS}</body></html>',
        page().replace("</p>", "").replace("</body></html>", ""),
        f"<body><form id='aspnetForm'><div>{PARAGRAPHS}</div></form>",
        f"<html><body><table><tr><td><a href='/'>Home</a></td><td>{PARAGRAPHS}</td></tr></table></body></html>",
        f"<HTML><BODY>{'<BR><BR>'.join(FERRY)}</BODY></HTML>",
    ],
    ids=["div", "paragraphs", "comment", "xhtml", "open tags", "form", "table", "breaks"],
)
@pytest.mark.parametrize("path", ["a.html", "a.txt"])
def test_documents_and_fragments_are_read(content: str, path: str) -> None:
    assert read(content, path).text == TEXT


def test_xhtml_is_told_from_html() -> None:
    content = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{PARAGRAPHS}</body></html>'
    assert read(content, "a.xhtml").media_type == "application/xhtml+xml"


def test_a_fragment_without_a_tag_at_its_beginning_is_read_by_its_name() -> None:
    assert read(f"{FERRY[0]}<p>{FERRY[1]}</p><p>{FERRY[2]}", "a.html").text == TEXT


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("windows-1251", '<meta charset="windows-1251">'),
        ("koi8-r", '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'),
        ("windows-1251", ""),
        ("utf-8", '<meta charset="iso-8859-1">'),
        ("utf-8-sig", '<meta charset="koi8-r">'),
        ("utf-16", '<meta charset="utf-8">'),
    ],
)
def test_a_page_is_decoded_as_marked_valid_or_declared(encoding: str, declaration: str) -> None:
    content = page("".join(f"<p>{text}</p>" for text in CYRILLIC), declaration).encode(encoding)
    assert read(content).text == "\n\n".join(CYRILLIC)


def test_a_declaration_after_scripts_counts_and_latin_1_is_windows_1252() -> None:
    head = f"<script>{'x = 1; ' * 400}</script><meta charset=iso-8859-1>"
    item = read(page(f"<p>“Später”, said Jürgen, and left. {FERRY[0]}</p>", head).encode("cp1252"))
    assert (item.text, item.encoding) == (f"“Später”, said Jürgen, and left. {FERRY[0]}", "cp1252")


def test_items_tables_breaks_and_quotes_remain_apart() -> None:
    item = read(
        page(
            f"{PARAGRAPHS}<h2>Times</h2><ul><li>Monday: nine</li><li>Tuesday: <b>ten</b></li></ul>"
            "<table><tr><th>Pier</th><th>Fare</th></tr><tr><td>North</td><td>4.20</td></tr></table>"
            "<blockquote><p>We sail when we can.</p><p>And not before.</p></blockquote>"
            "<p>Harbour office<br>12 Quay Road<br/>Westerport</p>"
            "<pre>tide   high\n08:10  yes</pre><p>The office is open from eight to four on all days.</p>"
        )
    )
    assert item.text.removeprefix(TEXT).split("\n\n")[1:] == [
        "Times", "- Monday: nine", "- Tuesday: ten", "Pier | Fare", "North | 4.20", "We sail when we can.",
        "And not before.", "Harbour office\n12 Quay Road\nWesterport", "tide high\n08:10 yes",
        "The office is open from eight to four on all days.",
    ]  # fmt: skip


def test_entities_hyphens_and_raised_numbers_are_readable() -> None:
    signs = "caf&eacute; &amp; Ma&shy;ri&#8203;na e&#769;"
    raised = "page<sup>1</sup>, 30 km<sup>2</sup>, 10<sup>6</sup>, 1<sup>st</sup>"
    item = read(page(f"<p>{signs} {raised}</p>{PARAGRAPHS}"))
    assert item.text.startswith("café & Marina é page 1, 30 km2, 10^6, 1st\n\nThe ferry")


def test_a_heading_with_the_title_is_no_text() -> None:
    read_ = article(page(f"<h1>Ferry sails later</h1>{PARAGRAPHS}", "<title>Ferry sails later - The Courier</title>"))
    assert (read_.title, read_.text) == ("Ferry sails later", TEXT)


@pytest.mark.parametrize(
    "content",
    ["<html></html>", "<html><body><script>load()</script><div id=app></div></body></html>"],
)
def test_a_page_without_text_says_so(content: str) -> None:
    with pytest.raises(NoText, match=r"no text of its own.*save it"):
        reading.read(content.encode(), "a.html")


@pytest.mark.parametrize("content", ["<!DOCTYPE html>", "<!-- a comment -->\n<html>"])
def test_a_page_without_elements_is_refused(content: str) -> None:
    with pytest.raises(NoText):
        reading.read(content.encode(), "a.html")


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * 100_000 + FERRY[0],
        "<p>" + "<b>" * 50_000 + FERRY[0],
        page()[: len(page()) // 2],
        "<html><body>" + "<table><tr><td>" * 3_000 + FERRY[0],
        "<html><head><script type='application/ld+json'>" + "[" * 100_000,
        "<html><body>&" + "a" * 100_000,
        "<html><body>" + "<p" * 50_000,
        "<html>\x00<body>\x00" + FERRY[0],
    ],
    ids=["nested", "inline", "cut off", "tables", "data", "entity", "no end", "NUL"],
)
def test_hostile_pages_are_read_or_refused(content: str) -> None:
    with contextlib.suppress(Unreadable):
        assert read(content).text


def test_a_page_of_very_many_elements_is_read_as_it_is() -> None:
    item = read(f"<html><body><main>{'<i>a</i> ' * 60_000}<p>{FERRY[0]}</p></main></body></html>")
    assert item.text.endswith(f"a\n\n{FERRY[0]}")
    lines = "tide high\n" * 60_000
    assert read(f"<html><body><pre>{lines}</pre></body></html>").text.count("\n") == 59_999


def test_a_page_with_too_much_text_is_refused() -> None:
    with pytest.raises(TextTooLong):
        reading.read(page().encode(), "a.html", Limits(text_characters=100))
