"""Headings lose their marks and nothing else."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of


@pytest.mark.parametrize(
    "line",
    [
        "**The northern pier**",
        "__The northern pier__",
        "## The northern pier",
        "### The northern pier ###",
        "The northern pier\n-----------------",
    ],
)
@pytest.mark.parametrize("path", ["a.txt", "a.md"])
def test_a_heading_keeps_its_words(line: str, path: str) -> None:
    article = article_of(f"{TITLE}\n\n{BODY}\n\n{line}\n\n{BODY}", path)
    assert article.text == f"{BODY}\n\nThe northern pier\n\n{BODY}"


@pytest.mark.parametrize(
    "line",
    [
        "**Note** that boats may enter",
        "**Boats may enter now.**",
        "#harbour",
        "# 1 in the list of harbours",
        "2 ** 3 ** 4",
        "**",
        "** open **",
        "_pier_",
        "-----",
        "#",
        "**a** and **b**",
    ],
)
def test_what_is_no_heading_keeps_its_marks(line: str) -> None:
    article = article_of(f"{TITLE}\n\n{BODY}\n\n{line}\n\n{BODY}")
    assert article.text == f"{BODY}\n\n{line}\n\n{BODY}"


def test_a_rule_of_another_length_is_no_underline() -> None:
    article = article_of(f"{TITLE}\n\n{BODY}\n\nThe northern pier\n---\n\n{BODY}")
    assert "---" in article.paragraphs
