"""The language of a text."""

import functools
from dataclasses import replace
from typing import Any

from ingest_service.normalise.draft import Draft, RuleResult

SAMPLE = 1_000
# With fewer letters no language is recognised.
FEWEST_LETTERS = 20
# Invented or no longer written; tables and telegrams look like them.
UNLIKELY = frozenset({"eo", "la", "sa", "vo"})


def language(draft: Draft) -> RuleResult:
    """Sets the language that the first 1,000 characters resemble most, unless the front matter names one."""
    if draft.article.language:
        return RuleResult()
    sample = _sample(draft)
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return RuleResult()
    code, _ = _model().classify(sample)
    return RuleResult(article=replace(draft.article, language=str(code)))


@functools.cache
def _model() -> Any:  # noqa: ANN401  The library has no types.
    """The model, restricted to languages with a code of two letters that texts are written in today."""
    # It takes a second to load, so only a process that reads texts pays for it.
    from py3langid import langid  # type: ignore[import-untyped]  # noqa: PLC0415  It has no stubs; late, as said above.

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    model.set_languages([label for label in model.labels if len(label) == 2 and label not in UNLIKELY])
    return model


def _sample(draft: Draft) -> str:
    parts, length = [draft.article.title], 0
    for line in draft.lines:
        parts.append(line.text[:SAMPLE])
        length += len(line.text)
        if length >= SAMPLE:
            break
    return " ".join(parts)[:SAMPLE]
