"""The language of a text."""

import functools
from array import array
from dataclasses import replace
from itertools import islice
from typing import Any

from ingest_service.normalise import names
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

# The sample has 600 characters, since its cost grows with its length. They are from five places of the text, since it
# may begin with a headline in capitals, a menu or a quotation in another language.
PIECES = 5
PIECE = 120
# With fewer letters no language is recognised.
FEWEST_LETTERS = 20
# A sample of so many words is English without the model if one in eight is one of these, and hardly a letter is not
# ASCII. The model takes 0.5 ms, and half a second to load. Of 3,000 texts in 38 other languages none was accepted.
FEWEST_WORDS = 40
ENGLISH_SHARE = 1 / 8
MOST_BYTES = 1.1
ENGLISH = frozenset(
    names.words(
        "the and to that with from which this are have has not it will would been were their they its who but his her"
        " she said more than about after into when could should our you your"
    )
)
# Invented or no longer written; tables and telegrams look like them.
UNLIKELY = frozenset({"eo", "la", "sa", "vo"})


def language(draft: Draft) -> RuleResult:
    """Sets the language that a sample of the text resembles most, unless the front matter names one."""
    if draft.article.language:
        return NOTHING
    sample = _sample(draft)
    if not _has_letters(sample):
        return NOTHING
    code = "en" if _is_clearly_english(sample) else str(model().classify(sample)[0])
    return RuleResult(article=replace(draft.article, language=code))


def _has_letters(sample: str) -> bool:
    """Whether a sample has enough letters: of most the first words decide."""
    letters = filter(str.isalpha, sample)
    return sum(1 for _ in islice(letters, FEWEST_LETTERS)) == FEWEST_LETTERS


def _is_clearly_english(sample: str) -> bool:
    """Whether the commonest words of English alone show the language."""
    words = sample.lower().split()
    common = sum(map(ENGLISH.__contains__, words))
    is_enough = len(words) >= FEWEST_WORDS and common >= ENGLISH_SHARE * len(words)
    return is_enough and len(sample.encode(errors="surrogatepass")) <= MOST_BYTES * len(sample)


@functools.cache
def model() -> Any:  # noqa: ANN401  The library has no types.
    """The model, restricted to languages with a code of two letters that texts are written in today."""
    # It takes half a second and 90 MB to load, which a command that reads no text does not need.
    from py3langid import langid  # type: ignore[import-untyped]  # noqa: PLC0415  It has no stubs; late, as said above.

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    table, labels = identifier.nb_ptc, identifier.nb_classes
    languages = {label for label in labels if len(label) == 2 and label not in UNLIKELY}
    identifier.set_languages(languages)
    # The library stores the restricted table by columns, but reads it by rows. Memory never holds both.
    identifier.nb_ptc = None
    identifier.nb_ptc = table.take([column for column, label in enumerate(labels) if label in languages], axis=1)
    # As lists these are 200,000 objects all over the memory: a text of which none is in the cache takes a third longer.
    identifier.tk_output = array("i", identifier.tk_output)
    identifier._rowbase = array("i", identifier._rowbase)
    return identifier


def _sample(draft: Draft) -> str:
    """Pieces of title and text at even distances, or all of a short text."""
    text = " ".join([draft.article.title, *(line.text for line in draft.lines)])
    if len(text) <= PIECES * PIECE:
        return text
    step = (len(text) - PIECE) // (PIECES - 1)
    return " ".join(text[start : start + PIECE] for start in range(0, PIECES * step, step))
