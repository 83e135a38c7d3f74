"""The ratchet of HTML: pages of all templates are read as well as the floors say, which are pinned with the set."""

from tests.quality import html_set
from tests.quality.html_templates import TEMPLATES

CORPUS = "sha-256:350d9e39f6a28c287dd5a41ef84ccfa4063b9e3a5795ba5c9cdb335c628cae6d"
FLOORS = {"f1": 0.995, "precision": 0.995, "recall": 0.995, "title": 1.0, "author": 1.0, "date": 1.0, "publisher": 1.0}
# Of each template alone.
LEAST_F1 = 0.97


def test_pages_of_all_templates_meet_their_floors() -> None:
    pages = list(html_set.pages())
    articles = [html_set.read(page.content) for page in pages]
    gold = {page.name: page.text for page in pages}
    texts = {page.name: article.text for page, article in zip(pages, articles, strict=True)}
    measured = html_set.scores(gold, texts) | html_set.metadata_shares(pages, articles)
    each = {name: html_set.scores({it: gold[it] for it in gold if it.split()[0] == name}, texts) for name in TEMPLATES}
    assert {name: figure for name, figure in measured.items() if figure < FLOORS[name]} == {}, each
    assert {name: it for name, it in each.items() if it["f1"] < LEAST_F1} == {}
    assert html_set.digest(pages) == CORPUS, "the set was changed: measure its floors again"


def test_a_missing_and_an_added_sentence_cost() -> None:
    gold = {"a": "The ferry sails at nine. The mayor waits."}
    assert html_set.scores(gold, gold)["f1"] == 1
    assert html_set.scores(gold, {"a": "The ferry sails at nine."})["recall"] < 1
    assert html_set.scores(gold, {"a": gold["a"] + " Subscribe to our newsletter."})["precision"] < 1
    assert html_set.scores(gold, {"a": ""})["f1"] == 0
