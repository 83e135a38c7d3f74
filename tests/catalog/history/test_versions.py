"""The change of a version from the one before it, as it is recorded."""

from typing import Any

from catalog_service import diffing
from catalog_service.history import versions
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event


def change(before: str, after: str) -> dict[str, Any]:
    """The recorded change between two versions with these texts."""
    first, second = (
        versions.draft(event(1, number, "changed", article=article(text=text)).data, NOW)
        for number, text in enumerate((before, after), 1)
    )
    return versions.describe_change(first, second, {})


def test_of_very_long_texts_only_lines_are_compared() -> None:
    line = "The council of ward {} met on Monday and talked of bridges and ferries until midnight."
    lines = [line.format(number) for number in range(7_000)]
    edited = "\n".join(reversed(lines))
    assert len(edited) > versions.MOST_COMPARED / 2
    words = len(line.split()) * (len(lines) - 1)
    # One line remains where it is; the others would be moves in a diff of words.
    assert change("\n".join(lines), edited) == {
        "kind": "publisher", "words_added": words, "words_removed": words, "moved": 0, "significance": "substantive",
    }  # fmt: skip
    one_word = "\n".join([*lines[:-1], lines[-1].replace("Monday", "Friday")])
    exact = diffing.compare("\n".join(lines), one_word)
    assert not exact.coarse
    recorded = change("\n".join(lines), one_word)
    assert (recorded["words_added"], recorded["words_removed"], recorded["significance"]) == (1, 1, "date")
