"""Pages of these tests, in the shape that most sites have."""

from ingest_service import normalise, reading
from ingest_service.model import Article, Reading

FERRY = (
    "The ferry to the outer islands sails an hour later from Monday, the harbour office said, since the tide has"
    " washed a bank of sand into the channel.",
    "Captain Nora Voss, who has steered the boat for nineteen years, said that the passage is safe at high water"
    " only, and that she will not try it at any other time.",
    "The council will decide in March whether a dredger is to clear the channel, which would cost about as much as a"
    " new school, or whether the ferry is to have a new timetable for good.",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in FERRY)


def page(article: str = PARAGRAPHS, head: str = "", body: str = "") -> str:
    """A page with a menu, an article and a footer; `head` and `body` are added before these."""
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body>{body}"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
        f"<main><article>{article}</article></main>"
        "<footer><p>Copyright 2026 The Island Courier. <a href='/terms'>Terms</a></p></footer></body></html>"
    )


def read(content: str | bytes, path: str = "a.html") -> Reading:
    """The reading of a page, which is UTF-8 if it is a text."""
    (item,) = reading.read(content.encode() if isinstance(content, str) else content, path).items
    return item


def article(content: str | bytes, path: str = "a.html") -> Article:
    """The article of a page."""
    return normalise.normalise(read(content, path))
