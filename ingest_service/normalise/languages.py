"""Which language a text is in."""

from dataclasses import replace

from ingest_service.normalise.draft import Draft, Found

SAMPLE = 2_000
# Fewer letters tell nothing.
FEWEST_LETTERS = 20


def language(draft: Draft) -> Found:
    """A text whose front matter does not say is in the language that its first 2,000 characters look most like."""
    if draft.article.language:
        return Found()
    sample = _sample(draft)
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return Found()
    # The model takes a second to load, so only a process that reads texts pays for it.
    import py3langid  # type: ignore[import-untyped]  # noqa: PLC0415  It has no stubs; late, as said above.

    found, _ = py3langid.classify(sample)
    return Found(article=replace(draft.article, language=str(found)))


def _sample(draft: Draft) -> str:
    parts, length = [draft.article.title], 0
    for line in draft.lines:
        parts.append(line.text[:SAMPLE])
        length += len(line.text)
        if length >= SAMPLE:
            break
    return " ".join(parts)[:SAMPLE]
