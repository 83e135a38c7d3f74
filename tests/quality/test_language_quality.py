"""Sameness is as good in seven other languages as in English."""

import functools
from collections.abc import Mapping

import pytest

from tests.quality import gate, language_set, sameness_predict, scoring
from tests.quality.sameness_predict import Predictions
from tests.quality.sameness_set import LabelledSet


@functools.cache
def predictions() -> tuple[Mapping[str, LabelledSet], Predictions]:
    """The sets of all languages, and what is published for all of them together."""
    sets = {language: language_set.generate(language) for language in language_set.LANGUAGES}
    return sets, sameness_predict.predict([document for labelled in sets.values() for document in labelled.documents])


@pytest.mark.parametrize("language", language_set.LANGUAGES)
def test_each_language_meets_the_floors_of_english(language: str) -> None:
    sets, published = predictions()
    own = Predictions(
        [pair for pair in published.pairs if pair["a"].startswith(language)],
        [passage for passage in published.passages if str(passage["a"]).startswith(language)],
    )
    measured = scoring.scores(sets[language], own)
    assert {name: value for name, value in measured.items() if value < gate.LEAST[name]} == {}


def test_texts_in_different_languages_are_not_related() -> None:
    _, published = predictions()
    both = [(pair["a"], pair["b"]) for pair in published.pairs]
    both += [(str(passage["a"]), str(passage["b"])) for passage in published.passages]
    assert len(both) > 500
    assert {(a[:2], b[:2]) for a, b in both} == {(language, language) for language in language_set.LANGUAGES}
