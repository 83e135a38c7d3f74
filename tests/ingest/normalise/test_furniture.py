"""What belongs to the page goes; what only sounds like it stays."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, at_the_end, removed, under_title


@pytest.mark.parametrize(
    "line",
    [
        "SHARE ME",
        "Share this article",
        "Related stories",
        "Advertisement",
        "Read more:",
        "Sign up for our newsletter",
        "Follow us on Facebook",
        "Story continues below",
        "12 comments",
        "Skip to main content",
        "Jane Roe WhatsApp Channel",
        "Join Island Times Telegram Channel",
        "Menu  Search  Subscribe",
        "Sign in | Home | News",
        "WhatsApp Channel   Follow us on Telegram",
        "Published 4 hours ago | Updated 2 hours ago",
        "Share this article: Facebook Twitter Email Print",
        "By Staff Reporter",
        "Scroll to top",
        "Privacy Policy | Terms of Use",
        "Our Standards: The Thomson Reuters Trust Principles.",
        "Newsletter Sign-Up",
        "You are here:",
        "Accept all cookies",
        "June 2006 Press Releases",
    ],
)
def test_page_furniture_is_dropped(line: str) -> None:
    article = article_of(f"{TITLE}\n\nThe first boats came in.\n\n{line}\n\n{BODY}")
    assert article.text == f"The first boats came in.\n\n{BODY}"
    assert removed(article, "page-furniture") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell",
        "More stories were told that night.",
        "share me",
        "Read more books, he said",
        "Subscribe",
        "The minister opened a WhatsApp channel",
        "Minister Opens WhatsApp Channel",
        "Sharing the harbour",
        "## Related stories",
        "Follow us on the long road north",
        "Advertisement rules tightened",
        "Search",
        "News  Boats",
        "Published 4 hours ago by the mayor",
        "Scroll to top speed",
        "You are here for the boats",
        "We use cookies",
    ],
)
def test_what_only_sounds_like_furniture_stays(line: str) -> None:
    article = article_of(f"{TITLE}\n\nThe first boats came in.\n\n{line}\n\n{BODY}")
    assert article.paragraphs[1] == line.removeprefix("## ")


@pytest.mark.parametrize(
    "line",
    [
        "Composite image.",
        "File photo",
        "Photo: Jane Roe",
        "Photo credit: Jane Roe / Reuters",
        "Image supplied.",
        "Photo by Jane Roe",
        "Image source, Getty Images",
    ],
)
def test_a_picture_credit_is_dropped(line: str) -> None:
    article = under_title(line)
    assert article.text == BODY
    assert removed(article, "picture-credit") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "The composite image shows two harbours",
        "Photo finish at the harbour",
        "Image: harbour-22.04",
        "Photo by the sea",
        "Picture this",
    ],
)
def test_what_is_no_picture_credit_stays(line: str) -> None:
    assert under_title(line).paragraphs[0] == line


@pytest.mark.parametrize("line", ["FOR IMMEDIATE RELEASE", "Media release", "PRESS RELEASE:"])
def test_a_release_label_makes_a_release(line: str) -> None:
    for text in (f"{line}\n\n{TITLE}\n\n{BODY}", f"{TITLE}\n\n{line}\n\n{BODY}"):
        article = article_of(text)
        assert (article.title, article.text, article.kind) == (TITLE, BODY, "release")


@pytest.mark.parametrize(
    "line", ["Immediate release of prisoners", "A press release followed", "Media release rules change"]
)
def test_what_is_no_release_label_stays(line: str) -> None:
    article = under_title(line)
    assert (article.paragraphs[0], article.kind) == (line, "document")


@pytest.mark.parametrize(
    "line",
    [
        "© 2024 Island Times",
        "Copyright 2024. All rights reserved. This material may not be published, broadcast or rewritten.",
        "(c) Island Times Ltd 2024",
        "All rights reserved.",
    ],
)
def test_a_copyright_line_is_dropped(line: str) -> None:
    article = at_the_end(line)
    assert article.text == BODY
    assert removed(article, "copyright-line") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Copyright law was changed",
        "Copyright law was changed in 2024",
        "The copyright of 1990 has ended.",
        "© or not ©",
        "(c) a third clause",
    ],
)
def test_what_claims_no_copyright_stays(line: str) -> None:
    assert at_the_end(line).paragraphs[-1] == line


@pytest.mark.parametrize("mark", ["/End/", "-ENDS-", "ENDS", "###", "# # #", "-30-", "(END)", "[Ends]", "—ends—"])
def test_an_end_mark_on_its_own_line_is_dropped(mark: str) -> None:
    article = at_the_end(mark)
    assert article.text == BODY
    assert removed(article, "end-mark") == [mark]


@pytest.mark.parametrize("mark", ["/End/", "(END)", "-30-", "[ends]"])
def test_an_end_mark_after_the_last_sentence_is_dropped(mark: str) -> None:
    assert article_of(f"{TITLE}\n\n{BODY} \u00a0 {mark}").text == BODY


def test_hashes_end_a_release_also_above_notes_about_its_publisher() -> None:
    article = at_the_end("###", "About the harbour", "It is old.", "It is deep.", "It is open.", "It is free.")
    assert (article.kind, removed(article, "end-mark")) == ("release", ["###"])


@pytest.mark.parametrize("mark", ["(MORE)", "***END***", "- more -"])
def test_other_marks_of_the_end_are_dropped(mark: str) -> None:
    article = at_the_end(mark)
    assert (article.text, article.kind) == (BODY, "document")


HEADLINES = ("June 8, 2024", "Yard settles lawsuit over paint", "June 3, 2024", "Captain pleads guilty")


@pytest.mark.parametrize("heading", ["Latest News", "Related Articles", "Recent posts:", "More from Alma", "Read next"])
def test_a_list_of_other_headlines_at_the_end_is_dropped(heading: str) -> None:
    article = at_the_end(heading, *HEADLINES, "Back to top")
    assert (article.text, article.published) == (BODY, None)
    assert removed(article, "headline-list") == [heading, *HEADLINES, "Back to top"]


@pytest.mark.parametrize(
    "lines",
    [
        ("Latest news", "The council met.", "It decided nothing."),
        ("Latest news", "Captain pleads guilty"),
        ("Latest news from the pier", *HEADLINES),
        ("Other news", *HEADLINES, "and more of it"),
        ("More news", "Salt", "Pepper"),
        ("Recommended", "Boats for hire today", "Nets for sale today"),
    ],
)
def test_other_lines_under_such_a_heading_stay(lines: tuple[str, ...]) -> None:
    assert at_the_end(*lines).paragraphs[-len(lines) :] == lines


@pytest.mark.parametrize("line", ["The end", "It ends", "ends", "Dead ends", "30", "End of the line"])
def test_what_is_no_end_mark_stays(line: str) -> None:
    assert at_the_end(line).paragraphs[-1] == line


@pytest.mark.parametrize("tail", ["He called it a dead-end -30- road", "The play ends", "We say (end)"])
def test_an_end_inside_a_sentence_stays(tail: str) -> None:
    assert at_the_end(tail).paragraphs[-1] == tail


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Source: Yonhap News Agency", "Yonhap News Agency"),
        ("Source: Xinhua", "Xinhua News Agency"),
        ("Source: Island Times", "Island Times"),
        ("Source: UK Government", "UK Government"),
    ],
)
def test_a_source_line_names_the_publisher(line: str, name: str) -> None:
    for article in (at_the_end(line), article_of(f"{TITLE}\n\n{BODY} {line}")):
        assert (article.text, article.publisher) == (BODY, name)
        assert removed(article, "source-line") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Source: the minister said so",
        "Source: Table 3 of the annual harbour survey",
        "Source: own research, Island Times",
        "He named his source: Yonhap",
        "Source: Yonhap. He said no more",
    ],
)
def test_a_source_that_is_no_publisher_stays(line: str) -> None:
    article = at_the_end(line)
    assert (article.paragraphs[-1], article.publisher) == (line, None)


def test_a_source_line_under_a_table_stays() -> None:
    article = article_of(f"{TITLE}\n\nSource: Yonhap\n\n{BODY}\n\n{BODY}\n\n{BODY}")
    assert article.paragraphs[0] == "Source: Yonhap"
