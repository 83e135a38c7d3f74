"""Small articles are read as well as their floors say, and nothing that should stay is removed."""

from collections import Counter
from pathlib import Path

from tests.quality import article_set, gate

FLOORS = Path(__file__).parent / "article_floors.json"
PINNED = "sha-256:962042d470f59b9210aca88778dd8ba03dfc38155b98c484b7c1dd71c7451290"
# No reason is good enough for less than this.
LEAST = dict.fromkeys(article_set.FIELDS, 0.95)
FEWEST_TEXTS = 120
# For each rule texts that it changes, and about as many that it must leave alone.
FEWEST_OF_A_RULE = 2


def test_articles_meet_their_floors() -> None:
    content = article_set.PATH.read_text(encoding="utf-8")
    texts = [article_set.read(labelled) for labelled in article_set.load(content)]
    wrong = {text.labelled.name: text.wrong for text in texts if text.wrong}
    stored = FLOORS.read_bytes()
    measured, corpus = article_set.scores(texts), gate.digest(content.encode())
    assert gate.problems(gate.history(stored), corpus, measured, LEAST) == [], wrong
    assert gate.digest(stored) == PINNED


def test_no_word_is_removed_that_should_stay() -> None:
    texts = [article_set.read(labelled) for labelled in article_set.load(article_set.PATH.read_text(encoding="utf-8"))]
    assert {text.labelled.name: text.missing for text in texts if text.missing} == {}


def test_the_set_has_enough_texts_of_each_rule() -> None:
    labelled = article_set.load(article_set.PATH.read_text(encoding="utf-8"))
    counted = Counter(text.rule for text in labelled)
    assert len(labelled) >= FEWEST_TEXTS
    assert min(counted.values()) >= FEWEST_OF_A_RULE


def test_a_wrong_value_and_a_missing_word_count() -> None:
    content = """
titles: {quay: The quay is closed}
bodies: {quay: {language: en, text: A storm broke the quay in the night.}}
entries:
  - {rule: title, content: "{quay}\\n\\n[quay] It rained.", title: The quay is open}
  - {rule: title, content: "{quay}\\n\\n[quay]", keeps: [Boats wait.]}
"""
    texts = [article_set.read(labelled) for labelled in article_set.load(content)]
    assert [text.wrong for text in texts] == [["title", "text"], ["text"]]
    assert [text.missing for text in texts] == [[], ["Boats", "wait."]]
