"""A page saved by a browser with all its parts is read as the page."""

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import NoText, Unreadable

PARAGRAPHS = (
    "The council of the island approved a night ferry on Tuesday, after two years of débat over its cost.",
    "Residents of the western shore had asked for it since the last bus was cancelled, and many came to listen.",
)
PAGE = (
    "<html><head><title>Night ferry approved</title></head><body><article><h1>Night ferry approved</h1>"
    + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    + "<img src='cid:1'></article></body></html>"
)
CHROMIUM = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://harbour.example/ferry\r\n"
    "Subject: Night ferry approved\r\nDate: Wed, 4 Mar 2026 08:15:00 -0000\r\n"
)
EXPLORER = 'From: "Saved by Internet Explorer 11"\r\nSubject: Night ferry approved\r\n'


def saved(page: bytes, head: str = CHROMIUM, charset: str = "utf-8", kind: str = "text/html") -> bytes:
    """A saved page after a picture and its style, as browsers write it."""
    return (
        head.encode()
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--b"\r\n\r\n'
        + f"----b\r\nContent-Type: {kind}; charset={charset}\r\nContent-ID: <a@mhtml.blink>\r\n".encode()
        + b"Content-Transfer-Encoding: binary\r\nContent-Location: https://harbour.example/ferry\r\n\r\n"
        + page
        + b"\r\n----b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
        + b"----b--\r\n"
    )


@pytest.mark.parametrize("name", ["ferry.mhtml", "ferry.mht", "ferry.txt", "ferry"])
@pytest.mark.parametrize(("head", "charset"), [(CHROMIUM, "utf-8"), (EXPLORER, "windows-1252")])
def test_a_saved_page_is_read_as_the_page(name: str, head: str, charset: str) -> None:
    (item,) = reading.read(saved(PAGE.encode(charset), head, charset), name).items
    article = normalise.normalise(item)
    assert (article.title, article.paragraphs) == ("Night ferry approved", PARAGRAPHS)
    assert (article.url, item.media_type) == ("https://harbour.example/ferry", "multipart/related")
    assert article.published is None
    assert article.fields.get("fetched") == ("2026-03-04T08:15:00Z" if head == CHROMIUM else None)


def test_a_mail_with_a_picture_in_its_text_stays_a_mail() -> None:
    head = "From: Jane Roe <jane@harbour.example>\r\nTo: all@harbour.example\r\nSubject: Night ferry\r\n"
    (item,) = reading.read(saved(PAGE.encode(), head), "ferry.eml").items
    assert item.media_type == "message/rfc822"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (saved(b"iVBORw0KGgo=", kind="image/png"), NoText),
        (saved(b"<html><body></body></html>"), NoText),
        (saved(PAGE.encode())[:240], NoText),
        (saved(PAGE.encode(), charset="rot13"), None),
        (CHROMIUM.encode() + b"Content-Type: multipart/related; boundary*=x''\xff\r\n\r\n\x00", Unreadable),
    ],
    ids=["no page", "empty page", "cut off", "unknown charset", "damaged header"],
)
def test_a_saved_page_without_text_has_a_reason(content: bytes, error: type[Unreadable] | None) -> None:
    if error is None:
        assert len(reading.read(content, "a.mhtml").items) == 1
    else:
        with pytest.raises(error):
            reading.read(content, "a.mhtml")
