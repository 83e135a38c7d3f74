"""The law: put to the source in order, the notes of an article give its text. And no text stalls a rule."""

import dataclasses
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog_service import contract
from ingest_service import normalise, reading
from ingest_service.errors import Unreadable
from ingest_service.model import Article, Json, Reading
from tests.ingest.normalise.texts import article_of

# Pieces that rules look for, so that they meet in every order.
PIECES = [
    "(LEAD) ", "UPDATE 1-", "Home > News", "Minister opens the harbour", "June 20, 2024",
    "Composite image.", "SHARE ME", "SEOUL, Sept. 4, 2024 (Yonhap) -- ",
    "The mayor (R) poses for a photo. ", "(Yonhap) ", "(AP)", "Image caption, ", "By Jane Roe",
    "ENDS", "FOR IMMEDIATE RELEASE", "accordi ng to them ", "co ndemning ", "**Heading**",
    "## Heading", "Heading\n-------", "Jane WhatsApp Channel", "Source: Yonhap News Agency",
    "With inputs from Reuters", "a short line ", "Mr. Kim said. ", "/End/", "disap-\npointed ",
    "(ATTN: UPDATES)", "© 2024 A", "of the U.S. The ", "“quoted” ", "\u00a0", "\t", "\r", "\r\n",
    "\n", "\n\n", "\n \n", "\u2028", "\x0c", "---\ntitle: A\n---\n", "한국과 뉴질랜드는 ", "新西兰总理", "שלום ",
    "&#8217;", "&nbsp;", "[the plan](https://example.org/a_b \"t\")", "![alt](a.png)", "**bold** ", "_it_ ", "~~no~~ ",
    "`a_b`", "| a | b |\n", "|---|---|\n", "{{< figure src=\"a\" >}}", "<br>", "<!-- x -->", "```\n", "> ", "    ",
    "+++\ntitle = \"A\"\n+++\n", "Title: A\nDate: 2024-03-01\n\n", "Admin | June 26, 2025", "Contact: Jane Roe",
    "MEDIA RELEASE: ", " | Alma News", "\x01abc0042 3 i 120  dpa 0311\n", "\x02EXTRA\n", "A headline =\n",
    "\x03", "\x07", "^BC-A, 1st Ld,20<\n^A<\n", "Latest News\n\nA\n\nB", "Eds: Adds details.", "211200 nov 18",
    "20-\nyear ", "🎉👩🚀", "\u200f", "\u200b", "\u00ad\n", "e\u0301", "MÃ¼ller ", "Itâ€™s ", "\ufeff\ufe03\ufe0f",
    " " * 80, "word " * 15, "EMBARGOED UNTIL NOON", "BULLETIN\n",
]  # fmt: skip


def assert_lawful(source: Reading, article: Article) -> None:
    """The law, and what the contract asks of an article."""
    # A mixture may be a page of HTML: positions in the text that a reader extracts mean nothing to others.
    if not source.is_extracted:
        assert normalise.apply(source.source, article.notes) == article.text
    assert all(paragraph.strip() == paragraph != "" for paragraph in article.paragraphs)
    assert unicodedata.is_normalized("NFC", article.title + article.text)
    contract.Article(
        title=article.title,
        paragraphs=article.paragraphs,
        digest=article.digest,
        language=article.language,
        words=article.words,
        kind=article.kind,
        published=article.published,
        published_basis=article.published_basis,
        publisher=article.publisher,
        authors=article.authors,
        credits=article.credits,
        url=article.url,
        fields=dict(article.fields),
        notes=tuple(contract.Note(**dataclasses.asdict(note)) for note in article.notes),
    )


# The first text of a process loads the language model.
@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.sampled_from(["a.txt", "a.md"]))
@example("(AP) The mayor (R) poses. (AP)", "a.txt")
@example("<br>(LEAD) <br>", "a.txt")
def test_the_notes_of_any_mixture_of_pieces_give_its_text(text: str, path: str) -> None:
    assert_whole(text.encode(), path)


# The first text of a process loads the language model.
@settings(deadline=None)
@given(st.binary(max_size=500) | st.text().map(lambda text: text.encode("utf-8", "ignore")))
def test_the_notes_of_any_bytes_give_their_text(content: bytes) -> None:
    assert_whole(content, "a.txt")


KEYS = [
    "title",
    "Headline",
    "date",
    "pubDate",
    "url",
    "authors",
    "author",
    "publisher",
    "source",
    "lang",
    "kind",
    "type",
]
SCALARS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30) | st.sampled_from(
    [
        "2024-09-04",
        "9999-12-31T23:59:59-14:00",
        "Wed, 99 Foo 2024 1:1:1 +9999",
        "https://[",
        "http://a.gov.uk/b",
        "(LEAD) A",
        "en",
    ]
)
SAID = "---\n---\nThe harbour\n\nis open."
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=2))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_whatever_a_file_says_of_itself_makes_a_lawful_article(said: dict[str, Json]) -> None:
    source = Reading(None, "text/plain", "utf-8", SAID, SAID, (), said, (0, 8))
    assert_lawful(source, normalise.normalise(source))


def assert_whole(content: bytes, path: str) -> None:
    """Whatever can be read is lawful."""
    try:
        (source,) = reading.read(content, path).items
    except Unreadable:
        return
    assert_lawful(source, normalise.normalise(source))


MEGABYTES = ["the same line\n\n", "**", "(", '"', "(AP) ", "The mayor (R) poses for it. (Yonhap) ", "ab cd "]
MARKS = [
    "*", "* ", "*a ", "**", "_a", "_a_ ", "`", "` ", "[", "[a", "[a](", "](", "![", "[a](b) ", "&", "&amp;", "<a ",
    "<!--", "{{<", "{%", "|", "| a ", "|-", "~~", "\\", "> ", "[a]: b\n", "    a\n", "{:", "<https://a", "a|b\n-|-\n",
]  # fmt: skip
UNITS = [
    "Itâ€™s ", "Ã¤", "\u200b", "\u00ad\n", "\ufe0f", "\u202e", "e\u0301", "\u1112\u1161", "👩\u200d",
    "“", "(AP)", "Mr. ", "a ", "# ", "#", " ", "=\n", "x\n---\n", "By ", "Source: ", "Home > ", ". ", "-",
    "1 ", "S. ", "新", "🎉", "SHARE ME\n", "A WhatsApp Channel\n", "Reporting by A, ", "a\u2028", "\n", "a\n",
]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "size", "path"),
    [(unit, 10**6, "a.txt") for unit in MEGABYTES]
    + [(unit, 10**5, "a.txt") for unit in UNITS]
    + [(unit, 10**5, "a.md") for unit in (*UNITS, *MARKS)],
)
def test_a_long_text_of_anything_takes_linear_time(unit: str, size: int, path: str) -> None:
    text = "A title\n\n" + unit * (size // len(unit))
    began = time.monotonic()
    try:
        (source,) = reading.read(text.encode(), path).items
    except Unreadable:
        return
    article = normalise.normalise(source)
    # A mixture may be a page of HTML: positions in the text that a reader extracts mean nothing to others.
    if not source.is_extracted:
        assert normalise.apply(source.source, article.notes) == article.text
    # A second a megabyte on an idle machine; anything quadratic takes minutes.
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("한국과 뉴질랜드의 정상은 오늘 서울에서 만나 안보 협력을 강화하기로 합의했다.", "ko"),
        ("新西兰总理今天在北京会见了记者，并就双边贸易问题发表了讲话。", "zh"),
        ("ראש הממשלה נפגש היום עם שר החוץ כדי לדון בהסכם הסחר החדש.", "he"),
        ("التقى رئيس الوزراء اليوم وزير الخارجية لمناقشة اتفاقية التجارة الجديدة.", "ar"),
        ("Le premier ministre a rencontré hier son homologue à Paris pour signer un accord.", "fr"),
    ],
)
def test_other_scripts_come_out_as_they_went_in(text: str, language: str) -> None:
    article = article_of(f"{text}\n\n{text} 🎉\n\n{text}\n")
    assert article.paragraphs == (text, f"{text} 🎉", text)
    assert article.language == language
