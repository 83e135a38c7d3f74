"""Text of documents cannot turn or hide the words of a page beside it."""

from catalog_service.web import foreign_text


def test_control_and_directional_characters_are_shown_as_their_names() -> None:
    shown = foreign_text.visible("a\u202eb\x07c\u2066d")
    label = '<span class="hidden-character">U+{}</span>'
    assert shown == "a{}b{}c{}d".format(*(label.format(code) for code in ("202E", "0007", "2066")))


def test_letters_joiners_and_markup_of_a_text_stay_text() -> None:
    assert foreign_text.visible("می‌خواهم 👨‍👩‍👧\tx\n") == "می‌خواهم 👨‍👩‍👧\tx\n"
    assert foreign_text.isolated("<b>&") == "<bdi>&lt;b&gt;&amp;</bdi>"
    assert foreign_text.isolated(None) == "<bdi></bdi>"


def test_a_name_is_isolated_with_its_language() -> None:
    assert foreign_text.isolated("東京", "ja") == '<bdi lang="ja">東京</bdi>'
