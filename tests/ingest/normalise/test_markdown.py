"""Marks of Markdown are replaced by what they mark; code, and what only looks like a mark, stays."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, removed


def marked(text: str) -> str:
    """What remains of a text under a title, in Markdown."""
    article = article_of(f"# {TITLE}\n\n{text}\n\n{BODY}", "a.md")
    assert article.title == TITLE
    return article.text.removesuffix(BODY).strip()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("We&#8217;ve met &amp; talked &mdash; twice.", "We’ve met & talked — twice."),
        ("See [the **new** plan](https://example.org/a_(b) \"a plan\").", "See the new plan."),
        ("See [the plan][1].\n\n[1]: https://example.org/", "See the plan."),
        ("See [the plan][] and [The Plan].\n\n[the plan]: https://example.org/ 'Plan'", "See the plan and The Plan."),
        ("![the quay]\n\n[the quay]: a.jpg", "the quay"),
        ("He agreed.[^1] She did not.[^b]\n\n[^1]: In *March*.\n[^b]: In May.",
         "He agreed.[1] She did not.[b]\n\n[1] In March.\n\n[b] In May."),
        ("![The quay, at dawn](a.jpg)", "The quay, at dawn"),
        ("[![The quay](a.jpg)](https://example.org/)", "The quay"),
        ("Mail <press@example.org> or <https://example.org/>.", "Mail press@example.org or https://example.org/."),
        ("***Now*** or _never_, __said__ ~~he~~ `she`.", "Now or never, said he she."),
        ("A *very\nlong* night", "A very long night"),
        ("| Fish | Price |\n|:---|---:|\n| *Cod* | 12 |", "Fish\tPrice\n\nCod\t12"),
        ("Fish | Price\n---|---\nCod | 12", "Fish\tPrice\n\nCod | 12"),
        ("{{< figure src=\"a.jpg\" >}}\n\n{% include b.html %}\n\nText{: .lead}", "Text"),
        ("> The mayor said: **no**.", "The mayor said: no."),
        ("One<br>two <b>three</b><!-- more -->", "One two three"),
        ("\\*Not\\* bold", "*Not* bold"),
        ("**Bold *and more* so**", "Bold and more so"),
        ("A line\\\nand one", "A line and one"),
        ("Text<script>var a = 1;</script>", "Text"),
        ("The quay\n=====\n\nText\n\n* * *", "The quay\n\nText"),
    ],
)  # fmt: skip
def test_marks_are_replaced_by_their_text(text: str, plain: str) -> None:
    assert marked(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "The file bridge_open_now.txt",
        "2 * 3 * 4 and 2*3*4",
        "He said [sic] so",
        "AT&T and R&D; 5 < 6",
        "A lone * star and a lone _ line",
        "- an item\n\n- another item",
        "C:\\harbour",
        "See [the plan][1] or [that]",
        "A note that is missing.[^1]",
        "[the plan]: to build a quay [the plan] of 2019",
        "*a *b _c **d __e",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert marked(text) == text


@pytest.mark.parametrize("code", ["```\nif a &amp; b: # *x*\n```", "~~~ python\n[a](b)\n~~~", "    a = b * c &amp; d"])
def test_code_stays(code: str) -> None:
    assert [line.strip() for line in marked(code).split("\n\n")] == [line.strip() for line in code.split("\n")]


def test_addresses_are_kept_in_notes() -> None:
    article = article_of(f"# {TITLE}\n\n[the plan](https://example.org/plan) ![a](b.jpg)\n\n{BODY}", "a.md")
    assert removed(article, "markdown") == ["[", "](https://example.org/plan)", "![", "](b.jpg)"]


def test_marks_in_plain_text_stay() -> None:
    text = "We&#8217;ve met [the mayor](https://example.org/)"
    assert article_of(f"{TITLE}\n\n{text}\n\n{BODY}").paragraphs[0] == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The har&shy;bour&#8203; is&ZeroWidthSpace; open.", "The harbour is open."),
        ("The cafe&#769; and the cafe\u0301.", "The café and the café."),
        ("The `cafe`&#x301; is open.", "The café is open."),
        ("می&zwnj;خواهم", "می\u200cخواهم"),
        ("Two&ensp;words&nbsp;here", "Two\u2002words\u00a0here"),
        ("Tab&Tab;and&#10;line&#xE000;", "Tab&Tab;and&#10;line&#xE000;"),
    ],
)
def test_what_an_entity_represents_is_repaired_like_text(text: str, plain: str) -> None:
    assert marked(text) == plain


def test_the_note_of_a_repaired_entity_has_the_entity() -> None:
    article = article_of(f"# {TITLE}\n\nThe har&shy;bour, cafe&#769;.\n\n{BODY}", "a.md")
    assert removed(article, "invisible-signs") == ["&shy;"]
    assert removed(article, "composition") == ["cafe&#769;."]
