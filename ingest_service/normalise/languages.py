"""The language of a text."""

import functools
from dataclasses import replace
from typing import Any

from ingest_service.normalise.draft import Draft, RuleResult

# The sample has 600 characters, since its cost grows with its length. They are from five places of the text, since it
# may begin with a headline in capitals, a menu or a quotation in another language.
PIECES = 5
PIECE = 120
# With fewer letters no language is recognised.
FEWEST_LETTERS = 20
# Invented or no longer written; tables and telegrams look like them.
UNLIKELY = frozenset({"eo", "la", "sa", "vo"})


def language(draft: Draft) -> RuleResult:
    """Sets the language that a sample of the text resembles most, unless the front matter names one."""
    if draft.article.language:
        return RuleResult()
    sample = _sample(draft)
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return RuleResult()
    code, _ = model().classify(sample)
    return RuleResult(article=replace(draft.article, language=str(code)))


@functools.cache
def model() -> Any:  # noqa: ANN401  The library has no types.
    """The model, restricted to languages with a code of two letters that texts are written in today."""
    # It takes a second to load, so only a process that reads texts pays for it.
    from py3langid import langid  # type: ignore[import-untyped]  # noqa: PLC0415  It has no stubs; late, as said above.

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    table, labels = identifier.nb_ptc, identifier.nb_classes
    languages = {label for label in labels if len(label) == 2 and label not in UNLIKELY}
    identifier.set_languages(languages)
    # The library stores the restricted table by columns, but reads it by rows. Memory never holds both.
    identifier.nb_ptc = None
    identifier.nb_ptc = table.take([column for column, label in enumerate(labels) if label in languages], axis=1)
    return identifier


def _sample(draft: Draft) -> str:
    """Pieces of title and text at even distances, or all of a short text."""
    text = " ".join([draft.article.title, *(line.text for line in draft.lines)])
    if len(text) <= PIECES * PIECE:
        return text
    step = (len(text) - PIECE) // (PIECES - 1)
    return " ".join(text[start : start + PIECE] for start in range(0, PIECES * step, step))
