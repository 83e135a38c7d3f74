"""The page on normalising names every rule, in order, and each example does what it says."""

import re
from pathlib import Path

import pytest

from ingest_service import normalise
from ingest_service.normalise import notes
from ingest_service.reading import repairs
from tests.ingest.normalise.texts import article_of, removed

PAGE = (Path(__file__).parents[3] / "docs" / "normalising.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
RULES = [normalise.name_of(rule) for rule in normalise.RULES]
# It needs several pages: its own tests read them.
OF_SITES = "site-furniture"
REPAIRS = [repair.RULE for repair in repairs.REPAIRS]
ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
EXAMPLE = re.compile(r"```text\n(.*?)```\n\n(?:removes: (`[^\n]*`)|sets `(.*?)`: `(.*?)`)", re.DOTALL)


def unescaped(text: str) -> str:
    """The text with each escape of four hexadecimal digits replaced by its character."""
    return ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)


def test_every_rule_is_documented_in_the_order_of_the_rules() -> None:
    rewriters = [normalise.name_of(rewriter) for rewriter in normalise.REWRITERS]
    ends = (notes.LINE_BREAK, notes.PARAGRAPH_BREAK, notes.WHITE_SPACE)
    assert list(SECTIONS) == [*REPAIRS, *rewriters, *RULES, *ends]


@pytest.mark.parametrize("rule", [rule for rule in (*REPAIRS, *RULES) if rule != OF_SITES])
def test_the_example_of_a_rule_does_what_it_says(rule: str) -> None:
    example = EXAMPLE.search(SECTIONS[rule])
    assert example is not None
    article = article_of(unescaped(example[1]))
    if example[2] is not None:
        assert removed(article, rule) == re.findall(r"`([^`]+)`", unescaped(example[2]))
    else:
        assert getattr(article, example[3]) == example[4]


@pytest.mark.parametrize("rule", [*normalise.REWRITERS, *normalise.RULES])
def test_every_rule_says_in_one_sentence_what_it_does(rule: object) -> None:
    sentence = str(rule.__doc__).strip()
    assert sentence.endswith(".")
    assert "\n" not in sentence
